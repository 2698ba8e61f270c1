"""Numbers, times, plurals and errors in words, the same all over the window."""

from __future__ import annotations

import html
import re
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QObject, QTranslator
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import QApplication

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import PhotoTaggerError
from phototagger.jobs.words.own_words import Imported
from phototagger.settings.locations import resources_folder

_MARK = re.compile(r"(\w)\(s\)")


def settled(text: str, count: int) -> str:
    """English needs no catalog of its own, only ``photo(s)`` turned into ``photo`` or ``photos``. The number, which
    Qt spells by the system's locale, is spelled as all over the window.

    No QTranslator of ours does it: Qt asks those while it holds locks of its own, on any thread, and one written in
    Python then waits for the interpreter, which may be held by a thread that waits for the same lock.
    """
    if count >= 1000:
        text = text.replace(QLocale().toString(count), grouped(count))
    return _MARK.sub(r"\1" if count == 1 else r"\1s", text)


def counted(owner: QObject, text: str, count: int) -> str:
    """A string of ``owner`` with ``%Ln`` filled by ``count`` and the plurals settled."""
    return settled(owner.tr(text, "", count), count)


def tr(text: str, count: int = -1, context: str = "phototagger") -> str:
    """A string of the helpers that belong to no widget; ``count`` fills ``%Ln`` and picks the plural."""
    translated = QCoreApplication.translate(context, text, None, count)
    return translated if count < 0 else settled(translated, count)


def grouped(count: int) -> str:
    """``12 345``, with narrow blanks that no line breaks at."""
    return f"{count:,}".replace(",", "\u202f")


def install_translations(app: QApplication) -> None:
    """A translation for the system's language where there is one. None ships: the window speaks English."""
    found = QTranslator(app)
    folder = str(resources_folder() / "translations")
    if found.load(QLocale(), "phototagger", "_", folder):
        app.installTranslator(found)


def duration(seconds: float) -> str:
    """``40 s``, ``3 min``, ``2 h 10 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return tr("%Ln s", whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return tr("%Ln min", minutes)
    return f"{tr('%Ln h', minutes // 60)} {tr('%Ln min', minutes % 60)}"


def percent(score: float) -> str:
    """``93 %``; never 100 for what is not certain."""
    whole = round(score * 100)
    if whole == 100 and score < 1.0:
        whole = 99
    return f"{whole}\u202f%"


def sentence(error: BaseException) -> str:
    """What to tell of an error: its own words when they were made for people."""
    if isinstance(error, PhotoTaggerError):
        return str(error)
    first = str(error).strip().split("\n", 1)[0]
    return f"Something went wrong inside phototagger ({type(error).__name__}: {first}). {where_more()}"


def imported_text(imported: Imported) -> str:
    """What came of taking a list of keywords up."""
    text = tr("%Ln keyword(s) read", imported.words) + tr(", %Ln of them new", imported.new)
    if imported.renamed:
        text += tr("; %Ln of the program's have your name now", len(imported.renamed))
    return f"{text}."


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
