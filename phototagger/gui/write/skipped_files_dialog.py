"""Files that a write or its undo left as they were: each with its whole reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import Failure
from phototagger.domain.writing import FieldConflict
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.two_line import IconRole, SubtitleRole, TwoLineDelegate
from phototagger.gui.kit.widgets import label, sized
from phototagger.gui.kit.wording import plain_tip, tr, worded
from phototagger.gui.write.plan_lines import field_name
from phototagger.plan.preview import readable

LINES_MAX = 20  # of a reason


def reasons(
    problems: Sequence[tuple[Path, Failure]], fields: Sequence[FieldConflict] = ()
) -> list[tuple[Path, str]]:
    """Each file with why it was left alone: the fields that others changed in it, with what was written there and
    what is there now; for any other problem its sentence."""
    by_file: dict[Path, list[FieldConflict]] = {}
    for conflict in fields:
        by_file.setdefault(conflict.path, []).append(conflict)
    left = [(path, "\n".join(map(_conflict_text, some))) for path, some in by_file.items()]
    told = tuple(map(str, by_file))
    others = [one for one in problems if not (told and one[1].message.startswith(told))]
    return [*left, *((path, worded(failure.message)) for path, failure in others)]


def _conflict_text(conflict: FieldConflict) -> str:
    wrote, now = (
        ", ".join(readable(conflict.field, value) for value in values) or tr("nothing")
        for values in (conflict.wrote, conflict.now)
    )
    field = field_name(conflict.field)
    return tr("{field}: written {wrote}; there now: {now}", field=field, wrote=wrote, now=now)


class SkippedFilesDialog(QDialog):
    """``left``: each file and why it was left alone."""

    def __init__(self, title: str, left: Sequence[tuple[Path, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Left as they were"))
        sized(self, 640, 420)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        self.list.setItemDelegate(TwoLineDelegate(self.list, LINES_MAX))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for path, reason in left:
            item = QListWidgetItem(path.name)
            item.setData(SubtitleRole, reason)
            item.setData(IconRole, ("warning", "warning"))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{path.name}, {reason}")
            item.setToolTip(plain_tip(str(path)))
            self.list.addItem(item)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(label(title, "title", wrap=True))
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
