"""A cache of pixmaps that are fetched away from the window's thread, the latest wanted first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Set
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from phototagger.gui.bridge.runner import JobRunner

AT_ONCE = 2

Key = TypeVar("Key", bound=Hashable)


class LatestFirstCache(QObject, Generic[Key]):
    """Pixmaps by key, and the queue behind them."""

    loaded = Signal(object)  # a key whose pixmap is there now

    def __init__(
        self,
        load: Callable[[Key], QImage | None],
        runner: JobRunner,
        kept_bytes: int,
        wanted_max: int,
        parent: QObject | None = None,
    ) -> None:
        """``load`` runs on any thread; None means that there is nothing to show. Of what was asked for, the latest
        ``wanted_max`` are worth fetching: what scrolled by longer ago is not."""
        super().__init__(parent)
        self._load = load
        self._runner = runner
        self._kept_bytes = kept_bytes
        self._wanted_max = wanted_max
        self._cache: OrderedDict[Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wanted: OrderedDict[Key, None] = OrderedDict()
        self._running: set[Key] = set()
        self._absent: set[Key] = set()
        self._stale: set[Key] = set()

    def get(self, key: Key) -> QPixmap | None:
        """The pixmap, or None and a note that it is wanted; ``loaded`` follows when it comes."""
        found = self._cache.get(key)
        if found is not None:
            self._cache.move_to_end(key)
        if (found is None and key not in self._absent) or key in self._stale:
            self._want(key)
        return found

    def forget(self, keys: Set[Key]) -> None:
        """These changed: ask again. What is shown meanwhile is the old pixmap, not a hole."""
        self._absent -= keys
        self._stale |= keys & (self._cache.keys() | self._running)

    def clear(self) -> None:
        """Everything may have changed: what is shown next is fetched again, and nothing is shown until then."""
        self._cache.clear()
        self._bytes = 0
        self._absent.clear()
        self._wanted.clear()
        self._stale = set(self._running)

    def drop_wanted(self) -> None:
        """Nobody looks at what was asked for so far: a new list is shown."""
        self._wanted.clear()

    def _want(self, key: Key) -> None:
        if key in self._running:
            return
        self._wanted[key] = None
        self._wanted.move_to_end(key)
        if len(self._wanted) > self._wanted_max:
            self._wanted.popitem(last=False)
        self._pump()

    def _pump(self) -> None:
        while self._wanted and len(self._running) < AT_ONCE:
            key, _ = self._wanted.popitem()
            self._running.add(key)
            self._stale.discard(key)
            self._fetch(key)

    def _fetch(self, key: Key) -> None:
        load = self._load

        def done(image: QImage | None) -> None:
            self._running.discard(key)
            if image is None or image.isNull():
                if key not in self._stale:
                    self._absent.add(key)
                elif key not in self._cache:  # it changed on the way, perhaps it has one now
                    self._stale.discard(key)
                    self._want(key)
            else:
                self._keep(key, QPixmap.fromImage(image))
                self.loaded.emit(key)
            self._pump()

        def failed(_: Exception) -> None:  # what stands in its place tells why; the log has the reason
            done(None)

        self._runner.call(lambda: load(key), done, failed)

    def _keep(self, key: Key, pixmap: QPixmap) -> None:
        old = self._cache.pop(key, None)
        if old is not None:
            self._bytes -= _cost(old)
        self._cache[key] = pixmap
        self._bytes += _cost(pixmap)
        while self._bytes > self._kept_bytes and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= _cost(oldest)


def _cost(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
