"""Crops of faces, cut from the decoded photo. They are kept in memory only."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.records import Box
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Viewing
from phototagger.gui.kit.images import image_of, to_keep
from phototagger.gui.kit.latest_first import LatestFirstCache

CROP_SIDE = 224  # px, of a crop in memory: sharp at 200 % where the photo is
KEPT_BYTES = 1500 * CROP_SIDE * CROP_SIDE * 4
WANTED_MAX = 300


class FaceCrop(NamedTuple):
    """Which face, and where it is to be cut from."""

    face: int
    photo: int
    box: Box


def face_crops(
    viewing: Viewing, runner: JobRunner, parent: QObject | None = None
) -> LatestFirstCache[FaceCrop]:
    """The cache of the people view."""
    return LatestFirstCache(lambda crop: load_crop(viewing, crop), runner, KEPT_BYTES, WANTED_MAX, parent)


def load_crop(viewing: Viewing, crop: FaceCrop) -> QImage | None:
    """The crop, at most ``CROP_SIDE`` pixels; None when the photo cannot be had. Runs on any thread."""
    try:
        image = image_of(viewing.face(crop.photo, crop.box, CROP_SIDE))
    except PhotoTaggerError:
        return None  # the photo's own state says why
    return to_keep(image, CROP_SIDE)
