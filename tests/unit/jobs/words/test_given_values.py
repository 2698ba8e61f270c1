"""Values of the person's own: given, replaced where that was agreed to, written, and what others did since told."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from phototagger.catalog.photos import search
from phototagger.domain.errors import UsageError
from phototagger.domain.facets.rating import RATING
from phototagger.domain.facets.title import TITLE
from phototagger.domain.records import ReviewState
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs import review
from phototagger.jobs.library import Library, PhotoDetails
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.words.given_values import GivenValue, give_value
from phototagger.jobs.write.settling import recover
from tests.support.photos import exiftool, prepare, values
from tests.support.write_world import World
from tests.unit.jobs.write.test_faults import kill

FIELD = "XMP-dc:Title"


def give(
    world: World, writer: ExifToolWriter, text: str, over: Collection[str] | None = (), *numbers: int
) -> GivenValue:
    ids = [world.ids[number] for number in numbers or (0,)]
    return run_to_end(give_value(world.catalog, writer, TITLE, ids, text, over, Cancel()))


def found(world: World, text: str) -> list[int]:
    return list(world.catalog.read(lambda c: search.ids(c, text=text)))


def details(world: World, number: int = 0) -> PhotoDetails:
    return Library(world.catalog, None).details(world.ids[number])  # type: ignore[arg-type]


def test_a_title_is_given_to_several_photos_in_one_step_and_found_by_search(
    world: World, writer: ExifToolWriter
) -> None:
    assert give(world, writer, "  Our \n inn ", (), 0, 1).changes.photos == set(world.ids[:2])
    assert details(world).values[TITLE].text == "Our inn"
    assert details(world).values[TITLE].state is ReviewState.CONFIRMED
    assert not details(world, 2).values
    assert found(world, "our INN") == world.ids[:2]
    done = review.undo(world.catalog)
    assert done is not None
    assert done[1] == "Accepted the title of 2 photos"
    assert not details(world).values
    review.redo(world.catalog)
    assert world.write(writer).written == 2
    assert values(writer, world.paths[1], FIELD) == ("Our inn",)


def test_a_number_of_stars_is_no_word_to_search_for(world: World, writer: ExifToolWriter) -> None:
    run_to_end(give_value(world.catalog, writer, RATING, world.ids[:1], "4", (), Cancel()))
    assert not found(world, "4")


@pytest.mark.parametrize(("typed", "kept"), [("4", "4"), (" 4.0 ", "4"), ("Rejected", "-1"), ("-1", "-1")])
def test_a_rating_is_kept_as_its_stars(world: World, writer: ExifToolWriter, typed: str, kept: str) -> None:
    run_to_end(give_value(world.catalog, writer, RATING, world.ids[:1], typed, (), Cancel()))
    assert details(world).values[RATING].text == kept


@pytest.mark.parametrize("typed", ["0", "6", "3.5", "", "nan", "many"])
def test_what_is_no_rating_is_refused(world: World, writer: ExifToolWriter, typed: str) -> None:
    with pytest.raises(UsageError, match="1 to 5"):
        run_to_end(give_value(world.catalog, writer, RATING, world.ids[:1], typed, (), Cancel()))


def test_a_kind_that_nobody_knows_hides_no_other(world: World, writer: ExifToolWriter) -> None:
    """Such as one that a newer version had, or a damaged row."""
    give(world, writer, "Our inn")
    world.catalog.write(
        lambda c: c.execute(
            "INSERT INTO statement SELECT photo, 'mood', suggested, decision, written, mark FROM statement"
        )
    )
    assert set(details(world).values) == {TITLE}
    assert world.write(writer).written == 1
    assert values(writer, world.paths[0], FIELD) == ("Our inn",)


def test_a_title_of_another_hand_stays_unless_the_person_agreed_to_replace_that_one(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{FIELD}=Inn")
    assert give(world, writer, "Our inn").kept == ((world.paths[0], "Inn"),)
    assert give(world, writer, "Our inn", ["Pub"]).kept == ((world.paths[0], "Inn"),)
    assert not world.plan(writer)
    assert give(world, writer, "Our inn", ["Inn"]).kept == ()
    assert world.write(writer).written == 1
    assert values(writer, world.paths[0], FIELD) == ("Our inn",)
    world.undo(writer)
    assert values(writer, world.paths[0], FIELD) == ("Inn",)


def test_a_title_that_came_in_since_is_not_overwritten_and_is_told(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{FIELD}=Inn")
    give(world, writer, "Our inn", None)
    exiftool(tool, "-overwrite_original", f"-{FIELD}=Pub", world.paths[0])
    (plan,) = world.plan(writer)
    assert plan.changes == ()
    assert "a.jpg has a title of its own by now ('Pub')" in plan.notes[0]
    world.write(writer)
    assert values(writer, world.paths[0], FIELD) == ("Pub",)
    assert not details(world).values  # it does not wait for ever


def test_a_title_taken_back_goes_from_the_file_with_the_next_write(
    world: World, writer: ExifToolWriter
) -> None:
    give(world, writer, "Our inn")
    world.write(writer)
    review.reject_values(world.catalog, TITLE, [world.ids[0]])
    assert details(world).leaving == {TITLE: "Our inn"}
    world.write(writer)
    assert values(writer, world.paths[0], FIELD) == ()
    assert not details(world).leaving


def test_undo_of_an_edit_gives_back_what_it_might_replace_too(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    give(world, writer, "First")
    prepare(tool, world.paths[0], f"-{FIELD}=Inn")
    give(world, writer, "Second", ["Inn"])
    review.undo(world.catalog)
    (plan,) = world.plan(writer)
    assert plan.changes == ()  # nobody agreed to have "Inn" replaced by "First"


@pytest.mark.parametrize("how", ["removed", "undone"])
@pytest.mark.parametrize("suffix", ["", "-then-another"])
def test_a_title_taken_back_gives_room_to_the_one_whose_place_it_took(
    world: World, writer: ExifToolWriter, tool: ExifTool, how: str, suffix: str
) -> None:
    iptc = ("-IPTC:City=Wien", "-IPTC:ObjectName=Inn, old")
    prepare(tool, world.paths[0], f"-{FIELD}=Inn", *iptc)
    give(world, writer, "Our inn", None)
    world.write(writer)
    if suffix:
        give(world, writer, "Our other inn")
        world.write(writer)
    if how == "removed":
        review.reject_values(world.catalog, TITLE, [world.ids[0]])
    else:
        for _ in range(2 if suffix else 1):
            review.undo(world.catalog)
    (plan,) = world.plan(writer)
    assert {change.field: change.after for change in plan.changes}[FIELD] == ("Inn",)
    run = world.write(writer).run_id
    assert values(writer, world.paths[0], FIELD) == ("Inn",)
    assert values(writer, world.paths[0], "IPTC:ObjectName") == ("Inn, old",)
    assert values(writer, world.paths[0], "XMP-ptag:CreatedFields") == ()
    assert not details(world).leaving
    assert not world.plan(writer)
    world.undo(writer, run)
    assert values(writer, world.paths[0], FIELD) == (("Our other inn",) if suffix else ("Our inn",))
    assert values(writer, world.paths[0], "IPTC:ObjectName") != ("Inn, old",)
    assert FIELD in values(writer, world.paths[0], "XMP-ptag:CreatedFields")  # by our hand again
    while world.undo(writer).run_id != 1:
        pass
    assert values(writer, world.paths[0], FIELD) == ("Inn",)
    assert values(writer, world.paths[0], "IPTC:ObjectName") == ("Inn, old",)
    assert values(writer, world.paths[0], "XMP-ptag:CreatedFields") == ()


def test_a_title_that_another_program_gave_between_two_of_ours_is_the_one_that_comes_back(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{FIELD}=Inn")
    give(world, writer, "Our inn", None)
    world.write(writer)
    exiftool(tool, "-overwrite_original", f"-{FIELD}=Pub", world.paths[0])
    give(world, writer, "Our pub", None)
    assert world.write(writer).written == 1
    review.reject_values(world.catalog, TITLE, [world.ids[0]])
    world.write(writer)
    assert values(writer, world.paths[0], FIELD) == ("Pub",)


def test_an_empty_title_is_refused(world: World, writer: ExifToolWriter) -> None:
    with pytest.raises(UsageError, match="empty"):
        give(world, writer, " \n")


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("step", [Step.COPIED, Step.SWAPPED])
def test_a_title_replaced_by_a_run_that_was_killed_is_the_old_or_the_new_one_and_comes_back(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, step: Step
) -> None:
    prepare(tool, world.paths[0], f"-{FIELD}=Inn")
    give(world, writer, "Our inn", None)
    kill("write", tmp_path, step)
    recover(world.catalog, writer)
    swapped = step is Step.SWAPPED
    assert values(writer, world.paths[0], FIELD) == (("Our inn",) if swapped else ("Inn",))
    assert details(world).values[TITLE].written is swapped
    if not swapped:
        world.write(writer)
    kill("undo", tmp_path, step)
    recover(world.catalog, writer)
    assert values(writer, world.paths[0], FIELD) == (("Inn",) if swapped else ("Our inn",))
    assert details(world).values[TITLE].written is not swapped
