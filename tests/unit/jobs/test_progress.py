"""The turns of a job: each is a place to stop, is counted and reported, and what it changed is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from phototagger.domain.errors import Cancelled, ExifToolError, PhotoTaggerError
from phototagger.domain.records import Changes
from phototagger.domain.sentences import plain
from phototagger.jobs.progress import Cancel, Meter, Progress, paged

GONE = ExifToolError(plain("exiftool is gone."))
ANNA, BERTA = Changes(frozenset({1})), Changes(frozenset({2}), folders=True)


def meter(total: int | None = None, cancel: Cancel | None = None) -> Meter:
    return Meter("test", total, cancel or Cancel())


def told(reports: list[Progress]) -> Changes:
    changes = Changes()
    for report in reports:
        changes |= report.changes
    return changes


def driven(job: Iterator[Progress]) -> tuple[list[Progress], Exception | None]:
    """All reports, and the fault that ended the job."""
    reports: list[Progress] = []
    try:
        for report in job:
            reports.append(report)
    except PhotoTaggerError as error:
        return reports, error
    return reports, None


class Source:
    """Pages; the last one may be a fault. Tells whether it was closed."""

    def __init__(self, *pages: Sequence[int] | Exception) -> None:
        self._pages = iter(pages)
        self.closed = False

    def __iter__(self) -> Iterator[Sequence[int]]:
        return self

    def __next__(self) -> Sequence[int]:
        page = next(self._pages)
        if isinstance(page, Exception):
            raise page
        return page

    def close(self) -> None:
        self.closed = True


def test_each_page_is_counted_and_reported_with_what_it_changed() -> None:
    turns = meter(5)

    def do(page: Sequence[int]) -> None:
        turns.changed(Changes(frozenset(page)))
        turns.fail(page.count(3))
        turns.note = f"photo {page[-1]}"

    reports = list(turns.pages(paged([1, 2, 3, 4, 5], 2), do))
    assert [(report.done, report.total, report.failed) for report in reports] == [
        (0, 5, 0),
        (2, 5, 0),
        (4, 5, 1),
        (5, 5, 1),
    ]
    assert [set(report.changes.photos) for report in reports] == [set(), {1, 2}, {3, 4}, {5}]
    assert reports[-1].note == "photo 5"


def test_items_may_count_for_more_than_one() -> None:
    turns = meter(6)
    reports = list(turns.pages([[1], [2], [3]], lambda _: None, lambda item: item))
    assert [report.done for report in reports] == [0, 1, 3, 6]


def test_an_empty_page_is_reported_and_not_worked_on() -> None:
    turns = meter()
    worked: list[Sequence[int]] = []
    assert len(list(turns.pages([[], [1], []], worked.append))) == 4
    assert worked == [[1]]


def test_nothing_is_begun_once_the_person_asked_to_stop() -> None:
    cancel = Cancel()
    turns = meter(4, cancel)
    worked: list[Sequence[int]] = []
    source = Source([1, 2], [3, 4])
    job = turns.pages(source, worked.append)
    next(job), next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        next(job)
    assert worked == [[1, 2]]
    assert source.closed


def test_a_source_that_stops_by_itself_gives_what_it_has_in_hand_first() -> None:
    cancel = Cancel()
    turns = meter(2, cancel)

    def source() -> Iterator[Sequence[int]]:
        yield [1]
        cancel.set()
        assert turns.asked_to_stop
        yield [2]

    worked: list[Sequence[int]] = []
    reports, ending = driven(turns.pages(source(), worked.append, stops_itself=True))
    assert isinstance(ending, Cancelled)
    assert (worked, [report.done for report in reports]) == ([[1], [2]], [0, 1, 2])


def test_what_was_committed_before_a_fault_is_told() -> None:
    turns = meter(2)

    def do(page: Sequence[int]) -> None:
        turns.changed(ANNA)
        raise GONE

    source = Source([1], [2])
    reports, ending = driven(turns.pages(source, do))
    assert ending is GONE
    assert told(reports) == ANNA
    assert source.closed


def test_a_fault_of_the_source_ends_the_job_and_closes_the_source() -> None:
    turns = meter()
    source = Source([1], GONE)
    reports, ending = driven(turns.pages(source, lambda _: turns.changed(ANNA)))
    assert ending is GONE
    assert told(reports) == ANNA
    assert source.closed


def test_a_listener_that_goes_away_closes_the_source() -> None:
    source = Source([1], [2])
    job = meter().pages(source, lambda _: None)
    next(job), next(job)
    job.close()  # type: ignore[attr-defined]
    assert source.closed


def test_one_turn_gives_its_answer_and_tells_what_it_changed() -> None:
    turns = meter(3)

    def job() -> Iterator[Progress]:
        def do() -> str:
            turns.changed(BERTA)
            return "done"

        assert (yield from turns.once(do, count=3)) == "done"

    reports = list(job())
    assert [(report.done, report.changes) for report in reports] == [(3, BERTA)]


def test_one_turn_that_fails_tells_what_it_changed() -> None:
    turns = meter()

    def do() -> None:
        turns.changed(BERTA)
        raise GONE

    reports, ending = driven(turns.once(do))
    assert ending is GONE
    assert told(reports) == BERTA


def test_one_turn_is_not_begun_once_the_person_asked_to_stop() -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        list(meter(cancel=cancel).once(lambda: pytest.fail("begun all the same")))


def test_a_change_between_two_turns_is_a_fault_of_ours() -> None:
    turns = meter()
    list(turns.pages([[1]], lambda _: None))
    with pytest.raises(RuntimeError, match="in its turns"):
        turns.changed(ANNA)
