"""The house itself: every room says what it is and what may come in, and none grows into a heap."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import phototagger

HOUSE = Path(phototagger.__file__).parent
ROOMS = sorted(path.parent for path in HOUSE.rglob("__init__.py") if path.parent != HOUSE)
MOST_FILES = 13
CONTRIBUTING = (HOUSE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")


def name_of(room: Path) -> str:
    return room.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_a_room_says_what_it_is_and_what_may_come_in(room: Path) -> None:
    words = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert len([line for line in words.splitlines() if line.strip()]) >= 2


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_no_room_is_a_heap(room: Path) -> None:
    files = [path.name for path in room.glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= MOST_FILES, f"{name_of(room)} wants sub-rooms: {', '.join(sorted(files))}"


def test_every_folder_with_code_is_a_room() -> None:
    assert {path.parent for path in HOUSE.rglob("*.py")} - {HOUSE} == set(ROOMS)


@pytest.mark.parametrize("room", [room for room in ROOMS if room.parent == HOUSE], ids=name_of)
def test_contributing_shows_every_floor_and_its_rooms(room: Path) -> None:
    lines = [line for line in CONTRIBUTING.splitlines() if line.startswith(f"  {room.name}/ ")]
    assert len(lines) == 1
    inside = {child.name for child in room.iterdir() if (child / "__init__.py").is_file()}
    assert {name for name in inside if f"{name}/" not in lines[0]} == set()
