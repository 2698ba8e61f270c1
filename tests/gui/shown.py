"""All words that a window shows or tells a screen reader, and which of them are in no translation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QTabWidget,
    QTextEdit,
    QWidget,
)

from phototagger.gui.kit.two_line import SubtitleRole

_MOST_ROWS = 20
_SHOWN_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    SubtitleRole,
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """Each text with where it stands, of the window itself and of all that is visible in it."""
    for widget in (root, *root.findChildren(QWidget)):
        if widget is root or widget.isVisibleTo(root):
            for text in _of(widget):
                if text:
                    yield f"{type(widget).__name__} {widget.objectName()}".strip(), text


def untranslated(text: str, data: frozenset[str] = frozenset()) -> list[str]:
    """The words of a text that stand outside the brackets of the language nobody speaks, and are no ``data``."""
    outside, depth = [], 0
    for letter in re.sub(r"<[^<>]*>", " ", text):
        depth += letter == "⟦"
        outside.append(letter if depth == 0 else " ")
        depth -= letter == "⟧"
    rest = "".join(outside)
    for known in sorted(data, key=len, reverse=True):
        rest = rest.replace(known, " ")
    return _WORD.findall(rest)


def _of(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.statusTip())
    if widget.isWindow():
        yield widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    if isinstance(widget, QGroupBox | QMenu):
        yield widget.title()
    if isinstance(widget, QSpinBox):
        yield from (widget.suffix(), widget.prefix(), widget.specialValueText())
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(place) for place in range(widget.count()))
    for action in widget.actions():
        if action.isVisible():
            yield from (action.text(), action.toolTip())
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        yield from _of_model(widget.model(), QModelIndex())


def _of_model(model: QAbstractItemModel | None, parent: QModelIndex) -> Iterator[str]:
    if model is None:
        return
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    if not parent.isValid() and columns > 1:
        for section in range(columns):
            yield _text(model.headerData(section, Qt.Orientation.Horizontal))
    for row in range(min(_MOST_ROWS, model.rowCount(parent))):
        for column in range(columns):
            index = model.index(row, column, parent)
            yield from (_text(index.data(role)) for role in _SHOWN_ROLES)
            if column == 0 and columns > 1:
                yield from _of_model(model, index)


def _text(value: object) -> str:
    return value if isinstance(value, str) and not value.isdigit() else ""
