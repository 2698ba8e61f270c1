"""The jobs, each with the parts that it needs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from phototagger.app.naming import NAME_TOOLS
from phototagger.app.networks import make_decoder, make_plain_analyser
from phototagger.app.session import Parts
from phototagger.domain.findings import Task
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.process.bare import BareExifTool
from phototagger.exiftool.writing.writer import PROCESSES
from phototagger.files.sidecars import photos_of
from phototagger.inference.engine.inline import InlineEngine
from phototagger.jobs.analysis import analyse, read_facts, read_names, resuggest, scan
from phototagger.jobs.analysis.analyse import AnalyseSummary
from phototagger.jobs.analysis.read_facts import FactsSummary
from phototagger.jobs.analysis.read_names import NamesSummary
from phototagger.jobs.analysis.resuggest import ResuggestSummary
from phototagger.jobs.analysis.roots import Names
from phototagger.jobs.analysis.scan import ScanSummary
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.words import captions, offers
from phototagger.jobs.words.captions import CaptionsSummary
from phototagger.jobs.words.in_photos import TakenWords, take_words_of_photos
from phototagger.jobs.write import fix_names
from phototagger.jobs.write import run as write
from phototagger.jobs.write.fix_names import NewName, RenameSummary
from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary
from phototagger.keywords.propose import Proposer
from phototagger.keywords.tree import translate
from phototagger.lab import benchmark, benchmark_write, evaluate
from phototagger.lab.measure.wanted import WantedPart
from phototagger.lab.truth.file_keywords import read_file_truth
from phototagger.lab.truth.ground_truth import GroundTruth, NoGroundTruthError, find_ground_truth
from phototagger.lab.truth.wanted import find_wanted
from phototagger.lab.truth.yolo import object_names
from phototagger.settings.declared import LANGUAGES
from phototagger.settings.locations import resources_folder, samples_folder

FULL_SIZE = 1_000_000  # pixels: no photo is larger, so none is decoded at reduced scale


class Work(Parts):
    """Everything that takes its time: it tells how far it is, and can be cancelled."""

    def located(self, paths: Sequence[Path]) -> list[Path]:
        """What the catalog calls these places, by whatever links, mounts or capitals they are named."""
        names = Names(self.library.roots())
        return [names.of(path) for path in paths]

    def photos_of(self, paths: Sequence[Path]) -> dict[Path, Path]:
        """Those of these files that are no photos of the catalog but belong to one, with that photo: a raw beside
        its JPEG, the film of a live photo, a sidecar."""
        known = {photo.path for photo in self.library.by_path(paths)}
        return photos_of(path for path in paths if path not in known)

    def scan(self, roots: Sequence[Path], cancel: Cancel) -> Job[ScanSummary]:
        return scan.scan_folders(self._catalog, self._decoder, roots, cancel)

    def analyse(self, folders: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        with self._engine_for(cancel) as engine:
            job = analyse.analyse_photos(
                self._catalog,
                self._thumbnails,
                engine,
                self.keywords.proposer(),
                cancel,
                folders,
                lacking=Task.TEXT if self.settings.analysis.text else None,
            )
            return (yield from offers.beside(job, self.keywords.offers()))

    def scan_and_analyse(self, roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        """What a drop does. Of a pair or a live photo either half may be dropped."""
        roots = self.located(roots)
        owned = self.photos_of(roots)
        roots = list(dict.fromkeys(owned.get(root, root) for root in roots))
        scanned = yield from self.scan(roots, cancel)
        summary = yield from self.analyse(roots, cancel)
        if self.exiftool_status() is None:
            yield from self.read_facts(roots, cancel)
        if self.reads_names():
            yield from self.read_names(roots, cancel)
        yield from self.propose_captions(roots, cancel)
        return replace(
            summary, found=scanned.found, unreadable_folders=scanned.unreadable_folders, left=scanned.left
        )

    def read_facts(self, folders: Sequence[Path], cancel: Cancel) -> Job[FactsSummary]:
        """Times and places that stand in XMP, IPTC and sidecars. Raises ExifToolError without exiftool."""
        countries = translate.country_names(resources_folder() / "vocabulary")
        with self._lend(self.writer) as reader:
            proposer = self.keywords.proposer()
            job = read_facts.read_facts(self._catalog, reader, proposer, countries, cancel, folders)
            return (yield from offers.beside(job, self.keywords.offers()))

    def reads_names(self) -> bool:
        """Whether faces are wanted, and exiftool is there to read their names with."""
        return self.settings.analysis.faces and self.exiftool_status() is None

    def read_names(self, folders: Sequence[Path], cancel: Cancel) -> Job[NamesSummary]:
        """Names that other programs gave to faces. Raises ExifToolError without exiftool."""
        with self._lend(self.writer) as writer:
            return (yield from read_names.read_names(self._catalog, writer, cancel, folders))

    def resuggest(self, folders: Sequence[Path], cancel: Cancel) -> Job[ResuggestSummary]:
        """New suggestions with the settings and words of now, out of what is kept; no photo is decoded."""
        summary = yield from resuggest.resuggest(self._catalog, self.keywords.proposer(), cancel, folders)
        offered = yield from offers.offer_all(self._catalog, self.keywords.offers(), cancel, folders)
        summary = replace(summary, changed=max(summary.changed, offered))
        yield from self.propose_captions(folders, cancel)
        return summary

    def propose_captions(self, folders: Sequence[Path], cancel: Cancel) -> Job[CaptionsSummary]:
        """The text in photos as captions, where that is wanted and exiftool is there to look whether they have one;
        what waits is withdrawn where it is not wanted."""
        if not self.settings.words.caption:
            captions.withdraw_captions(self._catalog)
        elif captions.has_unlooked(self._catalog, folders) and self.exiftool_status() is None:
            with self._lend(self.writer) as reader:
                return (yield from captions.propose_captions(self._catalog, reader, cancel, folders))
        return captions.CaptionsSummary()

    def give_caption(self, photo_ids: Sequence[int], text: str, cancel: Cancel) -> Job[captions.GivenCaption]:
        """A caption of the person's own wording for these photos, where their files have no other.

        Raises UsageError for an empty or too long one.
        """
        with self._lend(self.writer) as reader:
            return (yield from captions.give_caption(self._catalog, reader, photo_ids, text, cancel))

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]:
        with self._writing() as writer:
            return (yield from write.plan_writes(self._catalog, writer, photo_ids, cancel))

    def plan_each(
        self,
        photo_ids: Sequence[int] | None,
        take: Callable[[Sequence[WritePlan]], object],
        cancel: Cancel,
    ) -> Job[None]:
        """Like ``plan``, but hands the plans on as they are made."""
        with self._writing() as writer:
            yield from write.plan_each(self._catalog, writer, photo_ids, take, cancel)

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]:
        with self._writing() as writer:
            return (yield from write.write_plans(self._catalog, writer, plans, cancel))

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]:
        """Takes a run (None: the last that is not undone) back, be it of writing or of renaming."""
        renamed = self._run_of_names(run_id)
        if renamed is not None:
            with self._alone():
                return (yield from fix_names.undo_names(self._catalog, NAME_TOOLS, renamed, cancel))
        with self._writing() as writer:
            return (yield from write.undo_run(self._catalog, writer, run_id, cancel))

    def _run_of_names(self, run_id: int | None) -> int | None:
        """The run, if it is one of renaming; of None: the last that is not undone."""
        runs = [run for run in self.library.runs() if run_id in (None, run.id)]
        last = next((run for run in runs if run_id or run.undone_files + run.conflicts < run.files), None)
        return last.id if last is not None and last.renamed else None

    def plan_names(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[NewName]]:
        """The photos (None: of all) whose name has the wrong suffix, and their right names; renames nothing."""
        ids = self.library.photo_ids(PhotoFilter()) if photo_ids is None else photo_ids
        return fix_names.plan_names(self._catalog, NAME_TOOLS, ids, cancel)

    def fix_names(self, names: Sequence[NewName], cancel: Cancel) -> Job[RenameSummary]:
        """Gives photos their right names; ``undo_run`` takes that back."""
        with self._alone():
            return (yield from fix_names.rename(self._catalog, NAME_TOOLS, names, cancel))

    def remove_added(self, run_id: int | None, cancel: Cancel) -> Job[RemovalSummary]:
        """Takes out only what a run added."""
        with self._writing() as writer:
            return (yield from write.remove_added(self._catalog, writer, run_id, cancel))

    def import_from_photos(
        self, photo_ids: Sequence[int] | None, match: bool, cancel: Cancel
    ) -> Job[TakenWords]:
        """Takes the keywords that these photos (None: all) have in their files into the person's list."""
        ids = self.library.photo_ids(PhotoFilter()) if photo_ids is None else photo_ids
        with self._lend(self.writer) as reader:
            return (yield from take_words_of_photos(self._catalog, reader, self.keywords, ids, match, cancel))

    def evaluate(
        self,
        dataset: Path,
        cancel: Cancel,
        report: Path | None = None,
        only_held_out: bool = False,
        by_files: bool = False,
        by_wanted: bool = False,
        to_judge: Path | None = None,
    ) -> Job[dict[str, Any]]:
        """Accuracy against the ground truth in a folder or, ``by_files`` or where it has none, against the keywords
        in its photos' files; ``by_wanted``: against lists of what people would want said of its photos."""
        if by_wanted:
            proposer = Proposer(
                self._suggester,
                words=self.settings.words,
                gazetteer=self._gazetteer,
                everyday=self._everyday,
            )
            wanted, truth = WantedPart(find_wanted(dataset), proposer), None
        else:
            wanted, truth = None, self._ground_truth(dataset, by_files, cancel)
        with self._engine_for(cancel) as engine:
            return (
                yield from evaluate.evaluate_dataset(
                    dataset, engine, self._suggester, cancel, report, only_held_out, truth, wanted, to_judge
                )
            )

    def _ground_truth(self, dataset: Path, by_files: bool, cancel: Cancel) -> GroundTruth:
        vocabulary = self._suggester.vocabulary
        if not by_files:
            try:
                return find_ground_truth(dataset, object_names(vocabulary))
            except NoGroundTruthError:
                if self.exiftool_status() is not None:
                    raise
        folder = resources_folder() / "vocabulary"
        names = [translate.names(folder, vocabulary, language) for language in LANGUAGES]
        with self._lend(self.writer) as writer:
            return read_file_truth(dataset, self._decoder, writer, vocabulary, names, cancel)

    def benchmark(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        """Speed against one photo after another, decoded whole, by torch as it comes."""
        naive = functools.partial(
            InlineEngine,
            functools.partial(make_plain_analyser, self._device or self.settings.analysis.device),
            functools.partial(make_decoder, self.settings.analysis.pixel_limit_megapixels),
            batch=1,
            longest_side=FULL_SIZE,
        )
        with self._engine_for(cancel) as engine:
            return (
                yield from benchmark.run_benchmark(
                    folder or samples_folder(), engine, self._decoder, naive, cancel
                )
            )

    def benchmark_write(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        """Speed of writing, on copies of the JPEGs in the folder. Raises ExifToolError, UsageError."""
        bare = BareExifTool(self.settings.write.exiftool, PROCESSES)
        try:
            with self._lend(self.writer) as writer:
                return (
                    yield from benchmark_write.run_write_benchmark(
                        folder or samples_folder(), writer, bare, cancel
                    )
                )
        finally:
            bare.close()
