"""Thumbnails for the grid: fetched away from the window's thread, the latest wanted first."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.records import PhotoState
from phototagger.gui.bridge.app_port import AppPort
from phototagger.gui.bridge.runner import JobRunner

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

SIDE = 320  # px, longer side kept in memory: enough for the largest zoom at 100 %
CACHE_BYTES = 192 * 2**20
WANTED_MAX = 400  # what scrolled by longer ago is not worth fetching any more
AT_ONCE = 2


def image_of(pixels: Pixels) -> QImage:
    """A QImage with its own copy of upright RGB ``uint8`` pixels (height, width, 3)."""
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def to_keep(image: QImage, side: int) -> QImage:
    """The image as caches keep it: at most ``side`` pixels long, quick to make a pixmap of."""
    if max(image.width(), image.height()) > side:
        mode = Qt.AspectRatioMode.KeepAspectRatio
        image = image.scaled(QSize(side, side), mode, Qt.TransformationMode.SmoothTransformation)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def load_thumbnail(app: AppPort, photo_id: int) -> QImage | None:
    """The stored thumbnail. One that was lost is made from the photo again; None while the photo waits for its
    analysis, for no file is looked into before the engine has survived it. Runs on any thread."""
    jpeg = app.library.thumbnail(photo_id)
    image = QImage.fromData(jpeg) if jpeg else QImage()
    if image.isNull():
        if not any(one.photo.state is PhotoState.ANALYSED for one in app.library.details_of([photo_id])):
            return None
        try:
            image = image_of(app.photo_pixels(photo_id, SIDE).pixels)
        except PhotoTaggerError:
            return None  # the photo's own state says why
    return to_keep(image, SIDE)


class ThumbnailLoader(QObject):
    """A cache of pixmaps by photo id, and the queue behind it."""

    loaded = Signal(int)  # the id of a photo whose pixmap is there now

    def __init__(self, app: AppPort, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._runner = runner
        self._cache: OrderedDict[int, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._running: set[int] = set()
        self._absent: set[int] = set()
        self._stale: set[int] = set()

    def get(self, photo_id: int) -> QPixmap | None:
        """The pixmap, or None and a note that it is wanted; ``loaded`` follows when it comes."""
        found = self._cache.get(photo_id)
        if found is not None:
            self._cache.move_to_end(photo_id)
        if (found is None and photo_id not in self._absent) or photo_id in self._stale:
            self._want(photo_id)
        return found

    def forget(self, photo_ids: frozenset[int]) -> None:
        """These photos changed: ask again. What is shown meanwhile is the old pixmap, not a hole."""
        self._absent -= photo_ids
        self._stale |= photo_ids & (self._cache.keys() | self._running)

    def drop_wanted(self) -> None:
        """Nobody looks at what was asked for so far: a new list is shown."""
        self._wanted.clear()

    def _want(self, photo_id: int) -> None:
        if photo_id in self._running:
            return
        self._wanted[photo_id] = None
        self._wanted.move_to_end(photo_id)
        if len(self._wanted) > WANTED_MAX:
            self._wanted.popitem(last=False)
        self._pump()

    def _pump(self) -> None:
        while self._wanted and len(self._running) < AT_ONCE:
            photo_id, _ = self._wanted.popitem()
            self._running.add(photo_id)
            self._stale.discard(photo_id)
            self._fetch(photo_id)

    def _fetch(self, photo_id: int) -> None:
        app = self._app

        def done(image: QImage | None) -> None:
            self._running.discard(photo_id)
            if image is None or image.isNull():
                if photo_id not in self._stale:
                    self._absent.add(photo_id)
                elif photo_id not in self._cache:  # it changed on the way, perhaps it has one now
                    self._stale.discard(photo_id)
                    self._want(photo_id)
            else:
                self._keep(photo_id, QPixmap.fromImage(image))
                self.loaded.emit(photo_id)
            self._pump()

        def failed(_: Exception) -> None:  # the grid shows the photo's state instead; the log has the reason
            done(None)

        self._runner.call(lambda: load_thumbnail(app, photo_id), done, failed)

    def _keep(self, photo_id: int, pixmap: QPixmap) -> None:
        old = self._cache.pop(photo_id, None)
        if old is not None:
            self._bytes -= _cost(old)
        self._cache[photo_id] = pixmap
        self._bytes += _cost(pixmap)
        while self._bytes > CACHE_BYTES and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= _cost(oldest)


def _cost(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
