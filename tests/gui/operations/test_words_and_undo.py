"""The person's words in the window, over the real catalog and the real vocabulary."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phototagger.catalog.connection import Catalog
from phototagger.domain.records import Changes, ErrorKind, Failure
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FieldConflict, WriteRun
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.keywords.keywords_dialog import KeywordsDialog
from phototagger.gui.kit.two_line import SubtitleRole
from phototagger.gui.operations import words, write
from phototagger.gui.settings.languages_field import LanguagesField
from phototagger.gui.settings.settings_dialog import SettingsDialog
from phototagger.gui.write.skipped_files_dialog import SkippedFilesDialog, reasons
from phototagger.jobs import review
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.write.run import UndoSummary
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.settings.declared import Settings, WordSettings, declaration_of
from phototagger.settings.locations import resources_folder
from phototagger.settings.store import check_settings
from tests.gui.conftest import context_of, open_window
from tests.gui.fakes.program import FakeProgram
from tests.support.catalog_parts import add_photos, answer, save, suggestion_ids, wanted

DOG, RETRIEVER = "animal|dog", "animal|dog|golden retriever"


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(resources_folder() / "vocabulary")


@pytest.fixture
def app(tmp_path: Path, suggester: Suggester) -> Iterator[FakeProgram]:
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    (photo,) = add_photos(catalog, Path("/photos"), "a.jpg")
    save(catalog, answer(photo, (RETRIEVER, 0.9), ("animal|cat", 0.7)))
    review.confirm(catalog, [suggestion_ids(catalog, photo)[RETRIEVER]])
    made = FakeProgram(1)
    made.words.book = KeywordBook(catalog, suggester)
    yield made
    catalog.close()


@pytest.fixture
def dialog(qtbot: QtBot, runner: JobRunner, app: FakeProgram) -> KeywordsDialog:
    made = KeywordsDialog(app.words.book, runner)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: "animal › cat" in rows(made))
    return made


def rows(dialog: KeywordsDialog) -> dict[str, list[str]]:
    items = [dialog.tree.topLevelItem(number) for number in range(dialog.tree.topLevelItemCount())]
    return {
        item.text(0): [item.text(column) for column in (1, 2, 3)]
        for item in items
        if item is not None and not item.isHidden()
    }


def choose(dialog: KeywordsDialog, keyword: str) -> None:
    items = [dialog.tree.topLevelItem(number) for number in range(dialog.tree.topLevelItemCount())]
    dialog.tree.setCurrentItem(next(item for item in items if item is not None and item.text(0) == keyword))


def test_keywords_are_listed_with_their_photos(dialog: KeywordsDialog) -> None:
    assert rows(dialog) == {
        "animal › cat": ["", "1", ""],
        "animal › dog › golden retriever": ["1", "", ""],
    }
    dialog.search.setText("retr")
    assert list(rows(dialog)) == ["animal › dog › golden retriever"]


def test_a_keyword_gets_a_name_of_the_persons_own_and_its_old_one_back(
    qtbot: QtBot, dialog: KeywordsDialog
) -> None:
    choose(dialog, "animal › dog › golden retriever")
    assert dialog.name.text() == RETRIEVER
    assert not dialog.rename_button.isEnabled()
    dialog.name.setText("Tiere|Goldie")
    with qtbot.waitSignal(dialog.changed):
        dialog.rename_button.click()
    qtbot.waitUntil(lambda: "Tiere › Goldie" in rows(dialog))
    assert dialog.said.text() == "animal › dog › golden retriever is called Tiere › Goldie now."
    assert rows(dialog)["Tiere › Goldie"][2] == "instead of animal › dog › golden retriever"
    choose(dialog, "Tiere › Goldie")
    with qtbot.waitSignal(dialog.changed):
        dialog.restore_button.click()
    qtbot.waitUntil(lambda: "as it was" in dialog.said.text())


def test_own_words_are_renamed_with_all_below_them_and_merged(
    qtbot: QtBot, dialog: KeywordsDialog, app: FakeProgram
) -> None:
    catalog = app.words.book._catalog
    review.add_keyword(catalog, [1], "trips|rome 2024")
    dialog.load()
    qtbot.waitUntil(lambda: "trips" in rows(dialog))  # on no photo itself, there to be renamed
    choose(dialog, "trips")
    assert not dialog.hide_button.isEnabled()  # suggested by example only
    dialog.name.setText("Trips")
    with qtbot.waitSignal(dialog.changed):
        dialog.rename_button.click()
    qtbot.waitUntil(lambda: "Trips › rome 2024" in rows(dialog))
    assert dialog.said.text() == "trips is called Trips now."
    choose(dialog, "Trips › rome 2024")
    dialog.name.setText("golden retriever")
    with qtbot.waitSignal(dialog.changed):
        dialog.rename_button.click()
    qtbot.waitUntil(lambda: "Trips › rome 2024" not in rows(dialog))
    assert "is one with the keyword that was called so already" in dialog.said.text()
    assert wanted(catalog, 1) == {RETRIEVER}


def test_it_is_said_why_a_word_is_not_learnt(qtbot: QtBot, dialog: KeywordsDialog, app: FakeProgram) -> None:
    review.add_keyword(app.words.book._catalog, [1], "Zoo")
    dialog.load()
    qtbot.waitUntil(lambda: "Zoo" in rows(dialog))
    assert rows(dialog)["Zoo"] == ["1", "", "learnt from 3 photos on"]


def test_a_keyword_is_suggested_no_more(qtbot: QtBot, dialog: KeywordsDialog) -> None:
    choose(dialog, "animal › cat")
    with qtbot.waitSignal(dialog.changed):
        dialog.hide_button.click()
    qtbot.waitUntil(lambda: rows(dialog)["animal › cat"][2] == "not suggested")


def test_lists_come_and_go(qtbot: QtBot, dialog: KeywordsDialog, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Haustiere\n\tHund\n\t\t{dog}\n", encoding="utf-8")
    with qtbot.waitSignal(dialog.changed):
        dialog.import_list(tmp_path / "mine.txt")
    qtbot.waitUntil(lambda: "Haustiere › Hund" in rows(dialog))
    assert dialog.said.text().startswith("2 keywords read, 2 of them new. 1 of the program's")
    dialog.export_list(tmp_path / "all.csv")
    qtbot.waitUntil(lambda: "written to" in dialog.said.text())
    assert "Haustiere|Hund" in (tmp_path / "all.csv").read_text(encoding="utf-8")
    dialog.import_list(tmp_path / "none.txt")
    qtbot.waitUntil(lambda: "none.txt" in dialog.said.text())  # says what is wrong, and with which file


def test_keywords_are_taken_out_of_the_photos_files(
    qtbot: QtBot, runner: JobRunner, app: FakeProgram
) -> None:
    window = open_window(qtbot, app, runner)
    window.actions_.keywords.trigger()
    (opened,) = window.findChildren(KeywordsDialog)
    opened.photos_button.click()
    told = "5 keywords read, 3 of them new. 1 of the program's has your name now."
    qtbot.waitUntil(lambda: told in window.messages.texts())
    qtbot.waitUntil(lambda: any(name == "resuggest" for name, _ in app.world.calls))
    opened.reject()
    qtbot.waitUntil(lambda: not window.findChildren(KeywordsDialog))


def test_another_language_is_taken_and_suggestions_follow(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    window = open_window(qtbot, app, runner)
    window.actions_.settings.trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(SettingsDialog)))
    (settings,) = window.findChildren(SettingsDialog)
    language, season = (
        settings.findChild(LanguagesField),
        settings.findChild(QWidget, "words.season"),
    )
    assert language is not None
    assert season is not None
    language.first.setCurrentIndex(language.first.findData("de"))
    assert language.text() == "de"
    season.setProperty("checked", False)
    settings.accept()
    qtbot.waitUntil(lambda: any(name == "resuggest" for name, _ in app.world.calls))
    names = [name for name, _ in app.world.calls]
    assert names.index("update_settings") < names.index("change_language") < names.index("resuggest")
    assert app.preferences.settings.words.language == "de"
    assert not app.preferences.settings.words.season


def test_suggestions_follow_when_a_rename_is_undone(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FakeProgram(1)
    window = open_window(qtbot, app, runner)
    monkeypatch.setattr(
        app.review, "undo", lambda: (Changes(history=True, words=True), "Renamed dog to Hund")
    )
    window.actions_.undo.setEnabled(True)
    window.actions_.undo.trigger()
    qtbot.waitUntil(lambda: any(name == "resuggest" for name, _ in app.world.calls))
    assert "Undone: Renamed dog to Hund" in window.messages.texts()


def test_several_languages_are_kept_in_order(qtbot: QtBot) -> None:
    field = LanguagesField("words.language", declaration_of("words.language").choices, "fr, en")
    qtbot.addWidget(field)
    assert field.text() == "fr, en"
    field.first.setCurrentIndex(field.first.findData("en"))
    assert field.text() == "en"
    field.beside["de"].setChecked(True)
    assert field.text() == "en, de"
    check_settings(Settings(words=WordSettings(language=field.text())), Path("settings.toml"))


def test_making_suggestions_anew_shows_how_far_it_is_and_can_be_stopped(
    qtbot: QtBot, runner: JobRunner
) -> None:
    app = FakeProgram(3)
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    words.resuggest(context_of(window))
    qtbot.waitUntil(window.bar.cancel_button.isVisible)
    words.resuggest(context_of(window))  # with settings newer still: once more from the start
    qtbot.waitUntil(lambda: [name for name, _ in app.world.calls].count("resuggest") == 2)
    assert window.messages.texts() == []
    window.bar.cancel_button.click()
    qtbot.waitUntil(lambda: not window.bar.cancel_button.isVisible())
    assert "Stopped. Some suggestions still follow the old settings." in window.messages.texts()


def test_files_left_alone_are_listed_with_their_reasons(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(1), runner)
    failure = Failure(ErrorKind.CHANGED, plain("Its keywords were edited after they were written."))
    gone = [(Path("/a/1.jpg"), failure), (Path("/a/2.jpg"), failure)]
    write.tell_undone(context_of(window), UndoSummary(1, 0, failed=gone))
    assert window.messages.texts() == ["Not put back: 2 files."]
    button = window.messages.shown()[0].action_button
    assert button is not None
    button.click()
    (listed,) = window.findChildren(SkippedFilesDialog)
    assert [listed.list.item(row).text() for row in range(2)] == ["1.jpg", "2.jpg"]
    assert listed.list.item(0).data(SubtitleRole) == failure.message
    listed.reject()


def test_history_lists_what_others_changed_and_takes_out_what_was_added(
    qtbot: QtBot, runner: JobRunner
) -> None:
    app = FakeProgram(1)
    app.world.write_runs.append(WriteRun(4, "2024-05-01T10:20:30+00:00", 3, 2, 1))
    window = open_window(qtbot, app, runner)
    qtbot.waitUntil(lambda: window.history.runs.count() == 1)
    window.side.setCurrentWidget(window.history)
    window.history.left_button.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(SkippedFilesDialog)))
    (listed,) = window.findChildren(SkippedFilesDialog)
    assert listed.list.item(0).text() == "4.jpg"
    assert listed.list.item(0).data(SubtitleRole) == "Keywords (XMP): written dog; there now: cat, cow"
    listed.reject()
    window.history.added_button.click()
    qtbot.waitUntil(lambda: "What the run added is taken out of 2 files." in window.messages.texts())
    assert ("remove_added", 4) in app.world.calls


def test_an_undo_tells_each_file_once() -> None:
    path, sidecar = Path("/a/1.jpg"), Path("/a/1.xmp")
    edited = Failure(ErrorKind.CHANGED, plain(f"{sidecar}: XMP-dc:Subject was edited after it was written."))
    other = Failure(ErrorKind.GONE, plain("It is gone."))
    field = FieldConflict(sidecar, "XMP-digiKam:TagsList", ("animal/dog",), ())
    assert reasons([(path, edited), (Path("/a/2.jpg"), other)], [field]) == [
        (sidecar, "Keyword tree (digiKam): written animal › dog; there now: nothing"),
        (Path("/a/2.jpg"), "It is gone."),
    ]
