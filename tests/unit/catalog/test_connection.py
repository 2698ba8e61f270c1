"""The door to the catalog: transactions, threads, damaged and foreign files."""

from __future__ import annotations

import re
import sqlite3
import threading
from functools import partial
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.domain.errors import CatalogError
from tests.support.catalog_parts import add_photos


def count_meta(c: sqlite3.Connection) -> int:
    return int(c.execute("SELECT count(*) FROM meta").fetchone()[0])


def test_a_write_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "catalog.sqlite"
    catalog = Catalog.open(path)
    catalog.write(lambda c: c.execute("INSERT INTO meta VALUES ('mine', 7)"))
    catalog.close()
    again = Catalog.open(path)
    assert again.read(lambda c: c.execute("SELECT value FROM meta WHERE key = 'mine'").fetchone()) == (7,)
    again.close()


def test_an_exception_rolls_back_and_comes_out(catalog: Catalog) -> None:
    before = catalog.read(count_meta)

    def half(c: sqlite3.Connection) -> None:
        c.execute("INSERT INTO meta VALUES ('half', 1)")
        raise KeyError("half")

    with pytest.raises(KeyError, match="half"):
        catalog.write(half)
    assert catalog.read(count_meta) == before
    catalog.write(lambda c: c.execute("INSERT INTO meta VALUES ('whole', 1)"))
    assert catalog.read(count_meta) == before + 1


def test_writing_goes_through_one_thread_and_wal(catalog: Catalog) -> None:
    seen = {catalog.write(lambda _: threading.get_ident()) for _ in range(3)}
    assert len(seen) == 1
    assert threading.get_ident() not in seen
    assert catalog.read(lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)
    assert catalog.write(lambda c: c.execute("PRAGMA foreign_keys").fetchone()) == (1,)


def test_only_a_durable_write_waits_for_the_disk(catalog: Catalog) -> None:
    def waits(c: sqlite3.Connection) -> bool:
        return bool(c.execute("PRAGMA synchronous").fetchone() == (2,))

    assert [catalog.write(waits, durable=durable) for durable in (False, True, False)] == [False, True, False]


def test_a_write_inside_a_write_is_refused_at_once(catalog: Catalog) -> None:
    with pytest.raises(RuntimeError, match=re.escape("write() inside write()")):
        catalog.write(lambda _: catalog.write(count_meta))


def test_a_reader_cannot_write(catalog: Catalog) -> None:
    with pytest.raises(CatalogError):
        catalog.read(lambda c: c.execute("DELETE FROM meta"))
    assert catalog.read(count_meta) > 0


def test_a_reader_sees_one_state_while_others_write(catalog: Catalog) -> None:
    def twice(c: sqlite3.Connection) -> tuple[int, int]:
        first = count_meta(c)
        catalog.write(lambda w: w.execute("INSERT INTO meta VALUES ('between', 1)"))
        return first, count_meta(c)

    first, second = catalog.read(twice)
    assert first == second
    assert catalog.read(count_meta) == first + 1


def test_many_threads_read_and_write(catalog: Catalog) -> None:
    def insert(c: sqlite3.Connection, key: str) -> None:
        c.execute("INSERT INTO meta VALUES (?, 0)", (key,))

    def work(number: int) -> None:
        for step in range(20):
            catalog.write(partial(insert, key=f"{number}.{step}"))
            catalog.read(count_meta)

    before = catalog.read(count_meta)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert catalog.read(count_meta) == before + 80


def test_closed_means_closed(catalog: Catalog) -> None:
    catalog.read(count_meta)
    catalog.close()
    catalog.close()
    with pytest.raises(CatalogError, match="is closed"):
        catalog.read(count_meta)
    with pytest.raises(CatalogError, match="is closed"):
        catalog.write(count_meta)
    assert not catalog.path.with_name(catalog.path.name + "-wal").exists()


def test_two_programs_may_share_a_catalog(catalog: Catalog) -> None:
    other = Catalog.open(catalog.path)
    other.write(lambda c: c.execute("INSERT INTO meta VALUES ('other', 1)"))
    catalog.write(lambda c: c.execute("INSERT INTO meta VALUES ('ours', 1)"))
    assert other.read(count_meta) == catalog.read(count_meta)
    other.close()


def test_a_locked_catalog_says_so(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog.write(lambda c: c.execute("PRAGMA busy_timeout = 1"))
    other = sqlite3.connect(catalog.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CatalogError, match="in use by another program"):
        catalog.write(count_meta)
    other.close()


@pytest.mark.parametrize(
    "content",
    [b"this is no catalog at all" * 100, b"SQLite format 3\0" + bytes(200), b"1", b"12", b"\n" * 99],
)
def test_a_file_that_is_no_catalog_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=r"is damaged .* move it away and scan again"):
        Catalog.open(path)
    assert path.read_bytes() == content


def test_a_catalog_cut_short_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    add_photos(catalog, tmp_path, *(f"{number}.jpg" for number in range(500)))
    catalog.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(CatalogError, match="ends too early"):
        Catalog.open(path)


def test_pages_overwritten_in_the_middle_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog.open(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(CatalogError, match="is damaged"):
        Catalog.open(path)


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(CatalogError, match="belongs to another program"):
        Catalog.open(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogError, match="cannot be made"):
        Catalog.open(tmp_path / "file" / "catalog.sqlite")


def test_an_empty_file_becomes_a_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.touch()
    catalog = Catalog.open(path)
    assert catalog.read(count_meta) == 4
    catalog.close()
