"""Write-back over a real catalog and real exiftool."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.catalog import history
from phototagger.catalog.photos import photos
from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.errors import Cancelled, ExifToolError, UsageError
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.findings import AnalyseRequest
from phototagger.domain.frames import PhotoVersion
from phototagger.domain.records import Box, ErrorKind, Failure, FileSignature, Keyword, RegionKind
from phototagger.domain.writing import (
    Difference,
    FieldConflict,
    FileFields,
    Statement,
    WritePlan,
    placed,
    values_of,
)
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import run as job
from phototagger.plan.preview import totals
from phototagger.settings.declared import WriteSettings
from tests.support.photos import exiftool, prepare, read
from tests.support.said import words
from tests.support.write_world import World, found


def analysed(world: World, number: int) -> None:
    """As if the networks had seen the photo as it is now."""
    photo = world.photo(number)
    world.catalog.write(
        lambda c: c.execute(
            "INSERT INTO analysis (photo, networks, size, mtime_ns, made_at) VALUES (?, '', ?, ?, '')",
            (photo.id, photo.signature.size, photo.signature.mtime_ns),
        )
    )
    world.catalog.write(lambda c: c.execute("UPDATE photo SET state = 1 WHERE id = ?", (photo.id,)))


def pending(world: World) -> list[AnalyseRequest]:
    return world.catalog.read(lambda c: photos.pending(c, 0, 100))


# --- writing ------------------------------------------------------------------------------------------------------


def test_wanted_keywords_reach_the_files(world: World, writer: ExifToolWriter) -> None:
    world.want("animal|dog", 0, 1)
    world.want("sea", 1)
    summary = world.write(writer)
    assert (summary.written, summary.unchanged, summary.refused, summary.failed) == (2, 0, [], [])
    assert read(writer, world.paths[0]).keywords() == ("dog", "animal|dog")
    assert read(writer, world.paths[1]).keywords() == ("dog", "sea", "animal|dog")
    assert read(writer, world.paths[2]).keywords() == ()
    assert world.keywords(0) == [Keyword("animal|dog", wanted=True, written=True, ours=True)]
    assert not world.photo(1).pending_changes
    assert summary.run_id is not None
    assert world.states(summary.run_id) == [RowState.DONE, RowState.DONE]


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_what_cannot_be_written_is_refused_in_the_preview_already(
    world: World, writer: ExifToolWriter
) -> None:
    world.want("animal|dog", 0, 1)
    world.paths[0].chmod(0o444)
    plans = {made.path: made for made in world.plan(writer)}
    refused = plans[world.paths[0]].refused
    assert refused is not None
    assert f"{world.paths[0]} is read-only" in refused.message
    assert plans[world.paths[0]].changes == ()
    assert totals(plans.values()).files == 1
    assert totals(plans.values()).left_alone == 1
    summary = run_to_end(job.write_plans(world.catalog, writer, list(plans.values()), Cancel()))
    assert (summary.written, summary.refused, summary.failed) == (1, [(world.paths[0], refused)], [])
    assert world.states(summary.run_id or 0) == [RowState.DONE]
    world.paths[0].chmod(0o644)
    assert world.write(writer).written == 1  # it waited


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_what_the_file_holds_already_waits_no_more_though_the_rest_is_refused(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], "-XMP-dc:Subject=sea")
    world.want("sea", 0)
    world.want("dog", 0)
    world.paths[0].chmod(0o444)
    (made,) = world.plan(writer)
    assert made.refused is not None
    assert values_of(made.added, KEYWORD) == ("dog",)
    assert {keyword.keyword: keyword.written for keyword in world.keywords(0)} == {"sea": True, "dog": False}


def test_our_own_write_does_not_make_a_photo_pending(world: World, writer: ExifToolWriter) -> None:
    for number in range(3):
        analysed(world, number)
    assert pending(world) == []
    world.want("dog", 0)
    summary = world.write(writer)
    assert world.photo(0).signature == found(world.paths[0]).signature
    assert pending(world) == []
    world.undo(writer, summary.run_id)
    assert world.photo(0).signature == found(world.paths[0]).signature
    assert pending(world) == []


def test_a_second_run_has_nothing_to_do(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0)
    world.write(writer)
    data = world.paths[0].read_bytes()
    again = world.write(writer)
    assert again == job.WriteSummary(None)
    assert world.paths[0].read_bytes() == data
    assert len(world.catalog.read(journal.runs)) == 1


def test_a_word_that_the_file_holds_already_needs_no_write(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], "-XMP-dc:Subject=Dog")
    world.want("dog", 0)
    assert world.plan(writer) == []
    assert world.keywords(0) == [Keyword("dog", wanted=True, written=True, ours=False)]
    # Not ours, so taking it out of the catalog leaves it in the file.
    world.drop("dog", 0)
    (made,) = world.plan(writer)
    assert (made.changes, "counts as your own" in made.notes[0]) == ((), True)
    assert world.plan(writer) == []
    assert world.keywords(0) == []
    assert read(writer, world.paths[0]).keywords() == ("Dog",)


def test_only_our_own_words_are_taken_out(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    prepare(tool, world.paths[0], "-XMP-dc:Subject=Dog", "-XMP-dc:Subject=sea")
    world.want("animal|dog", 0)
    world.want("sky", 0)
    world.write(writer)
    # The word was the person's, the path is ours.
    assert {keyword.keyword: keyword.ours for keyword in world.keywords(0)} == {
        "animal|dog": False,
        "sky": True,
    }
    world.drop("animal|dog", 0)
    world.drop("sky", 0)
    summary = world.write(writer)
    assert summary.written == 1
    assert read(writer, world.paths[0]).keywords() == ("Dog", "sea")
    assert world.keywords(0) == []


def put_back(world: World, number: int, content: bytes) -> None:
    """Another content takes the photo's place, and a scan meets it."""
    world.paths[number].write_bytes(content)
    root = world.catalog.read(photos.roots)[0]
    world.catalog.write(
        lambda c: photos.upsert(
            c, photos.add_root(c, root), [found(world.paths[number])], photos.next_scan(c)
        )
    )


def test_a_word_taken_out_elsewhere_is_rejected_only_once_it_is_agreed_to_write(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0, 1)
    world.want("sea", 0)
    world.write(writer)
    for number in (0, 1):
        prepare(tool, world.paths[number], "-XMP-dc:Subject-=dog")
        put_back(world, number, world.paths[number].read_bytes())
    world.want("sky", 0)
    before = world.keywords(0)
    plans = world.plan(writer)
    assert [plan.rejects for plan in plans] == [words("dog"), words("dog")]
    assert "dog was taken out of a.jpg in another program" in plans[0].notes[0]
    assert world.plan(writer) == plans
    assert {keyword.keyword for keyword in world.keywords(0) if keyword.wanted} == {"dog", "sea", "sky"}
    assert [keyword.wanted for keyword in before] == [keyword.wanted for keyword in world.keywords(0)]
    summary = run_to_end(job.write_plans(world.catalog, writer, plans, Cancel()))
    assert (summary.written, summary.unchanged) == (2, 0)  # the record that they were ours goes
    assert [{keyword.keyword for keyword in world.keywords(number)} for number in (0, 1)] == [
        {"sea", "sky"},
        set(),
    ]
    assert read(writer, world.paths[0]).keywords() == ("sea", "sky")
    (step, *_) = world.catalog.read(lambda c: history.steps(c, 9))
    assert step.text == "Removed dog from 2 photos"  # and can be undone


def test_an_older_copy_put_back_gets_its_words_again(world: World, writer: ExifToolWriter) -> None:
    copy = world.paths[0].read_bytes()
    world.want("dog", 0)
    world.write(writer)
    put_back(world, 0, copy)
    assert world.write(writer).written == 1
    assert read(writer, world.paths[0]).keywords() == ("dog",)
    put_back(world, 0, world.paths[0].read_bytes() + b"trailer")  # touched, but it holds the word
    assert world.write(writer) == job.WriteSummary(None)
    assert world.keywords(0) == [Keyword("dog", wanted=True, written=True, ours=True)]


def test_only_the_photos_asked_for_are_planned(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0, 1)
    plans = run_to_end(job.plan_writes(world.catalog, writer, [world.ids[1]], Cancel()))
    assert [plan.path for plan in plans] == [world.paths[1]]
    assert world.paths[1].read_bytes().find(b"dog") < 0


def test_a_bad_file_stops_nobody(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0, 1, 2)
    plans = world.plan(writer)
    world.paths[0].unlink()
    world.paths[1].write_bytes(world.paths[1].read_bytes()[:-2])
    summary = run_to_end(job.write_plans(world.catalog, writer, plans, Cancel()))
    assert summary.written == 1
    assert [(path, failure.kind) for path, failure in summary.failed] == [(world.paths[0], ErrorKind.GONE)]
    assert [(path, failure.kind) for path, failure in summary.refused] == [
        (world.paths[1], ErrorKind.WRITE_REFUSED)
    ]
    assert read(writer, world.paths[2]).keywords() == ("dog",)
    assert world.photo(1).pending_changes


def test_refused_plans_are_told_and_not_tried(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0, 1)
    world.paths[0].write_text("no photo at all")
    plans = world.plan(writer)
    assert [plan.refused is not None for plan in plans] == [True, False]
    summary = run_to_end(job.write_plans(world.catalog, writer, plans, Cancel()))
    assert summary.written == 1
    assert [path for path, _ in summary.refused] == [world.paths[0]]
    assert "holds TXT" in summary.refused[0][1].message


def test_a_file_changed_after_the_plan_is_planned_anew(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0)
    plans = world.plan(writer)
    prepare(tool, world.paths[0], "-XMP-dc:Subject=theirs")
    summary = run_to_end(job.write_plans(world.catalog, writer, plans, Cancel()))
    assert (summary.written, summary.failed) == (1, [])
    assert read(writer, world.paths[0]).keywords() == ("theirs", "dog")
    assert summary.run_id is not None
    assert world.states(summary.run_id) == [RowState.FAILED, RowState.DONE]


def test_without_exiftool_nothing_starts(world: World, tmp_path: Path) -> None:
    missing = ExifToolWriter(WriteSettings(exiftool=str(tmp_path / "none")))
    world.want("dog", 0)
    with pytest.raises(ExifToolError, match="install exiftool with"):
        next(job.plan_writes(world.catalog, missing, None, Cancel()))
    plan = WritePlan(world.ids[0], world.paths[0], world.paths[0], ())
    with pytest.raises(ExifToolError):
        next(job.write_plans(world.catalog, missing, [plan], Cancel()))
    assert world.catalog.read(journal.runs) == []


def test_cancel_keeps_what_is_done(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0, 1, 2)
    cancel = Cancel()
    steps = job.write_plans(world.catalog, writer, world.plan(writer), cancel)
    reports = [next(steps), next(steps)]
    cancel.set()
    with pytest.raises(Cancelled):
        run_to_end(steps)
    assert reports[-1].done >= 1
    assert reports[-1].changes.photos <= set(world.ids)
    assert not job.needs_recovery(world.catalog)
    held = [bool(read(writer, path).keywords()) for path in world.paths]
    assert held == [not world.photo(number).pending_changes for number in range(3)]
    assert any(held)


# --- undo ---------------------------------------------------------------------------------------------------------


def test_undo_takes_the_last_run_back(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    prepare(tool, world.paths[0], "-XMP-dc:Subject=mine")
    before = read(writer, world.paths[0]).values
    world.want("sea", 0)
    first = world.write(writer)
    world.want("animal|dog", 0, 1)
    second = world.write(writer)
    undone = world.undo(writer)
    assert undone == job.UndoSummary(second.run_id or 0, restored=2, made_at=undone.made_at)
    assert read(writer, world.paths[0]).keywords() == ("mine", "sea")
    # What was confirmed stays confirmed: it waits for the next write.
    assert world.photo(0).pending_changes
    assert Keyword("animal|dog", wanted=True, written=False, ours=False) in world.keywords(0)
    assert world.undo(writer).run_id == first.run_id
    assert read(writer, world.paths[0]).values == before
    with pytest.raises(UsageError, match="no write-back to undo"):
        world.undo(writer)
    with pytest.raises(UsageError, match="nothing to undo in run"):
        world.undo(writer, second.run_id)


def test_undo_of_a_removal_brings_the_word_back_as_ours(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0)
    world.write(writer)
    world.drop("dog", 0)
    world.write(writer)
    assert read(writer, world.paths[0]).keywords() == ()
    world.undo(writer)
    assert read(writer, world.paths[0]).keywords() == ("dog",)
    assert world.keywords(0) == [Keyword("dog", wanted=False, written=True, ours=True)]


def test_undo_leaves_an_edited_field_alone_and_restores_the_others(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("animal|dog", 0, 1)
    world.want("sea", 0)
    run = world.write(writer).run_id or 0
    subject = "XMP-dc:Subject"
    args = (f"-{subject}-=dog", f"-{subject}+=Rex", "-XMP-dc:Title=x")
    exiftool(tool, "-overwrite_original", *args, world.paths[0])
    undone = world.undo(writer)
    assert undone.restored == 1
    assert [(path, failure.kind) for path, failure in undone.conflicts] == [
        (world.paths[0], ErrorKind.CHANGED)
    ]
    assert undone.left == [FieldConflict(world.paths[0], subject, ("dog", "sea"), ("Rex", "sea"))]
    assert world.catalog.read(lambda c: journal.conflicts(c, run)) == undone.left
    assert read(writer, world.paths[0]).values == {
        subject: ("Rex", "sea"),
        "XMP-ptag:AutoTags": ("sea",),
        "XMP-dc:Title": ("x",),
    }
    # Of the two only the word that is still there counts as written.
    written = {keyword.keyword: (keyword.written, keyword.ours) for keyword in world.keywords(0)}
    assert written == {"animal|dog": (False, False), "sea": (True, True)}
    assert set(world.states(run)) == {RowState.CONFLICT, RowState.UNDONE}
    runs = world.catalog.read(journal.runs)
    assert (runs[0].undone_files, runs[0].conflicts) == (1, 1)
    with pytest.raises(UsageError):
        world.undo(writer)
    assert world.undo(writer, run).left == undone.left
    # A word that is ours no more does not become so by standing where it stood.
    exiftool(tool, "-overwrite_original", f"-{subject}=dog", f"-{subject}=sea", world.paths[0])
    assert world.undo(writer, run).left == [FieldConflict(world.paths[0], subject, *[("dog", "sea")] * 2)]
    # Once the person has put the field right, the rest goes too.
    exiftool(tool, "-overwrite_original", f"-{subject}=", world.paths[0])
    assert world.undo(writer, run).restored == 1
    assert read(writer, world.paths[0]).values == {"XMP-dc:Title": ("x",)}
    assert set(world.states(run)) == {RowState.UNDONE}


def test_a_killed_undo_with_a_field_left_alone_is_settled(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("animal|dog", 0)
    run = world.write(writer).run_id or 0
    prepare(tool, world.paths[0], "-XMP-dc:Subject=Rex")
    (row,) = world.catalog.read(lambda c: journal.rows_of_run(c, run))
    undo = writer.restore_plan(row.plan, read(writer, world.paths[0]))
    world.catalog.write(lambda c: journal.intend_undo(c, row.id, undo))
    writer.write(undo)
    job.recover(world.catalog, writer)
    assert world.states(run) == [RowState.CONFLICT]
    assert world.catalog.read(lambda c: journal.conflicts(c, run)) == list(undo.conflicts)
    assert world.photo(0).pending_changes


def test_undo_fails_for_a_lost_file_and_goes_on(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0, 1)
    world.write(writer)
    world.paths[0].unlink()
    undone = world.undo(writer)
    assert undone.restored == 1
    assert [(path, failure.kind) for path, failure in undone.failed] == [(world.paths[0], ErrorKind.GONE)]


# --- faces and sidecars -------------------------------------------------------------------------------------------


def confirm_face(world: World, number: int, name: str | None, box: Box) -> None:
    """As if the networks had found a face and somebody had said whose it is."""

    def insert(c: sqlite3.Connection) -> None:
        c.execute("INSERT OR IGNORE INTO network (id, name) VALUES (1, 'faces@1')")
        c.execute("DELETE FROM region WHERE photo = ?", (world.ids[number],))
        person = None
        if name is not None:
            c.execute("INSERT OR IGNORE INTO person (name, folded) VALUES (?, ?)", (name, name.casefold()))
            person = c.execute("SELECT id FROM person WHERE name = ?", (name,)).fetchone()[0]
        c.execute(
            "INSERT INTO region (photo, kind, label, name, x, y, w, h, score, network, person)"
            " VALUES (?, 0, 'face', 'face', ?, ?, ?, ?, 0.9, 1, ?)",
            (world.ids[number], box.x, box.y, box.w, box.h, person),
        )

    world.catalog.write(insert)


def names_in(writer: ExifToolWriter, path: Path) -> list[str]:
    return sorted(region.name for region in read(writer, path).regions())


def test_confirmed_faces_are_written_once_renamed_and_taken_back(
    world: World, writer: ExifToolWriter
) -> None:
    box = Box(0.2, 0.3, 0.2, 0.2)
    confirm_face(world, 0, "Anna", box)
    first = world.write(writer)
    assert first.written == 1
    assert names_in(writer, world.paths[0]) == ["Anna", "Anna"]
    assert world.plan(writer) == []
    confirm_face(world, 0, "Eva", box)
    assert world.write(writer).written == 1
    assert names_in(writer, world.paths[0]) == ["Eva", "Eva"]
    assert read(writer, world.paths[0]).values["XMP-iptcExt:PersonInImage"] == ("Eva",)
    assert world.undo(writer).restored == 1
    assert names_in(writer, world.paths[0]) == ["Anna", "Anna"]
    assert world.undo(writer).run_id == first.run_id
    assert read(writer, world.paths[0]).values == {}
    # What was confirmed waits for the next write again.
    assert [placed(plan.added)[0].name for plan in world.plan(writer)] == ["Eva"]


def test_a_face_whose_name_was_taken_back_leaves_the_file(world: World, writer: ExifToolWriter) -> None:
    box = Box(0.2, 0.3, 0.2, 0.2)
    confirm_face(world, 0, "Anna", box)
    world.write(writer)
    confirm_face(world, 0, None, box)
    world.write(writer)
    assert read(writer, world.paths[0]).values == {}
    assert world.plan(writer) == []


def test_a_new_sidecar_is_undone_by_its_removal(tmp_path: Path, world: World) -> None:
    beside = ExifToolWriter(
        WriteSettings(preset="lightroom", sidecar_formats="JPEG"), lock_folder=tmp_path / "l", spare_bytes=0
    )
    sidecar = world.folder / "a.jpg.xmp"
    data = world.paths[0].read_bytes()
    world.want("dog", 0)
    run = world.write(beside)
    assert sidecar.is_file()
    assert world.plan(beside) == []
    undone = world.undo(beside)
    assert undone == job.UndoSummary(run.run_id or 0, restored=1, made_at=undone.made_at)
    assert not sidecar.exists()
    assert world.photo(0).pending_changes
    # A sidecar that somebody else removed is undone too, and one that was never made is not lost.
    again = world.write(beside)
    sidecar.unlink()
    assert world.undo(beside, again.run_id).restored == 1
    plans = world.plan(beside)
    world.catalog.write(lambda c: journal.begin(c, journal.begin_run(c), plans[0], None))
    assert "0 of its files in hand had been written" in job.recover(world.catalog, beside)[0]
    assert world.write(beside).written == 1
    assert world.paths[0].read_bytes() == data
    beside.close()


# --- a writer over a dictionary, for what files cannot show -------------------------------------------------------


class Busy:
    """A writer whose files are changed by somebody else each time just before they are written."""

    def __init__(self, real: ExifToolWriter) -> None:
        self.real = real
        self.tries = 0

    def version(self) -> str:
        return self.real.version()

    def read(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        return self.real.read(paths)

    def region_kinds(self) -> frozenset[RegionKind]:
        return self.real.region_kinds()

    def version_of(self, path: Path) -> PhotoVersion | None:
        return self.real.version_of(path)

    def fingerprint(self, path: Path) -> bytes | None:
        return self.real.fingerprint(path)

    def plans(self, photo_id: int, fields: FileFields, wanted: Difference) -> tuple[WritePlan, ...]:
        return self.real.plans(photo_id, fields, wanted)

    def check(self, plan: WritePlan) -> Failure | None:
        return self.real.check(plan)

    def write(self, plan: WritePlan) -> FileSignature | None:
        self.tries += 1
        wrong = tuple(replace(change, before=("never",)) for change in plan.changes)
        return self.real.write(replace(plan, changes=wrong))

    def restore_plan(self, plan: WritePlan, fields: FileFields) -> WritePlan:
        return self.real.restore_plan(plan, fields)

    def removal_plan(
        self, plan: WritePlan, photo: FileFields, held: FileFields, gone: Sequence[Statement]
    ) -> WritePlan:
        return self.real.removal_plan(plan, photo, held, gone)

    def is_undone(self, plan: WritePlan, fields: FileFields, left: Sequence[str] = ()) -> bool:
        return self.real.is_undone(plan, fields, left)

    def sidecars(self, path: Path) -> tuple[Path, ...]:
        return self.real.sidecars(path)

    def recover(self, folders: object) -> list[Path]:
        return []

    def close(self) -> None:
        self.real.close()


def test_a_file_that_never_rests_fails_after_some_tries(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0)
    plans = world.plan(writer)
    busy = Busy(writer)
    summary = run_to_end(job.write_plans(world.catalog, busy, plans, Cancel()))
    assert busy.tries == job.ATTEMPTS
    assert [failure.kind for _, failure in summary.failed] == [ErrorKind.CHANGED]
    assert read(writer, world.paths[0]).keywords() == ()
