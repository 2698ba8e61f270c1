"""Captions out of the text in photos: proposed where there is none, decided on, written, taken back."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from phototagger.catalog.photos import findings
from phototagger.catalog.words import values as known_values
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.findings import Findings, Task, TextLine
from phototagger.domain.records import Box, ErrorKind, KnownValue, ReviewState
from phototagger.domain.writing import values_of
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs import review
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.words import captions as job
from phototagger.jobs.words import given_values
from phototagger.jobs.words.captions import CaptionsSummary
from phototagger.jobs.write.run import recover
from phototagger.settings.declared import WriteSettings
from tests.support.made_photos import corners
from tests.support.made_raws import dng
from tests.support.photos import Snapshot, exiftool, prepare, read, values
from tests.support.write_world import World
from tests.unit.jobs.write.test_faults import kill

DESCRIPTION, IPTC, EXIF = "XMP-dc:Description", "IPTC:Caption-Abstract", "IFD0:ImageDescription"
JUNK = "OLYMPUS DIGITAL CAMERA         "


def line(text: str, y: float = 0.1, x: float = 0.1, score: float = 0.95) -> TextLine:
    return TextLine(text, score, Box(x, y, 0.4, 0.08))


def show_text(world: World, number: int, *lines: TextLine) -> None:
    """As an analysis that reads text leaves the photo."""

    def keep(c: sqlite3.Connection) -> None:
        findings.keep(c, world.ids[number], Findings(networks={Task.TEXT: "rapidocr@1"}, text=lines))
        c.execute("UPDATE photo SET state = 1 WHERE id = ?", (world.ids[number],))

    world.catalog.write(keep)


def propose(world: World, writer: ExifToolWriter) -> CaptionsSummary:
    return run_to_end(job.propose_captions(world.catalog, writer, Cancel()))


def caption(world: World, number: int = 0) -> KnownValue | None:
    return (
        world.catalog.read(lambda c: known_values.of_photos(c, world.ids))
        .get(world.ids[number], {})
        .get(CAPTION)
    )


def state(world: World) -> ReviewState | None:
    found = caption(world)
    return found.state if found else None


def to_review(world: World, number: int = 0) -> int:
    query = "SELECT to_review FROM photo WHERE id = ?"
    return int(world.catalog.read(lambda c: c.execute(query, (world.ids[number],)).fetchone()[0]))


def accept(world: World, writer: ExifToolWriter, text: str | None = None, number: int = 0) -> None:
    """The sign is read, its caption proposed and accepted."""
    show_text(world, number, line("Zum Löwen"), line("since 1723", 0.3))
    propose(world, writer)
    ids = [world.ids[number]]
    if text is None:
        review.accept_values(world.catalog, CAPTION, ids)
    else:
        review.give_value(world.catalog, CAPTION, text, {(): ids})


TEXT = "Zum Löwen\nsince 1723"


# --- proposing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "proposed"),
    [
        (DESCRIPTION, "Our inn", False),
        (f"{DESCRIPTION}-de", "Unser Gasthof", False),
        (IPTC, "Our inn", False),
        (EXIF, "Our inn", False),
        ("IFD0:XPComment", "Our inn", False),
        (EXIF, JUNK, True),
        (DESCRIPTION, "OLYMPUS DIGITAL CAMERA", True),
        (EXIF, "DCIM\\100MEDIA\\DJI_0001.JPG", True),
        (EXIF, "   ", True),
        ("XMP-dc:Title", "Our inn", True),
    ],
)
def test_a_photo_without_a_caption_of_its_own_gets_one_proposed(
    world: World, writer: ExifToolWriter, tool: ExifTool, field: str, text: str, proposed: bool
) -> None:
    prepare(tool, world.paths[0], f"-{field}={text}")
    show_text(world, 0, line("Zum Löwen"))
    assert propose(world, writer).proposed == int(proposed)
    expected = KnownValue(world.ids[0], CAPTION, "Zum Löwen", ReviewState.SUGGESTED) if proposed else None
    assert caption(world) == expected
    assert to_review(world) == int(proposed)


def test_a_caption_in_the_sidecar_counts_too(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    exiftool(tool, f"-{DESCRIPTION}=Our inn", "-o", str(world.paths[0]) + ".xmp", world.paths[0])
    show_text(world, 0, line("Zum Löwen"))
    assert propose(world, writer).proposed == 0


def test_files_are_read_once_and_again_when_they_or_their_text_change(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{DESCRIPTION}=Our inn")
    world.scan()
    show_text(world, 0, line("Zum Löwen"))
    assert propose(world, writer) == CaptionsSummary(1, 0, 0)
    assert propose(world, writer) == CaptionsSummary(0, 0, 0)
    exiftool(tool, "-overwrite_original", f"-{DESCRIPTION}=", world.paths[0])
    world.scan()
    show_text(world, 0, line("Zum Löwen"))
    assert propose(world, writer) == CaptionsSummary(1, 1, 0)
    show_text(world, 0, line("Zum Bären"))
    assert propose(world, writer).proposed == 1
    assert caption(world) == KnownValue(world.ids[0], CAPTION, "Zum Bären", ReviewState.SUGGESTED)


def test_a_file_that_cannot_be_read_is_looked_at_the_next_time(world: World, writer: ExifToolWriter) -> None:
    content = world.paths[0].read_bytes()
    show_text(world, 0, line("Zum Löwen"))
    world.paths[0].unlink()
    assert propose(world, writer) == CaptionsSummary(1, 0, 1)
    world.paths[0].write_bytes(content)
    assert propose(world, writer).proposed == 1


def test_switched_off_what_waits_goes_and_what_was_decided_stays(
    world: World, writer: ExifToolWriter
) -> None:
    accept(world, writer)
    show_text(world, 1, line("Zum Bären"))
    propose(world, writer)
    changes = job.withdraw_captions(world.catalog)
    assert changes.photos == {world.ids[1]}
    assert caption(world, 1) is None
    assert to_review(world, 1) == 0
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.CONFIRMED)
    assert propose(world, writer).proposed == 1  # switched on again


# --- deciding -----------------------------------------------------------------------------------------------------


def test_a_rejected_caption_never_returns_but_undo_brings_it_back(
    world: World, writer: ExifToolWriter
) -> None:
    show_text(world, 0, line("Zum Löwen"))
    propose(world, writer)
    assert review.reject_values(world.catalog, CAPTION, [world.ids[0]]).photos == {world.ids[0]}
    show_text(world, 0, line("Zum Bären"))
    assert propose(world, writer).looked == 0
    assert state(world) is ReviewState.REJECTED
    assert to_review(world) == 0
    review.undo(world.catalog)
    assert propose(world, writer).proposed == 1
    review.redo(world.catalog)
    assert to_review(world) == 0


def test_an_edited_caption_is_the_one_that_is_wanted(world: World, writer: ExifToolWriter) -> None:
    accept(world, writer, "  The inn\t at the corner \n")
    assert caption(world) == KnownValue(world.ids[0], CAPTION, "The inn at the corner", ReviewState.CONFIRMED)
    assert world.photo(0).pending_changes
    review.undo(world.catalog)
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.SUGGESTED)
    assert not world.photo(0).pending_changes


def test_photos_without_a_proposal_take_no_caption(world: World, writer: ExifToolWriter) -> None:
    accept(world, writer)
    assert not review.accept_values(world.catalog, CAPTION, None)
    assert not review.reject_values(world.catalog, CAPTION, [world.ids[1]])


# --- writing ------------------------------------------------------------------------------------------------------


def test_the_caption_goes_into_xmp_and_comes_out_again(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], "-XMP-dc:Title=Inn", "-IFD0:Artist=Me")
    world.scan()
    accept(world, writer)
    before = Snapshot.of(world.paths[0], tool)
    bytes_before = read(writer, world.paths[0]).values
    summary = world.write(writer)
    assert summary.written == 1
    assert values(writer, world.paths[0], DESCRIPTION) == (TEXT,)
    assert values(writer, world.paths[0], IPTC) == values(writer, world.paths[0], EXIF) == ()
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.CONFIRMED, written=True)
    assert not world.photo(0).pending_changes
    assert world.write(writer).run_id is None
    assert world.undo(writer).restored == 1
    assert read(writer, world.paths[0]).values == bytes_before
    assert world.photo(0).pending_changes
    before.check(tool)


@pytest.mark.parametrize(("charset", "old"), [("Latin", "Möwe"), ("UTF8", "Möwe"), ("UTF8", "gull")])
def test_iptc_gets_it_where_there_is_a_block_whatever_its_letters(
    world: World, writer: ExifToolWriter, tool: ExifTool, charset: str, old: str
) -> None:
    exiftool(
        tool, "-overwrite_original", "-charset", f"iptc={charset}", f"-IPTC:Headline={old}", world.paths[0]
    )
    assert exiftool(tool, "-s3", "-IPTC:CodedCharacterSet", world.paths[0]) == ""
    world.scan()
    accept(world, writer)
    world.write(writer)
    assert values(writer, world.paths[0], IPTC) == (TEXT,)
    assert values(writer, world.paths[0], "IPTC:CodedCharacterSet") == ("UTF8",)
    assert exiftool(tool, "-s3", "-IPTC:Headline", world.paths[0]).strip() == old
    assert world.undo(writer).restored == 1
    assert values(writer, world.paths[0], IPTC) == ()


def test_a_cameras_text_in_exif_is_replaced_and_put_back(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{EXIF}={JUNK}", f"-{DESCRIPTION}=OLYMPUS DIGITAL CAMERA")
    world.scan()
    accept(world, writer)
    held = read(writer, world.paths[0]).values
    world.write(writer)
    assert values(writer, world.paths[0], EXIF) == values(writer, world.paths[0], DESCRIPTION) == (TEXT,)
    assert world.undo(writer).restored == 1
    assert read(writer, world.paths[0]).values == held


def test_keywords_and_caption_are_one_run(world: World, writer: ExifToolWriter) -> None:
    accept(world, writer)
    world.want("sign", 0)
    world.write(writer)
    assert values(writer, world.paths[0], DESCRIPTION) == (TEXT,)
    assert read(writer, world.paths[0]).keywords() == ("sign",)
    assert world.undo(writer).restored == 1
    assert read(writer, world.paths[0]).values == {}


def test_a_sidecar_holds_it_where_nothing_is_written_into_photos(
    world: World, beside: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{DESCRIPTION}=OLYMPUS DIGITAL CAMERA", "-XMP-dc:Title=Inn")
    world.scan()
    accept(world, beside)
    world.write(beside)
    sidecar = world.folder / "a.jpg.xmp"
    assert values(beside, sidecar, DESCRIPTION) == (TEXT,)
    assert values(beside, world.paths[0], DESCRIPTION) == ("OLYMPUS DIGITAL CAMERA",)
    prepare(tool, sidecar, "-XMP-xmp:Rating=3")
    assert world.undo(beside).restored == 1
    assert values(beside, sidecar, DESCRIPTION) == ()
    assert values(beside, sidecar, "XMP-xmp:Rating") == ("3",)


def test_a_made_sidecar_goes_with_its_caption(world: World, beside: ExifToolWriter) -> None:
    accept(world, beside)
    world.write(beside)
    assert world.undo(beside).restored == 1
    assert not (world.folder / "a.jpg.xmp").exists()


@pytest.mark.parametrize("field", [DESCRIPTION, IPTC, EXIF])
def test_a_caption_that_a_person_wrote_meanwhile_is_never_replaced(
    world: World, writer: ExifToolWriter, tool: ExifTool, field: str
) -> None:
    accept(world, writer)
    prepare(tool, world.paths[0], f"-{field}=Our inn")
    content = world.paths[0].read_bytes()
    (plan,) = world.plan(writer)
    assert plan.changes == ()
    assert "has a caption of its own by now" in plan.notes[0]
    world.write(writer)
    assert world.paths[0].read_bytes() == content
    assert state(world) is ReviewState.REJECTED
    assert not world.photo(0).pending_changes


# --- captions of one's own ----------------------------------------------------------------------------------------


def give(world: World, writer: ExifToolWriter, text: str, *numbers: int) -> given_values.GivenValue:
    ids = [world.ids[number] for number in numbers]
    return run_to_end(given_values.give_value(world.catalog, writer, CAPTION, ids, text, (), Cancel()))


def test_any_photo_can_be_given_a_caption_that_is_written_and_taken_back(
    world: World, writer: ExifToolWriter
) -> None:
    before = world.paths[0].read_bytes()
    assert give(world, writer, " My own\r\ncaption ", 0, 1).changes.photos == set(world.ids[:2])
    assert caption(world) == KnownValue(world.ids[0], CAPTION, "My own\ncaption", ReviewState.CONFIRMED)
    (plan, _) = world.plan(writer)
    assert values_of(plan.added, CAPTION) == ("My own\ncaption",)
    world.write(writer)
    assert values(writer, world.paths[0], DESCRIPTION) == ("My own\ncaption",)
    assert give(world, writer, "Reworded", 0).kept == ()  # what is there is ours
    world.write(writer)
    assert values(writer, world.paths[0], DESCRIPTION) == ("Reworded",)
    for _ in range(2):
        world.undo(writer)
    assert world.paths[0].read_bytes() == before
    for _ in range(2):
        review.undo(world.catalog)
    assert caption(world) is None
    assert not world.photo(0).pending_changes
    assert to_review(world) == 0
    review.redo(world.catalog)
    assert caption(world) == KnownValue(world.ids[0], CAPTION, "My own\ncaption", ReviewState.CONFIRMED)


@pytest.mark.parametrize("field", [DESCRIPTION, IPTC, EXIF, f"{DESCRIPTION}-de"])
def test_a_caption_in_the_file_by_another_hand_stays_and_is_told(
    world: World, writer: ExifToolWriter, tool: ExifTool, field: str
) -> None:
    prepare(tool, world.paths[0], f"-{field}=Our inn")
    given = give(world, writer, "Mine", 0, 1)
    assert given.changes.photos == {world.ids[1]}
    assert given.kept == ((world.paths[0], "Our inn"),)
    assert "has a caption already, which stays: 'Our inn'" in given_values.kept_sentence(
        CAPTION, *given.kept[0]
    )
    assert give(world, writer, "Our inn", 0).kept == ()


def test_one_that_came_into_the_file_after_that_stays_too_and_both_are_told(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    give(world, writer, "Mine", 0)
    prepare(tool, world.paths[0], f"-{DESCRIPTION}=Our inn")
    (plan,) = world.plan(writer)
    assert plan.notes[0].startswith(
        "a.jpg has a caption of its own by now ('Our inn'), so the accepted one ('Mine')"
    )
    world.write(writer)
    assert values(writer, world.paths[0], DESCRIPTION) == ("Our inn",)
    assert caption(world) is None
    assert not world.photo(0).pending_changes


def test_one_in_a_sidecar_counts_and_one_of_a_camera_does_not(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    exiftool(tool, "-o", world.folder / "a.jpg.xmp", f"-{DESCRIPTION}=Our inn", world.paths[0])
    prepare(tool, world.paths[1], f"-{EXIF}={JUNK}")
    given = give(world, writer, "Mine", 0, 1)
    assert (len(given.kept), given.changes.photos) == (1, frozenset({world.ids[1]}))


def test_ones_own_caption_taken_back_leaves_room_for_what_is_read(
    world: World, writer: ExifToolWriter
) -> None:
    give(world, writer, "Mine", 0)
    job.withdraw_captions(world.catalog)  # proposals are switched off; this is none
    assert state(world) is ReviewState.CONFIRMED
    review.reject_values(world.catalog, CAPTION, [world.ids[0]])
    assert caption(world) is None
    show_text(world, 0, line("Zum Löwen"), line("since 1723", 0.3))
    assert propose(world, writer).proposed == 1
    assert give(world, writer, "Mine again", 0).changes
    review.undo(world.catalog)
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.SUGGESTED)


def test_photos_that_cannot_be_read_now_are_looked_at_when_they_are_written(
    world: World, writer: ExifToolWriter
) -> None:
    world.paths[0].write_bytes(b"")
    assert give(world, writer, "Mine", 0).changes.photos == {world.ids[0]}


def test_undo_leaves_a_caption_alone_that_was_edited_since(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    accept(world, writer)
    world.want("sign", 0)
    run = world.write(writer).run_id or 0
    exiftool(tool, "-overwrite_original", f"-{DESCRIPTION}=Our inn", world.paths[0])
    summary = world.undo(writer)
    assert [(left.field, left.wrote, left.now) for left in summary.left] == [
        (DESCRIPTION, (TEXT,), ("Our inn",))
    ]
    assert values(writer, world.paths[0], DESCRIPTION) == ("Our inn",)
    assert read(writer, world.paths[0]).keywords() == ()
    assert world.states(run) == [RowState.CONFLICT]


def test_undo_takes_only_our_language_away(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    accept(world, writer)
    world.write(writer)
    exiftool(tool, "-overwrite_original", f"-{DESCRIPTION}-fr=Au Lion", world.paths[0])
    assert world.undo(writer).restored == 1
    assert exiftool(tool, "-s3", f"-{DESCRIPTION}-fr", world.paths[0]).strip() == "Au Lion"
    assert values(writer, world.paths[0], DESCRIPTION) == ()


def test_a_photo_put_back_from_a_copy_keeps_its_caption(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    accept(world, writer)
    world.write(writer)
    exiftool(tool, "-overwrite_original", "-XMP-ptag:all=", world.paths[0])  # ours no more
    summary = world.undo(writer)
    assert [left.field for left in summary.left] == [DESCRIPTION]
    assert values(writer, world.paths[0], DESCRIPTION) == (TEXT,)


def test_another_wording_replaces_the_written_one_and_rejecting_takes_it_out(
    world: World, writer: ExifToolWriter
) -> None:
    accept(world, writer)
    world.write(writer)
    review.give_value(world.catalog, CAPTION, "The inn", {(): [world.ids[0]]})
    assert world.photo(0).pending_changes
    world.write(writer)
    assert values(writer, world.paths[0], DESCRIPTION) == ("The inn",)
    assert world.undo(writer).restored == 1
    assert values(writer, world.paths[0], DESCRIPTION) == (TEXT,)
    review.reject_values(world.catalog, CAPTION, [world.ids[0]])
    world.write(writer)
    assert read(writer, world.paths[0]).values == {}
    assert not world.photo(0).pending_changes


def test_a_caption_taken_out_elsewhere_counts_as_rejected(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    accept(world, writer)
    world.write(writer)
    exiftool(tool, "-overwrite_original", f"-{DESCRIPTION}=", world.paths[0])
    world.scan()
    world.write(writer)
    assert state(world) is ReviewState.REJECTED
    assert not world.photo(0).pending_changes
    assert read(writer, world.paths[0]).values == {}


def test_a_file_that_holds_it_after_an_edit_elsewhere_needs_no_write(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    accept(world, writer)
    world.write(writer)
    exiftool(tool, "-overwrite_original", "-XMP-xmp:Rating=4", world.paths[0])
    world.scan()
    assert world.photo(0).pending_changes
    assert world.write(writer).run_id is None
    assert not world.photo(0).pending_changes


def test_only_what_was_added_can_be_taken_out(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    accept(world, writer)
    world.write(writer)
    exiftool(tool, "-overwrite_original", "-XMP-dc:Subject=Rex", world.paths[0])
    removed = world.remove_added(writer)
    assert removed.cleared == 1
    assert read(writer, world.paths[0]).values == {"XMP-dc:Subject": ("Rex",)}
    assert world.photo(0).pending_changes
    assert world.undo(writer, removed.removal_run).restored == 1
    assert values(writer, world.paths[0], DESCRIPTION) == (TEXT,)


def test_apples_preset_makes_iptc_for_it(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = WriteSettings(preset="apple")
    writer = ExifToolWriter(settings, lock_folder=tmp_path_factory.mktemp("locks"), spare_bytes=0)
    try:
        accept(world, writer)
        world.write(writer)
        held = (values(writer, world.paths[0], DESCRIPTION), values(writer, world.paths[0], IPTC))
        assert held == ((TEXT,), (TEXT,))
        review.reject_values(world.catalog, CAPTION, [world.ids[0]])
        world.write(writer)
        assert read(writer, world.paths[0]).values == {}
    finally:
        writer.close()


def test_a_moved_photo_keeps_its_caption(world: World, writer: ExifToolWriter) -> None:
    world.scan()
    accept(world, writer)
    world.move(0, world.folder / "there" / "a.jpg")
    world.scan()
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.CONFIRMED)
    assert world.photo(0).pending_changes
    world.write(writer)
    assert values(writer, world.folder / "there" / "a.jpg", DESCRIPTION) == (TEXT,)


def test_an_unreadable_photo_is_told(world: World, writer: ExifToolWriter) -> None:
    accept(world, writer)
    world.paths[0].unlink()
    (plan,) = world.plan(writer)
    assert plan.refused is not None
    assert plan.refused.kind is ErrorKind.GONE
    assert world.photo(0).pending_changes


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("step", [Step.COPIED, Step.SWAPPED])
def test_a_killed_write_and_a_killed_undo_are_settled(
    world: World, writer: ExifToolWriter, tmp_path: Path, step: Step
) -> None:
    accept(world, writer)
    kill("write", tmp_path, step)
    recover(world.catalog, writer)
    swapped = step is Step.SWAPPED
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.CONFIRMED, written=swapped)
    if not swapped:
        world.write(writer)
    kill("undo", tmp_path, step)
    recover(world.catalog, writer)
    assert caption(world) == KnownValue(
        world.ids[0], CAPTION, TEXT, ReviewState.CONFIRMED, written=not swapped
    )
    assert (values(writer, world.paths[0], DESCRIPTION) == ()) is swapped


def test_a_raw_beside_its_jpeg_gets_the_caption_in_its_sidecar(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    raw = world.folder / "a.dng"
    raw.write_bytes(dng(corners(240, 160), 1, corners(240, 160)))
    content = raw.read_bytes()
    accept(world, writer)
    world.write(writer)
    sidecar = world.folder / "a.dng.xmp"
    assert values(writer, world.paths[0], DESCRIPTION) == values(writer, sidecar, DESCRIPTION) == (TEXT,)
    assert raw.read_bytes() == content
    assert caption(world) == KnownValue(world.ids[0], CAPTION, TEXT, ReviewState.CONFIRMED, written=True)
    world.undo(writer)
    assert not sidecar.exists()
    assert read(writer, world.paths[0]).values == {}


def test_a_caption_in_the_sidecar_of_the_raw_is_the_person_s_own(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    (world.folder / "a.dng").write_bytes(dng(corners(240, 160), 1, corners(240, 160)))
    exiftool(tool, f"-{DESCRIPTION}=Our inn", world.folder / "a.xmp")
    show_text(world, 0, line("Zum Löwen"))
    assert propose(world, writer).proposed == 0
