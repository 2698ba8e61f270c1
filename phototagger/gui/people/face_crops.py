"""Crops of faces: cut from the decoded photo away from the window's thread, the latest wanted first. They are kept
in memory only."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.records import Box
from phototagger.gui.bridge.app_port import AppPort
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.photos.thumbnails import image_of, to_keep

SIDE = 224  # px, of a crop in memory: sharp at 200 % where the photo is
KEPT = 1500
WANTED_MAX = 300
AT_ONCE = 2


def load_crop(app: AppPort, photo_id: int, box: Box) -> QImage | None:
    """The crop, at most ``SIDE`` pixels; None when the photo cannot be had. Runs on any thread."""
    try:
        image = image_of(app.face_pixels(photo_id, box, SIDE))
    except PhotoTaggerError:
        return None  # the photo's own state says why
    return to_keep(image, SIDE)


class FaceCrops(QObject):
    """A cache of pixmaps by face id, and the queue behind it."""

    loaded = Signal(int)  # the id of a face whose crop is there now

    def __init__(self, app: AppPort, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._runner = runner
        self._cache: OrderedDict[int, QPixmap] = OrderedDict()
        self._wanted: OrderedDict[int, tuple[int, Box]] = OrderedDict()
        self._running: set[int] = set()
        self._absent: set[int] = set()

    def get(self, face_id: int, photo_id: int, box: Box) -> QPixmap | None:
        """The pixmap, or None and a note that it is wanted; ``loaded`` follows when it comes."""
        found = self._cache.get(face_id)
        if found is not None:
            self._cache.move_to_end(face_id)
        elif face_id not in self._absent and face_id not in self._running:
            self._wanted[face_id] = (photo_id, box)
            self._wanted.move_to_end(face_id)
            if len(self._wanted) > WANTED_MAX:
                self._wanted.popitem(last=False)
            self._pump()
        return found

    def forget(self) -> None:
        """Everything may have changed: what is shown next is cut anew."""
        self._cache.clear()
        self._wanted.clear()
        self._absent.clear()

    def _pump(self) -> None:
        while self._wanted and len(self._running) < AT_ONCE:
            face_id, (photo_id, box) = self._wanted.popitem()
            self._running.add(face_id)
            self._fetch(face_id, photo_id, box)

    def _fetch(self, face_id: int, photo_id: int, box: Box) -> None:
        app = self._app

        def done(image: QImage | None) -> None:
            self._running.discard(face_id)
            if image is None or image.isNull():
                self._absent.add(face_id)
            else:
                self._cache[face_id] = QPixmap.fromImage(image)
                if len(self._cache) > KEPT:
                    self._cache.popitem(last=False)
                self.loaded.emit(face_id)
            self._pump()

        def failed(_: Exception) -> None:  # an empty card is shown; the log has the reason
            done(None)

        self._runner.call(lambda: load_crop(app, photo_id, box), done, failed)
