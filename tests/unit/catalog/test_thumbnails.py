from __future__ import annotations

import random
import sqlite3
import threading
from pathlib import Path

import pytest

from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import CatalogError
from phototagger.domain.records import FileSignature

MARK = FileSignature(10, 20)


def test_thumbnails_come_back_and_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "catalog.thumbs"
    store = ThumbnailStore.open(path)
    store.put(1, MARK, b"one")
    store.put_many([(1, FileSignature(11, 21), b"newer"), (2, MARK, b"two")])
    store.close()
    again = ThumbnailStore.open(path)
    assert (again.get(1), again.get(2), again.get(3)) == (b"newer", b"two", None)
    assert (again.signature(1), again.signature(3)) == (FileSignature(11, 21), None)
    again.close()


@pytest.mark.parametrize("content", [b"no database" * 500, b""])
def test_a_damaged_store_is_made_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.thumbs"
    path.write_bytes(content)
    store = ThumbnailStore.open(path)
    store.put(1, MARK, b"one")
    assert store.get(1) == b"one"
    store.close()


def test_a_store_of_another_version_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.thumbs"
    store = ThumbnailStore.open(path)
    store.put(1, MARK, b"one")
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    store = ThumbnailStore.open(path)
    assert store.get(1) is None
    store.close()


def test_any_thread_may_read(tmp_path: Path) -> None:
    store = ThumbnailStore.open(tmp_path / "catalog.thumbs")
    store.put(1, MARK, b"one")
    seen: list[bytes | None] = []
    thread = threading.Thread(target=lambda: seen.append(store.get(1)))
    thread.start()
    thread.join()
    assert seen == [b"one"]
    store.close()
    store.close()
    with pytest.raises(CatalogError, match="are closed"):
        store.get(1)


def test_a_place_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CatalogError, match="Delete that file"):
        ThumbnailStore.open(tmp_path / "file" / "catalog.thumbs")


def test_a_store_with_flipped_bytes_never_stops_anything(tmp_path: Path) -> None:
    path = tmp_path / "catalog.thumbs"
    store = ThumbnailStore.open(path)
    store.put_many([(number, MARK, bytes([number]) * 3000) for number in range(40)])
    store.close()
    content, chance = path.read_bytes(), random.Random(7)
    for _ in range(150):
        spoiled = bytearray(content)
        for _ in range(chance.choice((1, 3, 9))):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        path.write_bytes(spoiled)
        store = ThumbnailStore.open(path)
        for number in range(40):
            store.get(number)
            store.signature(number)
        store.put(3, MARK, b"new")
        store.remove_many([4])
        assert (store.get(3), store.get(4)) == (b"new", None)
        store.close()


def test_a_store_damaged_in_mid_work_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.thumbs"
    store = ThumbnailStore.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("DROP TABLE thumbnail")
    other.close()
    assert store.get(1) is None
    assert store.signature(1) is None
    store.put(1, MARK, b"one")
    assert store.get(1) == b"one"
    store.close()
