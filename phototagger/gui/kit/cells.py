"""What the cells of photos and of faces have in common."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle

from phototagger.gui.kit.theme import UNIT, Colours


def paint_cell(painter: QPainter, cell: QRect, state: QStyle.StateFlag, look: Colours) -> None:
    """What lies behind a photo or a face in a grid: whether it is selected, focused or under the pointer."""
    selected = bool(state & QStyle.StateFlag.State_Selected)
    focused = bool(state & QStyle.StateFlag.State_HasFocus)
    hovered = bool(state & QStyle.StateFlag.State_MouseOver)
    fill = look.tint if selected else look.surface if hovered else None
    if fill is None and not focused:
        return
    painter.setPen(QPen(QColor(look.accent), 2) if focused else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(cell).adjusted(1, 1, -1, -1), UNIT, UNIT)


def spans(rows: list[int]) -> list[tuple[int, int]]:
    """Sorted rows as runs of neighbours, first and last of each."""
    spans: list[tuple[int, int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    return spans
