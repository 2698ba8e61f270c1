"""Our own line icons, drawn in the colour of the look in use and sharp at every scale."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from phototagger.gui.kit.theme import colours
from phototagger.settings.locations import resources_folder

SIZE = 20  # px, where an icon stands beside text


@functools.cache
def _source(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=512)
def pixmap(name: str, colour: str, side: int = SIZE, ratio: float = 1.0) -> QPixmap:
    """The icon, ``side`` logical pixels square, for a screen with ``ratio`` device pixels to one."""
    made = QPixmap(round(side * ratio), round(side * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    svg = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    svg.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return made


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon in the text colour (or ``colour``), paler when disabled."""
    look = colours()
    made = QIcon()
    for side in (16, SIZE, 32):
        for ratio in (1.0, 2.0):
            made.addPixmap(pixmap(name, colour or look.text, side, ratio), QIcon.Mode.Normal)
            made.addPixmap(pixmap(name, look.faint, side, ratio), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    """The program's own icon."""
    made = QIcon()
    for side in (16, 32, 48, 64, 128, 256):
        made.addPixmap(pixmap("app", "#000000", side))
    return made


def set_icon(target: QAbstractButton | QAction, name: str, role: str = "text") -> None:
    """Gives a button or action an icon that ``refresh`` redraws when the look changes. ``role`` names one of
    :class:`phototagger.gui.kit.theme.Colours`."""
    target.setProperty("iconName", name)
    target.setProperty("iconRole", role)
    target.setIcon(icon(name, getattr(colours(), role)))
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(SIZE, SIZE))


def refresh(root: QObject) -> None:
    """Redraws every icon below ``root`` in the colours of the look in use."""
    targets: list[QAbstractButton | QAction] = [
        *root.findChildren(QAbstractButton),
        *root.findChildren(QAction),
    ]
    for target in targets:
        name = target.property("iconName")
        if isinstance(name, str):
            target.setIcon(icon(name, getattr(colours(), str(target.property("iconRole")))))
