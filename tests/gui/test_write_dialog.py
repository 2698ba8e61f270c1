"""The preview: every field, before and after, what is refused and why; and no writing without consent."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from phototagger.domain import ErrorKind, Failure, FieldChange, WritePlan
from phototagger.gui.plan_model import PlanModel, WordsRole, words_of
from phototagger.gui.write_dialog import WriteDialog


def plan(number: int, sidecar: bool = False, refused: str = "") -> WritePlan:
    path = Path(f"/photos/{number}.jpg")
    change = FieldChange("XMP-dc:Subject", ("summer", "cat"), ("summer", "dog"))
    return WritePlan(
        number,
        path,
        path.with_suffix(".xmp") if sidecar else path,
        () if refused else (change, FieldChange("IPTC:Keywords", (), ("dog",))),
        ("animal|dog",),
        ("cat",),
        Failure(ErrorKind.WRITE_REFUSED, refused) if refused else None,
    )


def texts(dialog: WriteDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_plan_model_holds_to_qts_rules(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(PlanModel([plan(1), plan(2), plan(3, refused="read-only")]))  # type: ignore[no-untyped-call]


def test_words_are_kept_removed_added() -> None:
    change = FieldChange("XMP-dc:Subject", ("a", "b"), ("a", "c"))
    assert words_of(change) == [("kept", "a"), ("removed", "b"), ("added", "c")]


def test_model_shows_files_and_their_fields() -> None:
    model = PlanModel([plan(1, sidecar=True)])
    top = model.index(0, 0)
    assert model.rowCount() == 1
    assert model.rowCount(top) == 2
    assert top.data() == "1.jpg"
    assert model.index(0, 1).data(WordsRole) == [("removed", "cat"), ("added", "dog")]
    assert model.index(0, 2).data() == "its sidecar"
    assert model.index(1, 0, top).data() == "IPTC keywords"
    assert (
        model.index(0, 1, top).data(Qt.ItemDataRole.AccessibleTextRole)
        == "keeps summer, removes cat, adds dog"
    )


def test_totals_and_refusals_are_told(qtbot: QtBot) -> None:
    dialog = WriteDialog(
        [plan(1), plan(2, sidecar=True), plan(3, refused="3.jpg is read-only.")], agreed=True
    )
    qtbot.addWidget(dialog)
    said = texts(dialog)
    assert "Ready to write 2 files" in said
    assert (
        "2 keywords added · 2 keywords removed · 1 sidecar used · 1 file left alone, with the reason" in said
    )
    assert dialog.write_button.text() == "Write 2 files"
    first = dialog.tree.model().index(0, 1)
    assert first.data(WordsRole) == [("refused", "3.jpg is read-only.")]
    assert [one.photo_id for one in dialog.plans] == [1, 2]


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
