"""Messages inside the window: said once, calmly, with what can be done; never a storm of dialogs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.widgets import in_key_order, label
from phototagger.gui.kit.wording import tr

KEPT_MAX = 8  # and every error besides: those stay until they are closed
SHOWN_MAX = 8  # of the list when it is unfolded; the next one follows where one is closed
_GRAVE = ("error", "warning")
_FIRST_TO_GO = ("good", "info", "warning")
_LOOKS = {
    "info": ("info", "accent", "tint"),
    "good": ("check", "added", "added_tint"),
    "warning": ("warning", "warning", "warning_tint"),
    "error": ("warning", "removed", "removed_tint"),
}  # icon, its colour, the ground
GOOD_NEWS_MS = 8000  # good news leaves by itself; problems stay until closed


class Message(QFrame):
    """One message. ``level`` is info, good, warning or error."""

    left = Signal()  # it was closed, or its time is over

    def __init__(
        self, level: str, text: str, action: str, on_action: Callable[[], object] | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.level = level
        self._sign = QLabel()
        self.text = label(text, wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        self.action_button: QPushButton | None = None
        if action and on_action is not None:
            self.action_button = QPushButton(action)
            self.action_button.clicked.connect(on_action)
            self.action_button.clicked.connect(self.leave)
            row.addWidget(self.action_button)
        self.more_button = QToolButton()
        self.more_button.hide()
        row.addWidget(self.more_button)
        self.close_button = QToolButton()
        icons.set_icon(self.close_button, "cross", "muted")
        self.close_button.setToolTip(tr("Close"))
        self.close_button.setAccessibleName(tr("Close this message"))
        self.close_button.clicked.connect(self.leave)
        row.addWidget(self.close_button)
        self.refresh_look()

    def buttons(self) -> list[QWidget]:
        """From left to right."""
        action = [] if self.action_button is None else [self.action_button]
        return [*action, self.more_button, self.close_button]

    def refresh_look(self) -> None:
        """Takes on the colours of the look in use."""
        look = colours()
        icon, ink, fill = _LOOKS[self.level]
        self.setStyleSheet(f"Message {{ background: {getattr(look, fill)}; border-radius: 8px; }}")
        self._sign.setPixmap(icons.pixmap(icon, getattr(look, ink), icons.SIZE, self.devicePixelRatioF()))

    def leave(self) -> None:
        self.hide()
        self.setParent(None)
        self.left.emit()
        self.deleteLater()


class Messages(QWidget):
    """One line above the photos: the newest message, and a button for the list of those behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.follows: QWidget | None = None  # what Tab comes from
        self._unfolded = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(UNIT, 0, UNIT, 0)
        self._column.setSpacing(UNIT // 2)

    def say(
        self, level: str, text: str, action: str = "", on_action: Callable[[], object] | None = None
    ) -> Message:
        """Shows a message; the same words twice show once. Where there are many, the oldest good news goes first,
        then what was merely news, then warnings; an error stays until it is closed."""
        for message in self.shown():
            if message.text.text() == text:
                message.leave()
        while len(self.shown()) >= KEPT_MAX and (least := self._least()) is not None:
            least.leave()
        made = Message(level, text, action, on_action, self)
        made.left.connect(self._arrange)
        made.more_button.clicked.connect(self._fold)
        self._column.insertWidget(0, made)
        if self.follows is not None:
            in_key_order(self.follows, *made.buttons())
        self._arrange()
        if level == "good" or (level == "info" and not action):
            QTimer.singleShot(GOOD_NEWS_MS, made, made.leave)
        return made

    def _least(self) -> Message | None:
        """The message that is missed least; None where all are errors."""
        shown = self.shown()
        return next((one for level in _FIRST_TO_GO for one in shown if one.level == level), None)

    def refresh_look(self) -> None:
        """The look changed: each message takes on its colours."""
        for message in self.shown():
            message.refresh_look()

    def _fold(self) -> None:
        self._unfolded = not self._unfolded
        self._arrange()

    def _arrange(self) -> None:
        """The newest stands alone unless the person wants to see all."""
        messages = self.shown()
        behind = len(messages) - 1
        self._unfolded &= behind > 0
        for place, message in enumerate(reversed(messages)):
            newest = place == 0
            message.setVisible(newest or (self._unfolded and place < SHOWN_MAX))
            message.more_button.setVisible(newest and behind > 0)
        if behind > 0:
            button = messages[-1].more_button
            button.setText(tr("Only this") if self._unfolded else tr("%n more", "", behind))
            button.setToolTip(tr("Messages from before"))
            worst = {message.level for message in messages[:-1]} & set(_GRAVE)
            if worst:
                icons.set_icon(button, "warning", "removed" if "error" in worst else "warning")
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            else:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)

    def shown(self) -> list[Message]:
        """Oldest first."""
        return self.findChildren(Message, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def texts(self) -> list[str]:
        return [message.text.text() for message in self.shown()]
