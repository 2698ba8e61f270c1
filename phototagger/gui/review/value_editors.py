"""What a single value is typed or chosen in: some lines of text, one line, or one of a few choices."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from phototagger.domain.facets.facet import ValueFacet
from phototagger.gui.kit.facet_words import FacetWords
from phototagger.gui.kit.theme import UNIT

_NONE = "\u2013"  # the choice of no value


class Editor(Protocol):
    """``edited``: the value is another, by whoever; ``sent``: the person wants it saved."""

    edited: Signal
    sent: Signal

    def value(self) -> str: ...

    def show_value(self, value: str) -> None: ...


class _Given:
    """The text that an editor was given to show. Editors turn line breaks and odd blanks into others: a text that
    nobody touched is still the one it was."""

    def __init__(self) -> None:
        self._text = ""
        self._shown: str | None = None  # None: it is being put in

    def show(self, text: str) -> None:
        self._text, self._shown = text, None

    def became(self, shown: str) -> None:
        """What the editor made of it."""
        self._shown = shown

    def value(self, now: str) -> str:
        """The text given while the editor shows just that; else what it shows ``now``."""
        return self._text if self._shown in (None, now) else now


class LinesEditor(QPlainTextEdit):
    """Some lines of text; ``sent`` by Ctrl+Enter, for Enter starts a line."""

    edited = Signal()
    sent = Signal()

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._given = _Given()
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 3 * UNIT)
        self.textChanged.connect(self.edited)

    def value(self) -> str:
        return self._given.value(self.toPlainText())

    def show_value(self, value: str) -> None:
        self._given.show(value)
        self.setPlainText(value)
        self._given.became(self.toPlainText())
        self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)


class LineEditor(QLineEdit):
    """One line; ``sent`` by Enter."""

    edited = Signal()
    sent = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._given = _Given()
        self.textChanged.connect(lambda _: self.edited.emit())
        self.returnPressed.connect(self.sent)

    def value(self) -> str:
        return self._given.value(self.text())

    def show_value(self, value: str) -> None:
        self._given.show(value)
        self.setText(value)
        self._given.became(self.text())
        self.edited.emit()


class ChoiceEditor(QComboBox):
    """One of the values that there are, or none; ``sent`` as soon as another is chosen. A value of a file that is
    none of them is shown all the same."""

    edited = Signal()
    sent = Signal()

    def __init__(self, facet: ValueFacet, words: FacetWords) -> None:
        super().__init__()
        self._words = words
        self.addItem(_NONE, "")
        for choice in facet.choices:
            self.addItem(words.choice(choice), choice)
        self.currentIndexChanged.connect(lambda _: self.edited.emit())
        self.activated.connect(lambda _: self.sent.emit())

    def value(self) -> str:
        return str(self.currentData() or "")

    def show_value(self, value: str) -> None:
        if self.findData(value) < 0:
            self.addItem(self._words.choice(value), value)
        self.setCurrentIndex(self.findData(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The panel scrolls; a value is not changed by the way."""
        event.ignore()


AnyEditor = LinesEditor | LineEditor | ChoiceEditor


def editor_for(facet: ValueFacet, words: FacetWords) -> AnyEditor:
    """An editor for values of this kind, with its name and hint."""
    made: AnyEditor
    if facet.choices:
        made = ChoiceEditor(facet, words)
    elif facet.lines > 1:
        made = LinesEditor(facet.lines)
        made.setPlaceholderText(words.hint)
    else:
        made = LineEditor()
        made.setPlaceholderText(words.hint)
    made.setAccessibleName(words.name)
    return made


def tip_of(editor: QWidget) -> str:
    """How what is in it is saved by the keyboard."""
    return "Ctrl+Enter" if isinstance(editor, LinesEditor) else "Enter"
