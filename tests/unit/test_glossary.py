"""One meaning a word: the glossary defines each term once, and no name of the program has two meanings."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A Protocol beside its implementer is the same thing, seen by whoever uses it.
PROTOCOLS = {"Protocol"}
# The others that "Not used" names (image, result, save) have a meaning of their own in Qt, exiftool or Python.
NOT_USED = ("database", "picture", "prediction")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "phototagger").rglob("*.py")):
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield dotted, ast.parse(path.read_text("utf-8"))


def words_section() -> str:
    return (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Words")[1].split("\n## ")[0]


def glossary() -> list[str]:
    """The terms, as often as they are defined; of ``pair, leader`` each."""
    rows = re.findall(r"^\| ([^|]+) \|", words_section(), re.MULTILINE)
    return [term.strip() for row in rows[2:] for term in row.split(",")]


def public(tree: ast.Module) -> Iterator[str]:
    """Names that a module defines for others: classes, functions, constants."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            if not PROTOCOLS & {getattr(base, "id", "") for base in node.bases}:
                yield node.name
        elif isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_the_glossary_defines_each_term_once() -> None:
    terms = glossary()
    assert "keyword" in terms
    assert sorted(terms) == sorted(set(terms))


def test_no_class_shares_its_name_with_another() -> None:
    defined = defaultdict(list)
    for module, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name in set(public(tree)) and node.name[0] != "_":
                defined[node.name].append(module)
    assert {name: where for name, where in defined.items() if len(where) > 1} == {}


def test_a_name_that_is_imported_by_itself_is_of_one_module() -> None:
    """``from a import fold`` here and ``from b import fold`` there would be two things of one name;
    ``keywords.counts`` and ``summaries.counts`` say which is meant."""
    defined, imported = defaultdict(set), defaultdict(set)
    for module, tree in modules():
        for name in public(tree):
            defined[name].add(module)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("phototagger."):
                for alias in node.names:
                    imported[alias.name].add(node.module)
    doubles = {name: sorted(defined[name] & imported[name]) for name in defined if not name.startswith("_")}
    assert {name: where for name, where in doubles.items() if len(where) > 1} == {}


@pytest.mark.parametrize("word", NOT_USED)
def test_words_that_are_not_used_are_in_no_name(word: str) -> None:
    assert word in words_section()
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                parts = [part.lower().removesuffix("s") for part in re.findall(r"[A-Z]?[a-z]+", node.name)]
                assert word not in parts, f"{module}: {node.name}"
