"""Asking before all faces are forgotten: there is no way back."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from phototagger.gui.kit.wording import tr


class ForgetDialog(QMessageBox):
    """``accepted`` when the person means it; the safe answer is the default."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(tr("Forget all faces"))
        self.setText(tr("Forget all faces and names?"))
        self.setInformativeText(
            tr(
                "Every face with its box and fingerprint, every group and every name is deleted from the "
                "catalog, its old copies too, and overwritten on the disk. This cannot be undone. Names "
                "that were written into photos stay in the photos; undo of a write still takes out what "
                "it added there, but cannot put a face back. To keep new faces from being looked for, "
                "switch faces off in the settings."
            )
        )
        self.forget = self.addButton(tr("Forget"), QMessageBox.ButtonRole.AcceptRole)
        keep = self.addButton(tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
