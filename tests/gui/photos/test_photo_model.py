"""The list for the grid: true length, pages off-thread, changes where they are seen, nothing that jumps."""

from __future__ import annotations

import threading
from array import array
from pathlib import Path
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from phototagger.domain.errors import CatalogError
from phototagger.domain.records import Changes, ErrorKind, PhotoState
from phototagger.domain.sentences import plain
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.photos import photo_model
from phototagger.gui.photos.photo_model import (
    PAGE,
    IdRole,
    PhotoModel,
    RowRole,
    ThumbnailRole,
    describe,
    merge_keeping,
)
from phototagger.gui.photos.thumbnails import thumbnails
from phototagger.jobs.library import PhotoFilter
from tests.gui.fakes.program import FakeProgram

Display = Qt.ItemDataRole.DisplayRole


def listed(qtbot: QtBot, app: FakeProgram, runner: JobRunner) -> PhotoModel:
    model = PhotoModel(app.library, runner, thumbnails(app.library, app.viewing, runner))
    with qtbot.waitSignal(model.listed):
        model.set_filter(PhotoFilter())
    return model


def loaded(qtbot: QtBot, model: PhotoModel, row: int) -> None:
    qtbot.waitUntil(lambda: model.index(row).data(Display) is not None)


def test_model_holds_to_qts_rules(qtbot: QtBot, runner: JobRunner, qtmodeltester: ModelTester) -> None:
    model = listed(qtbot, FakeProgram(600), runner)
    loaded(qtbot, model, 0)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_rows_are_those_of_the_library_in_order(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(600)
    model = listed(qtbot, app, runner)
    assert model.rowCount() == 600
    for row in (0, 255, 256, 599):
        loaded(qtbot, model, row)
        assert model.index(row).data(Display) == f"photo-{row + 1:06d}.jpg"
        assert model.index(row).data(IdRole) == row + 1
        assert model.index(row).data(RowRole).to_review == 2


def test_nothing_is_read_on_the_windows_thread(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(300)
    model = listed(qtbot, app, runner)
    model.index(0).data(ThumbnailRole)
    loaded(qtbot, model, 0)
    qtbot.waitUntil(lambda: model.index(0).data(ThumbnailRole) is not None)
    assert {method for method, _ in app.library.asked} >= {"photo_ids", "rows", "thumbnail"}
    assert all(thread.startswith("read") for _, thread in app.library.asked)


def test_a_hundred_thousand_photos_take_a_page_not_a_library(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram()
    app.library.shelves = dict.fromkeys(range(1, 100_001))  # type: ignore[assignment]
    app.library.photo_ids = lambda _: array("q", range(1, 100_001))  # type: ignore[method-assign]
    asked: list[int] = []
    app.library.rows = lambda ids: asked.extend(ids) or []  # type: ignore[method-assign,func-returns-value]
    model = listed(qtbot, app, runner)
    assert model.rowCount() == 100_000
    model.index(50_000).data(Display)
    qtbot.waitUntil(lambda: bool(asked))
    page = 50_000 // PAGE
    assert asked == list(range(page * PAGE + 1, (page + 1) * PAGE + 1))


def test_changes_reload_only_what_was_looked_at(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(600)
    model = listed(qtbot, app, runner)
    loaded(qtbot, model, 0)
    app.review.confirm([10, 11, 6000])  # photo 1 and photo 600
    before = len([1 for method, _ in app.library.asked if method == "rows"])
    with qtbot.waitSignal(model.dataChanged) as told:
        model.on_changes(Changes(frozenset({1, 600})))
    assert told.args is not None
    assert (told.args[0].row(), told.args[1].row()) == (0, 0)
    assert model.index(0).data(RowRole).confirmed == 2
    assert len([1 for method, _ in app.library.asked if method == "rows"]) == before + 1


def test_a_stale_row_is_shown_until_the_new_one_is_there(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    model = listed(qtbot, app, runner)
    loaded(qtbot, model, 0)
    model.on_changes(Changes(frozenset({1})))
    assert model.index(0).data(Display) == "photo-000001.jpg"


def test_photos_that_came_are_listed_and_those_that_went_are_not(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    model = listed(qtbot, app, runner)
    app.world.add_photos(Path("/photos/new"), 2)
    with qtbot.waitSignal(model.modelReset):
        model.on_changes(Changes(photo_list=True))
    assert model.rowCount() == 5
    del app.library.shelves[1]
    with qtbot.waitSignal(model.modelReset):
        model.on_changes(Changes(photo_list=True))
    assert model.rowCount() == 4


def test_a_reviewed_photo_stays_in_the_filter_until_it_is_chosen_again(
    qtbot: QtBot, runner: JobRunner
) -> None:
    app = FakeProgram(3)
    model = listed(qtbot, app, runner)
    with qtbot.waitSignal(model.listed):
        model.set_filter(PhotoFilter(state="to_review"))
    app.review.confirm([20, 21])
    with qtbot.waitSignal(model.listed):
        model.on_changes(Changes(frozenset({2})))
    assert list(model.ids()) == [1, 2, 3]
    with qtbot.waitSignal(model.listed):
        model.set_filter(PhotoFilter(state="to_review"))
    assert list(model.ids()) == [1, 3]


def test_a_reading_error_is_told_once_not_at_every_paint(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    model = listed(qtbot, app, runner)
    told: list[object] = []
    model.problem.connect(told.append)
    app.library.fail = CatalogError(plain("The catalog is damaged."))
    for _ in range(5):
        model.index(0).data(Display)
    qtbot.waitUntil(lambda: bool(told))
    model.index(0).data(Display)
    assert len(told) == 1
    model.ask_again()  # as after a while
    model.index(0).data(Display)
    assert len(told) == 1


@pytest.mark.parametrize("how", ["after a while", "the list is read again", "another filter"])
def test_a_page_that_could_not_be_read_is_asked_for_again(
    qtbot: QtBot, runner: JobRunner, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_model, "RETRY_MS", 1 if how == "after a while" else 10**6)
    app = FakeProgram(3)
    model = listed(qtbot, app, runner)
    told: list[object] = []
    model.problem.connect(told.append)
    app.library.fail = CatalogError(plain("The catalog is in use by another program."))
    model.index(0).data(Display)
    qtbot.waitUntil(lambda: bool(told))
    app.library.fail = None
    if how == "the list is read again":
        model.set_filter(PhotoFilter())
    elif how == "another filter":
        model.set_filter(PhotoFilter(text="photo"))
        with qtbot.waitSignal(model.listed):
            pass
        model.index(0).data(Display)
    qtbot.waitUntil(lambda: model.rowCount() > 0 and model.index(0).data(Display) is not None)
    assert len(told) == 1


def test_failed_photo_has_no_thumbnail_and_says_why(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(2)
    app.world.break_photo(1, ErrorKind.EMPTY, "The file is empty.")
    model = listed(qtbot, app, runner)
    loaded(qtbot, model, 0)
    assert model.index(0).data(ThumbnailRole) is None
    assert "The file is empty." in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "The file is empty." in describe(model.index(0).data(RowRole))


def test_pending_photo_is_a_placeholder_until_the_engine_gives_its_thumbnail(
    qtbot: QtBot, runner: JobRunner
) -> None:
    app = FakeProgram()
    app.world.add_photos(Path("/new"), 1, PhotoState.PENDING)
    model = listed(qtbot, app, runner)
    loaded(qtbot, model, 0)
    assert model.index(0).data(ThumbnailRole) is None
    qtbot.waitUntil(lambda: ("thumbnail", ANY) in app.library.asked and not runner.awaits_answers)
    assert model.index(0).data(ThumbnailRole) is None
    app.world.find(1)
    model.on_changes(Changes(frozenset({1})))
    qtbot.waitUntil(lambda: model.index(0).data(ThumbnailRole) is not None)
    assert app.viewing.decoded == [], "no original was decoded for a thumbnail"


def test_a_thumbnail_that_comes_while_it_is_asked_for_is_not_missed(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram()
    app.world.add_photos(Path("/new"), 1, PhotoState.PENDING)
    loader = thumbnails(app.library, app.viewing, runner)
    asked, release = threading.Event(), threading.Event()
    real = app.library.thumbnail

    def slow(photo_id: int) -> bytes | None:
        answer = real(photo_id)
        asked.set()
        release.wait(10)
        return answer

    app.library.thumbnail = slow  # type: ignore[method-assign]
    assert loader.get(1) is None
    qtbot.waitUntil(asked.is_set)
    app.world.find(1)
    loader.forget(frozenset({1}))
    with qtbot.waitSignal(loader.loaded):
        release.set()


def test_a_lost_thumbnail_of_an_analysed_photo_is_made_again(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.library.thumbnail = lambda photo_id: None  # type: ignore[method-assign]
    loader = thumbnails(app.library, app.viewing, runner)
    loader.get(1)
    qtbot.waitUntil(lambda: loader.get(1) is not None)
    assert app.viewing.decoded == [1]


def test_thumbnails_latest_wanted_first(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(40)
    order: list[int] = []
    real = app.library.thumbnail

    def note(photo_id: int) -> bytes | None:
        order.append(photo_id)
        return real(photo_id)

    app.library.thumbnail = note  # type: ignore[method-assign]
    loader = thumbnails(app.library, app.viewing, runner)
    for photo_id in range(1, 21):
        loader.get(photo_id)
    qtbot.waitUntil(lambda: len(order) == 20)
    assert set(order[:2]) == {1, 2}  # the two that were free to start
    assert order[2:6] == [20, 19, 18, 17]


def sorted_ids(numbers: set[int]) -> array[int]:
    return array("q", sorted(numbers))


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_merge_keeps_all_once_and_both_orders(old: set[int], new: set[int]) -> None:
    merged = list(merge_keeping(sorted_ids(old), sorted_ids(new)))
    assert sorted(merged) == sorted(old | new)
    assert [one for one in merged if one in old] == sorted(old)
    assert [one for one in merged if one in new] == sorted(new)


@pytest.mark.parametrize(("old", "new"), [([], [1]), ([1], []), ([1, 2, 3], [2])])
def test_merge_examples(old: list[int], new: list[int]) -> None:
    assert list(merge_keeping(array("q", old), array("q", new))) == sorted({*old, *new})
