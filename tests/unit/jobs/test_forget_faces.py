"""After all faces were forgotten: no name and no box is left in the catalog, and runs can still be taken back."""

from __future__ import annotations

import logging
import pkgutil
import sqlite3
from importlib import import_module
from pathlib import Path

import pytest

import phototagger.catalog
from phototagger.catalog import forgetting
from phototagger.catalog.forgetting import PERSONAL
from phototagger.catalog.people import file_names
from phototagger.catalog.photos import photos
from phototagger.catalog.writing import locks
from phototagger.diagnostics.log import logs_folder
from phototagger.diagnostics.session import with_log
from phototagger.domain.errors import CatalogError
from phototagger.domain.records import Box, ErrorKind, Failure
from phototagger.domain.sentences import said, to_text
from phototagger.domain.writing import NamedFace
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.people import People
from phototagger.jobs.write import run as job
from tests.support.photos import prepare, read
from tests.support.write_world import World
from tests.unit.jobs.write.test_run import confirm_face, names_in

FACE = Box(0.2, 0.3, 0.2, 0.2)
OTHER = Box(0.6, 0.3, 0.2, 0.2)
THEIRS = (
    "-XMP-mwg-rs:RegionList={Area={X=0.7,Y=0.4,W=0.2,H=0.2,Unit=normalized},Name=Ottilia Fremd,Type=Face}",
    "-XMP-iptcExt:PersonInImage=Ottilia Fremd",
    "-IFD0:XPKeywords=beach;Ottilia Fremd",
)


def forget(world: World) -> None:
    People(world.catalog).forget()


def bytes_on_disk(world: World) -> bytes:
    """All that the catalog's folder holds, whatever it is called; the photos lie elsewhere."""
    beside = world.catalog.path.parent.iterdir()
    return b"".join(path.read_bytes() for path in beside if path.is_file())


def test_every_name_that_was_ever_stored_is_gone_from_the_bytes(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], *THEIRS)
    confirm_face(world, 0, "Zyxanna Qwertova", FACE)
    world.want("dog", 0)
    world.write(writer)
    confirm_face(world, 0, "Renamed Persona", FACE)  # the old name goes out of the file again
    world.write(writer)
    world.catalog.write(
        lambda c: file_names.store(c, world.ids[1], "mark", [NamedFace("Lightroom Lila", FACE)])
    )
    prepare(tool, world.paths[0], "-XMP-iptcExt:PersonInImage=", "-XMP-mwg-rs:RegionInfo=")
    world.undo(writer)  # a conflict, which is noted with what stood there
    world.catalog.write(
        lambda c: c.execute(
            "UPDATE write_row SET error_kind = 'write_failed', error_message = 'changed {Name=Renamed Persona}'"
        )
    )
    names = [b"Zyxanna", b"Qwertova", b"Renamed Persona", b"Lightroom Lila", b"Ottilia"]
    before = bytes_on_disk(world)
    assert all(name in before for name in names)

    forget(world)

    for open_or_closed in range(2):
        assert [name for name in names if name in bytes_on_disk(world)] == [], open_or_closed
        world.catalog.close()


def test_a_name_in_quotes_is_gone_from_sentences_that_tell_it_too(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    """They are stored as templates and what fills them, quotation marks and backslashes spelled out."""
    name = 'Zyxanna "Quo\\te" Qwertova'
    confirm_face(world, 0, name, FACE)
    world.want("dog", 0)
    world.write(writer)
    told = said(
        "The face of {name} is called {other} in the file already. Correct one of the two.",
        name=name,
        other="Bo",
    )
    failure = Failure(ErrorKind.WRITE_FAILED, told)
    world.catalog.write(lambda c: photos.set_failed(c, world.ids[1], failure, quarantined=False))
    world.catalog.write(
        lambda c: c.execute(
            "UPDATE write_row SET error_kind = 'write_failed', error_message = ?", (to_text(told),)
        )
    )
    assert b"Zyxanna" in bytes_on_disk(world)
    forget(world)
    world.catalog.close()
    assert b"Zyxanna" not in bytes_on_disk(world)


def test_no_box_of_a_face_is_left(world: World, writer: ExifToolWriter) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    forget(world)
    boxes = world.catalog.read(
        lambda c: [
            c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("region", "written_region", "file_face", "person", "cluster")
        ]
    )
    assert boxes == [0] * 5
    changes = world.catalog.read(lambda c: c.execute("SELECT changes FROM write_row").fetchall())
    assert "0.2" not in str(changes)


def test_an_older_run_is_taken_back_whole(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    prepare(tool, world.paths[0], *THEIRS)
    before = read(writer, world.paths[0]).values
    confirm_face(world, 0, "Anna", FACE)
    world.want("dog", 0)
    world.write(writer)
    assert names_in(writer, world.paths[0]) == ["Anna", "Anna", "Ottilia Fremd"]
    forget(world)
    summary = world.undo(writer)
    assert (summary.restored, summary.conflicts, summary.failed, summary.forgotten) == (1, [], [], 0)
    assert read(writer, world.paths[0]).values == before


def test_a_face_that_a_run_took_out_does_not_come_back_and_undo_says_so(
    world: World, writer: ExifToolWriter
) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    confirm_face(world, 0, "Berta", FACE)
    world.write(writer)
    forget(world)
    summary = world.undo(writer)
    assert (summary.restored, summary.conflicts, summary.forgotten) == (1, [], 1)
    assert names_in(writer, world.paths[0]) == []


def test_a_box_that_was_edited_since_is_left_and_nothing_tells_what_it_was(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    forget(world)
    moved = THEIRS[0].replace("Ottilia Fremd", "Anna")
    prepare(tool, world.paths[0], moved)
    summary = world.undo(writer)
    assert {conflict.wrote for conflict in summary.left} == {("(forgotten)",)}
    assert "Anna" in names_in(writer, world.paths[0])
    again = world.undo(writer, summary.run_id)
    assert {conflict.wrote for conflict in again.left} == {("(forgotten)",)}


def test_only_what_was_added_is_taken_out_and_is_not_noted_down_again(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], *THEIRS)
    confirm_face(world, 0, "Zyxanna", FACE)
    world.write(writer)
    forget(world)
    summary = world.remove_added(writer)
    assert (summary.cleared, summary.failed) == (1, [])
    assert names_in(writer, world.paths[0]) == ["Ottilia Fremd"]
    assert read(writer, world.paths[0]).values["XMP-iptcExt:PersonInImage"] == ("Ottilia Fremd",)
    world.catalog.close()
    assert b"Zyxanna" not in bytes_on_disk(world)


def test_a_write_that_was_cut_short_is_settled_after_forgetting(world: World, writer: ExifToolWriter) -> None:
    confirm_face(world, 0, "Anna", FACE)
    run = world.write(writer).run_id
    assert run is not None
    world.catalog.write(lambda c: c.execute("UPDATE write_row SET state = 'begun'"))
    forget(world)
    job.recover(world.catalog, writer)
    assert [str(state) for state in world.states(run)] == ["done"]
    assert world.undo(writer).restored == 1
    assert names_in(writer, world.paths[0]) == []


def test_a_word_of_the_persons_own_stays_though_it_is_a_name_too(
    world: World, writer: ExifToolWriter
) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.want("family|Anna", 0)
    world.write(writer)
    world.drop("family|Anna", 0)
    world.write(writer)
    forget(world)
    assert world.undo(writer).restored == 1
    assert "Anna" in read(writer, world.paths[0]).values["XMP-dc:Subject"]


def columns(c: sqlite3.Connection) -> dict[str, set[str]]:
    """Every column that can hold a text or bytes, by table."""
    tables = c.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        table: {
            row[1] for row in c.execute(f"PRAGMA table_info({table})") if row[2] not in ("INTEGER", "REAL")
        }
        for (table,) in tables.fetchall()
    }


def test_somebody_answers_for_every_column_of_text_or_bytes(world: World) -> None:
    held = world.catalog.read(columns)
    answered = {one.table: held[one.table] if one.emptied else set(one.kept) for one in PERSONAL}
    assert len(answered) == len(PERSONAL), "each table stands there once"
    assert answered == {table: names for table, names in held.items() if names or table in answered}


def test_every_module_that_answers_for_a_table_is_asked() -> None:
    found = [
        one
        for module in pkgutil.walk_packages(phototagger.catalog.__path__, "phototagger.catalog.")
        if module.name != forgetting.__name__
        for one in getattr(import_module(module.name), "PERSONAL", ())
    ]
    assert {id(one) for one in found} == {id(one) for one in PERSONAL}


def test_no_table_tells_a_name_any_more(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    prepare(tool, world.paths[0], *THEIRS)
    confirm_face(world, 0, "Zyxanna Qwertova", FACE)
    world.write(writer)
    forget(world)
    assert [name for one in PERSONAL if one.names for name in world.catalog.read(one.names)] == []


def test_nothing_is_forgotten_while_photos_are_written(world: World, tmp_path: Path) -> None:
    confirm_face(world, 0, "Anna", FACE)
    with locks.writing(world.catalog), pytest.raises(CatalogError, match="being written right now"):
        forget(world)
    assert People(world.catalog).persons() == [("Anna", 1, False)]


def test_forgetting_twice_is_as_once(world: World, writer: ExifToolWriter) -> None:
    confirm_face(world, 0, "Anna", OTHER)
    world.write(writer)
    forget(world)
    forget(world)
    assert world.undo(writer).restored == 1
    assert names_in(writer, world.paths[0]) == []


def test_the_log_is_forgotten_too(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with with_log("command"):
        logging.getLogger("phototagger.jobs").info("There is nobody called %s.", "Zyxanna Qwertova")
        forget(world)
    assert b"Zyxanna" not in b"".join(path.read_bytes() for path in logs_folder().iterdir())
