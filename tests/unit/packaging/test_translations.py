"""Qt's own tools find every sentence that the program tells, so that translators see all of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.languages import translations as script

translations = script()
PROGRAM = translations.ROOT / "phototagger"
_OTHER_DOORS = {"trUtf8", "QT_TR_NOOP", "QT_TRANSLATE_NOOP", "QT_TR_N_NOOP"}
_EDGE = PROGRAM / "gui" / "kit" / "wording.py"  # asks Qt, for all others


@dataclass(frozen=True)
class Call:
    """A call of ``said`` or ``tr`` in the program."""

    place: str
    call: ast.Call


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PROGRAM.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[Call]:
    for path, module in modules():
        for node in ast.walk(module):
            if path == _EDGE or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in translations.DOORS:
                yield Call(f"{path.relative_to(PROGRAM)}:{node.lineno}", node)


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    ts = tmp_path_factory.mktemp("languages") / "phototagger.ts"
    translations.collect(ts)
    sentences: list[Any] = translations.sentences(ts)
    return sentences


def test_none_is_missed(found: list[Any]) -> None:
    known = {(one.template, one.note, one.counted) for one in found if one.context == ""}
    missed = []
    for one in calls():
        template, *more = one.call.args
        note = literal(more[0]) if more else ""
        if (literal(template), note, len(more) > 1) not in known:
            missed.append(f"{one.place}: {ast.unparse(template)}")
    assert not missed, "\n".join(missed)


def test_all_are_of_one_context_in_which_the_window_looks_them_up(found: list[Any]) -> None:
    assert [one for one in found if one.context != ""] == []
    assert len(found) > 900


def test_each_is_filled_by_what_it_names_and_counts_by_its_third_argument() -> None:
    wrong = []
    for one in calls():
        template = literal(one.call.args[0]) or ""
        named = set(re.findall(r"\{(\w+)(?::,)?\}", template))
        given = {keyword.arg for keyword in one.call.keywords}
        counts = len(one.call.args) > 2
        plural = re.search(r"%n|\w\(s\)|\([\w ]+\|[\w ]+\)", template) is not None
        if named != given or counts is not plural or re.search(r"%\d|%L", template):
            wrong.append(f"{one.place}: {template!r} is filled by {given}")
    assert not wrong, "\n".join(wrong)


def test_there_is_no_other_way_to_words_in_the_program() -> None:
    others = []
    for path, module in modules():
        for node in ast.walk(module):
            name = getattr(node, "attr", getattr(node, "id", ""))
            of_qt = name in _OTHER_DOORS or (name == "translate" and _is_qts(node))
            if path != _EDGE and (of_qt or (name == "tr" and isinstance(node, ast.Attribute))):
                others.append(
                    f"{path.relative_to(PROGRAM)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"
                )
    assert not others, "\n".join(others)


def _is_qts(node: ast.AST) -> bool:
    """Rectangles and painters have a method of that name too."""
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) in (
        "QCoreApplication",
        "QApplication",
        "qApp",
    )


def test_the_language_that_nobody_speaks_leaves_what_is_filled_in() -> None:
    assert translations.accented("%n photo(s) in {folder}") == "⟦%n þhõŧõ(š) îñ {folder}~~~~~~~~⟧".replace(
        "þ", "p"
    )
