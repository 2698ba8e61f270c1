"""The preview: every field, before and after, what is refused and why; and no writing without consent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QStyle
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FieldChange, WritePlan
from phototagger.gui.kit.wording import grouped
from phototagger.gui.write import plan_model
from phototagger.gui.write.plan_lines import PlanLine, PlanLines
from phototagger.gui.write.plan_model import PORTION, PlanModel, WordsRole
from phototagger.gui.write.write_dialog import WriteDialog
from tests.support.said import words


def plan(number: int, sidecar: bool = False, refused: str = "") -> WritePlan:
    path = Path(f"/photos/{number}.jpg")
    change = FieldChange("XMP-dc:Subject", ("summer", "cat"), ("summer", "dog"))
    return WritePlan(
        number,
        path,
        path.with_suffix(".xmp") if sidecar else path,
        () if refused else (change, FieldChange("IPTC:Keywords", (), ("dog",))),
        words("animal|dog"),
        words("cat"),
        Failure(ErrorKind.WRITE_REFUSED, plain(refused)) if refused else None,
    )


def texts(dialog: WriteDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_plan_model_holds_to_qts_rules(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(PlanModel([plan(1), plan(2), plan(3, refused="read-only")]))  # type: ignore[no-untyped-call]


def test_model_shows_files_and_their_fields() -> None:
    model = PlanModel([plan(1, sidecar=True)])
    top = model.index(0, 0)
    assert model.rowCount() == 1
    assert model.rowCount(top) == 2
    assert top.data() == "1.jpg"
    assert model.index(0, 1).data(WordsRole) == (("removed", "cat"), ("added", "dog"))
    assert model.index(0, 2).data() == "sidecar 1.xmp"
    assert model.index(1, 0, top).data() == "Keywords (IPTC)"
    assert (
        model.index(0, 1, top).data(Qt.ItemDataRole.AccessibleTextRole)
        == "keeps summer, removes cat, adds dog"
    )
    assert model.index(0, 0, top).data(Qt.ItemDataRole.ToolTipRole) == (
        "XMP-dc:Subject\nBefore: summer, cat\nAfter: summer, dog"
    )


def test_totals_and_refusals_are_told(qtbot: QtBot) -> None:
    dialog = WriteDialog(
        [plan(1), plan(2, sidecar=True), plan(3, refused="3.jpg is read-only.")], agreed=True
    )
    qtbot.addWidget(dialog)
    said = texts(dialog)
    assert "Ready to write 2 files" in said
    assert (
        "Will be added: 2 keywords · Will be removed: 2 keywords · 1 sidecar there already · "
        "1 file left alone, with the reason" in said
    )
    assert dialog.write_button.text() == "Write 2 files"
    first = dialog.tree.model().index(0, 1)
    assert first.data(WordsRole) == (("refused", "3.jpg is read-only."),)
    assert [one.photo_id for one in dialog.plans] == [1, 2]


def test_what_has_only_notes_is_shown_and_not_written(qtbot: QtBot) -> None:
    only = replace(
        plan(1), changes=(), notes=(plain("The face of Anna is called Hanna in the file already."),)
    )
    dialog = WriteDialog([plan(2), only], agreed=True)
    qtbot.addWidget(dialog)
    first = dialog.tree.model().index(0, 1)
    assert first.data(WordsRole) == (("note", "The face of Anna is called Hanna in the file already."),)
    assert first.siblingAtColumn(2).data() == "nothing"
    assert [one.photo_id for one in dialog.plans] == [2]
    assert "1 file left alone, with the reason" in texts(dialog)


def test_a_refused_file_is_not_said_to_be_written_into() -> None:
    deleted = replace(plan(4, sidecar=True), deletes=True)
    model = PlanModel([plan(1, refused="It is read-only."), plan(2), plan(3, sidecar=True), deleted])
    assert [model.index(row, 2).data() for row in range(4)] == [
        "nothing",
        "the photo itself",
        "sidecar 3.xmp",
        "4.xmp, which will be deleted",
    ]


def test_long_reasons_are_shown_whole(qtbot: QtBot) -> None:
    dialog = WriteDialog([plan(1, refused="It cannot be read. " * 20), plan(2)], agreed=True)
    qtbot.addWidget(dialog)
    dialog.show()
    heights = [dialog.tree.visualRect(dialog.tree.model().index(row, 0)).height() for row in range(2)]
    assert 3 * heights[1] < heights[0] < 8 * heights[1]  # the middle column takes what room there is


def test_buttons_wear_no_icons_of_another_desktop(qtbot: QtBot) -> None:
    dialog = WriteDialog([plan(1)], agreed=True)
    qtbot.addWidget(dialog)
    (box,) = dialog.findChildren(QDialogButtonBox)
    assert box.style().styleHint(QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons, None, box) == 0


def test_first_time_needs_consent(qtbot: QtBot) -> None:
    dialog = WriteDialog([plan(1)], agreed=False)
    qtbot.addWidget(dialog)
    assert not dialog.write_button.isEnabled()
    dialog.consent.setChecked(True)
    with qtbot.waitSignal(dialog.accepted):
        dialog.write_button.click()


def test_only_refused_files_cannot_be_written(qtbot: QtBot) -> None:
    dialog = WriteDialog([plan(1, refused="It is read-only.")], agreed=True)
    qtbot.addWidget(dialog)
    assert not dialog.write_button.isEnabled()
    assert "Nothing can be written" in texts(dialog)


@pytest.mark.parametrize("kind", ["added", "removed", "kept", "refused"])
def test_every_kind_of_word_is_painted(qtbot: QtBot, kind: str) -> None:
    refused = "It is read-only." if kind == "refused" else ""
    dialog = WriteDialog([plan(1, refused=refused)], agreed=True)
    qtbot.addWidget(dialog)
    dialog.show()
    picture = dialog.tree.viewport().grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(0, 500, 2) for y in range(0, 60, 2)}
    assert len(colours) > 4


def test_thousands_of_files_are_worked_out_as_they_are_scrolled_to(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()
    look = PlanLines.file

    def file(lines: PlanLines, row: int) -> PlanLine:
        asked.add(row)
        return look(lines, row)

    monkeypatch.setattr(PlanLines, "file", file)
    refused = plan(1, refused="It cannot be read. " * 20)
    dialog = WriteDialog([refused, *(plan(number) for number in range(2, 2501))], agreed=True)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    model, bar = dialog.tree.model(), dialog.tree.verticalScrollBar()
    assert dialog.write_button.text() == f"Write {grouped(2499)} files"
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) < 100
    heights = [dialog.tree.visualRect(model.index(row, 0)).height() for row in range(2)]
    assert 3 * heights[1] < heights[0]
    for shown in (PORTION, 2 * PORTION, 2500, 2500):
        assert model.rowCount() == shown
        bar.setValue(bar.maximum())
        qtbot.waitUntil(lambda: model.rowCount() == min(shown + PORTION, 2500))  # noqa: B023
        qtbot.waitUntil(lambda: bar.maximum() > min(shown, 2400))  # noqa: B023
    last = model.index(2499, 0)
    bar.setValue(bar.maximum())
    assert dialog.tree.viewport().rect().contains(dialog.tree.visualRect(last).center())
    assert last.data() == "2500.jpg"
    assert len(asked) < 400


def test_a_model_of_which_not_all_is_shown_holds_to_qts_rules(
    qtmodeltester: ModelTester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_model, "PORTION", 2)
    model = PlanModel([plan(number) for number in range(1, 6)])
    below = model.index(1, 0, model.index(0, 0))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    model.show_more()
    model.show_more()
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    assert [model.index(row, 0).data() for row in range(5)] == [f"{number}.jpg" for number in range(1, 6)]
    assert (below.parent().row(), below.data()) == (0, "Keywords (IPTC)")
    assert below.sibling(1, 1).data(WordsRole) == (("added", "dog"),)
    assert not model.has_more()
