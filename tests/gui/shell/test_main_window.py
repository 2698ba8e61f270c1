"""The window put together, with a fake program behind it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QSlider,
    QSpinBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from phototagger.domain.errors import CatalogError, ExifToolError
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import ErrorKind, PhotoState
from phototagger.domain.sentences import plain, said
from phototagger.files.foreign_folders import Foreign
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit.widgets import Chip
from phototagger.gui.operations import write
from phototagger.gui.review.accept_dialog import AcceptDialog
from phototagger.gui.settings.settings_dialog import SettingsDialog
from phototagger.gui.shell.main_window import MainWindow
from phototagger.gui.write.write_dialog import WriteDialog
from phototagger.jobs.analysis.analyse import AnalyseSummary
from phototagger.jobs.analysis.passed_over import Left, LeftFolder
from phototagger.jobs.progress import Cancel, Job, Progress
from phototagger.settings.declared import (
    PRESETS,
    AnalysisSettings,
    Settings,
    UpdateSettings,
    WindowSettings,
    WordSettings,
    WriteSettings,
)
from tests.gui.conftest import context_of, open_window
from tests.gui.fakes.program import FakeProgram

# Qt 6.12 takes a QPointF there and calls this one deprecated; before, there was no other.
pytestmark = pytest.mark.filterwarnings("ignore:.*QDragEnterEvent:DeprecationWarning")


def drop(window: MainWindow, *paths: Path) -> None:
    """A real drag and drop, as the window system delivers it."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), copy, mime, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(300, 300), copy, mime, left, none)
    QApplication.sendEvent(window, event)
    assert event.isAccepted()


def names(app: FakeProgram) -> list[str]:
    return [name for name, _ in app.world.calls]


D = TypeVar("D", bound=QDialog)


def dialog_of(qtbot: QtBot, window: MainWindow, kind: type[D]) -> D:
    qtbot.waitUntil(lambda: bool(window.findChildren(kind)))
    return window.findChildren(kind)[0]


def select(qtbot: QtBot, window: MainWindow, photo_id: int) -> None:
    assert window.photos_page is not None
    assert window.review is not None
    review = window.review
    window.photos_page.grid.show_photo(photo_id)
    qtbot.waitUntil(lambda: list(window.selected_ids()) == [photo_id] and review.lines.photos == 1)


def test_empty_window_invites_and_a_drop_fills_it(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram()
    window = open_window(qtbot, app, runner)
    assert window.welcome.isVisible()
    assert window.welcome.add_button.isEnabled()
    drop(window, Path("/holiday"), Path("/holiday/inner"))
    qtbot.waitUntil(
        lambda: (
            window.photos_page is not None
            and window.photos_page.model.rowCount() == 3
            and window.photos_page.isVisible()
        )
    )
    assert app.world.calls[0] == ("scan_and_analyse", [Path("/holiday")])
    qtbot.waitUntil(lambda: "Analysed 3 photos in 1 s." in window.messages.texts())


@pytest.mark.parametrize(
    ("found", "unreadable", "told"),
    [
        (0, (), "There is no photo in /holiday."),
        (0, ("/holiday",), "/holiday cannot be read. Is its disk there, and may you read it?"),
        (3, (), "Nothing new there: every photo is analysed."),
        (3, tuple("/abcde"), "/, a, b, 3 more cannot be read. Is its disk there, and may you read it?"),
    ],
)
def test_a_folder_without_photos_and_one_that_cannot_be_read_are_told_apart(
    qtbot: QtBot, runner: JobRunner, found: int, unreadable: tuple[str, ...], told: str
) -> None:
    def scan_and_analyse(roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        yield Progress("scan", 0, 0)
        return AnalyseSummary(0, 0, 0, 0.1, found, tuple(map(Path, unreadable)))

    app = FakeProgram(1)
    app.analysis.scan_and_analyse = scan_and_analyse  # type: ignore[method-assign]
    window = open_window(qtbot, app, runner)
    drop(window, Path("/holiday"))
    qtbot.waitUntil(lambda: told in window.messages.texts())
    others = [text for text in window.messages.texts() if text != told]
    assert others == (["Nothing new there: every photo is analysed."] if found and unreadable else [])


def test_a_drop_before_the_catalog_is_open_waits_for_it(qtbot: QtBot, runner: JobRunner) -> None:
    window = MainWindow(runner)
    qtbot.addWidget(window)
    window.show()
    drop(window, Path("/holiday"))
    app = FakeProgram()
    window.attach(app)
    qtbot.waitUntil(lambda: names(app) == ["scan_and_analyse"])
    qtbot.waitUntil(lambda: not runner.jobs)


def test_folders_added_during_an_analysis_wait_their_turn(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram()
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    window.add([Path("/a")])
    window.add([Path("/b"), Path("/c")])
    qtbot.waitUntil(lambda: names(app) == ["scan_and_analyse"])
    app.world.gate.set()
    qtbot.waitUntil(lambda: len(names(app)) == 2 and not runner.jobs)
    assert app.world.calls[1] == ("scan_and_analyse", [Path("/b"), Path("/c")])


def test_stop_keeps_what_is_done(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram()
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    window.add([Path("/a")])
    qtbot.waitUntil(lambda: window.bar.cancel_button.isVisible())
    QTest.mouseClick(window.bar.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Stopped. Everything found so far is kept." in window.messages.texts())
    assert not window.bar.cancel_button.isVisible()


def test_a_failed_job_is_a_sentence_in_the_window(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram()
    app.world.job_error = CatalogError(plain("The disk is full. Make room and try again."))
    window = open_window(qtbot, app, runner)
    window.add([Path("/a")])
    qtbot.waitUntil(lambda: "The disk is full. Make room and try again." in window.messages.texts())
    assert QApplication.activeModalWidget() is None


def test_review_keys_work_from_the_grid(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(5)
    window = open_window(qtbot, app, runner)
    assert window.photos_page is not None
    select(qtbot, window, 5)
    window.activateWindow()
    grid = window.photos_page.grid
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: ("confirm", [50]) in app.world.calls)
    QTest.keyClick(grid, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: ("reject", [51]) in app.world.calls)
    qtbot.waitUntil(window.actions_.undo.isEnabled)
    QTest.keyClick(grid, Qt.Key.Key_U)
    qtbot.waitUntil(lambda: "undo" in names(app))
    select(qtbot, window, 4)
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: ("confirm", [40, 41]) in app.world.calls)


def test_letters_typed_into_a_field_are_letters(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(5)
    window = open_window(qtbot, app, runner)
    assert window.review is not None
    select(qtbot, window, 5)
    window.activateWindow()
    window.review.field.setFocus()
    QTest.keyClicks(window.review.field, "arku")
    assert window.review.field.text() == "arku"
    assert app.world.calls == []


def test_filters_narrow_and_say_when_nothing_is_there(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(6)
    app.world.break_photo(2, ErrorKind.EMPTY, "2.jpg is empty.")
    window = open_window(qtbot, app, runner)
    photos_page = window.photos_page
    assert photos_page is not None
    photos_page.filter.choose("failed")
    qtbot.waitUntil(lambda: list(photos_page.model.ids()) == [2])
    photos_page.filter.choose("with_faces")
    qtbot.waitUntil(lambda: list(photos_page.model.ids()) == [3, 6])
    photos_page.filter.choose("pending_changes")
    qtbot.waitUntil(lambda: photos_page.model.rowCount() == 0)
    assert photos_page.empty_text() == "Everything accepted is in the files."
    photos_page.filter.choose("all")
    QTest.keyClicks(photos_page.filter.search, "000004")
    qtbot.waitUntil(lambda: list(photos_page.model.ids()) == [4])


def test_writing_needs_preview_and_first_consent(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    window = open_window(qtbot, app, runner)
    app.review.add_keyword([1, 2], "holiday")
    runner.edit(lambda: app.review.add_keyword([3], "holiday"))
    qtbot.waitUntil(window.actions_.write.isEnabled)
    window.actions_.write.trigger()
    dialog = dialog_of(qtbot, window, WriteDialog)
    assert app.world.file_words == {}
    assert not dialog.write_button.isEnabled()
    dialog.consent.setChecked(True)
    dialog.write_button.click()
    qtbot.waitUntil(lambda: "Written into 3 files." in window.messages.texts())
    assert app.preferences.settings.write.agreed
    assert app.world.file_words[1] == ("holiday",)
    button = next(one.action_button for one in window.messages.shown() if one.level == "good")
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: ("undo_run", 1) in app.world.calls and not runner.jobs)


def test_cancelled_preview_writes_nothing(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1, replace(Settings(), write=WriteSettings(agreed=True)))
    window = open_window(qtbot, app, runner)
    runner.edit(lambda: app.review.add_keyword([1], "holiday"))
    qtbot.waitUntil(window.actions_.write.isEnabled)
    window.actions_.write.trigger()
    dialog_of(qtbot, window, WriteDialog).reject()
    qtbot.waitUntil(lambda: not runner.jobs)
    assert "write" not in names(app)


def test_accept_above_for_all_shown(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(4)
    window = open_window(qtbot, app, runner)
    window.actions_.accept_above.trigger()
    dialog = dialog_of(qtbot, window, AcceptDialog)
    dialog.slider.setValue(95)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: ("accept_above", [10, 20, 30, 40]) in app.world.calls)
    qtbot.waitUntil(lambda: "Accepted suggestions on 4 photos." in window.messages.texts())


def test_problems_are_listed_and_can_be_tried_again(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    app.world.break_photo(2, ErrorKind.TRUNCATED, "photo-000002.jpg ends too early. Copy it again.")
    window = open_window(qtbot, app, runner)
    assert window.problems.list.count() == 1
    assert window.side.tabText(window.side.indexOf(window.problems)) == "Problems  1"
    QTest.mouseClick(window.problems.retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "scan_and_analyse" in names(app) and not runner.jobs)
    assert ("retry", [2]) in app.world.calls
    qtbot.waitUntil(lambda: window.problems.list.count() == 0)


def test_removing_a_folder_says_that_files_stay(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    window = open_window(qtbot, app, runner)
    item = window.folders.tree.topLevelItem(1)
    menu = window.folders.menu_for(item)
    remove = menu.actions()[-1]
    assert remove.text() == "Remove from list (files stay)"
    remove.trigger()
    qtbot.waitUntil(
        lambda: ("remove_root", Path("/photos")) in app.world.calls and window.welcome.isVisible()
    )
    assert any("not touched" in text for text in window.messages.texts())


def test_exiftool_missing_is_told_at_the_start(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.files.exiftool = "exiftool is missing. Install it."
    window = open_window(qtbot, app, runner)
    qtbot.waitUntil(lambda: "exiftool is missing. Install it." in window.messages.texts())


def test_photos_left_waiting_are_offered(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.world.add_photos(Path("/photos"), 2, PhotoState.PENDING)
    window = open_window(qtbot, app, runner)
    message = window.messages.shown()[0]
    assert message.text.text() == "Not analysed yet: 2 photos."
    assert message.action_button is not None
    message.action_button.click()
    qtbot.waitUntil(lambda: "scan_and_analyse" in names(app) and not runner.jobs)


def test_photo_opens_steps_and_closes_by_keys(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(4)
    window = open_window(qtbot, app, runner)
    photos_page = window.photos_page
    assert photos_page is not None
    select(qtbot, window, 3)
    QTest.keyClick(photos_page.grid, Qt.Key.Key_Space)
    assert photos_page.photo_open
    qtbot.waitUntil(
        lambda: (
            len(photos_page.view.canvas.regions) == 1 and not photos_page.view.canvas.photo_rect().isEmpty()
        )
    )
    QTest.keyClick(photos_page.view, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: list(window.selected_ids()) == [4])
    QTest.keyClick(photos_page.view, Qt.Key.Key_Escape)
    assert not photos_page.photo_open


def test_an_open_photo_tells_whose_boxes_are_held_back(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    shelf = app.library.shelves[3]
    shelf.regions[:] = [replace(one, person="Anna", held=True) for one in shelf.regions]
    window = open_window(qtbot, app, runner)
    photos_page = window.photos_page
    assert photos_page is not None
    select(qtbot, window, 3)
    QTest.keyClick(photos_page.grid, Qt.Key.Key_Space)
    titles = photos_page.view.findChildren(QLabel)
    qtbot.waitUntil(lambda: any("held back" in one.text() and "Anna" in one.text() for one in titles))


def test_settings_reach_the_program(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    window = open_window(qtbot, app, runner)
    window.actions_.settings.trigger()
    dialog = dialog_of(qtbot, window, SettingsDialog)
    faces = dialog.findChild(QWidget, "analysis.faces")
    assert faces is not None
    faces.setProperty("checked", False)
    dialog.accept()
    qtbot.waitUntil(lambda: not app.preferences.settings.analysis.faces)
    assert app.preferences.settings.analysis.objects


def test_a_new_strictness_brings_new_suggestions(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    window = open_window(qtbot, app, runner)
    window.actions_.settings.trigger()
    dialog = dialog_of(qtbot, window, SettingsDialog)
    strictness = dialog.findChild(QComboBox, "analysis.strictness")
    assert strictness is not None
    strictness.setCurrentIndex(strictness.findData("eager"))
    dialog.accept()
    qtbot.waitUntil(lambda: ("resuggest", "eager") in app.world.calls)


@pytest.mark.parametrize(
    ("section", "record"),
    [
        ("analysis", AnalysisSettings),
        ("words", WordSettings),
        ("write", WriteSettings),
        ("window", WindowSettings),
    ],
)
def test_every_setting_has_a_labelled_field(qtbot: QtBot, section: str, record: type) -> None:
    dialog = SettingsDialog(Settings(), analysing=False)
    qtbot.addWidget(dialog)
    for entry in fields(record):
        assert dialog.label_of(f"{section}.{entry.name}"), f"{section}.{entry.name} has no label"
    assert dialog.settings() == Settings()


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("write.sidecar_formats", "PNGG", 'Only beside: "PNGG" cannot be used; "PNGG" is not known there'),
        ("write.embed_formats", "CR2", "use any of DNG, GIF"),
        ("updates.address", "ftp://example.org", "Address: "),
    ],
)
def test_a_setting_that_cannot_be_kept_is_told_in_the_dialog(
    qtbot: QtBot, name: str, typed: str, told: str
) -> None:
    dialog = SettingsDialog(Settings(), analysing=False)
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.findChild(QLineEdit, name)
    assert field is not None
    field.setText(typed)
    dialog.accept()
    shown = [one.text() for one in dialog.findChildren(QLabel) if one.isVisible()]
    assert any(told in text for text in shown)
    assert dialog.isVisible()
    assert field.isVisible(), "its page is in front"
    field.setText("")
    dialog.accept()
    assert dialog.result() == dialog.DialogCode.Accepted


def test_settings_say_what_each_choice_means(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), analysing=False)
    qtbot.addWidget(dialog)
    dialog.show()

    def told(name: str, value: str) -> str:
        box = dialog.findChild(QComboBox, name)
        assert box is not None
        box.setCurrentIndex(box.findData(value))
        around = box.parentWidget()
        assert around is not None
        below = [one.text() for one in around.findChildren(QLabel) if not one.isHidden()]
        return " ".join(below)

    assert "nearly all of them right" in told("analysis.strictness", "strict")
    assert "more of it is wrong" in told("analysis.strictness", "eager")
    meanings = {told("write.preset", preset) for preset in PRESETS}
    assert len(meanings) == len(PRESETS)
    assert all(meanings)
    assert "IMG.xmp" in told("write.preset", "lightroom")
    assert "Lightroom does not" in told("write.sidecar_names", "full")


def test_the_look_for_newer_versions_is_off_until_it_is_ticked(qtbot: QtBot, runner: JobRunner) -> None:
    dialog = SettingsDialog(Settings(), analysing=False)
    qtbot.addWidget(dialog)
    tick, address = (
        dialog.findChild(QCheckBox, "updates.check"),
        dialog.findChild(QLineEdit, "updates.address"),
    )
    assert tick is not None
    assert address is not None
    assert not tick.isChecked()
    tick.setChecked(True)
    address.setText("https://example.org/release.json")
    assert dialog.settings().updates == UpdateSettings(True, "https://example.org/release.json")

    app = FakeProgram(1)
    app.preferences.news = sentence = "phototagger 9 has come out."
    window = open_window(qtbot, app, runner)
    qtbot.waitUntil(lambda: sentence in " ".join(part.text() for part in window.findChildren(QLabel)))


def test_engine_settings_rest_while_an_analysis_runs(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), analysing=True)
    qtbot.addWidget(dialog)
    device, tree = dialog.findChild(QWidget, "analysis.device"), dialog.findChild(QWidget, "write.hierarchy")
    assert device is not None
    assert tree is not None
    assert not device.isEnabled()
    assert tree.isEnabled()


def test_write_settings_rest_while_files_are_written(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    runner.edit(lambda: app.review.add_keyword([1], "holiday"))
    qtbot.waitUntil(window.actions_.write.isEnabled)
    write.plan(context_of(window), None)  # waits at the gate
    window.actions_.settings.trigger()
    dialog = dialog_of(qtbot, window, SettingsDialog)
    page = [dialog.findChild(QWidget, f"write.{entry.name}") for entry in fields(WriteSettings)]
    assert page
    assert not any(widget is None or widget.isEnabled() for widget in page)
    assert any("Files are being written" in one.text() for one in dialog.findChildren(QLabel))
    dialog.reject()
    app.world.gate.set()
    qtbot.waitUntil(lambda: not runner.jobs)


def test_plan_failure_is_told(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    window = open_window(qtbot, app, runner)
    runner.edit(lambda: app.review.add_keyword([1], "holiday"))
    qtbot.waitUntil(window.actions_.write.isEnabled)
    app.world.job_error = ExifToolError(plain("exiftool died. Try again."))
    window.actions_.write.trigger()
    qtbot.waitUntil(lambda: "exiftool died. Try again." in window.messages.texts())


def test_a_caption_typed_is_saved_when_the_window_closes(
    qtbot: QtBot, runner: JobRunner, geometry: QSettings
) -> None:
    app = FakeProgram(3)
    window = open_window(qtbot, app, runner, geometry)
    assert window.review is not None
    assert window.photos_page is not None
    panel = window.review
    assert window.photos_page.grid.show_photo(1)
    qtbot.waitUntil(lambda: panel.lines.photos == 1 and not panel.reading)
    panel.values.boxes[CAPTION].editor.show_value("Anna on the pier")
    with qtbot.waitSignal(runner.ended):
        window.close()
    assert ("give_value", (CAPTION, [1], "Anna on the pier")) in app.world.calls


def test_closing_cancels_jobs_and_closes_the_program(
    qtbot: QtBot, runner: JobRunner, geometry: QSettings
) -> None:
    app = FakeProgram()
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner, geometry)
    window.add([Path("/a")])
    qtbot.waitUntil(lambda: bool(runner.jobs))
    with qtbot.waitSignal(runner.ended):
        window.close()
        assert not window.isVisible()
    assert app.closed
    assert runner.jobs == []
    assert geometry.value("geometry") is not None


def test_closing_waits_elsewhere_for_the_file_in_hand(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1, replace(Settings(), write=WriteSettings(agreed=True)))
    window = open_window(qtbot, app, runner)
    in_hand, release, order = threading.Event(), threading.Event(), list[str]()

    def writing(cancel: Cancel) -> Job[None]:
        yield Progress("write", 0, 1)
        in_hand.set()
        release.wait(10)
        order.append("written")

    real_close, closers = app.close, list[threading.Thread]()

    def close() -> None:
        order.append("closed")
        closers.append(threading.current_thread())
        real_close()

    app.close = close  # type: ignore[method-assign]
    runner.start("write", writing, must_end=True)
    qtbot.waitUntil(in_hand.is_set)
    window.close()  # comes back while the file is still being written
    assert not window.isVisible()
    assert order == []
    with qtbot.waitSignal(runner.ended):
        release.set()
    assert order == ["written", "closed"]
    assert closers[0] is not threading.main_thread()


def test_edits_asked_for_before_closing_are_done(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    window = open_window(qtbot, app, runner)
    gate = threading.Event()
    runner.edit(lambda: gate.wait(10))
    runner.edit(lambda: app.review.confirm([10]))
    window.close()
    with qtbot.waitSignal(runner.ended):
        gate.set()
    assert ("confirm", [10]) in app.world.calls


def test_the_folder_of_a_problem_is_looked_for_elsewhere(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = open_window(qtbot, FakeProgram(1), runner)
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr("phototagger.gui.operations.folders.QDesktopServices.openUrl", open_url)
    threads: list[str] = []
    real = Path.is_dir

    def is_dir(path: Path) -> bool:
        threads.append(threading.current_thread().name)
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_dir", is_dir)
        window.problems.folder_wanted.emit(tmp_path / "gone" / "photo.jpg")
        qtbot.waitUntil(lambda: bool(opened))
    assert opened == [str(tmp_path)]
    assert threads
    assert all(name.startswith("read") for name in threads)


def test_a_photos_menu_opens_its_folder_and_acts_on_the_selection(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = FakeProgram()
    photo_id = app.world.add_photos(tmp_path / "trip", 2)[0]
    (tmp_path / "trip").mkdir()
    window = open_window(qtbot, app, runner)
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr("phototagger.gui.operations.folders.QDesktopServices.openUrl", open_url)
    assert window.photos_page is not None
    grid = window.photos_page.grid
    grid.clearSelection()
    grid.customContextMenuRequested.emit(QPoint(5, 5))
    assert grid.findChildren(QMenu) == [], "nothing is selected"
    select(qtbot, window, photo_id)
    grid.customContextMenuRequested.emit(QPoint(5, 5))
    (menu,) = grid.findChildren(QMenu)
    offered = {action.text().split("  ")[0]: action for action in menu.actions() if action.text()}
    assert list(offered) == [
        "Look at it large",
        "Open in file manager",
        "Accept all suggestions shown",
        "Add a keyword",
        "Write selected photos…",
    ]
    offered["Open in file manager"].trigger()
    qtbot.waitUntil(lambda: opened == [str(tmp_path / "trip")])
    offered["Look at it large"].trigger()
    assert window.photos_page.photo_open
    menu.close()


def test_write_takes_all_and_write_selected_says_how_many(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    window = open_window(qtbot, app, runner)
    runner.edit(lambda: app.review.add_keyword([1, 2, 3], "holiday"))
    qtbot.waitUntil(window.actions_.write.isEnabled)
    select(qtbot, window, 2)
    window.actions_.write.trigger()
    dialog = dialog_of(qtbot, window, WriteDialog)
    assert "all reviewed photos" in dialog.windowTitle()
    assert len(dialog.plans) == 3
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(WriteDialog) and not runner.jobs)
    assert window.actions_.write_selected.text() == "Write selected photos…  1"
    window.actions_.write_selected.trigger()
    dialog = dialog_of(qtbot, window, WriteDialog)
    assert "1 selected photo" in dialog.windowTitle()
    assert [plan.photo_id for plan in dialog.plans] == [2]
    dialog.reject()
    assert [what for name, what in app.world.calls if name == "plan"] == [None, [2]]


def nameless(root: QWidget) -> list[str]:
    """What can be pressed or filled in below ``root`` and has no words for a screen reader."""
    forms = root.findChildren(QFormLayout)
    fields = {widget for form in forms for widget in root.findChildren(QWidget) if form.labelForField(widget)}
    kinds = (QAbstractButton, QAbstractItemView, QLineEdit, QSlider, QComboBox, QSpinBox)
    return [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for kind in kinds
        for widget in root.findChildren(kind)
        if widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and widget not in fields
        and not isinstance(widget, QHeaderView)
        and not (widget.accessibleName() or (kind is QAbstractButton and widget.property("text")))
    ]


def test_everything_one_can_press_has_a_name(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(5), runner)
    select(qtbot, window, 5)
    assert nameless(window) == []
    for action in (window.actions_.settings, window.actions_.keywords, window.actions_.accept_above):
        before = set(window.findChildren(QDialog))
        action.trigger()
        (dialog,) = set(window.findChildren(QDialog)) - before
        tabs = dialog.findChild(QTabWidget)
        for page in range(tabs.count() if tabs is not None else 1):
            if tabs is not None:
                tabs.setCurrentIndex(page)
            assert nameless(dialog) == [], f"{dialog.windowTitle()}, page {page}"
        dialog.reject()
    window.actions_.people.trigger()
    qtbot.waitUntil(lambda: nameless(window) == [])


def test_a_small_window_stays_small_whatever_was_on_show(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(5), runner)
    window.resize(900, 500)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == (900, 500))
    window.actions_.people.trigger()
    assert window.people is not None
    people = window.people
    qtbot.waitUntil(lambda: people.view.isVisible() and people.view.head.segments["unnamed"].text() != "")
    window.actions_.people.trigger()
    assert window.photos_page is not None
    photos_page = window.photos_page
    qtbot.waitUntil(photos_page.isVisible)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (900, 500)
    assert window.minimumSizeHint().width() <= 900


def test_search_moves_below_the_filters_where_the_window_is_narrow(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(5), runner)
    assert window.photos_page is not None
    bar = window.photos_page.filter
    states = [bar.button(state) for state in ("all", "to_review", "pending_changes", "failed", "with_faces")]

    def beside() -> bool:
        return bar.search.mapTo(bar, QPoint()).x() > max(one.mapTo(bar, QPoint()).x() for one in states)

    window.resize(1500, 700)
    qtbot.waitUntil(beside)
    window.resize(850, 700)
    qtbot.waitUntil(lambda: not beside())
    lowest = max(one.mapTo(bar, QPoint()).y() for one in states)
    assert bar.search.mapTo(bar, QPoint()).y() > lowest


def test_tab_goes_through_the_window_as_the_eye_does(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(5)
    app.review.add_keyword([5], "animal|dog")
    window = open_window(qtbot, app, runner)
    review = window.review
    assert review is not None
    select(qtbot, window, 5)
    qtbot.waitUntil(lambda: any(chip.isVisible() for chip in review.findChildren(Chip)))
    window.messages.say("error", "The disk is full.", "Show them", lambda: None)
    window.folders.tree.setFocus()
    seen: list[str] = []
    for _ in range(30):
        QTest.keyClick(window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        text = focus.text().split("  ")[0] if isinstance(focus, QAbstractButton) else ""
        seen.append(focus.accessibleName() or text or type(focus).__name__)
    order = ["Show them", "Close this message", "All", "Search", "Photos"]
    order += ["Suggestions", "Remove dog", "Add a keyword"]
    assert [one for one in seen if one in order][: len(order)] == order


def test_what_was_passed_over_is_told_in_one_line_with_the_way_to_add_it(
    qtbot: QtBot, runner: JobRunner
) -> None:
    def scan_and_analyse(roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        yield Progress("scan", 0, 0)
        passed = (LeftFolder(Path("/holiday/X.photoslibrary"), Foreign.LIBRARY),)
        return AnalyseSummary(0, 0, 0, 0.1, 3, left=Left(passed, {".xcf": 2}, in_cloud=1, known=4))

    app = FakeProgram(1)
    app.analysis.scan_and_analyse = scan_and_analyse  # type: ignore[method-assign]
    window = open_window(qtbot, app, runner)
    drop(window, Path("/holiday"))
    told = (
        "Passed over, as other programs' folders, bins, or marked to be left alone: X.photoslibrary. "
        "4 photos known from there will not be written. To add one on purpose, drop that very folder here. "
        "2 files of kinds that are not read: .xcf (2). Waiting in the cloud, not fetched: 1 photo. "
        "To have such photos analysed, make them available on this computer."
    )
    qtbot.waitUntil(lambda: told in window.messages.texts())


def test_what_came_to_light_during_a_job_is_said_when_it_ends(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    app.notices.append(said("An earlier write was put right."))
    window = open_window(qtbot, app, runner)
    assert window.messages.texts() == ["An earlier write was put right."]

    app.notices.append(said("The extension {package} cannot be used.", package="moody"))
    window._job_ended("analyse")

    assert window.messages.texts() == [
        "An earlier write was put right.",
        "The extension moody cannot be used.",
    ]
