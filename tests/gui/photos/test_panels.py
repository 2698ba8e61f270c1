"""Folders, problems, history, messages, the status bar and the big photo, each alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from phototagger.domain.findings import Decoded
from phototagger.domain.records import (
    Box,
    ErrorKind,
    Failure,
    FileSignature,
    HistoryStep,
    Photo,
    PhotoState,
    Region,
    RegionKind,
)
from phototagger.domain.sentences import plain
from phototagger.domain.writing import WriteRun
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit.job_bar import JobBar
from phototagger.gui.kit.messages import Messages
from phototagger.gui.kit.theme import colours
from phototagger.gui.kit.two_line import SubtitleRole
from phototagger.gui.kit.wording import sentence
from phototagger.gui.photos import problems_panel
from phototagger.gui.photos.folder_panel import FolderPanel
from phototagger.gui.photos.photo_view import PhotoCanvas, PhotoView
from phototagger.gui.photos.problems_panel import ProblemsPanel, first_folder
from phototagger.gui.write.history_panel import HistoryPanel
from phototagger.jobs.library import FolderRow
from phototagger.jobs.progress import Progress
from tests.gui.fakes.program import FakeProgram

MOMENT = "2024-05-01T10:20:30+00:00"


# --- folders ------------------------------------------------------------------------------------------------


def folder(path: str, photos: int = 1, root: bool = False) -> FolderRow:
    return FolderRow(Path(path), root, photos, 0, 0, 0)


def item_at(panel: FolderPanel, *places: int) -> QTreeWidgetItem:
    """The item at this place of the top level, its child at the next place, and so on."""
    item = panel.tree.topLevelItem(places[0])
    assert item is not None
    for place in places[1:]:
        item = item.child(place)
        assert item is not None
    return item


@pytest.fixture
def folders(qtbot: QtBot) -> FolderPanel:
    panel = FolderPanel()
    qtbot.addWidget(panel)
    return panel


def test_folders_make_a_tree_with_counts(folders: FolderPanel) -> None:
    folders.show_folders(
        [folder("/a/b/c", 2), folder("/a", 1234, root=True), folder("/z", 1, root=True)], 1235
    )
    top = [item_at(folders, place) for place in range(folders.tree.topLevelItemCount())]
    assert [(item.text(0), item.text(1)) for item in top] == [
        ("All photos", "1\u202f235"),
        ("a", "1\u202f234"),
        ("z", "1"),
    ]
    assert (item_at(folders, 1, 0).text(0), item_at(folders, 1, 0).text(1)) == (str(Path("b/c")), "2")


def test_choosing_a_folder_survives_new_counts(qtbot: QtBot, folders: FolderPanel) -> None:
    folders.show_folders([folder("/a", 1, root=True), folder("/a/b")], 1)
    item = item_at(folders, 1, 0)
    with qtbot.waitSignal(folders.chosen) as told:
        folders.tree.setCurrentItem(item)
    assert told.args == [Path("/a/b")]
    folders.show_folders([folder("/a", 9, root=True), folder("/a/b"), folder("/a/c")], 9)
    assert folders.chosen_path() == Path("/a/b")
    with qtbot.waitSignal(folders.chosen) as told:
        folders.show_folders([folder("/a", 9, root=True)], 9)
    assert told.args == [None]


def test_only_added_folders_can_be_removed(folders: FolderPanel) -> None:
    folders.show_folders([folder("/a", 1, root=True), folder("/a/b")], 1)
    assert folders.menu_for(item_at(folders, 1)).actions()[-1].isEnabled()
    assert not folders.menu_for(item_at(folders, 1, 0)).actions()[-1].isEnabled()


def test_figures_and_remarks_follow_what_is_unfolded_stays(folders: FolderPanel) -> None:
    rows = [folder("/a", 5, root=True), folder("/a/b", 3), folder("/a/b/c", 2), folder("/z", root=True)]
    folders.show_folders(rows, 6)
    assert item_at(folders, 1, 0).isExpanded()
    item_at(folders, 1, 0).setExpanded(False)
    folders.show_folders([rows[0], FolderRow(Path("/a/b"), False, 400, 2, 1, 1), *rows[2:]], 403)
    changed = item_at(folders, 1, 0)
    assert changed.text(1) == "400"
    assert changed.toolTip(0).splitlines() == [
        str(Path("/a/b")),
        "400 photos",
        "1 photo with suggestions to review",
        "2 photos waiting for analysis",
        "1 photo with problems",
    ]
    folders.show_folders([*rows, folder("/a/new")], 7)
    assert not item_at(folders, 1, 0).isExpanded()
    assert [item_at(folders, 1, at).text(0) for at in range(2)] == ["b", "new"]
    assert item_at(folders, 1).isExpanded()


# --- problems -----------------------------------------------------------------------------------------------


def broken(number: int) -> Photo:
    failure = Failure(ErrorKind.TRUNCATED, plain(f"{number}.jpg ends too early. Copy it again."))
    return Photo(number, Path(f"/photos/{number}.jpg"), FileSignature(1, 1), PhotoState.FAILED, failure)


def test_problems_say_what_and_why(qtbot: QtBot) -> None:
    panel = ProblemsPanel()
    qtbot.addWidget(panel)
    panel.show_problems([broken(1), broken(2)])
    spoken = panel.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "1.jpg, 1.jpg ends too early. Copy it again."
    panel.list.item(1).setSelected(True)
    with qtbot.waitSignal(panel.retry_wanted) as told:
        panel.retry_button.click()
    assert told.args is not None
    assert [photo.id for photo in told.args[0]] == [2]
    panel.show_problems([broken(1), broken(2), broken(3)])
    assert [item.text() for item in panel.list.selectedItems()] == ["2.jpg"]
    with qtbot.waitSignal(panel.folder_wanted) as told:
        panel.folder_button.click()
    assert told.args == [Path("/photos/2.jpg")]


def test_photos_of_a_deleted_folder_share_a_row(qtbot: QtBot) -> None:
    panel = ProblemsPanel()
    qtbot.addWidget(panel)
    failure = Failure(ErrorKind.GONE, plain("It is gone."))
    gone = [
        Photo(number, Path(f"/photos/May/{number}.jpg"), FileSignature(1, 1), PhotoState.FAILED, failure)
        for number in range(10, 14)
    ]
    panel.show_problems([broken(1), *gone])
    assert [panel.list.item(row).text() for row in range(panel.list.count())] == ["1.jpg", "May"]
    assert "4 photos of this folder are not there any more." in panel.list.item(1).data(SubtitleRole)
    assert panel._title.text() == "5 photos with problems"
    panel.list.item(1).setSelected(True)
    with qtbot.waitSignal(panel.retry_wanted) as told:
        panel.retry_button.click()
    assert told.args is not None
    assert [photo.id for photo in told.args[0]] == [10, 11, 12, 13]
    panel.show_problems([broken(1), *gone[:2]])
    assert panel.list.count() == 3


def test_the_folder_of_a_vanished_photo_is_the_nearest_that_is_left(tmp_path: Path) -> None:
    assert first_folder(tmp_path / "gone" / "deeper" / "1.jpg") == tmp_path


def test_all_is_tried_again_also_what_the_list_has_no_room_for(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems_panel, "SHOWN_MAX", 2)
    panel = ProblemsPanel()
    qtbot.addWidget(panel)
    panel.show_problems([broken(number) for number in range(5)])
    assert (panel.list.count(), panel._title.text()) == (2, "5 photos with problems")
    with qtbot.waitSignal(panel.retry_wanted) as told:
        panel.retry_button.click()
    assert told.args == [[broken(number) for number in range(5)]]


def test_what_is_selected_of_many_problems_stays_so(qtbot: QtBot) -> None:
    panel = ProblemsPanel()
    qtbot.addWidget(panel)
    panel.show_problems([broken(number) for number in range(600)])
    panel.list.selectAll()
    panel.show_problems([broken(number) for number in range(1, 602)])
    assert panel.retry_button.text() == "Try 599 again"
    with qtbot.waitSignal(panel.retry_wanted) as told:
        panel.retry_button.click()
    assert told.args == [[broken(number) for number in range(1, 600)]]


# --- history ------------------------------------------------------------------------------------------------


def test_history_offers_to_undo_a_run_that_is_not_undone(qtbot: QtBot) -> None:
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    runs = [WriteRun(2, MOMENT, 3, 0, 0), WriteRun(1, MOMENT, 4, 4, 0)]
    panel.show_history([HistoryStep(1, plain("Accepted dog"), MOMENT, False)], runs)
    with qtbot.waitSignal(panel.undo_run_wanted) as told:
        panel.undo_run_button.click()
    assert told.args == [2]
    panel.runs.setCurrentRow(1)
    assert not panel.undo_run_button.isEnabled()
    assert panel.steps.item(0).text() == "Accepted dog"


# --- messages and status bar --------------------------------------------------------------------------------


def test_messages_are_few_and_each_once(qtbot: QtBot) -> None:
    messages = Messages()
    qtbot.addWidget(messages)
    messages.show()
    for text in ("one", "two", "two", "three"):
        messages.say("warning", text)
    assert messages.texts() == ["one", "two", "three"]

    def seen() -> list[str]:
        return [one.text.text() for one in messages.shown() if one.isVisible()]

    assert seen() == ["three"]
    newest = messages.shown()[-1]
    assert newest.more_button.text() == "2 more"
    newest.more_button.click()
    assert seen() == ["one", "two", "three"]
    assert messages._column.indexOf(newest) == 0  # on top
    newest.close_button.click()
    messages.shown()[0].close_button.click()
    assert seen() == ["two"]
    assert not messages.shown()[0].more_button.isVisible()
    for number in range(20):
        messages.say("warning", str(number))
    assert messages.texts() == [str(number) for number in range(12, 20)]
    pressed: list[int] = []
    message = messages.say("error", "five", "Do it", lambda: pressed.append(1))
    assert message.action_button is not None
    QTest.mouseClick(message.action_button, Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert "five" not in messages.texts()


def test_good_news_makes_room_and_errors_stay_until_closed(qtbot: QtBot) -> None:
    messages = Messages()
    qtbot.addWidget(messages)
    messages.show()
    messages.say("warning", "exiftool is old")
    messages.say("error", "the disk is full")
    messages.say("good", "Written: 3 files.")
    messages.say("info", "A newer version is there.", "See", lambda: None)
    for number in range(4):
        messages.say("error", f"fault {number}")
    errors = ["the disk is full", *(f"fault {number}" for number in range(4))]
    messages.say("error", "fault 4")
    assert messages.texts() == [
        "exiftool is old",
        errors[0],
        "A newer version is there.",
        *errors[1:],
        "fault 4",
    ]
    for number in range(5, 12):
        messages.say("error", f"fault {number}")
    every = ["the disk is full", *(f"fault {number}" for number in range(12))]
    assert messages.texts() == every
    messages.shown()[-1].more_button.click()
    seen = [one.text.text() for one in messages.shown() if one.isVisible()]
    assert seen == every[-8:], "the window does not grow beyond the screen"
    messages.shown()[-1].close_button.click()
    assert [one.text.text() for one in messages.shown() if one.isVisible()] == every[-9:-1]
    while messages.shown():
        messages.shown()[0].close_button.click()
    assert messages.texts() == []


def test_a_fault_of_ours_is_told_in_one_line() -> None:
    said = sentence(ValueError("first\nsecond"))
    assert "first" in said
    assert "second" not in said


def test_status_bar_shows_rate_and_time_left(qtbot: QtBot) -> None:
    bar = JobBar()
    qtbot.addWidget(bar)
    bar.begin("Analysing")
    bar.show_progress("Analysing", Progress("analyse", 1500, 3000, 2, "a.jpg", 12.34, 121))
    assert (bar.bar.value(), bar.bar.maximum()) == (1500, 3000)
    assert bar.numbers() == "1\u202f500 / 3\u202f000 · 12.3 photos/s · 2 min left · 2 problems"
    assert bar.text() == "Analysing · a.jpg"
    bar.show_progress("Looking for photos", Progress("scan", 10))
    assert bar.bar.maximum() == 0, "no total: busy, not half done"
    bar.rest("10 photos")
    assert bar.text() == "10 photos"
    assert bar.bar.isHidden()


# --- the big photo ------------------------------------------------------------------------------------------


def region(kind: RegionKind, box: Box, score: float = 0.9, person: str | None = None) -> Region:
    return Region(1, 1, kind, "x", "dog", box, score, "net@1", person)


@pytest.fixture
def canvas(qtbot: QtBot) -> PhotoCanvas:
    made = PhotoCanvas()
    qtbot.addWidget(made)
    made.resize(416, 316)  # 400 by 300 inside the margin
    pixmap = QPixmap(800, 600)
    pixmap.fill(QColor("#808080"))
    made.set_pixmap(pixmap)
    return made


def test_boxes_lie_where_their_fractions_say(canvas: PhotoCanvas) -> None:
    one = region(RegionKind.OBJECT, Box(0.25, 0.5, 0.5, 0.25))
    photo = canvas.photo_rect()
    assert (photo.width(), photo.height()) == (400, 300)
    box = canvas.box_rect(one)
    assert (box.x() - photo.x(), box.y() - photo.y(), box.width(), box.height()) == (100, 150, 200, 75)


def test_boxes_are_painted_in_their_colours_and_can_be_hidden(canvas: PhotoCanvas) -> None:
    box = Box(0.25, 0.25, 0.5, 0.5)
    for kind, colour in ((RegionKind.FACE, colours().face), (RegionKind.OBJECT, colours().object)):
        canvas.regions = (region(kind, box),)
        corner = canvas.box_rect(canvas.regions[0])
        edge = int(corner.x()), int(corner.center().y())
        assert canvas.grab().toImage().pixelColor(*edge).name() == colour
        canvas.shown_kinds.discard(kind)
        assert canvas.grab().toImage().pixelColor(*edge).name() == "#808080"
        canvas.shown_kinds.add(kind)


def test_unsure_boxes_stay_out_of_the_way_and_names_are_shown(canvas: PhotoCanvas) -> None:
    box = Box(0, 0, 0.5, 0.5)
    unsure, named = region(RegionKind.OBJECT, box, 0.2), region(RegionKind.FACE, box, 0.2, "Anna")
    canvas.regions = (unsure, named)
    assert canvas.shown_regions() == [named]
    assert canvas.region_text(named) == "Anna"
    assert canvas.region_text(region(RegionKind.FACE, box)) == "face"


def test_boxes_of_an_earlier_version_of_the_photo_are_not_drawn(canvas: PhotoCanvas) -> None:
    away = replace(region(RegionKind.FACE, Box(0, 0, 0.5, 0.5), 0.9, "Anna"), held=True)
    canvas.regions = (away,)
    assert canvas.shown_regions() == []


def test_the_smallest_box_under_the_pointer_answers(canvas: PhotoCanvas) -> None:
    large, small = (
        region(RegionKind.OBJECT, Box(0, 0, 1, 1)),
        region(RegionKind.FACE, Box(0.4, 0.4, 0.2, 0.2)),
    )
    canvas.regions = (small, large)
    assert canvas.region_at(QPointF(canvas.rect().center())) == small
    assert canvas.region_at(QPointF(20, 20)) == large
    assert canvas.region_at(QPointF(1, 1)) is None


def test_zoom_keeps_the_point_under_the_pointer_and_ends_at_fit(canvas: PhotoCanvas) -> None:
    about = QPointF(108, 83)
    before = canvas.photo_rect()
    share = (about.x() - before.x()) / before.width()
    canvas.set_zoom(2.0, about)
    after = canvas.photo_rect()
    assert after.width() == pytest.approx(800)
    assert (about.x() - after.x()) / after.width() == pytest.approx(share, abs=0.02)
    canvas.set_zoom(0.1)
    assert canvas.zoom == 1.0


def test_a_photo_that_cannot_be_read_says_why(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(2)
    app.world.break_photo(1, ErrorKind.EMPTY, "1.jpg is empty.")
    view = PhotoView(app.library, app.viewing, runner)
    qtbot.addWidget(view)
    view.show_photo(1, None, "1 / 2")
    qtbot.waitUntil(lambda: view.canvas.note == "1.jpg is empty.")
    with qtbot.waitSignal(view.shown):
        view.show_photo(2, None, "2 / 2")
    assert not view.canvas.photo_rect().isEmpty()


def test_a_fault_of_ours_in_the_big_view_is_one_sentence(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)

    def fault(photo_id: int, longest_side: int) -> Decoded:
        raise RuntimeError("first line\n\nand a page of advice for programmers")

    app.viewing.photo = fault  # type: ignore[method-assign]
    view = PhotoView(app.library, app.viewing, runner)
    qtbot.addWidget(view)
    view.show_photo(1, None, "1 / 1")
    qtbot.waitUntil(lambda: "Something went wrong inside phototagger" in view.canvas.note)
    assert "programmers" not in view.canvas.note
