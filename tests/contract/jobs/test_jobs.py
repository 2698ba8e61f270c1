"""What every job keeps to: it stops within a page, its progress ends at its total, and what it changed in the
catalog is told, however it ends."""

from __future__ import annotations

import inspect
import pkgutil
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import phototagger.jobs
import phototagger.lab
from phototagger.app.naming import NAME_TOOLS
from phototagger.catalog.photos import findings
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import (
    Cancelled,
    CatalogError,
    EngineError,
    ExifToolError,
    PhotoError,
    PhotoTaggerError,
)
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.findings import AnalyseRequest, Answer, Findings, Task
from phototagger.domain.records import Changes
from phototagger.domain.sentences import plain
from phototagger.domain.writing import NamedFace
from phototagger.exiftool.process.benchmark_writer import BareExifTool
from phototagger.exiftool.process.locate import find_exiftool, shipped_config
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging import PillowDecoder
from phototagger.inference.engine.inline import InlineEngine
from phototagger.jobs.analysis import analyse, read_facts, read_names, resuggest, scan
from phototagger.jobs.library import Library, PhotoFilter
from phototagger.jobs.logged import logged
from phototagger.jobs.progress import Cancel, Job, Progress, run_to_end
from phototagger.jobs.words import captions, given_values, in_photos, offers
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.write import fix_names, one_photo, planning, threads, undo_of_runs
from phototagger.jobs.write import run as write
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.lab import benchmark, benchmark_write, evaluate
from phototagger.lab.truth.ground_truth import GroundTruth
from phototagger.settings.declared import WriteSettings
from phototagger.settings.locations import resources_folder
from tests.support.catalog_parts import face
from tests.support.hostile import HEAD, TAIL
from tests.support.photos import make_photo, prepare
from tests.support.write_world import World, world_of
from tests.unit.jobs.analysis.test_analyse import ScriptedEngine
from tests.unit.jobs.analysis.test_resuggest import NETWORKS as SOME_NETWORKS
from tests.unit.jobs.analysis.test_resuggest import engine_answer
from tests.unit.jobs.words.test_captions import line
from tests.unit.lab.test_benchmark import CalmAnalyser, GreyDecoder

NETWORKS: dict[str, str] = {**SOME_NETWORKS, Task.FACES: "yunet@1", Task.IDENTITY: "edgeface@1"}
PHOTOS = 10
PAGE = 3  # made so small for these tests
VOCABULARY = resources_folder() / "vocabulary"


@dataclass
class Scene:
    """Photos in a catalog, as the job under test finds them, and the parts it needs. ``break_at``: the number of
    the photo or page at which a part of the job fails for good; 0 for never."""

    world: World
    writer: ExifToolWriter
    thumbnails: ThumbnailStore
    bare: BareExifTool
    break_at: int = 0

    @property
    def catalog(self) -> Any:
        return self.world.catalog

    def due(self) -> None:
        """Counts down to the fault."""
        self.break_at -= 1
        if self.break_at == 0:
            raise ExifToolError(plain("exiftool is gone for good."))


class Reader:
    """The metadata writer, which fails for good at the page that the scene says."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scene.writer, name)

    def read(self, paths: Sequence[Path]) -> Any:
        self._scene.due()
        return self._scene.writer.read(paths)

    def file_facts(self, paths: Sequence[Path]) -> Any:
        self._scene.due()
        return self._scene.writer.file_facts(paths)

    def face_names(self, paths: Sequence[Path]) -> dict[Path, tuple[NamedFace, ...] | PhotoError]:
        self._scene.due()
        return {path: (NamedFace("Anna", face().box),) for path in paths}


def _engine(scene: Scene) -> ScriptedEngine:
    def script(request: AnalyseRequest) -> Answer:
        try:
            scene.due()
        except ExifToolError as error:
            raise EngineError(plain("The engine keeps failing.")) from error
        found = engine_answer(request)
        assert found.findings is not None
        return replace(found, findings=replace(found.findings, networks=NETWORKS))

    return ScriptedEngine(script)


def _analyse(scene: Scene, cancel: Cancel, strictness: str = "normal") -> Job[Any]:
    suggester = Suggester(VOCABULARY, strictness)
    return analyse.analyse_photos(scene.catalog, scene.thumbnails, _engine(scene), suggester, cancel)


def _analysed(scene: Scene, strictness: str = "strict") -> None:
    run_to_end(_analyse(scene, Cancel(), strictness))


def _scan(scene: Scene, cancel: Cancel) -> Job[Any]:
    for number in range(4):
        make_photo(scene.world.folder / f"new-{number}.jpg", seed=number)
    return scan.scan_folders(scene.catalog, PillowDecoder(), [scene.world.folder], cancel)


def _resuggest(scene: Scene, cancel: Cancel) -> Job[Any]:
    _analysed(scene)
    return resuggest.resuggest(scene.catalog, Suggester(VOCABULARY, "eager"), cancel)


def _read_names(scene: Scene, cancel: Cancel) -> Job[Any]:
    _analysed(scene)
    return read_names.read_names(scene.catalog, Reader(scene), cancel)


def _read_unchanged(scene: Scene, cancel: Cancel) -> Job[Any]:
    """Nothing to read, and yet a page after the other."""
    run_to_end(_read_names(scene, Cancel()))
    return read_names.read_names(scene.catalog, Reader(scene), cancel)


def _captions(scene: Scene, cancel: Cancel) -> Job[Any]:
    def keep(c: sqlite3.Connection) -> None:
        for photo_id in scene.world.ids:
            found = Findings(networks={Task.TEXT: "rapidocr@1"}, text=(line("To the harbour"),))
            findings.keep(c, photo_id, found)
        c.execute("UPDATE photo SET state = 1")

    scene.catalog.write(keep)
    return captions.propose_captions(scene.catalog, Reader(scene), cancel)


def _plan(scene: Scene, cancel: Cancel) -> Job[Any]:
    """The files hold the word already, so planning them settles them."""
    scene.world.want("held", *range(PHOTOS))
    return write.plan_writes(scene.catalog, Reader(scene), None, cancel)


def _write(scene: Scene, cancel: Cancel) -> Job[Any]:
    scene.world.want("dog", *range(PHOTOS))
    plans = scene.world.plan(scene.writer)
    return write.write_plans(scene.catalog, Reader(scene), plans, cancel)


def _undo(scene: Scene, cancel: Cancel) -> Job[Any]:
    run_to_end(_write(scene, Cancel()))
    return undo_of_runs.undo_run(scene.catalog, Reader(scene), None, cancel)


def _remove_added(scene: Scene, cancel: Cancel) -> Job[Any]:
    run_to_end(_write(scene, Cancel()))
    return undo_of_runs.remove_added(scene.catalog, Reader(scene), None, cancel)


def _import(scene: Scene, cancel: Cancel) -> Job[Any]:
    book = KeywordBook(scene.catalog, Suggester(VOCABULARY), vocabulary_folder=VOCABULARY)
    reader = Reader(scene)
    return in_photos.take_words_of_photos(
        scene.catalog, reader, book, scene.world.ids, match=False, cancel=cancel
    )


def _give_value(scene: Scene, cancel: Cancel) -> Job[Any]:
    return given_values.give_value(
        scene.catalog, Reader(scene), CAPTION, scene.world.ids, "At the harbour", (), cancel
    )


def _misnamed(scene: Scene) -> list[fix_names.NewName]:
    """Every photo but the first is a PNG under a JPEG's name; the second one's right name is taken."""
    for path in scene.world.paths[1:]:
        path.with_suffix("").write_bytes(make_photo(path.with_suffix(".tmp.png")).read_bytes())
        path.with_suffix(".tmp.png").unlink()
        path.with_suffix("").replace(path)
    (scene.world.folder / f"{scene.world.paths[1].stem}.png").touch()
    return run_to_end(fix_names.plan_names(scene.catalog, NAME_TOOLS, scene.world.ids, Cancel()))


def _plan_names(scene: Scene, cancel: Cancel) -> Job[Any]:
    _misnamed(scene)
    return fix_names.plan_names(scene.catalog, NAME_TOOLS, scene.world.ids, cancel)


def _rename(scene: Scene, cancel: Cancel) -> Job[Any]:
    return fix_names.rename(scene.catalog, NAME_TOOLS, _misnamed(scene), cancel)


def _undo_names(scene: Scene, cancel: Cancel) -> Job[Any]:
    done = run_to_end(_rename(scene, Cancel()))
    assert done.run_id is not None
    return fix_names.undo_names(scene.catalog, NAME_TOOLS, done.run_id, cancel)


def _read_facts(scene: Scene, cancel: Cancel) -> Job[Any]:
    """Each photo has a sidecar that says where it was taken."""
    _analysed(scene)
    for path in scene.world.paths:
        position = "exif:GPSLatitude='51,30.0N' exif:GPSLongitude='0,7.0W'"
        space = "xmlns:exif='http://ns.adobe.com/exif/1.0/'"
        packet = HEAD + TAIL.replace(
            "</rdf:Description>", f"</rdf:Description><rdf:Description {space} {position}/>"
        )
        path.with_name(path.name + ".xmp").write_text(packet)
    suggester = Suggester(VOCABULARY)
    return read_facts.read_facts(scene.catalog, Reader(scene), suggester, {}, cancel)


def _evaluate(scene: Scene, cancel: Cancel) -> Job[Any]:
    suggester = Suggester(VOCABULARY)
    truth = GroundTruth(words={path: {"animal|dog"} for path in scene.world.paths})
    scene.world.paths[-1].unlink()  # gone meanwhile, at the very end
    return evaluate.evaluate_dataset(scene.world.folder, _engine(scene), suggester, cancel, truth=truth)


def _benchmark(scene: Scene, cancel: Cancel) -> Job[Any]:
    def engine(batch: int = 2) -> InlineEngine:
        return InlineEngine(CalmAnalyser, GreyDecoder, batch=batch)

    return benchmark.run_benchmark(scene.world.folder, engine(), GreyDecoder(), lambda: engine(1), cancel)


def _benchmark_write(scene: Scene, cancel: Cancel) -> Job[Any]:
    return benchmark_write.run_write_benchmark(scene.world.folder, Reader(scene), scene.bare, cancel)


def _offer_all(scene: Scene, cancel: Cancel) -> Job[Any]:
    """Folders' names, in a catalog of which an earlier version kept the findings of some photos only."""
    _analysed(scene)
    scene.catalog.write(lambda c: c.execute("DELETE FROM finding WHERE photo % 2"))
    return offers.offer_all(scene.catalog, _offers(scene), cancel)


def _analyse_and_offer(scene: Scene, cancel: Cancel) -> Job[Any]:
    return offers.beside(_analyse(scene, cancel), _offers(scene))


def _resuggest_in_the_log(scene: Scene, cancel: Cancel) -> Job[Any]:
    return logged("resuggest", _resuggest(scene, cancel))


def _offers(scene: Scene) -> offers.Offers:
    return KeywordBook(scene.catalog, Suggester(VOCABULARY), vocabulary_folder=VOCABULARY).offers()


def _plan_each(scene: Scene, cancel: Cancel) -> Job[Any]:
    scene.world.want("held", *range(PHOTOS))
    return planning.plan_each(scene.catalog, Reader(scene), None, lambda _: None, cancel)


Make = Callable[[Scene, Cancel], Job[Any]]
# Every job there is (a test looks for others), and how it is made here.
OF: dict[str, tuple[Callable[..., Job[Any]], Make]] = {
    "scan": (scan.scan_folders, _scan),
    "analyse": (analyse.analyse_photos, _analyse),
    "analyse and offer": (offers.beside, _analyse_and_offer),
    "offer_all": (offers.offer_all, _offer_all),
    "resuggest": (resuggest.resuggest, _resuggest),
    "resuggest, in the log": (logged, _resuggest_in_the_log),
    "read_names": (read_names.read_names, _read_names),
    "read_names of unchanged": (read_names.read_names, _read_unchanged),
    "captions": (captions.propose_captions, _captions),
    "plan": (planning.plan_writes, _plan),
    "plan_each": (planning.plan_each, _plan_each),
    "write": (write.write_plans, _write),
    "undo": (undo_of_runs.undo_run, _undo),
    "remove_added": (undo_of_runs.remove_added, _remove_added),
    "import": (in_photos.take_words_of_photos, _import),
    "give_value": (given_values.give_value, _give_value),
    "plan_names": (fix_names.plan_names, _plan_names),
    "rename": (fix_names.rename, _rename),
    "undo_names": (fix_names.undo_names, _undo_names),
    "read_facts": (read_facts.read_facts, _read_facts),
    "evaluate": (evaluate.evaluate_dataset, _evaluate),
    "benchmark": (benchmark.run_benchmark, _benchmark),
    "benchmark_write": (benchmark_write.run_write_benchmark, _benchmark_write),
}
JOBS = {name: make for name, (_, make) in OF.items()}
CHANGING = [
    name for name in JOBS if name not in ("evaluate", "benchmark", "benchmark_write", "import", "plan_names")
]
MAY_FAIL = [
    "read_facts",
    "analyse",
    "analyse and offer",
    "read_names",
    "captions",
    "plan",
    "plan_each",
    "undo",
    "remove_added",
    "import",
    "evaluate",
]
AHEAD = (
    PAGE + threads.WORKERS
)  # what a stopped job still finishes: its page, or what its threads have in hand


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    for module, name in (
        (analyse, "PAGE"),
        (analyse, "BATCH"),
        (scan, "BATCH"),
        (resuggest, "PAGE"),
        (offers, "PAGE"),
        (read_names, "PAGE"),
        (read_facts, "PAGE"),
        (fix_names, "PAGE"),
        (captions, "READ_BATCH"),
        (given_values, "READ_BATCH"),
        (planning, "READ_BATCH"),
        (in_photos, "READ_BATCH"),
        (benchmark_write, "_BLOCK"),
    ):
        monkeypatch.setattr(module, name, PAGE)
    folder = tmp_path / "Trip to Rome"  # a name that is worth offering
    folder.mkdir()
    tool = ExifTool(find_exiftool(), shipped_config())
    paths = [make_photo(folder / f"{number:02}.jpg", seed=number) for number in range(PHOTOS)]
    prepare(tool, folder, "-XMP-dc:Subject=held")
    tool.close()
    settings = WriteSettings(preset="lightroom", sidecar_names="full")
    made = Scene(
        world_of(folder, tmp_path / "c.sqlite", paths),
        ExifToolWriter(settings, lock_folder=tmp_path / "locks", spare_bytes=0),
        ThumbnailStore.open(tmp_path / "thumbs"),
        BareExifTool("", 2),
    )
    yield made
    made.writer.close()
    made.bare.close()
    made.thumbnails.close()
    made.world.catalog.close()


def shown(scene: Scene) -> dict[int, tuple[Any, Any]]:
    """All that a person sees of each photo."""
    library = Library(scene.catalog, scene.thumbnails)
    ids = library.photo_ids(PhotoFilter())
    return {row.id: (row, library.details(row.id)) for row in library.rows(ids)}


@dataclass
class Run:
    reports: list[Progress]
    ending: BaseException | None

    @property
    def told(self) -> Changes:
        changes = Changes()
        for report in self.reports:
            changes |= report.changes
        return changes


def drive(job: Job[Any], stop: Callable[[int], object] = lambda _: None) -> Run:
    """Runs the job to its end, whatever that is; ``stop`` is called with the number of each report."""
    reports: list[Progress] = []
    try:
        for report in job:
            reports.append(report)
            stop(len(reports))
    except PhotoTaggerError as error:
        return Run(reports, error)
    return Run(reports, None)


def differing(before: dict[int, Any], after: dict[int, Any]) -> set[int]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def assert_told(run: Run, before: dict[int, Any], after: dict[int, Any]) -> None:
    """Every photo that looks different now was told of, and no other."""
    differ = differing(before, after)
    if run.told.photo_list:  # everything is looked at again
        differ &= set(run.told.photos)
    assert set(run.told.photos) == differ


def test_no_job_is_missing_here() -> None:
    """A job is a public function that gives one; what is handed a meter is a part of a job."""
    found = {
        function
        for room in (phototagger.jobs, phototagger.lab)
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction)
        if function.__module__ == module.name
        and not name.startswith("_")
        and re.match(r"(Job|Generator|Iterator)\[", str(function.__annotations__.get("return", "")))
        and re.search(r"Job|Progress", str(function.__annotations__["return"]))
        and "Meter" not in function.__annotations__.values()
    }
    assert found == {job for job, _ in OF.values()}


def test_no_job_reports_but_by_its_turns() -> None:
    """Of the program's own reports: one that a job makes by itself keeps to nothing."""
    makers = {
        path.name
        for room in (phototagger.jobs, phototagger.lab)
        for path in Path(room.__path__[0]).rglob("*.py")
        if re.search(r"\bProgress\(", path.read_text(encoding="utf-8"))
    }
    assert makers == {"progress.py"}


@pytest.mark.parametrize("name", JOBS)
def test_progress_ends_at_its_total_and_never_beyond(scene: Scene, name: str) -> None:
    run = drive(JOBS[name](scene, Cancel()))
    assert run.ending is None
    last = run.reports[-1]
    assert last.total is None or last.done == last.total
    assert all(report.total is None or report.done <= report.total for report in run.reports)
    assert [report.done for report in run.reports] == sorted(report.done for report in run.reports)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_stops_within_a_page(scene: Scene, name: str) -> None:
    cancel = Cancel()
    job = JOBS[name](scene, cancel)
    cancel.set()
    run = drive(job)
    assert isinstance(run.ending, Cancelled)
    assert all(report.done <= AHEAD for report in run.reports)


@pytest.mark.parametrize("at", [1, 3])
@pytest.mark.parametrize("name", JOBS)
def test_what_a_stopped_job_has_changed_is_told(scene: Scene, name: str, at: int) -> None:
    cancel = Cancel()
    job = JOBS[name](scene, cancel)
    before = shown(scene)
    run = drive(job, lambda number: cancel.set() if number == at else None)
    if len(run.reports) > at or name not in ("scan", "captions"):
        assert isinstance(run.ending, Cancelled)
    assert run.reports[-1].done - run.reports[at - 1].done <= AHEAD
    assert_told(run, before, shown(scene))


@pytest.mark.parametrize("name", CHANGING)
def test_what_a_finished_job_has_changed_is_told(scene: Scene, name: str) -> None:
    job = JOBS[name](scene, Cancel())
    before = shown(scene)
    run = drive(job)
    after = shown(scene)
    assert_told(run, before, after)
    assert name == "read_names of unchanged" or differing(before, after)


@pytest.mark.parametrize("at", [1, 3])
@pytest.mark.parametrize("name", MAY_FAIL)
def test_what_a_job_has_changed_that_ends_by_an_error_is_told(scene: Scene, name: str, at: int) -> None:
    job = JOBS[name](scene, Cancel())
    before = shown(scene)
    scene.break_at = at
    run = drive(job)
    assert isinstance(run.ending, (ExifToolError, EngineError)) or name in ("undo", "remove_added") or at > 4
    if name in ("undo", "remove_added"):  # a file that failed is told of too
        assert differing(before, shown(scene)) <= set(run.told.photos)
    else:
        assert_told(run, before, shown(scene))


@pytest.mark.parametrize("at", [1, 4])
@pytest.mark.parametrize("name", CHANGING)
def test_what_a_job_has_changed_is_told_when_the_disk_fills_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    """At whichever of its changes to the catalog; what came before that one is stored and must be told."""
    job = JOBS[name](scene, Cancel())
    before = shown(scene)
    write, count = scene.catalog.write, iter(range(1, 10**6))

    def full(change: Callable[[sqlite3.Connection], Any], *, durable: bool = False) -> Any:
        if next(count) == at:
            raise CatalogError(plain("The disk is full."))
        return write(change, durable=durable)

    monkeypatch.setattr(scene.catalog, "write", full)
    run = drive(job)
    monkeypatch.undo()
    after = shown(scene)
    if run.told.photo_list:  # everything is looked at again
        return
    assert differing(before, after) <= set(run.told.photos)


def test_what_was_written_before_a_fault_of_ours_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _write(scene, Cancel())
    before = shown(scene)
    real, count = one_photo.write_photo, iter(range(PHOTOS))

    def broken(*args: Any) -> Any:
        if next(count) == 4:
            raise ExifToolError(plain("exiftool is gone for good."))
        return real(*args)

    monkeypatch.setattr(write, "write_photo", broken)
    run = drive(job)
    assert isinstance(run.ending, ExifToolError)
    assert differing(before, shown(scene)) <= set(run.told.photos)


def test_a_pair_counts_as_its_files(scene: Scene) -> None:
    """Progress of a write over pairs ends at its total, not half way."""
    for path in scene.world.paths:
        path.with_suffix(".dng").write_bytes(path.read_bytes())  # led by the JPEG
    run = drive(_write(scene, Cancel()))
    assert run.ending is None
    assert (run.reports[-1].done, run.reports[-1].total) == (2 * PHOTOS, 2 * PHOTOS)
