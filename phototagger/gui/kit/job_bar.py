"""The status bar: what runs, how far it is, how fast, how long still, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QToolButton, QWidget

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import duration, grouped, plain_tip, tr
from phototagger.jobs.progress import Progress


class JobBar(QWidget):
    """Shows the progress of the job in front; at rest, what the catalog holds."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.has_device = False  # whether the device was asked for
        self._text = label()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(200)
        self.bar.setAccessibleName(tr("Progress"))
        self._numbers = label("", "muted")
        self.cancel_button = QToolButton()
        icons.set_icon(self.cancel_button, "stop")
        self.cancel_button.setText(tr("Stop"))
        self.cancel_button.setToolTip(tr("Stop; what is finished is kept"))
        self.cancel_button.setAccessibleName(tr("Stop the running job"))
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self._device = label("", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, 2, 2 * UNIT, 2)
        row.setSpacing(2 * UNIT)
        row.addWidget(self._text, 1)
        row.addWidget(self._numbers)
        row.addWidget(self.bar)
        row.addWidget(self.cancel_button)
        row.addWidget(self._device)
        self.rest("")

    def rest(self, text: str) -> None:
        """No job runs."""
        self._text.setText(text)
        self._numbers.clear()
        for widget in (self.bar, self.cancel_button, self._numbers):
            widget.hide()

    def begin(self, text: str) -> None:
        """A job starts; how far it is, is not known yet."""
        self._text.setText(text)
        self.bar.setRange(0, 0)
        self.cancel_button.setEnabled(True)
        for widget in (self.bar, self.cancel_button, self._numbers):
            widget.show()

    def stopping(self) -> None:
        self.cancel_button.setEnabled(False)
        self._text.setText(tr("Stopping: finishing what is in hand…"))

    def show_progress(self, name: str, progress: Progress) -> None:
        """``name`` says what the job does, in words."""
        parts = []
        if progress.total:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(min(progress.done, progress.total))
            parts.append(f"{grouped(progress.done)} / {grouped(progress.total)}")
        else:
            self.bar.setRange(0, 0)
            parts.append(grouped(progress.done))
        if progress.rate:
            rate = f"{progress.rate:.1f}" if progress.rate < 20 else grouped(round(progress.rate))
            parts.append(tr("{rate} photos/s", rate=rate))
        if progress.seconds_left is not None:
            parts.append(tr("{duration} left", duration=duration(progress.seconds_left)))
        if progress.failed:
            parts.append(tr("%n problem(s)", "", progress.failed))
        self._numbers.setText(" · ".join(parts))
        if self.cancel_button.isEnabled():
            self._text.setText(f"{name} · {progress.note}" if progress.note else name)

    def show_device(self, text: str, tip: str) -> None:
        self._device.setText(text)
        self._device.setToolTip(plain_tip(tip))

    def numbers(self) -> str:
        """What stands beside the bar."""
        return self._numbers.text()

    def text(self) -> str:
        """What runs, or what the catalog holds."""
        return self._text.text()
