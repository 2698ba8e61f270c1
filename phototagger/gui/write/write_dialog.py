"""The preview of a write: nothing goes into a file that was not shown here and agreed to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.writing import WritePlan
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label, sized
from phototagger.gui.kit.wording import tr
from phototagger.gui.write.plan_delegate import set_up
from phototagger.gui.write.plan_lines import PlanLines, totals_text
from phototagger.gui.write.plan_model import PlanModel

UNFOLD_MAX = 20  # files whose fields are shown at once; more start folded


class WriteDialog(QDialog):
    """Shows per file and field what is there and what will be, and what is left alone and why; ``accepted`` means:
    write.

    ``selected`` is how many photos were chosen for it; None when it is for all that were reviewed.
    """

    def __init__(
        self,
        plans: Sequence[WritePlan] | PlanLines,
        agreed: bool,
        parent: QWidget | None = None,
        selected: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._selected = selected
        lines = plans if isinstance(plans, PlanLines) else PlanLines(plans)
        self.plans = lines.writing
        self.setWindowTitle(
            tr("Write into all reviewed photos")
            if selected is None
            else tr("Write into %n selected photo(s)", "", selected)
        )
        sized(self, 920, 600)
        self.tree = QTreeView()
        self.tree.setAccessibleName(tr("What will be written"))
        set_up(self.tree, PlanModel(lines, self))
        if len(self.plans) <= UNFOLD_MAX:
            self.tree.expandToDepth(0)
        self.consent = QCheckBox(tr("I agree that phototagger changes the metadata of my photo files"))
        self.consent.setChecked(agreed)
        self.consent.toggled.connect(self._update)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.write_button = QPushButton(tr("Write %n file(s)", "", len(self.plans)))
        self.write_button.setProperty("primary", True)
        buttons.addButton(self.write_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(label(self._headline(), "title", wrap=True))
        column.addWidget(label(totals_text(lines.totals), "muted", wrap=True))
        column.addWidget(self.tree, 1)
        if not agreed:
            column.addWidget(self._first_time())
        legend = label(tr("+ will be added   − will be removed   grey stays as it is"), "muted")
        last = QHBoxLayout()
        last.addWidget(legend, 1)
        last.addWidget(buttons)
        column.addLayout(last)
        self._update()

    def _headline(self) -> str:
        if not self.plans:
            return tr("Nothing can be written")
        if self._selected is None:
            return tr("Ready to write %n file(s), of all folders", "", len(self.plans))
        return tr("Ready to write %n file(s), of the photos selected", "", len(self.plans))

    def _first_time(self) -> QFrame:
        card = QFrame()
        card.setProperty("card", True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        inside.setSpacing(UNIT)
        text = tr(
            "This is the first time that phototagger writes into your files. Only the fields shown "
            "above change; the pixels and everything else stay as they are. Each file is written to a "
            "copy, checked and only then swapped in, and every run can be undone from History."
        )
        inside.addWidget(label(text, wrap=True))
        inside.addWidget(self.consent)
        return card

    def _update(self) -> None:
        self.write_button.setEnabled(bool(self.plans) and self.consent.isChecked())
        self.write_button.setDefault(True)
