"""Pixmaps fetched behind the window: what is kept, what is let go, and what is fetched again."""

from __future__ import annotations

import threading

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit.latest_first import AT_ONCE, LatestFirstCache

SIDE = 4
PIXMAP_BYTES = SIDE * SIDE * 4


class Source:
    """Squares of one grey, by any key; ``grey`` is that of now."""

    def __init__(self) -> None:
        self.grey = 10
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def load(self, key: str) -> QImage | None:
        self.asked.append(key)
        grey = self.grey
        self.gate.wait(10)
        if key == "nothing":
            return None
        if key == "fault":
            raise OSError("It cannot be read.")
        image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        image.fill(grey << 16 | grey << 8 | grey)
        return image


def grey_of(cache: LatestFirstCache[str], key: str) -> int | None:
    found = cache.get(key)
    return None if found is None else found.toImage().pixelColor(0, 0).red()


def test_what_was_shown_longest_ago_makes_room(qtbot: QtBot, runner: JobRunner) -> None:
    source = Source()
    cache = LatestFirstCache(source.load, runner, 2 * PIXMAP_BYTES, 100)
    for key in ("a", "b"):
        cache.get(key)
        qtbot.waitUntil(lambda key=key: cache.get(key) is not None)  # type: ignore[misc]
    cache.get("a")  # looked at again, so "b" is the older one
    cache.get("c")
    qtbot.waitUntil(lambda: cache.get("c") is not None)
    assert cache.get("a") is not None
    assert cache.get("b") is None


def test_what_scrolled_by_long_ago_is_not_fetched(qtbot: QtBot, runner: JobRunner) -> None:
    source = Source()
    source.gate.clear()
    cache = LatestFirstCache(source.load, runner, 100 * PIXMAP_BYTES, 3)
    for number in range(20):
        cache.get(str(number))
    source.gate.set()
    qtbot.waitUntil(lambda: len(source.asked) == AT_ONCE + 3 and cache.get("17") is not None)
    assert set(source.asked) == {"0", "1", "19", "18", "17"}


def test_a_changed_one_is_shown_as_it_was_until_it_is_there_again(qtbot: QtBot, runner: JobRunner) -> None:
    source = Source()
    cache = LatestFirstCache(source.load, runner, 100 * PIXMAP_BYTES, 100)
    qtbot.waitUntil(lambda: grey_of(cache, "a") == 10)
    source.grey = 20
    cache.forget({"a"})
    assert grey_of(cache, "a") == 10
    qtbot.waitUntil(lambda: grey_of(cache, "a") == 20)


def test_after_clearing_nothing_old_stays_not_even_what_is_on_its_way(
    qtbot: QtBot, runner: JobRunner
) -> None:
    source = Source()
    cache = LatestFirstCache(source.load, runner, 100 * PIXMAP_BYTES, 100)
    qtbot.waitUntil(lambda: grey_of(cache, "a") == 10)
    source.gate.clear()
    cache.get("b")
    qtbot.waitUntil(lambda: source.asked == ["a", "b"])
    source.grey = 20
    cache.clear()
    assert cache.get("a") is None
    source.gate.set()
    qtbot.waitUntil(lambda: (grey_of(cache, "a"), grey_of(cache, "b")) == (20, 20))


def test_what_is_not_to_be_had_is_asked_for_once_until_it_changes(qtbot: QtBot, runner: JobRunner) -> None:
    source = Source()
    cache = LatestFirstCache(source.load, runner, 100 * PIXMAP_BYTES, 100)
    for key in ("nothing", "fault", "a"):
        cache.get(key)
    qtbot.waitUntil(lambda: cache.get("a") is not None and not runner.awaits_answers)
    assert cache.get("nothing") is None
    assert cache.get("fault") is None
    assert sorted(source.asked) == ["a", "fault", "nothing"]
    cache.forget({"nothing"})
    cache.get("nothing")
    qtbot.waitUntil(lambda: source.asked.count("nothing") == 2)
