"""Migrations: each in one transaction, a copy first, and every shipped version still opens."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.catalog import history
from phototagger.catalog.analysis import suggestions
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.schema.migrations import MIGRATIONS, backup_path, migrate
from phototagger.domain.errors import CatalogError
from tests.support import shipped
from tests.support.catalog_parts import regions_of

FIXTURES = Path(__file__).parents[3] / "fixtures" / "catalogs"
SHIPPED = sorted(FIXTURES.glob("v*.sqlite"), key=lambda path: int(path.stem[1:]))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A catalog of the newest version with rows in it, opened without the program."""
    path = tmp_path / "catalog.sqlite"
    shutil.copy(SHIPPED[-1], path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


def schema(c: sqlite3.Connection) -> list[tuple[str, str]]:
    return c.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name").fetchall()


def version(c: sqlite3.Connection) -> int:
    return int(c.execute("PRAGMA user_version").fetchone()[0])


def file_of(c: sqlite3.Connection) -> Path:
    return Path(c.execute("PRAGMA database_list").fetchone()[2])


def test_there_is_a_fixture_of_every_version() -> None:
    assert [path.stem for path in SHIPPED] == [f"v{number}" for number in range(1, len(MIGRATIONS) + 1)]


@pytest.mark.parametrize("shipped_file", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_catalog_opens_with_its_rows_and_the_new_schema(shipped_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    shutil.copy(shipped_file, path)
    fresh = Catalog.open(tmp_path / "fresh.sqlite")
    catalog = Catalog.open(path)
    assert catalog.read(schema) == fresh.read(schema)
    assert catalog.read(lambda c: c.execute("PRAGMA foreign_key_check").fetchall()) == []
    assert catalog.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    found = catalog.read(lambda c: photos.by_path(c, [shipped.DOG]))[0]
    assert (found.state, found.width, found.pending_changes) == ("analysed", 400, True)
    states = {s.keyword: s.state for s in catalog.read(lambda c: suggestions.for_photos(c, [found.id]))}
    assert states == {"animal|dog": "confirmed", "animal|cat": "rejected", "beach": "suggested"}
    assert [r.person for r in regions_of(catalog, found.id)] == ["Anna", None]
    assert len(catalog.read(lambda c: history.steps(c, 9))) == 3
    catalog.close()
    fresh.close()


def test_the_generator_makes_the_newest_version(tmp_path: Path) -> None:
    made = tmp_path / "made.sqlite"
    shipped.generate(made)
    newest = sqlite3.connect(SHIPPED[-1])
    again = sqlite3.connect(made)
    assert schema(newest) == schema(again)
    assert version(newest) == version(again) == len(MIGRATIONS)
    newest.close()
    again.close()


def test_a_newer_catalog_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog.open(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(CatalogError, match="newer phototagger"):
        Catalog.open(path)
    connection = sqlite3.connect(path)
    assert version(connection) == len(MIGRATIONS) + 1
    connection.close()


def test_an_existing_catalog_is_copied_before_it_is_migrated(old: sqlite3.Connection) -> None:
    def drop(c: sqlite3.Connection) -> None:
        c.execute("DROP TABLE feature")

    path = file_of(old)
    migrate(old, path, [*MIGRATIONS, drop])
    assert version(old) == len(MIGRATIONS) + 1
    copy = sqlite3.connect(backup_path(path, len(MIGRATIONS)))
    assert version(copy) == len(MIGRATIONS)
    assert copy.execute("SELECT count(*) FROM feature").fetchone()[0] == 1
    assert old.execute("PRAGMA foreign_keys").fetchone() == (1,)
    copy.close()


def test_a_new_catalog_is_not_copied(tmp_path: Path) -> None:
    Catalog.open(tmp_path / "catalog.sqlite").close()
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.sqlite"]


def test_a_failing_step_leaves_version_and_rows(old: sqlite3.Connection) -> None:
    before = list(old.iterdump())

    def half(c: sqlite3.Connection) -> None:
        c.execute("DROP TABLE feature")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        migrate(old, file_of(old), [*MIGRATIONS, half])
    assert list(old.iterdump()) == before
    assert version(old) == len(MIGRATIONS)


def test_the_steps_before_a_failing_one_stay(old: sqlite3.Connection) -> None:
    def good(c: sqlite3.Connection) -> None:
        c.execute("CREATE TABLE fine (id INTEGER)")

    def bad(c: sqlite3.Connection) -> None:
        c.execute("SELECT * FROM nowhere")

    with pytest.raises(sqlite3.OperationalError):
        migrate(old, file_of(old), [*MIGRATIONS, good, bad])
    assert version(old) == len(MIGRATIONS) + 1
    assert old.execute("SELECT count(*) FROM fine").fetchone() == (0,)


def test_broken_references_are_refused(old: sqlite3.Connection) -> None:
    def careless(c: sqlite3.Connection) -> None:
        c.execute("DELETE FROM keyword")

    before = list(old.iterdump())
    with pytest.raises(CatalogError, match="refers to rows that are not there"):
        migrate(old, file_of(old), [*MIGRATIONS, careless])
    assert list(old.iterdump()) == before


def test_a_damaged_catalog_names_its_backup(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"x" * 5000)
    backup_path(path, 1).touch()
    with pytest.raises(CatalogError, match=r"put the backup .*catalog.sqlite.backup-v1 in its place"):
        Catalog.open(path)
