"""What the window relies on, of each service: true of the program, and of the fakes that its tests put there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from phototagger.app.program import Program as RealProgram
from phototagger.app.session import Session
from phototagger.catalog.photos import photos
from phototagger.domain.errors import PhotoError, UsageError
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import Box, ErrorKind, Failure, PhotoState, ReviewState
from phototagger.domain.sentences import plain
from phototagger.gui.bridge.services import Program
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel, run_to_end
from tests.gui.fakes.program import FakeProgram
from tests.gui.fakes.world import WORDS
from tests.support.catalog_parts import answer, save
from tests.support.photos import make_photo

SCORES = (0.95, 0.75)


@dataclass(frozen=True)
class Given:
    """Three analysed photos of one folder, two suggestions on each, nothing decided yet."""

    program: Program
    folder: Path
    ids: list[int]

    def suggestions(self, photo_id: int, state: ReviewState = ReviewState.SUGGESTED) -> list[int]:
        found = self.program.library.details(photo_id).suggestions
        return [one.id for one in sorted(found, key=lambda one: -one.score) if one.state is state]

    def keywords(self, photo_id: int) -> set[str]:
        return {one.keyword for one in self.program.library.details(photo_id).keywords if one.wanted}

    def break_photo(self, photo_id: int, reason: str) -> None:
        """The photo's analysis has failed."""
        if isinstance(self.program, FakeProgram):
            self.program.world.break_photo(photo_id, ErrorKind.DAMAGED, reason)
            return
        assert isinstance(self.program, RealProgram)
        failure = Failure(ErrorKind.DAMAGED, plain(reason))

        def work(c: sqlite3.Connection) -> None:
            photos.set_failed(c, photo_id, failure, False)

        self.program._session.catalog.write(work)


def _real(folder: Path) -> RealProgram:
    session = Session.open(folder / "catalog.sqlite", folder / "settings.toml", "cpu", in_process=True)
    program = RealProgram(session)
    run_to_end(program.analysis.scan([folder / "photos"], Cancel()))
    for photo in session.library.photos(session.library.photo_ids(PhotoFilter())):
        found = [(WORDS[(photo.id + place) % len(WORDS)], SCORES[place]) for place in range(2)]
        save(session.catalog, answer(photo.id, *found, signature=photo.signature))
    return program


@pytest.fixture(params=["program", "fakes"])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Given]:
    folder = tmp_path / "photos"
    program: Program
    if request.param == "program":
        folder.mkdir()
        for number in range(3):
            make_photo(folder / f"photo-{number}.jpg", number)
        program = _real(tmp_path)
    else:
        program = fake = FakeProgram()
        fake.world.add_photos(folder, 3)
        fake.world.roots_added.append(folder)
    yield Given(program, folder, list(program.library.photo_ids(PhotoFilter())))
    program.close()


# --- library ------------------------------------------------------------------------------------------------


def test_the_list_and_its_rows_tell_of_the_same_photos(given: Given) -> None:
    library = given.program.library
    assert len(given.ids) == 3
    assert [row.id for row in library.rows(given.ids)] == given.ids
    assert [row.to_review for row in library.rows(given.ids)] == [2, 2, 2]
    assert library.counts().to_review == 3
    assert library.roots() == [given.folder]
    assert [(row.path, row.photos, row.to_review) for row in library.folders()] == [(given.folder, 3, 3)]


def test_a_photo_that_is_not_known_any_more_is_left_out(given: Given) -> None:
    library = given.program.library
    assert library.details_of([given.ids[0], 999])[0].photo.id == given.ids[0]
    assert len(library.details_of([given.ids[0], 999])) == 1
    assert library.rows([999]) == []


@pytest.mark.parametrize(("state", "count"), [("all", 3), ("to_review", 3), ("pending_changes", 0)])
def test_a_filter_narrows_the_list(given: Given, state: str, count: int) -> None:
    wanted = replace(PhotoFilter(), state=state)  # type: ignore[arg-type]
    assert len(given.program.library.photo_ids(wanted)) == count
    assert len(given.program.library.photo_ids(replace(wanted, folder=given.folder))) == count
    assert not given.program.library.photo_ids(replace(wanted, folder=given.folder.parent / "elsewhere"))


def test_a_problem_is_listed_and_its_pixels_are_refused(given: Given) -> None:
    given.break_photo(given.ids[0], "It is damaged.")
    assert [photo.id for photo in given.program.library.problems()] == [given.ids[0]]
    assert given.program.library.counts().failed == 1
    with pytest.raises(PhotoError, match="damaged"):
        given.program.viewing.photo(given.ids[0], 100)


# --- review -------------------------------------------------------------------------------------------------


def test_a_confirmed_suggestion_is_a_keyword_to_be_written(given: Given) -> None:
    photo, program = given.ids[0], given.program
    before = program.library.details(photo).suggestions
    first = given.suggestions(photo)[0]
    changes = program.review.confirm([first])
    assert changes.photos == {photo}
    assert changes.history
    assert given.keywords(photo) == {one.keyword for one in before if one.id == first}
    assert given.suggestions(photo, ReviewState.CONFIRMED) == [first]
    assert program.library.counts().pending_changes == 1
    assert len(program.library.history(10)) == 1


def test_a_rejected_suggestion_waits_no_more_until_it_is_reset(given: Given) -> None:
    photo, program = given.ids[0], given.program
    first = given.suggestions(photo)[0]
    program.review.reject([first])
    assert first not in given.suggestions(photo)
    assert given.keywords(photo) == set()
    program.review.reset([first])
    assert first in given.suggestions(photo)


def test_accepting_above_a_score_takes_the_surer_ones_of_the_photos_named(given: Given) -> None:
    changes = given.program.review.accept_above(0.9, given.ids[:2])
    assert changes.photos == set(given.ids[:2])
    assert [len(given.keywords(photo)) for photo in given.ids] == [1, 1, 0]
    given.program.review.accept_above(0.5, None)
    assert [len(given.keywords(photo)) for photo in given.ids] == [2, 2, 2]
    assert not given.program.review.accept_above(0.5, None), "nothing is left: nothing changed"


def test_a_keyword_of_ones_own_comes_and_goes(given: Given) -> None:
    program = given.program
    assert program.review.add_keyword(given.ids, "our garden").photos == set(given.ids)
    assert all(given.keywords(photo) == {"our garden"} for photo in given.ids)
    program.review.remove_keyword(given.ids[:1], "our garden")
    assert [given.keywords(photo) for photo in given.ids] == [set(), {"our garden"}, {"our garden"}]


def test_undo_and_redo_step_by_step(given: Given) -> None:
    photo, review = given.ids[0], given.program.review
    assert review.undo() is None
    assert review.redo() is None
    review.add_keyword([photo], "our garden")
    review.confirm(given.suggestions(photo)[:1])
    for left in (1, 0):
        answer = review.undo()
        assert answer is not None
        assert answer[0].photos == {photo}
        assert answer[1]
        assert len(given.keywords(photo)) == left
    assert review.undo() is None
    assert [step.undone for step in given.program.library.history(10)] == [True, True]
    assert review.redo() is not None
    assert given.keywords(photo) == {"our garden"}
    review.add_keyword([photo], "our pond")
    assert review.redo() is None, "a new edit takes the place of what was undone"


def test_a_caption_is_given_and_an_empty_one_is_refused(given: Given) -> None:
    photo, program = given.ids[0], given.program
    with pytest.raises(UsageError, match="empty"):
        program.review.give_value(CAPTION, [photo], "  ", ())
    program.review.give_value(CAPTION, [photo], " Anna on the pier ", ())
    value = program.library.details(photo).values[CAPTION]
    assert (value.text, value.state) == ("Anna on the pier", ReviewState.CONFIRMED)


# --- files --------------------------------------------------------------------------------------------------


def test_what_is_planned_is_written_and_taken_back(given: Given) -> None:
    photo, program = given.ids[0], given.program
    program.review.add_keyword([photo], "our garden")
    assert program.files.says(photo).keywords == ()
    plans = run_to_end(program.writing.plan(None, Cancel()))
    assert [plan.photo_id for plan in plans] == [photo]
    assert run_to_end(program.writing.plan(given.ids[1:], Cancel())) == []
    summary = run_to_end(program.writing.write(plans, Cancel()))
    assert (summary.written, list(summary.failed)) == (1, [])
    assert program.files.says(photo).keywords == ("our garden",)
    assert program.library.counts().pending_changes == 0
    (run,) = program.library.runs()
    assert (run.id, run.files, run.undone_files) == (summary.run_id, 1, 0)
    undone = run_to_end(program.writing.undo_run(summary.run_id, Cancel()))
    assert undone.restored == 1
    assert program.files.says(photo).keywords == ()
    assert program.library.runs()[0].undone_files == 1
    assert program.library.counts().pending_changes == 1, "it is still wanted"


def test_photos_with_their_right_names_are_left_alone(given: Given) -> None:
    assert run_to_end(given.program.writing.plan_names(None, Cancel())) == []


def test_exiftool_is_there(given: Given) -> None:
    assert given.program.files.exiftool_status() is None


# --- the rest -----------------------------------------------------------------------------------------------


def test_pixels_are_upright_and_a_face_is_cut_out_of_them(given: Given) -> None:
    pixels = given.program.viewing.photo(given.ids[0], 60).pixels
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    crop = given.program.viewing.face(given.ids[0], Box(0.25, 0.25, 0.25, 0.25), 32)
    assert crop.shape[0] < given.program.viewing.photo(given.ids[0], 4000).pixels.shape[0]


def test_another_try_makes_a_failed_photo_wait_again(given: Given) -> None:
    given.break_photo(given.ids[0], "It is damaged.")
    assert given.program.analysis.retry(given.ids[:1]).photos == {given.ids[0]}
    (row,) = given.program.library.rows(given.ids[:1])
    assert (row.state, row.failure) == (PhotoState.PENDING, None)


def test_a_folder_off_the_list_takes_its_photos_along(given: Given) -> None:
    changes = given.program.analysis.remove_root(given.folder)
    assert changes.photo_list
    assert changes.folders
    assert given.program.library.roots() == []
    assert not given.program.library.photo_ids(PhotoFilter())


def test_suggestions_by_other_settings_end_with_a_summary(given: Given) -> None:
    assert run_to_end(given.program.analysis.resuggest([], Cancel())).changed >= 0


def test_changed_settings_are_the_settings(given: Given) -> None:
    preferences = given.program.preferences
    window = replace(preferences.settings.window, theme="dark")
    preferences.update(replace(preferences.settings, window=window))
    assert preferences.settings.window.theme == "dark"
    assert preferences.newer_version() is None


def test_another_language_is_in_the_settings(given: Given) -> None:
    given.program.words.change_language("de")
    assert given.program.preferences.settings.words.language == "de"


def test_the_keywords_for_completion_are_there(given: Given) -> None:
    assert set(WORDS[1:4]) & set(given.program.words.known())
