"""Numbers, times, plurals and errors in words, the same all over the window."""

from __future__ import annotations

import html
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDateTime, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import QApplication

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.sentences import english, in_words, joined, said, spelt
from phototagger.jobs.words.own_words import Imported
from phototagger.settings.locations import resources_folder

CONTEXT = ""  # of all that is translated: no class's, so that text may move from one to the other


def tr(template: str, note: str = "", count: int | None = None, /, **params: object) -> str:
    """A sentence of the window, see :func:`said`, in its language. ``template`` is a literal: by that Qt's
    ``lupdate`` finds it."""
    return worded(said(template, note, count, **params))


def worded(text: str) -> str:
    """What a room below the window tells (:class:`Said`), in the window's language; any other text as it is."""
    return in_words(text, _translated, grouped)


def _translated(template: str, note: str, count: int | None) -> str:
    """In the language of the translators that Qt has; English where they have none.

    None of these is a QTranslator of ours: Qt asks them while it holds locks of its own, on any thread, and one
    written in Python then waits for the interpreter, which may be held by a thread that waits for the same lock.
    """
    text = QCoreApplication.translate(CONTEXT, template, note, -1 if count is None else count)
    if count is not None and count >= 1000:  # Qt has put it in, in its own spelling
        text = text.replace(str(count), grouped(count))
    return english(text, note, count)


def grouped(count: int | float) -> str:
    """``12 345``, with narrow blanks that no line breaks at."""
    return spelt(count).replace(",", "\u202f")


def install_translations(app: QApplication) -> None:
    """A translation for the system's language where there is one. None ships: the window speaks English."""
    found, of_qt = QTranslator(app), QTranslator(app)
    if not found.load(QLocale(), "phototagger", "_", str(resources_folder() / "translations")):
        return
    app.installTranslator(found)
    if of_qt.load(QLocale(), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(of_qt)  # Close, Cancel, the dialogs for files


def duration(seconds: float) -> str:
    """``40 s``, ``3 min``, ``2 h 10 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return tr("%n s", "", whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return tr("%n min", "", minutes)
    return f"{tr('%n h', '', minutes // 60)} {tr('%n min', '', minutes % 60)}"


def percent(score: float) -> str:
    """``93 %``; never 100 for what is not certain."""
    whole = round(score * 100)
    if whole == 100 and score < 1.0:
        whole = 99
    return f"{whole}\u202f%"


def sentence(error: BaseException) -> str:
    """What to tell of an error: its own words when they were made for people."""
    if isinstance(error, PhotoTaggerError):
        return worded(error.message)
    first = str(error).strip().split("\n", 1)[0]
    kind = type(error).__name__
    told = said("Something went wrong inside phototagger ({kind}: {fault}).", kind=kind, fault=first)
    return worded(joined((told, where_more())))


def imported_text(imported: Imported) -> str:
    """What came of taking a list of keywords up."""
    new = tr("%n of them new", "", imported.new)
    text = tr("%n keyword(s) read, {new}.", "", imported.words, new=new)
    if imported.renamed:
        text += " " + tr("%n of the program's (has|have) your name now.", "", len(imported.renamed))
    return text


def when(iso_utc: str) -> str:
    """A moment in UTC, in local time and the system's short form; the text itself when it is no moment."""
    try:
        moment = datetime.fromisoformat(iso_utc)
    except ValueError:
        return iso_utc
    local = QDateTime.fromSecsSinceEpoch(round(moment.timestamp()))
    if QLocale().language() == QLocale.Language.C:
        return local.toString("yyyy-MM-dd HH:mm")
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def keyword_path(keyword: str) -> str:
    """``animal › dog`` of ``animal|dog|golden retriever``: where a keyword stands in the tree."""
    return " › ".join(keyword.split("|")[:-1])


def plain_tip(text: str) -> str:
    """A tool tip that shows this text and nothing else. Qt takes what looks like HTML for HTML: the name of a file
    could put pictures and links before a person."""
    if not RichText.mightBeRichText(text):
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'
