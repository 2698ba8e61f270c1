"""After all faces were forgotten: no name and no box is left in the catalog, and runs can still be taken back."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest

from phototagger.catalog.people import file_names
from phototagger.catalog.writing import locks
from phototagger.diagnostics.log import logs_folder
from phototagger.diagnostics.session import recorded
from phototagger.domain.errors import CatalogError
from phototagger.domain.records import Box
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


# What each column of text or bytes holds that is kept when all faces are forgotten; tables that are emptied need no
# entry. A new column wants a thought: may it hold a name or a face?
KEPT = {
    "analysis": {"networks": "names of networks", "made_at": "a time"},
    "statement": {"kind": "a kind", "mark": "a digest"},
    "statement_text": {"text": "the person's own words", "over": "as text"},
    "statement_change": {"kind": "a kind"},
    "feature": {"vector": "of the whole photo"},
    "finding": {"packed": "without faces"},
    "file_facts": {"mark": "a digest", "place": "country, region and town"},
    "rename_row": {"source": "of a file", "target": "of a file", "state": "a state"},
    "folder": {"path": "the person's own", "folded": "the person's own"},
    "history_step": {
        "text": "of steps that are not about people",
        "made_at": "a time",
        "undone_at": "a time",
    },
    "kept_region": {"grid": "16 x 16 greys"},
    "keyword": {"path": "a word of the tree", "folded": "a word of the tree"},
    "network": {"name": "of a network", "task": "of a network"},
    "own_word": {"path": "a word of the tree", "synonyms": "words"},
    "photo": {
        "name": "of a file",
        "folded": "of a file",
        "error_kind": "a kind",
        "error_message": "without names",
        "fingerprint": "a digest",
        "format": "a format",
        "taken_at": "a time",
    },
    "photo_text": {"folded": "text in a photo", "lines": "text in a photo"},
    "region": {"label": "of objects", "name": "of objects", "landmarks": "none", "embedding": "none"},
    "root": {"path": "the person's own"},
    "sketch": {"grid": "16 x 16 greys of a whole photo"},
    "suggestion": {"label": "a class of a network"},
    "taught": {"signature": "a digest"},
    "meta": {"key": "a name of ours"},
    "word_change": {"path": "a word", "before": "a word", "after": "a word"},
    "word_name": {"meaning": "a word of the tree"},
    "word_rule": {"path": "a word of the tree", "target": "a word of the tree"},
    "write_row": {
        "path": "of a file",
        "target": "of a file",
        "changes": "digests",
        "state": "a state",
        "error_kind": "a kind",
        "error_message": "without names",
    },
    "write_run": {"made_at": "a time"},
    "written_region": {"name": "of objects", "label": "of objects"},
}


def test_no_column_was_overlooked(world: World) -> None:
    emptied = {"person", "file_face", "file_faces_read", "cluster", "face_rejected"}

    def columns(c: sqlite3.Connection) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        tables = c.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            for row in c.execute(f"PRAGMA table_info({table})"):
                if row[2] in ("TEXT", "BLOB"):
                    found.setdefault(table, set()).add(row[1])
        return found

    held = world.catalog.read(columns)
    unknown = {
        f"{table}.{column}"
        for table, names in held.items()
        if table not in emptied
        for column in names - KEPT.get(table, {}).keys()
    }
    assert unknown == set()


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
    with recorded("command"):
        logging.getLogger("phototagger.jobs").info("There is nobody called %s.", "Zyxanna Qwertova")
        forget(world)
    assert b"Zyxanna" not in b"".join(path.read_bytes() for path in logs_folder().iterdir())
