"""A damaged catalog ends in a sentence or in success, in every command and in what the window asks; never in a
traceback, never in something false."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from phototagger.app.program import Program
from phototagger.catalog.connection import Catalog
from phototagger.domain.errors import CatalogError
from tests.e2e.damage import EDITS, FAULT, QUICK, SLOW, command, make_catalog, surprises

SEED = 20261130
TEXT, BLOB = ("CAST(X'41FF42' AS TEXT)", "'[[1,2'"), ("X''", "X'00'", "X'FF2F00'")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    return make_catalog(tmp_path_factory.mktemp("made"), samples)


@pytest.fixture
def catalog(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage, without exiftool, which looks into no catalog."""
    shutil.copytree(made.parent, tmp_path / "home")
    (tmp_path / "home" / "s.toml").write_text('[write]\nexiftool = "/nowhere/exiftool"\n')
    return tmp_path / "home" / made.name


def start_again(catalog: Path, content: bytes) -> None:
    for path in catalog.parent.glob(f"{catalog.name}?*"):
        path.unlink()
    catalog.write_bytes(content)


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Some bytes are others, where something stands."""
    spoiled = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        place = chance.randrange(len(spoiled))
        while not spoiled[place]:
            place = chance.randrange(len(spoiled))
        spoiled[place] = chance.randrange(256)
    return bytes(spoiled)


def columns(catalog: Path) -> Iterator[tuple[str, str, str]]:
    with closing(sqlite3.connect(catalog)) as c:
        tables = c.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            for _, name, kind, *_ in c.execute(f"PRAGMA table_info({table})").fetchall():
                yield table, name, kind


def spoil(catalog: Path, table: str, column: str, value: str) -> bool:
    """Puts the value into the column of the table's last row, past all triggers; False where it cannot stand."""
    with closing(sqlite3.connect(catalog, isolation_level=None)) as c:
        c.create_function("casefold", 1, str.casefold)
        c.execute("PRAGMA ignore_check_constraints = 1")
        triggers = c.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        keys = [row[1] for row in c.execute(f"PRAGMA table_info({table})") if row[5]]
        last = ", ".join(f"{key} DESC" for key in keys)
        row = c.execute(f"SELECT {', '.join(keys)} FROM {table} ORDER BY {last} LIMIT 1").fetchone()
        for name, _ in triggers:
            c.execute(f"DROP TRIGGER {name}")
        try:
            where = " AND ".join(f"{key} = ?" for key in keys)
            return c.execute(f"UPDATE {table} SET {column} = {value} WHERE {where}", row or ()).rowcount > 0
        except sqlite3.Error:
            return False
        finally:
            for _, sql in triggers:
                c.execute(sql)


def test_a_sound_catalog_surprises_nobody(catalog: Path) -> None:
    (catalog.parent / "s.toml").unlink()
    assert surprises(catalog, (*QUICK, *SLOW, *EDITS)) == []


def test_flipped_bytes_end_in_success_or_a_told_error(catalog: Path) -> None:
    chance, content = random.Random(SEED), catalog.read_bytes()
    for _ in range(12):
        spoiled = flipped(content, chance)
        start_again(catalog, spoiled)
        assert surprises(catalog, ("history", "search dog", "people list", "show .")) == []


@pytest.mark.nightly
@pytest.mark.timeout(3000)
def test_many_flipped_bytes_end_in_success_or_a_told_error(catalog: Path) -> None:
    (catalog.parent / "s.toml").unlink()
    chance, content = random.Random(SEED + 1), catalog.read_bytes()
    photos = {path: path.read_bytes() for path in (catalog.parent / "photos").iterdir()}
    for _ in range(300):
        start_again(catalog, flipped(content, chance))
        assert surprises(catalog, (*QUICK, *SLOW, *EDITS)) == []
        for path, before in photos.items():
            path.write_bytes(before)


@pytest.mark.nightly
@pytest.mark.timeout(3000)
def test_any_spoiled_value_ends_in_success_or_a_told_error(catalog: Path) -> None:
    content = catalog.read_bytes()
    kinds = {
        "TEXT": TEXT,
        "BLOB": BLOB,
        "INTEGER": ("-1", "4611686018427387904"),
        "REAL": ("9e999", "-1e308"),
    }
    for table, column, kind in list(columns(catalog)):
        for value in kinds[kind]:
            start_again(catalog, content)
            if spoil(catalog, table, column, value):
                assert surprises(catalog, (*QUICK, *EDITS)) == [], (table, column, value)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("keyword", "path"), ("suggestion", "label"), ("person", "name"), ("photo", "error_kind")),
        *(("photo", "name"), ("root", "path"), ("feature", "vector"), ("region", "embedding")),
        *(("photo_text", "lines"), ("network", "task"), ("statement_text", "text"), ("write_row", "changes")),
    ],
)
def test_a_spoiled_text_or_blob_ends_in_success_or_a_told_error(
    catalog: Path, table: str, column: str
) -> None:
    kinds = {(one, name): kind for one, name, kind in columns(catalog)}
    assert spoil(catalog, table, column, {"TEXT": TEXT, "BLOB": BLOB}[kinds[table, column]][0])
    assert surprises(catalog, ("--json history", "accept --above 0.1")) == []


@pytest.mark.parametrize("kind", ["table", "index", "trigger", "view", "column"])
def test_a_part_that_is_missing_is_told_in_every_command(catalog: Path, kind: str) -> None:
    with closing(sqlite3.connect(catalog, isolation_level=None)) as c:
        c.execute("PRAGMA writable_schema = 1")
        if kind == "column":
            c.execute(
                "UPDATE sqlite_master SET sql = replace(sql, 'made_at', 'made_et') WHERE name = 'write_run'"
            )
        elif kind in ("table", "trigger", "view"):
            c.execute("PRAGMA foreign_keys = 0")
            name = {"table": "own_word", "trigger": "suggestion_added", "view": "companion_due"}[kind]
            c.execute(f"DROP {kind} {name}")
        else:
            c.execute("DROP INDEX photo_waits")
    for line in (*QUICK, *EDITS, *SLOW):
        status, out, err = command(catalog, line)
        assert (status, out) == (2, "") or "--json" in line
        assert str(catalog) in err
        assert "is damaged (" in err
        assert "move it away and scan again" in err
        assert "Traceback" not in err


def test_a_fault_of_ours_is_told_as_damage_only_where_there_is_some(
    catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> int:
        raise TypeError("a fault")

    monkeypatch.setattr("phototagger.cli.commands.writing.history", faulty)
    status, _, err = command(catalog, "history")
    assert status == 2
    assert FAULT in err
    assert spoil(catalog, "keyword", "path", TEXT[0])
    status, _, err = command(catalog, "history")
    assert status == 2
    assert FAULT not in err
    assert "is damaged (what should be the text path of a keyword is none)" in err


def test_one_spoiled_history_text_hides_no_other(catalog: Path) -> None:
    (before,) = [out for _, out, _ in [command(catalog, "history")]]
    assert spoil(catalog, "history_step", "text", "CAST(X'4166FF74' AS TEXT)")
    status, out, err = command(catalog, "history")
    assert status == 0, err
    assert len(out.splitlines()) == len(before.splitlines())
    assert sum(one != other for one, other in zip(out.splitlines(), before.splitlines(), strict=True)) == 1


def test_one_photo_with_damaged_findings_waits_for_analysis_and_the_others_go_on(catalog: Path) -> None:
    assert spoil(catalog, "finding", "packed", "X'789C00'")
    status, _, err = command(catalog, "resuggest")
    assert status == 0, err
    with closing(sqlite3.connect(catalog)) as c:
        states = [row[0] for row in c.execute("SELECT state FROM photo ORDER BY id")]
        (kept,) = c.execute("SELECT count(*) FROM finding").fetchone()
    assert states[-1] == 0, "it waits to be analysed"
    assert states[:-1].count(1) >= 2, "the others do not"
    assert kept >= 2


@pytest.mark.parametrize(
    "value",
    ["'{'", "replace(changes, 'dog', 'dov')", "CAST(X'7BFF7D' AS TEXT)"],
    ids=["cut", "word", "bytes"],
)
@pytest.mark.parametrize("line", ["undo", "undo --only-added"])
def test_a_damaged_journal_writes_nothing_into_a_photo(catalog: Path, value: str, line: str) -> None:
    (catalog.parent / "s.toml").unlink()
    assert spoil(catalog, "write_row", "changes", value)
    photos = {path: path.read_bytes() for path in (catalog.parent / "photos").iterdir()}
    status, _, err = command(catalog, line)
    assert status in (1, 2), err
    assert "damaged" in err
    assert "Traceback" not in err
    assert {path: path.read_bytes() for path in (catalog.parent / "photos").iterdir()} == photos


def test_a_write_cut_short_whose_note_is_damaged_stops_no_start(catalog: Path) -> None:
    (catalog.parent / "s.toml").unlink()
    assert spoil(catalog, "write_row", "changes", "'{'")
    assert spoil(catalog, "write_row", "state", "'begun'")
    status, _, err = command(catalog, "history")
    assert status == 0, err
    assert "It was left as it is" in err
    status, _, err = command(catalog, "history")
    assert "It was left as it is" not in err, "it is told once"


def test_faces_are_forgotten_in_a_damaged_journal_too(catalog: Path) -> None:
    assert spoil(catalog, "write_row", "changes", "replace(changes, '[', '[\"Zyxanna\"')")
    app = Program.open(catalog, catalog.parent / "s.toml")
    try:
        app.people.forget()
    finally:
        app.close()
    left = b"".join(path.read_bytes() for path in catalog.parent.glob(f"{catalog.name}*"))
    assert b"Zyxanna" not in left


def test_the_log_of_another_catalog_is_not_played_into_this_one(
    catalog: Path, tmp_path: Path, samples: Path
) -> None:
    """As when a backup is put in the place of a catalog whose program was killed."""
    other = tmp_path / "other.sqlite"
    opened = Catalog.open(other)
    try:
        many = [(f"word {number}",) for number in range(300)]
        opened.write(lambda c: c.executemany("INSERT INTO own_word VALUES (?, '')", many))
        log = other.with_name("other.sqlite-wal").read_bytes()
    finally:
        opened.close()
    before = catalog.read_bytes()
    strange = catalog.with_name(catalog.name + "-wal")
    strange.write_bytes(log)
    for line in QUICK:
        status, _, err = command(catalog, line)
        assert status == 2
        assert f"the log {strange} does not belong to it" in err
        assert "Move that log away" in err
    assert catalog.read_bytes() == before
    assert strange.read_bytes() == log
    strange.unlink()
    assert command(catalog, "history")[0] == 0


def test_the_log_of_a_killed_program_is_taken_up(catalog: Path, tmp_path: Path) -> None:
    opened = Catalog.open(catalog)
    killed = tmp_path / "killed"
    killed.mkdir()
    try:
        opened.write(lambda c: c.execute("INSERT INTO own_word VALUES ('kept', '')"))
        for path in catalog.parent.glob(f"{catalog.name}*"):
            shutil.copy(path, killed)
    finally:
        opened.close()
    again = Catalog.open(killed / catalog.name)
    try:
        assert again.read(lambda c: c.execute("SELECT 1 FROM own_word WHERE path = 'kept'").fetchone()) == (
            1,
        )
    finally:
        again.close()


def test_a_damaged_log_of_a_killed_program_ends_in_success_or_a_told_error(
    catalog: Path, tmp_path: Path
) -> None:
    chance, content = random.Random(SEED), catalog.read_bytes()
    opened = Catalog.open(catalog)
    try:
        opened.write(lambda c: c.execute("INSERT INTO own_word VALUES ('kept', '')"))
        log = catalog.with_name(catalog.name + "-wal").read_bytes()
    finally:
        opened.close()
    for _ in range(6):
        start_again(catalog, content)
        catalog.with_name(catalog.name + "-wal").write_bytes(flipped(log, chance))
        catalog.with_name(catalog.name + "-shm").write_bytes(
            bytes(chance.randrange(256) for _ in range(32768))
        )
        assert surprises(catalog, ("history", "keywords list")) == []


def test_the_journal_of_another_program_is_not_played_back(catalog: Path) -> None:
    before = catalog.read_bytes()
    strange = catalog.with_name(catalog.name + "-journal")
    strange.write_bytes(bytes.fromhex("d9d505f920a163d7") + bytes(5000))
    status, _, err = command(catalog, "history")
    assert status == 2
    assert f"the log {strange} does not belong to it" in err
    assert catalog.read_bytes() == before


@pytest.mark.parametrize("keep", [0.999, 0.5, 0.02])
def test_a_catalog_cut_short_is_told(catalog: Path, keep: float) -> None:
    content = catalog.read_bytes()
    start_again(catalog, content[: int(len(content) * keep)])
    assert surprises(catalog) == []
    status, _, err = command(catalog, "history")
    assert status == 2
    assert "is damaged (the file ends too early)" in err


def test_the_backup_beside_a_damaged_catalog_is_named(catalog: Path) -> None:
    shutil.copy(catalog, catalog.with_name(f"{catalog.name}.backup-v3"))
    catalog.write_bytes(catalog.read_bytes()[:5000])
    catalog.with_name(catalog.name + "-shm").touch()
    status, _, err = command(catalog, "history")
    assert status == 2
    assert f"delete {catalog.name}-shm and put the backup {catalog}.backup-v3 in its place" in err


def test_a_full_disk_is_told_and_nothing_is_lost(catalog: Path) -> None:
    opened = Catalog.open(catalog)
    try:
        opened.write(lambda c: c.execute("PRAGMA max_page_count = 1"))
        with pytest.raises(CatalogError, match="is full"):
            opened.write(lambda c: c.execute("INSERT INTO own_word VALUES (?, '')", ("x" * 1_000_000,)))
    finally:
        opened.close()
    assert surprises(catalog) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the administrator may do everything")
@pytest.mark.parametrize(("folder", "file"), [(0o500, 0o600), (0o700, 0o400), (0o700, 0o000)])
def test_a_catalog_that_may_not_be_read_or_written_is_told(catalog: Path, folder: int, file: int) -> None:
    catalog.chmod(file)
    catalog.parent.chmod(folder)
    try:
        status, _, err = command(catalog, "history")
    finally:
        catalog.parent.chmod(0o700)
    assert status == 2
    assert str(catalog) in err
    assert "Check its permissions" in err
    assert "Traceback" not in err


def test_a_catalog_of_a_newer_version_and_another_programs_file_stay_as_they_are(catalog: Path) -> None:
    with closing(sqlite3.connect(catalog)) as c:
        c.execute("PRAGMA user_version = 9000")
    before = catalog.read_bytes()
    assert "newer phototagger" in command(catalog, "history")[2]
    assert catalog.read_bytes() == before
    with closing(sqlite3.connect(catalog)) as c:
        c.execute("PRAGMA application_id = 7")
    before = catalog.read_bytes()
    assert "belongs to another program" in command(catalog, "history")[2]
    assert catalog.read_bytes() == before


def test_the_window_goes_on_where_one_text_is_spoiled(catalog: Path) -> None:
    assert spoil(catalog, "photo", "format", "CAST(X'4AFF' AS TEXT)")
    app = Program.open(catalog, catalog.parent / "s.toml")
    try:
        ids = app.library.ids_under([catalog.parent / "photos"])
        assert len(app.library.rows(ids)) == len(ids)
        assert [details.photo.format for details in app.library.details_of(ids)][:-1] == ["JPEG"] * (
            len(ids) - 1
        )
    finally:
        app.close()
