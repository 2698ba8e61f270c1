"""Photos called by a wrong suffix are found and renamed in the window, and called as before."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import plain
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.operations import names, write
from phototagger.gui.operations.jobs import Slot
from phototagger.jobs.write.fix_names import NewName
from tests.gui.conftest import context_of, open_window
from tests.gui.fakes.program import FakeProgram

PHOTOS = Path("/photos")


def new(number: int, refused: Failure | None = None) -> NewName:
    return NewName(1, PHOTOS / f"{number}.HEIC", PHOTOS / f"{number}.JPG", (), refused)


def test_all_of_them_are_renamed_by_one_button_and_undone_by_one(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(5)
    reason = "/photos/9.HEIC keeps its name: there is a file called 9.JPG already."
    taken = Failure(ErrorKind.WRITE_REFUSED, plain(reason))
    app.writing.new_names = [new(1), new(2), new(3), new(4), new(9, taken)]
    window = open_window(qtbot, app, runner)
    qtbot.waitUntil(window.actions_.fix_names.isEnabled)
    window.actions_.fix_names.trigger()
    told = "Called by a wrong suffix: 4 photos (1.HEIC → 1.JPG, 2.HEIC → 2.JPG, 3.HEIC → 3.JPG, 1 more)."
    qtbot.waitUntil(lambda: told in window.messages.texts())
    assert any("keeps its name: there is a file called 9.JPG" in text for text in window.messages.texts())
    assert not any(
        call == "fix_names" for call, _ in app.world.calls
    )  # nothing is renamed that was not agreed to
    to = context_of(window)
    qtbot.waitUntil(lambda: not to.jobs.busy(Slot.FILES))
    names.fix(to, app.writing.new_names[:4])
    qtbot.waitUntil(lambda: "Renamed: 4 photos." in window.messages.texts())
    assert ("fix_names", ["1.JPG", "2.JPG", "3.JPG", "4.JPG"]) in app.world.calls
    qtbot.waitUntil(lambda: window.history.runs.count() == 1)
    assert window.history.runs.item(0).text() == "4 photos renamed"
    assert not window.history.added_button.isVisibleTo(window.history)
    qtbot.waitUntil(lambda: not to.jobs.busy(Slot.FILES))
    write.undo_run(to, 7)
    qtbot.waitUntil(lambda: "Called as before: 4 photos." in window.messages.texts())


def test_right_suffixes_are_told(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(1), runner)
    qtbot.waitUntil(window.actions_.fix_names.isEnabled)
    window.actions_.fix_names.trigger()
    qtbot.waitUntil(lambda: "Every photo has the suffix that it should have." in window.messages.texts())
