"""Deleting what is ours: all of it, and never a photo."""

from __future__ import annotations

from pathlib import Path

from phototagger.app.own_data import delete_own_data, find_own_data
from phototagger.files.suffixes import is_photo_name


def _put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 10)
    return path


def test_our_files_go_and_photos_and_strangers_stay(tmp_path: Path) -> None:
    data, cache, elsewhere = tmp_path / "data", tmp_path / "cache", tmp_path / "elsewhere"
    catalog = _put(elsewhere / "my [1].sqlite")
    ours = [
        catalog,
        *(_put(elsewhere / f"my [1].sqlite{end}") for end in ("-wal", "-shm", ".thumbs", ".backup-v4")),
        _put(tmp_path / "config" / "settings.toml"),
        _put(data / "locks" / "a.lock"),
        _put(cache / "networks" / "n.onnx"),
    ]
    stays = [_put(data / "samples" / "cat.jpg"), _put(data / "samples" / "cat.jpg.xmp")]
    strangers = [
        _put(elsewhere / "my 1.sqlite"),
        _put(elsewhere / "my [1].sqlites"),
        _put(elsewhere / "a.jpg"),
    ]
    (cache / "link").symlink_to(elsewhere)

    found = find_own_data(catalog, tmp_path / "config" / "settings.toml", [data, cache], is_photo_name)

    assert sorted(found.files) == sorted([*ours, cache / "link"])
    assert sorted(found.photos) == sorted(stays)
    assert found.size() >= 10 * len(ours)
    assert delete_own_data(found) == []
    assert not any(path.exists() for path in ours)
    assert all(path.exists() for path in (*stays, *strangers))
    assert not cache.exists()
    assert (data / "samples").is_dir()
    assert not (data / "locks").exists()


def test_a_file_that_cannot_be_deleted_is_named(tmp_path: Path) -> None:
    catalog = _put(tmp_path / "c.sqlite")
    found = find_own_data(catalog, tmp_path / "none.toml", [], is_photo_name)
    catalog.unlink()
    catalog.mkdir()  # in the meantime

    (problem,) = delete_own_data(found)

    assert str(catalog) in problem
