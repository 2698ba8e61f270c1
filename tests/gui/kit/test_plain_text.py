"""Names of files, keywords and people are shown as they are: the window takes none of them for HTML."""

from __future__ import annotations

import ast
import html
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import Qt as RichText
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget
from pytestqt.qtbot import QtBot

from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import ErrorKind, Keyword, KnownValue, RegionKind, ReviewState
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.keywords.keywords_dialog import KeywordsDialog
from phototagger.gui.kit.wording import plain_tip
from phototagger.gui.write.skipped_files_dialog import SkippedFilesDialog
from tests.gui.conftest import open_window
from tests.gui.fakes.program import FakeProgram

GUI = Path(__file__).resolve().parents[3] / "phototagger" / "gui"
ODD = "<b>x<img src=file:x.png>"
FOLDER = Path("/photos") / ODD


def shown_by(tip: str) -> str:
    """What Qt shows of a tool tip."""
    if not RichText.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


def tips_of(model: QAbstractItemModel, parent: QModelIndex) -> list[str]:
    found = []
    for row in range(model.rowCount(parent)):
        for column in range(4):  # lists keep their own count to themselves
            index = model.index(row, column, parent)
            found.append(str(index.data(Qt.ItemDataRole.ToolTipRole) or ""))
        if not isinstance(model, QAbstractListModel):
            found += tips_of(model, model.index(row, 0, parent))
    return found


def faults(root: QWidget) -> tuple[list[str], int]:
    """What below ``root`` Qt would take for HTML of somebody else's, and how often the odd name is met."""
    wrong: list[str] = []
    met = 0
    for widget in [root, *root.findChildren(QWidget)]:
        tips = [widget.toolTip()]
        if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            tips += tips_of(model, QModelIndex())
        for tip in tips:
            met += ODD in shown_by(tip) or html.escape(ODD) in tip
            if RichText.mightBeRichText(tip) and (ODD in tip or "<img" in tip):
                wrong.append(tip)
        if isinstance(widget, QLabel):
            met += ODD in widget.text()
            if widget.textFormat() != Qt.TextFormat.PlainText and widget.text():
                wrong.append(widget.text())
    return wrong, met


@pytest.fixture
def app() -> FakeProgram:
    app = FakeProgram()
    first, second, third = app.world.add_photos(FOLDER, 3)
    app.world.roots_added.append(FOLDER)
    for identity in (first, second, third):
        shelf = app.library.shelves[identity]
        path = FOLDER / f"{ODD}{identity}.jpg"
        shelf.photo = replace(shelf.photo, path=path)
        shelf.suggestions = [
            replace(one, keyword=f"{ODD}|{ODD}{place}") for place, one in enumerate(shelf.suggestions)
        ]
        shelf.suggestions[1] = replace(shelf.suggestions[1], state=ReviewState.REJECTED)
        shelf.words = {f"{ODD}|mine": Keyword(f"{ODD}|mine", True, False, False)}
        shelf.regions = [replace(one, person=ODD, kind=RegionKind.FACE) for one in shelf.regions]
        shelf.values[CAPTION] = KnownValue(identity, CAPTION, ODD, ReviewState.SUGGESTED)
    app.world.break_photo(third, ErrorKind.DAMAGED, f"{FOLDER}: {ODD} cannot be read.")
    app.world.file_words = {first: (ODD,)}
    return app


def test_nothing_in_the_window_is_taken_for_html(qtbot: QtBot, app: FakeProgram, runner: JobRunner) -> None:
    window = open_window(qtbot, app, runner)
    assert window.photos_page is not None
    window.photos_page.grid.setCurrentIndex(window.photos_page.model.index(0, 0))
    qtbot.waitUntil(lambda: any(ODD in label.text() for label in window.findChildren(QLabel)))
    window.messages.say("error", f"{ODD} is gone.")
    window.side.setCurrentWidget(window.problems)
    qtbot.waitUntil(lambda: bool(window.problems.list.count()))
    wrong, met = faults(window)
    assert not wrong
    assert met >= 6, "the odd names are not shown at all"
    window.close()


def test_dialogs_take_no_name_for_html(qtbot: QtBot, app: FakeProgram, runner: JobRunner) -> None:
    left = SkippedFilesDialog(ODD, [(FOLDER / f"{ODD}.jpg", ODD)])
    book = KeywordsDialog(app.words.book, runner, None)
    for dialog in (left, book):
        qtbot.addWidget(dialog)
        wrong, _ = faults(dialog)
        assert not wrong
    assert faults(left)[1] >= 2


@pytest.mark.parametrize(
    "text", [ODD, "<b>", "a<br>b", "<a href='x'>y</a>\nnext  line", "<!-- x -->", "&amp;<i>x</i>"]
)
def test_a_tool_tip_shows_the_text_itself(qtbot: QtBot, text: str) -> None:
    assert shown_by(plain_tip(text)) == text


@pytest.mark.parametrize("text", ["coffee.jpg", "1 < 2", "a & b", "two\nlines", ""])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain_tip(text) == text


def test_every_tool_tip_is_our_own_text_or_made_plain() -> None:
    """New code must say which it is: ``tr`` of our own words, or ``plain_tip`` of anybody else's."""

    def settled(value: ast.expr) -> bool:
        if isinstance(value, ast.Constant):
            return True
        if isinstance(value, ast.IfExp):
            return settled(value.body) and settled(value.orelse)
        if isinstance(value, ast.Call):
            name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
            return name in ("tr", "plain_tip")
        return False

    unsettled = [
        f"{path.name}:{node.lineno}"
        for path in sorted(GUI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setToolTip"
        and not settled(node.args[-1])
    ]
    assert not unsettled


def test_labels_are_made_in_the_one_place_that_makes_them_plain() -> None:
    """``QLabel(text)`` guesses; ``widgets.label`` does not. A message box shows our own words only."""
    for path in sorted(GUI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QLabel":
                assert path.name == "widgets.py" or not node.args, f"{path.name}:{node.lineno}"
