"""Who we are, in a few lines."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from phototagger import __version__
from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr


def about_dialog(window: QWidget) -> QDialog:
    """Who we are, in a few lines."""
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("About phototagger"))
    sign = QLabel()
    sign.setPixmap(icons.pixmap("app", "#000000", 80, dialog.devicePixelRatioF()))
    text = tr(
        "Finds keywords, people and objects in your photos on this computer, and writes them into the photos' "
        "own metadata once you accept them. No photo ever leaves this computer."
    )
    words = QVBoxLayout()
    words.setSpacing(UNIT)
    words.addWidget(label("phototagger", "title"))
    words.addWidget(label(tr("Version {version}", version=f"{__version__} · Qt {qVersion()}"), "muted"))
    words.addWidget(label(text, wrap=True))
    words.addWidget(label(tr("Free software under the Apache License 2.0."), "muted"))
    row = QHBoxLayout()
    row.setSpacing(3 * UNIT)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(words, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
    column.setSpacing(2 * UNIT)
    column.addLayout(row)
    column.addWidget(buttons)
    dialog.setMinimumWidth(480)
    return dialog
