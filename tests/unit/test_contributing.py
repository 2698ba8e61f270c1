"""CONTRIBUTING leads a newcomer to files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FILES = sorted(set(re.findall(r"`(?:bash )?([\w.-]+(?:/[\w.-]+)+\.(?:py|sh|csv|yml|toml|md))\b", TEXT)))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_named_is_there(name: str) -> None:
    assert any((folder / name).is_file() for folder in (ROOT, ROOT / "phototagger"))


def test_files_are_named_at_all() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize(
    ("tests", "program", "apart"),
    [
        ("tests/unit", "phototagger", {"packaging"}),
        ("tests/contract", "phototagger", set[str]()),
        ("tests/gui", "phototagger/gui", {"fakes"}),
    ],
)
def test_tests_lie_where_what_they_test_lies(tests: str, program: str, apart: set[str]) -> None:
    folders = {path.parent.relative_to(ROOT / tests) for path in (ROOT / tests).rglob("test_*.py")}
    missing = {folder for folder in folders if not (ROOT / program / folder).is_dir()}
    assert {folder.as_posix() for folder in missing} - apart == set()
    assert len(folders) > 3
