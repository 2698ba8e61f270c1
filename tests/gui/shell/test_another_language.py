"""In a language that nobody speaks, made by Qt's own tools from the program's sentences, no word of English is left
in any window, and every window fits a small screen though all is longer by a third."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialogButtonBox,
    QMenu,
    QPushButton,
    QRadioButton,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from phototagger.catalog.connection import Catalog
from phototagger.domain.errors import CatalogError
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import Box, ErrorKind, Failure, RegionKind
from phototagger.domain.sentences import plain, said
from phototagger.domain.writing import FieldChange, PlacedRegion, WritePlan, WriteRun, statements
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit import wording
from phototagger.gui.kit.wording import worded
from phototagger.gui.operations import folders
from phototagger.gui.operations import people as people_operations
from phototagger.gui.operations import review as review_operations
from phototagger.gui.operations import settings as settings_operations
from phototagger.gui.operations import words as word_operations
from phototagger.gui.settings.settings_dialog import SettingsDialog
from phototagger.gui.shell.about import about_dialog
from phototagger.gui.write.skipped_files_dialog import SkippedFilesDialog
from phototagger.gui.write.write_dialog import WriteDialog
from phototagger.jobs.people import People
from phototagger.settings.declared import Settings
from tests.gui.conftest import context_of, open_window
from tests.gui.fakes.program import FakeProgram
from tests.gui.fakes.world import WHEN, WORDS
from tests.gui.shown import texts, untranslated
from tests.support.catalog_parts import add_photos, answer, face, save
from tests.support.languages import translations

SCREEN = (1024, 600)
_FAKES = {part for word in WORDS for part in word.split("|")} | {
    "photos",
    "photo-",
    ".jpg",
    ".xmp",
    "Anna",
    "cat",
    "dog",
}
# What stays as it is in every language: names, and the languages' own.
DATA = frozenset(
    {"phototagger", "English", "Deutsch", "Français", "Español", "Italiano", "中文 (Chinese)"}
    | {"XMP-dc:Subject", "XMP"}
    | _FAKES
)


@pytest.fixture(scope="session")
def pseudo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = translations().pseudo(tmp_path_factory.mktemp("languages"))
    return made


@pytest.fixture(autouse=True)
def another_language(qapp: QApplication, pseudo_file: Path) -> Iterator[None]:
    translator = QTranslator()
    assert translator.load(str(pseudo_file))
    assert qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def english_in(window: QWidget) -> list[str]:
    return sorted({f"{where}: {text!r}" for where, text in texts(window) if untranslated(text, DATA)})


def test_a_sentence_from_below_is_put_into_words_with_its_parts_and_number() -> None:
    told = said("{names} and %n more", "", 1234, names=said("a folder"))
    text = worded(told)
    assert re.fullmatch(r"⟦⟦å \w+~+⟧ åñđ 1.234 \w+~+ⁿ⟧", text), text
    assert worded(plain("Zyx")) == "Zyx"


def shown(opened: QWidget) -> None:
    """Everything in it is translated, and fits the screen."""
    english = english_in(opened)
    assert not english, "\n".join(english)
    if opened.isWindow():
        hint = opened.minimumSizeHint().expandedTo(opened.minimumSize())
        assert (hint.width(), hint.height()) <= SCREEN, (type(opened).__name__, hint)
        assert hint.height() <= SCREEN[1], (type(opened).__name__, hint)
        opened.resize(min(opened.width(), SCREEN[0]), min(opened.height(), SCREEN[1]))
        QApplication.processEvents()
    cut = cut_off(opened)
    assert not cut, "\n".join(cut)


def cut_off(opened: QWidget) -> list[str]:
    """Buttons and single lines that have less room than their text needs."""
    return [
        f"{type(one).__name__}: {one.text()!r} needs {one.sizeHint().width()} and has {one.width()}"
        for one in opened.findChildren(QWidget)
        if isinstance(one, QPushButton | QCheckBox | QRadioButton)
        and one.isVisibleTo(opened)
        and one.width() < one.sizeHint().width()
    ]


def test_main_window_and_its_menus(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(9)
    app.notices.append(
        said("An interrupted undo was settled on %n file(s). Undo that run again to finish it.", "", 2)
    )
    app.world.break_photo(2, ErrorKind.EMPTY, said("is empty; restore it from a copy"))
    app.world.write_runs += [WriteRun(2, WHEN, 3, 0, 1), WriteRun(1, WHEN, 4, 4, 0)]
    app.world.step(
        said("Accepted {keyword} on {photos}", keyword="dog", photos=said("%n photo(s)", "", 3)), [1]
    )
    window = open_window(qtbot, app, runner)
    qtbot.waitUntil(lambda: window.history.steps.count() == 1 and window.problems.list.count() == 1)
    for place in range(window.side.count()):
        window.side.setCurrentIndex(place)
        shown(window)
    for menu in window.findChildren(QMenu):
        shown(menu)


def test_empty_window(qtbot: QtBot, runner: JobRunner) -> None:
    shown(open_window(qtbot, FakeProgram(), runner))


def test_a_photo_with_its_suggestions_and_boxes(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(3), runner)
    assert window.photos_page is not None
    assert window.review is not None
    review = window.review
    window.photos_page.grid.show_photo(3)
    qtbot.waitUntil(lambda: review.lines.photos == 1)
    shown(window)
    window.photos_page.open_photo(3)
    shown(window)
    review.accept_all()
    qtbot.waitUntil(lambda: window.actions_.write.isEnabled())
    shown(window)
    window.photos_page.grid.selectAll()
    qtbot.waitUntil(lambda: review.lines.photos == 3)
    shown(window)


def test_everything_that_is_asked_before_it_is_done(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(3), runner)
    to = context_of(window)
    assert window.photos_page is not None
    assert window.people is not None
    shown(about_dialog(window))
    shown(review_operations.accept_above(to, window.photos_page))
    shown(people_operations.forget(to, window.people.view))
    shown(settings_operations.edit(to, lambda _: None))
    keywords = word_operations.edit(to)
    shown(keywords)
    reason = said("{path} is empty. Restore it from a copy.", path="/photos/a.jpg")
    skipped = SkippedFilesDialog(
        worded(said("Passed over")), [(Path("/photos/a.jpg"), worded(reason))], window
    )
    skipped.show()
    shown(skipped)


def test_settings(qtbot: QtBot) -> None:
    for analysing in (False, True):
        dialog = SettingsDialog(Settings(), analysing=analysing)
        qtbot.addWidget(dialog)
        dialog.show()
        for tabs in dialog.findChildren(QTabWidget):
            for place in range(tabs.count()):
                tabs.setCurrentIndex(place)
                shown(dialog)


def test_what_a_write_will_do(qtbot: QtBot) -> None:
    path, change = Path("/photos/a.jpg"), FieldChange("XMP-dc:Subject", ("cat",), ("dog",))
    box = PlacedRegion(RegionKind.FACE, "Anna", Box(0.1, 0.1, 0.2, 0.2))
    note = said("Take {kind} out of write.sidecar_formats to have them there.", kind="JPEG")
    refusal = Failure(ErrorKind.WRITE_REFUSED, said("{path} is empty. Restore it from a copy.", path=path))
    plans = [
        WritePlan(1, path, path, (change,), (*statements(KEYWORD, ["animal|dog"]), box), notes=(note,)),
        WritePlan(
            2, path, path.with_suffix(".xmp"), (change,), removed=statements(CAPTION, ["Hello"]), creates=True
        ),
        WritePlan(3, path, path, (), refused=refusal),
    ]
    dialog = WriteDialog(plans, agreed=False)
    qtbot.addWidget(dialog)
    dialog.show()
    shown(dialog)


def test_people(qtbot: QtBot, runner: JobRunner, tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    ids = add_photos(catalog, Path("/photos"), *(f"{number}.jpg" for number in range(4)))
    for photo, vector in zip(ids, ((1.0,), (1.0,), (1.0, 1.9), (0.0, 1.0)), strict=True):
        save(catalog, answer(photo, faces=[face(0.1, vector)]))
    app = FakeProgram(4)
    app.people = People(catalog)
    window = open_window(qtbot, app, runner)
    window.actions_.people.trigger()
    assert window.people is not None
    view = window.people.view
    qtbot.waitUntil(lambda: view.model.rowCount() > 1)
    shown(window)
    catalog.close()


def test_what_jobs_tell_at_their_end(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    window = open_window(qtbot, app, runner)
    folders.add(context_of(window), [Path("/more")])
    qtbot.waitUntil(lambda: bool(window.messages.texts()))
    for text in window.messages.texts():
        assert untranslated(text, DATA) == []
    window.tell(CatalogError(said("The catalog {path} is closed.", path="/c.sqlite")))
    window.tell(ValueError("Zyx"))
    assert [untranslated(text, DATA) for text in window.messages.texts()] == [[]] * len(
        window.messages.texts()
    )


def test_the_systems_language_is_spoken_where_there_is_a_translation(
    qapp: QApplication, pseudo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations" / "phototagger_de.qm").write_bytes(pseudo_file.read_bytes())
    monkeypatch.setattr(wording, "resources_folder", lambda: tmp_path)
    system = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    before = set(qapp.findChildren(QTranslator))
    try:
        wording.install_translations(qapp)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        assert buttons.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"  # Qt's own word
        assert untranslated(wording.tr("Add folder…")) == []
    finally:
        for translator in set(qapp.findChildren(QTranslator)) - before:
            qapp.removeTranslator(translator)
        QLocale.setDefault(system)
