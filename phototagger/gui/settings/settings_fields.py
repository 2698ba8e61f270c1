"""The pieces of which the settings' pages are made: a form, fields that know their names, sentences below them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label

TICK_INDENT = 3 * UNIT  # where the words of a tick begin


def form_page() -> tuple[QScrollArea, QFormLayout]:
    """A page that scrolls where the screen is low, and its form."""
    page = QWidget()
    form = QFormLayout(page)
    form.setContentsMargins(UNIT, 2 * UNIT, 2 * UNIT, UNIT)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    form.setHorizontalSpacing(2 * UNIT)
    form.setVerticalSpacing(UNIT + UNIT // 2)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    around = QScrollArea()
    around.setWidgetResizable(True)
    around.setFrameShape(QFrame.Shape.NoFrame)
    around.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    around.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    around.setWidget(page)
    return around, form


def choice(name: str, texts: Mapping[str, str], now: str) -> QComboBox:
    """``texts``: value to words."""
    box = QComboBox()
    box.setObjectName(name)
    for value, text in texts.items():
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(now)))
    return box


def text_field(name: str, now: str, empty: str) -> QLineEdit:
    """``empty``: what no text means."""
    field = QLineEdit(now)
    field.setObjectName(name)
    field.setPlaceholderText(empty)
    return field


def tick(name: str, text: str, now: bool) -> QCheckBox:
    box = QCheckBox(text)
    box.setObjectName(name)
    box.setChecked(now)
    return box


def number(name: str, now: int, least: int, most: int, unit: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setRange(least, most)
    box.setSuffix(unit)
    box.setValue(now)
    box.setMaximumWidth(160)
    box.lineEdit().setTextMargins(UNIT - 1, 0, 0, 0)  # Fusion takes no padding of a style sheet here
    return box


def add_heading(form: QFormLayout, text: str) -> None:
    heading = label(text, "heading")
    heading.setContentsMargins(0, UNIT if form.rowCount() else 0, 0, 0)
    form.addRow(heading)


def add_note(form: QFormLayout, text: str) -> None:
    form.addRow(label(text, "muted", wrap=True))


def add_field(form: QFormLayout, text: str, field: QWidget, note: str | Mapping[str, str] = "") -> None:
    """A row of the form: ``text`` before the field, a sentence below it. Where ``note`` has a sentence for each
    value of a choice, that of the chosen one is shown."""
    below = label("", "muted", wrap=True)
    if isinstance(note, str):
        below.setText(note)
    elif isinstance(field, QComboBox):
        _follow(below, field, note)
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(UNIT // 2)
    column.addWidget(field)
    column.addWidget(below)
    below.setVisible(bool(note))
    if isinstance(field, QCheckBox):
        below.setContentsMargins(TICK_INDENT, 0, 0, 0)
        field.setAccessibleDescription(below.text())
        form.addRow(holder)
        return
    if isinstance(field, QComboBox):
        field.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    field.setAccessibleName(text)
    if isinstance(note, str):
        field.setAccessibleDescription(note)
    beside = label(text)
    field.ensurePolished()
    beside.setFixedHeight(field.sizeHint().height())  # so its words are on one line with the field's
    beside.setBuddy(field)
    form.addRow(beside, holder)


def _follow(below: QLabel, field: QComboBox, sentences: Mapping[str, str]) -> None:
    def told() -> None:
        sentence = sentences[str(field.currentData())]
        below.setText(sentence)
        field.setAccessibleDescription(sentence)

    field.currentIndexChanged.connect(told)
    told()


def title_of(field: QWidget) -> str:
    """What a field is known by: its own text, or the label beside it."""
    return field.text() if isinstance(field, QCheckBox) else field.accessibleName()
