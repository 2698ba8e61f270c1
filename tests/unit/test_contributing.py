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
