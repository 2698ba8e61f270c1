"""Pixels as Qt holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels


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
