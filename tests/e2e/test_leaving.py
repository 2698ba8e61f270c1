"""From one version to the next, and leaving: what a person keeps, and what goes."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.cli.grammar.arguments import parse
from phototagger.cli.main import run
from tests.e2e.conftest import Program

CATALOGS = Path(__file__).parents[1] / "fixtures" / "catalogs"


def _rows(catalog: Path) -> dict[str, int]:
    """How many rows each table of what a person decided has."""
    tables = ("photo", "suggestion", "person", "history_step", "write_run")
    with sqlite3.connect(catalog) as connection:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}") for name in tables if name in there
        }
        return {name: cursor.fetchone()[0] for name, cursor in counts.items()}


@pytest.mark.parametrize("old", sorted(CATALOGS.glob("*.sqlite")), ids=lambda path: path.stem)
def test_the_program_takes_over_the_catalog_of_an_earlier_version(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = tmp_path / "catalog.sqlite"
    shutil.copyfile(old, catalog)
    before = _rows(catalog)

    options = ["--catalog", str(catalog), "--settings", str(tmp_path / "settings.toml"), "--json"]
    assert run(parse([*options, "history"])) == 0
    assert run(parse([*options, "people", "persons"])) == 0

    assert before["photo"] > 0
    assert {name: count for name, count in _rows(catalog).items() if name in before} == before
    backup = catalog.with_name(f"catalog.sqlite.backup-{old.stem}")
    version = int(old.stem[1:])
    with sqlite3.connect(catalog) as connection:
        newest = connection.execute("PRAGMA user_version").fetchone()[0]
    assert backup.exists() is (version < newest)
    if backup.exists():
        assert _rows(backup) == before
    assert capsys.readouterr().out.strip()


def test_deleting_our_data_asks_first_and_leaves_the_photos(program: Program, folder: Path) -> None:
    assert program("scan", folder).status == 0
    catalog = program.home / "catalog.sqlite"
    photos = {path: path.read_bytes() for path in folder.iterdir()}

    asked = program("uninstall-data")
    assert asked.status == 2
    assert "--yes" in asked.err
    assert str(catalog) in asked.err
    assert catalog.exists()

    opened = Catalog.open(catalog)
    try:
        refused = run(parse([*program.command("uninstall-data", "--yes")[3:]]))
    finally:
        opened.close()
    assert refused == 2
    assert catalog.exists()

    assert program("uninstall-data", "--yes").status == 0
    assert list(program.home.iterdir()) == []
    assert {path: path.read_bytes() for path in folder.iterdir()} == photos


def test_licences_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["--licences"])) == 0
    text = capsys.readouterr().out
    assert "Version 2.0, January 2004" in text, "our own licence's text"
    assert "Network: nanodet_plus" in text
    for part in ("torch", "Pillow", "PySide6", "exiftool-wrapper", "shiboken6", "Creative Commons|CC BY 4.0"):
        assert any(name in text for name in part.split("|")), part
    assert "Redistribution and use in source and binary forms" in text, "texts, not names alone"


def test_without_an_address_no_newer_version_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parse(["--settings", str(tmp_path / "none.toml"), "check-update"])) == 2
    assert "updates.address" in capsys.readouterr().err
