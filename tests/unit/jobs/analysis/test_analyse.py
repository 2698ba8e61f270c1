"""The analysis job over a scripted engine: what is kept, whatever ends it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import Cancelled, CatalogError, EngineError
from phototagger.domain.findings import AnalyseRequest, Answer, Findings, ObjectFinding, PhotoFacts
from phototagger.domain.records import Changes, ErrorKind, Failure, Photo
from phototagger.domain.sentences import plain
from phototagger.jobs import review
from phototagger.jobs.analysis import analyse
from phototagger.jobs.analysis.analyse import AnalyseSummary, analyse_photos
from phototagger.jobs.progress import Cancel, Job, run_to_end
from phototagger.keywords.scoring.suggest import NewSuggestion
from tests.support.catalog_parts import (
    SIGNATURE,
    add_photos,
    answer,
    dog,
    face,
    regions_of,
    save,
    states,
    suggestion_ids,
    wanted,
)

ROOT = Path("/photos")
Script = Callable[[AnalyseRequest], Answer]


class ScriptedEngine:
    """Answers each request as the script says, one request drawn at a time; dies when the script raises."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.drawn = 0
        self.closed_iterators = 0

    def analyse(self, requests: Iterable[AnalyseRequest]) -> Iterator[Answer]:
        try:
            for request in requests:
                self.drawn += 1
                yield self.script(request)
        finally:
            self.closed_iterators += 1

    def describe(self) -> dict[str, str]:
        return {}

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


class LabelSuggester:
    """Every label is a keyword."""

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]:
        return [
            NewSuggestion(found.name, found.label, found.score, "classifier@1") for found in findings.labels
        ]

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]:
        return tuple(replace(found, name="hound") for found in findings.objects if found.score >= 0.5)


def good(request: AnalyseRequest) -> Answer:
    return answer(
        request.photo_id, ("dog", 0.9), objects=[dog(0.8), dog(0.1)], signature=request.signature
    ).answer


@pytest.fixture
def start(catalog: Catalog, thumbnails: ThumbnailStore) -> Callable[..., Job[AnalyseSummary]]:
    def start(engine: ScriptedEngine, cancel: Cancel | None = None, **more: object) -> Job[AnalyseSummary]:
        return analyse_photos(catalog, thumbnails, engine, LabelSuggester(), cancel or Cancel(), **more)  # type: ignore[arg-type]

    return start


Start = Callable[..., Job[AnalyseSummary]]


def changes_until_cancelled(job: Job[AnalyseSummary]) -> Changes:
    changes = Changes()
    try:
        for report in job:
            changes |= report.changes
    except Cancelled:
        return changes
    raise AssertionError("the job was not cancelled")


def numbered(catalog: Catalog, count: int) -> list[int]:
    return add_photos(catalog, ROOT, *(f"{number:04}.jpg" for number in range(count)))


def waiting(catalog: Catalog) -> int:
    return catalog.read(photos.count_pending)


def all_photos(catalog: Catalog) -> list[Photo]:
    return catalog.read(lambda c: photos.by_id(c, photos.ids(c)))


def test_everything_pending_is_analysed_and_kept(
    catalog: Catalog, thumbnails: ThumbnailStore, start: Start
) -> None:
    ids = numbered(catalog, 3)
    summary = run_to_end(start(ScriptedEngine(good)))
    assert (summary.analysed, summary.failed, summary.quarantined) == (3, 0, 0)
    assert [photo.state for photo in all_photos(catalog)] == ["analysed"] * 3
    assert states(catalog, ids[0]) == {"dog": "suggested"}
    assert [region.name for region in regions_of(catalog, ids[0])] == ["hound"]
    assert thumbnails.get(ids[2]) == b"jpeg"
    assert thumbnails.signature(ids[2]) == SIGNATURE
    again = ScriptedEngine(good)
    assert run_to_end(start(again)).analysed == 0
    assert again.drawn == 0


def test_failures_do_not_stop_the_others(catalog: Catalog, start: Start) -> None:
    ids = numbered(catalog, 4)
    broken = Failure(ErrorKind.TRUNCATED, plain("0001.jpg ends too early."))
    crashed = Failure(ErrorKind.CRASHED, plain("0002.jpg took the engine down twice."))
    script = {
        ids[1]: Answer(ids[1], SIGNATURE, failure=broken),
        ids[2]: Answer(ids[2], SIGNATURE, failure=crashed, quarantined=True),
    }
    reports = start(ScriptedEngine(lambda request: script.get(request.photo_id) or good(request)))
    last = None
    changes = Changes()
    for report in reports:
        last, changes = report, changes | report.changes
    assert last is not None
    assert (last.job, last.done, last.total, last.failed) == ("analyse", 4, 4, 2)
    assert changes.photos == set(ids)
    found = all_photos(catalog)
    assert [photo.state for photo in found] == ["analysed", "failed", "quarantined", "analysed"]
    assert [photo.failure for photo in found] == [None, broken, crashed, None]
    assert waiting(catalog) == 0


def test_only_the_folders_asked_for(catalog: Catalog, start: Start) -> None:
    add_photos(catalog, ROOT, "a/x.jpg", "b/y.jpg")
    assert run_to_end(start(ScriptedEngine(good), folders=[ROOT / "a"])).analysed == 1
    assert waiting(catalog) == 1


def test_pages_are_drawn_as_the_engine_wants_them(
    catalog: Catalog, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse, "PAGE", 4)
    numbered(catalog, 10)
    engine = ScriptedEngine(good)
    assert run_to_end(start(engine)).analysed == 10
    assert engine.drawn == 10


def test_a_cancel_keeps_what_is_answered_and_tells_of_it(catalog: Catalog, start: Start) -> None:
    ids = numbered(catalog, 100)
    cancel = Cancel()
    engine = ScriptedEngine(good)

    def until(request: AnalyseRequest) -> Answer:
        if request.photo_id == ids[40]:
            cancel.set()
        return good(request)

    engine.script = until
    changes = changes_until_cancelled(start(engine, cancel))
    assert waiting(catalog) == 59
    assert changes.photos == set(ids[:41])
    assert engine.closed_iterators == 1
    assert run_to_end(start(ScriptedEngine(good))).analysed == 59


def test_an_engine_that_gives_up_leaves_what_is_answered(catalog: Catalog, start: Start) -> None:
    ids = numbered(catalog, 50)

    def until(request: AnalyseRequest) -> Answer:
        if request.photo_id == ids[40]:
            raise EngineError(plain("The engine died three times."))
        return good(request)

    with pytest.raises(EngineError, match="died three times"):
        run_to_end(start(ScriptedEngine(until)))
    assert waiting(catalog) == 10


def test_a_job_dropped_midway_keeps_what_is_answered(catalog: Catalog, start: Start) -> None:
    numbered(catalog, 100)
    engine = ScriptedEngine(good)
    job = start(engine)
    next(job)
    next(job)
    job.close()
    assert waiting(catalog) == 100 - engine.drawn
    assert engine.drawn == analyse.BATCH
    assert engine.closed_iterators == 1


def test_a_batch_that_cannot_be_stored_stays_pending(catalog: Catalog, start: Start) -> None:
    numbered(catalog, 40)
    catalog.write(lambda c: c.execute("ALTER TABLE feature RENAME TO elsewhere"))
    with pytest.raises(CatalogError, match="its table feature is missing"):
        run_to_end(start(ScriptedEngine(good)))
    assert waiting(catalog) == 40
    catalog.write(lambda c: c.execute("ALTER TABLE elsewhere RENAME TO feature"))
    assert run_to_end(start(ScriptedEngine(good))).analysed == 40


def test_nonsense_from_a_network_fails_its_photo_alone(catalog: Catalog, start: Start) -> None:
    ids = numbered(catalog, 4)
    nan = float("nan")
    nonsense = {
        ids[1]: answer(ids[1], ("dog", nan)).answer,
        ids[2]: answer(ids[2], faces=[face(embedding=[nan])]).answer,
    }
    run_to_end(start(ScriptedEngine(lambda request: nonsense.get(request.photo_id) or good(request))))
    found = all_photos(catalog)
    assert [photo.state for photo in found] == ["analysed", "failed", "failed", "analysed"]
    assert found[1].failure is not None
    assert found[1].failure.kind == ErrorKind.INTERNAL
    assert states(catalog, ids[1]) == {}
    assert states(catalog, ids[3]) == {"dog": "suggested"}


KILLED_MIDWAY = """
import os, sys
from pathlib import Path
from phototagger.catalog.connection import Catalog
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.jobs.analysis.analyse import analyse_photos
from phototagger.jobs.progress import Cancel, run_to_end
from tests.unit.jobs.analysis.test_analyse import LabelSuggester, ScriptedEngine, good

def script(request):
    if request.photo_id == 50:
        os._exit(9)
    return good(request)

path = Path(sys.argv[1])
catalog, thumbnails = Catalog.open(path), ThumbnailStore.open(path.with_name("thumbs"))
run_to_end(analyse_photos(catalog, thumbnails, ScriptedEngine(script), LabelSuggester(), Cancel()))
"""


def test_a_killed_program_goes_on_where_it_was(catalog: Catalog, start: Start) -> None:
    numbered(catalog, 70)
    program = [sys.executable, "-c", KILLED_MIDWAY, str(catalog.path)]
    ending = subprocess.run(program, check=False, cwd=Path(__file__).parents[4])
    assert ending.returncode == 9
    assert waiting(catalog) == 70 - analyse.BATCH
    assert catalog.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    assert run_to_end(start(ScriptedEngine(good))).analysed == 70 - analyse.BATCH


def test_a_file_moved_to_a_root_scanned_alone_keeps_its_review(
    catalog: Catalog, thumbnails: ThumbnailStore, start: Start, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    for path in (here / "kept.jpg", there / "copy.jpg", there / "moved.jpg"):
        path.touch()
    kept, gone = add_photos(catalog, here, "kept.jpg", "gone.jpg")
    save(catalog, answer(kept, ("dog", 0.9), fingerprint=b"K"), answer(gone, ("dog", 0.9), fingerprint=b"G"))
    for photo in (kept, gone):
        review.confirm(catalog, [suggestion_ids(catalog, photo)["dog"]])
    copy, moved = add_photos(catalog, there, "copy.jpg", "moved.jpg")
    marks = {copy: b"K", moved: b"G"}

    def script(request: AnalyseRequest) -> Answer:
        return answer(request.photo_id, ("dog", 0.8), fingerprint=marks[request.photo_id]).answer

    run_to_end(start(ScriptedEngine(script)))
    found = {photo.path: photo.id for photo in all_photos(catalog)}
    assert found == {here / "kept.jpg": kept, there / "copy.jpg": copy, there / "moved.jpg": gone}
    assert wanted(catalog, gone) == {"dog"}
    assert wanted(catalog, copy) == set()
    assert thumbnails.get(gone) == b"jpeg"
    assert thumbnails.get(moved) is None


def test_a_copy_on_a_disk_that_is_away_is_no_move(catalog: Catalog, start: Start, tmp_path: Path) -> None:
    (away,) = add_photos(catalog, tmp_path / "unplugged", "a.jpg")
    save(catalog, answer(away, ("dog", 0.9), fingerprint=b"A"))
    review.confirm(catalog, [suggestion_ids(catalog, away)["dog"]])
    (tmp_path / "here").mkdir()
    (copy,) = add_photos(catalog, tmp_path / "here", "copy.jpg")
    run_to_end(start(ScriptedEngine(lambda r: answer(r.photo_id, ("dog", 0.9), fingerprint=b"A").answer)))
    assert {photo.id for photo in all_photos(catalog)} == {away, copy}
    assert wanted(catalog, away) == {"dog"}
