"""Thumbnails for the grid, by photo id."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.records import PhotoState
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Library, Viewing
from phototagger.gui.kit.images import image_of, to_keep
from phototagger.gui.kit.latest_first import LatestFirstCache

DRAWN_SIDE = 320  # px, longer side kept in memory: enough for the largest zoom at 100 %
KEPT_BYTES = 192 * 2**20
WANTED_MAX = 400


def thumbnails(
    library: Library, viewing: Viewing, runner: JobRunner, parent: QObject | None = None
) -> LatestFirstCache[int]:
    """The cache of the grid."""
    return LatestFirstCache(
        lambda photo_id: load_thumbnail(library, viewing, photo_id), runner, KEPT_BYTES, WANTED_MAX, parent
    )


def load_thumbnail(library: Library, viewing: Viewing, photo_id: int) -> QImage | None:
    """The stored thumbnail. One that was lost is made from the photo again; None while the photo waits for its
    analysis, for no file is looked into before the engine has survived it. Runs on any thread."""
    jpeg = library.thumbnail(photo_id)
    image = QImage.fromData(jpeg) if jpeg else QImage()
    if image.isNull():
        if not any(one.photo.state is PhotoState.ANALYSED for one in library.details_of([photo_id])):
            return None
        try:
            image = image_of(viewing.photo(photo_id, DRAWN_SIDE).pixels)
        except PhotoTaggerError:
            return None  # the photo's own state says why
    return to_keep(image, DRAWN_SIDE)
