"""Review: one step each, undo and redo exactly, also after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.store import pending
from phototagger.catalog.words import keywords
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Changes
from phototagger.jobs import review
from tests.support.catalog_parts import add_photos, answer, save, states, suggestion_ids, wanted

ROOT = Path("/photos")


@pytest.fixture
def three(catalog: Catalog) -> list[int]:
    """Three photos with dog 0.9 and cat 0.5 suggested on each."""
    ids = add_photos(catalog, ROOT, "a.jpg", "b.jpg", "c.jpg")
    save(catalog, *(answer(photo, ("animal|dog", 0.9), ("animal|cat", 0.5)) for photo in ids))
    return ids


def of(catalog: Catalog, photo_ids: list[int], keyword: str) -> list[int]:
    return [suggestion_ids(catalog, photo)[keyword] for photo in photo_ids]


def texts(catalog: Catalog) -> list[str]:
    return [step.text for step in catalog.read(lambda c: history.steps(c, 99))]


def everything(catalog: Catalog) -> list[object]:
    """All that review may change, counts kept by triggers too."""
    queries = (
        "SELECT id, state FROM suggestion ORDER BY id",
        "SELECT * FROM photo_keyword ORDER BY photo, keyword",
        "SELECT id, to_review, confirmed, changes, faces FROM photo ORDER BY id",
    )
    return [catalog.read(lambda c, query=query: c.execute(query).fetchall()) for query in queries]  # type: ignore[misc]


def test_confirm_wants_the_keyword(catalog: Catalog, three: list[int]) -> None:
    changes = review.confirm(catalog, of(catalog, three[:2], "animal|dog"))
    assert changes == Changes(frozenset(three[:2]), folders=True, history=True)
    assert states(catalog, three[0]) == {"animal|dog": "confirmed", "animal|cat": "suggested"}
    assert [wanted(catalog, photo) for photo in three] == [{"animal|dog"}, {"animal|dog"}, set()]
    assert texts(catalog) == ["Accepted 2 suggestions on 2 photos"]


def test_reject_after_confirm_no_longer_wants_it(catalog: Catalog, three: list[int]) -> None:
    ids = of(catalog, three[:1], "animal|dog")
    review.confirm(catalog, ids)
    review.reject(catalog, ids)
    assert wanted(catalog, three[0]) == set()
    assert texts(catalog)[0] == "Rejected 1 suggestion on 1 photo"
    review.undo(catalog)
    assert wanted(catalog, three[0]) == {"animal|dog"}


def test_reset_waits_again(catalog: Catalog, three: list[int]) -> None:
    ids = of(catalog, three[:1], "animal|dog")
    review.confirm(catalog, ids)
    review.reset(catalog, ids)
    assert states(catalog, three[0])["animal|dog"] == "suggested"
    assert wanted(catalog, three[0]) == set()
    assert texts(catalog)[0] == "Reset 1 suggestion on 1 photo"


def test_accept_above_takes_only_waiting_ones_at_or_over_the_score(
    catalog: Catalog, three: list[int]
) -> None:
    review.reject(catalog, of(catalog, three[:1], "animal|dog"))
    changes = review.accept_above(catalog, 0.9)
    assert changes.photos == set(three[1:])
    assert states(catalog, three[0]) == {"animal|dog": "rejected", "animal|cat": "suggested"}
    assert texts(catalog)[0] == "Accepted 2 suggestions on 2 photos"
    assert review.accept_above(catalog, 0.0, [three[0]]).photos == {three[0]}
    assert states(catalog, three[0]) == {"animal|dog": "rejected", "animal|cat": "confirmed"}


def test_rejected_stays_rejected_after_a_new_analysis_and_accept_all(
    catalog: Catalog, three: list[int]
) -> None:
    review.reject(catalog, of(catalog, three, "animal|dog"))
    save(catalog, *(answer(photo, ("animal|dog", 1.0)) for photo in three))
    assert not review.accept_above(catalog, 0.0)
    assert {states(catalog, photo)["animal|dog"] for photo in three} == {"rejected"}


@pytest.mark.parametrize("name", ["animal|dog", "dog", "DOG"])
def test_reject_keyword_by_path_or_last_part(catalog: Catalog, three: list[int], name: str) -> None:
    review.confirm(catalog, of(catalog, three[:1], "animal|dog"))
    changes = review.reject_keyword(catalog, name, three[:2])
    assert changes.photos == set(three[:2])
    assert [states(catalog, photo)["animal|dog"] for photo in three] == ["rejected", "rejected", "suggested"]
    assert wanted(catalog, three[0]) == set()
    assert texts(catalog)[0] == f"Rejected {name} on 2 photos"


def test_reject_keyword_does_not_take_part_of_a_word(catalog: Catalog, three: list[int]) -> None:
    assert not review.reject_keyword(catalog, "og")
    assert not review.reject_keyword(catalog, "animal")
    assert texts(catalog) == []


def test_add_keyword_confirms_its_suggestion(catalog: Catalog, three: list[int]) -> None:
    review.add_keyword(catalog, three, "animal|dog")
    assert states(catalog, three[0])["animal|dog"] == "confirmed"
    assert texts(catalog) == ["Added animal|dog to 3 photos"]
    review.undo(catalog)
    assert states(catalog, three[0])["animal|dog"] == "suggested"
    assert wanted(catalog, three[0]) == set()


def test_add_keyword_keeps_another_spelling(catalog: Catalog, three: list[int]) -> None:
    review.add_keyword(catalog, three[:1], "Beach")
    assert review.add_keyword(catalog, three[:2], "beach").photos == {three[1]}
    assert wanted(catalog, three[0]) == {"Beach"}
    assert wanted(catalog, three[1]) == {"beach"}


def test_remove_keyword_counts_as_a_rejection(catalog: Catalog, three: list[int]) -> None:
    review.confirm(catalog, of(catalog, three, "animal|dog"))
    review.remove_keyword(catalog, three[:1], "animal|dog")
    assert states(catalog, three[0])["animal|dog"] == "rejected"
    assert [wanted(catalog, photo) for photo in three] == [set(), {"animal|dog"}, {"animal|dog"}]
    assert texts(catalog)[0] == "Removed animal|dog from 1 photo"


def test_an_edit_that_changes_nothing_leaves_no_step(catalog: Catalog, three: list[int]) -> None:
    ids = of(catalog, three, "animal|dog")
    review.confirm(catalog, ids)
    review.undo(catalog)
    review.redo(catalog)
    edits: list[Callable[[], Changes]] = [
        lambda: review.confirm(catalog, ids),
        lambda: review.confirm(catalog, []),
        lambda: review.confirm(catalog, [999]),
        lambda: review.accept_above(catalog, 0.95),
        lambda: review.add_keyword(catalog, three, "animal|dog"),
        lambda: review.remove_keyword(catalog, three, "never seen"),
    ]
    for edit in edits:
        assert not edit()
    assert len(texts(catalog)) == 1


def test_an_edit_that_changes_nothing_keeps_the_undone_tail(catalog: Catalog, three: list[int]) -> None:
    review.confirm(catalog, of(catalog, three, "animal|dog"))
    review.undo(catalog)
    review.remove_keyword(catalog, three, "never seen")
    assert review.redo(catalog) is not None


def test_a_new_step_drops_the_undone_tail(catalog: Catalog, three: list[int]) -> None:
    review.confirm(catalog, of(catalog, three, "animal|dog"))
    review.confirm(catalog, of(catalog, three, "animal|cat"))
    review.undo(catalog)
    review.undo(catalog)
    review.add_keyword(catalog, three, "beach")
    assert review.redo(catalog) is None
    assert texts(catalog) == ["Added beach to 3 photos"]
    rows = catalog.read(lambda c: c.execute("SELECT count(*) FROM history_change").fetchone())
    assert rows == (3,)


def test_undo_survives_a_restart(catalog: Catalog, three: list[int], tmp_path: Path) -> None:
    before = everything(catalog)
    review.confirm(catalog, of(catalog, three, "animal|dog"))
    after = everything(catalog)
    catalog.close()
    again = Catalog.open(tmp_path / "catalog.sqlite")
    undone = review.undo(again)
    assert undone is not None
    assert undone == (
        Changes(frozenset(three), folders=True, history=True),
        "Accepted 3 suggestions on 3 photos",
    )
    assert everything(again) == before
    assert [step.undone for step in again.read(lambda c: history.steps(c, 9))] == [True]
    again.close()
    third = Catalog.open(tmp_path / "catalog.sqlite")
    review.redo(third)
    assert everything(third) == after
    third.close()


def test_undo_of_a_written_keyword_asks_for_its_removal(catalog: Catalog, three: list[int]) -> None:
    review.confirm(catalog, of(catalog, three[:1], "animal|dog"))
    catalog.write(lambda c: keywords.set_written(c, three[0], written=["animal|dog"], ours=["animal|dog"]))
    review.undo(catalog)
    (keyword,) = catalog.read(lambda c: keywords.keywords(c, three[0]))
    assert (keyword.wanted, keyword.written, keyword.ours) == (False, True, True)
    review.redo(catalog)
    (keyword,) = catalog.read(lambda c: keywords.keywords(c, three[0]))
    assert (keyword.wanted, keyword.written, keyword.ours) == (True, True, True)
    assert catalog.read(lambda c: pending.photos_waiting(c, ())) == []


def test_undo_passes_over_forgotten_photos(catalog: Catalog, three: list[int]) -> None:
    (other,) = add_photos(catalog, Path("/other"), "x.jpg")
    review.add_keyword(catalog, [*three, other], "beach")
    review.undo(catalog)
    catalog.write(lambda c: photos.remove_root(c, ROOT))
    redone = review.redo(catalog)
    assert redone is not None
    assert wanted(catalog, other) == {"beach"}
    assert wanted(catalog, three[0]) == set()


def test_a_failing_edit_leaves_no_step(catalog: Catalog, three: list[int]) -> None:
    before = everything(catalog)
    catalog.write(
        lambda c: c.execute(
            "CREATE TRIGGER no BEFORE UPDATE OF text ON history_step BEGIN SELECT raise(ABORT, 'no'); END"
        )
    )
    with pytest.raises(Exception, match="no"):
        review.confirm(catalog, of(catalog, three, "animal|dog"))
    assert everything(catalog) == before
    assert texts(catalog) == []


EDITS = st.sampled_from(["confirm", "reject", "reset", "above", "keyword", "add", "remove", "undo", "redo"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.tuples(EDITS, st.integers(0, 5)), max_size=12))
def test_undoing_all_steps_gives_the_beginning_and_redoing_all_the_end(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, int]]
) -> None:
    catalog = Catalog.open(tmp_path_factory.mktemp("walk") / "catalog.sqlite")
    ids = add_photos(catalog, ROOT, "a.jpg", "b.jpg", "c.jpg")
    save(catalog, *(answer(photo, ("animal|dog", 0.9), ("animal|cat", 0.5)) for photo in ids))
    beginning = everything(catalog)
    both = [of(catalog, ids, "animal|dog"), of(catalog, ids, "animal|cat")]
    edits: dict[str, Callable[[int], object]] = {
        "confirm": lambda n: review.confirm(catalog, both[n % 2][: 1 + n % 3]),
        "reject": lambda n: review.reject(catalog, both[n % 2][: 1 + n % 3]),
        "reset": lambda n: review.reset(catalog, both[n % 2]),
        "above": lambda n: review.accept_above(catalog, n / 5),
        "keyword": lambda n: review.reject_keyword(catalog, ("dog", "cat")[n % 2], ids[: 1 + n % 3]),
        "add": lambda n: review.add_keyword(catalog, ids[: 1 + n % 3], ("animal|dog", "beach")[n % 2]),
        "remove": lambda n: review.remove_keyword(catalog, ids, ("animal|dog", "beach")[n % 2]),
        "undo": lambda n: review.undo(catalog),
        "redo": lambda n: review.redo(catalog),
    }
    for name, number in plan:
        edits[name](number)
    while review.redo(catalog):
        pass
    end = everything(catalog)
    while review.undo(catalog):
        pass
    assert everything(catalog) == beginning
    while review.redo(catalog):
        pass
    assert everything(catalog) == end
    recount = (
        "SELECT id, (SELECT count(*) FROM suggestion WHERE photo = p.id AND state = 0),"
        " (SELECT count(*) FROM photo_keyword WHERE photo = p.id AND wanted),"
        " (SELECT count(*) FROM photo_keyword WHERE photo = p.id AND wanted != written), 0 FROM photo AS p"
        " ORDER BY id"
    )
    assert catalog.read(lambda c: c.execute(recount).fetchall()) == end[2]
    catalog.close()


def test_accepting_one_keyword_takes_it_where_it_was_offered(catalog: Catalog, three: list[int]) -> None:
    fourth = add_photos(catalog, ROOT, "a.jpg", "b.jpg", "c.jpg", "d.jpg")[-1]
    review.reject(catalog, of(catalog, three[:1], "animal|dog"))
    changes = review.accept_keyword(catalog, "Dog", [*three, fourth])
    assert changes.photos == set(three), "the fourth was never offered it"
    assert [wanted(catalog, photo) for photo in (*three, fourth)] == [{"animal|dog"}] * 3 + [set()]
    assert texts(catalog)[0] == "Accepted Dog on 3 photos"
    review.undo(catalog)
    assert states(catalog, three[0]) == {"animal|dog": "rejected", "animal|cat": "suggested"}
    assert review.accept_keyword(catalog, "animal|cat", three, score=0.6).photos == frozenset()


@pytest.mark.parametrize("word", ["dgo", "animal|dgo", "DOGS", "animl|dog"])
def test_a_mistyped_keyword_is_refused_with_the_nearest(
    catalog: Catalog, three: list[int], word: str
) -> None:
    before = everything(catalog)
    for photos_meant in (three, None):
        with pytest.raises(UsageError, match=r"animal\|dog.*keywords add"):
            review.accept_keyword(catalog, word, photos_meant)
    assert everything(catalog) == before
    assert texts(catalog) == []
    assert catalog.read(keywords.known) == ["animal|cat", "animal|dog"]


def test_a_word_of_other_photos_is_not_accepted_here(catalog: Catalog, three: list[int]) -> None:
    review.add_keyword(catalog, three[:1], "holiday")
    with pytest.raises(UsageError, match="none of these photos"):
        review.accept_keyword(catalog, "holiday", three[1:])
    assert review.accept_keyword(catalog, "holiday", three[:1]) == Changes(), "it has it"


def test_a_word_given_by_hand_under_a_level_gets_no_second_one_beside_it(
    catalog: Catalog, three: list[int]
) -> None:
    review.add_keyword(catalog, three[:1], "pets|rex")
    review.accept_keyword(catalog, "rex", three)
    assert wanted(catalog, three[0]) == {"pets|rex"}


def test_a_word_taken_off_that_the_file_still_has_comes_back(catalog: Catalog, three: list[int]) -> None:
    review.add_keyword(catalog, three[:1], "mine")
    catalog.write(lambda c: keywords.set_written(c, three[0], ["mine"], ours=["mine"]))
    review.remove_keyword(catalog, three[:1], "mine")
    assert wanted(catalog, three[0]) == set()
    assert review.accept_keyword(catalog, "mine", three).photos == {three[0]}
    assert wanted(catalog, three[0]) == {"mine"}


def test_one_name_for_two_keywords_must_be_said_in_full(catalog: Catalog, three: list[int]) -> None:
    save(catalog, *(answer(photo, ("toy|dog", 0.9), ("animal|dog", 0.9)) for photo in three))
    with pytest.raises(UsageError, match=r"animal\|dog or toy\|dog"):
        review.accept_keyword(catalog, "dog", three)
    assert review.accept_keyword(catalog, "toy|dog", three).photos == set(three)
