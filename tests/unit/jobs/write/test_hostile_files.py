"""Jobs over folders in which some files kill or stall exiftool: those fail alone, each with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.domain.records import ErrorKind
from phototagger.exiftool.process import process
from phototagger.exiftool.process.pool import ExifToolPool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.hostile import deep_xmp, faulty_config
from tests.support.photos import make_photo, read
from tests.support.write_world import World, world_of


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExifToolWriter]:
    monkeypatch.setattr(process, "BASE_TIMEOUT", 3.0)
    made = ExifToolWriter(WriteSettings(), pool=ExifToolPool(config=faulty_config(tmp_path)), spare_bytes=0)
    yield made
    made.close()


def world(tmp_path: Path, *names: str) -> World:
    folder = tmp_path / "photos"
    folder.mkdir()
    return world_of(folder, tmp_path / "c.sqlite", [make_photo(folder / name) for name in names])


def test_a_run_over_killers_writes_the_others_and_names_each(tmp_path: Path, writer: ExifToolWriter) -> None:
    names = ("a.jpg", "read-stalls.jpg", "read-dies.png", "write-dies.jpg", "deep.bmp", "z.png")
    here = world(tmp_path, *names)
    (here.folder / "deep.bmp.xmp").write_text(deep_xmp(50_000))
    before = {path: path.read_bytes() for path in here.folder.iterdir()}
    here.want("dog", *range(len(names)))
    summary = here.write(writer)
    assert summary.written == 2
    told = {path.name: failure for path, failure in (*summary.refused, *summary.failed)}
    assert set(told) == {"read-stalls.jpg", "read-dies.png", "write-dies.jpg", "deep.bmp"}
    assert all(str(here.folder / name) in failure.message for name, failure in told.items())
    for path, data in before.items():
        if path.name not in ("a.jpg", "z.png"):
            assert path.read_bytes() == data
    assert [read(writer, here.paths[number]).keywords() for number in (0, 5)] == [("dog",), ("dog",)]
    undone = here.undo(writer)
    assert (undone.restored, undone.failed) == (2, [])
    here.catalog.close()


def test_undo_leaves_out_a_file_that_became_a_killer(tmp_path: Path, writer: ExifToolWriter) -> None:
    here = world(tmp_path, "a.bmp", "b.bmp", "c.jpg")
    here.want("dog", 0, 1, 2)
    assert here.write(writer).written == 3
    sidecar = here.folder / "a.bmp.xmp"
    sidecar.write_text(deep_xmp(50_000))  # another program's doing
    undone = here.undo(writer)
    assert undone.restored == 2
    assert [(path.name, failure.kind) for path, failure in undone.failed] == [("a.bmp", ErrorKind.DAMAGED)]
    assert sidecar.read_text() == deep_xmp(50_000)
    assert not (here.folder / "b.bmp.xmp").exists()
    here.catalog.close()
