"""How good and how fast it is."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from phototagger.app.networks import make_decoder, make_plain_analyser
from phototagger.app.session import Session
from phototagger.exiftool.process.benchmark_writer import BareExifTool
from phototagger.exiftool.writing.writer import PROCESSES
from phototagger.inference.engine.inline import InlineEngine
from phototagger.inference.zoo.models import ModelCheck, describe_model, verify_models
from phototagger.jobs.progress import Cancel, Job
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


class Measuring:
    """Accuracy, speed, and the networks that are there."""

    def __init__(self, session: Session) -> None:
        self._session = session

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
                self._session.suggester,
                words=self._session.settings.words,
                gazetteer=self._session.gazetteer,
                everyday=self._session.everyday,
            )
            wanted, truth = WantedPart(find_wanted(dataset), proposer), None
        else:
            wanted, truth = None, self._ground_truth(dataset, by_files, cancel)
        suggester = self._session.suggester
        with self._session.analysing(cancel) as engine:
            return (
                yield from evaluate.evaluate_dataset(
                    dataset, engine, suggester, cancel, report, only_held_out, truth, wanted, to_judge
                )
            )

    def _ground_truth(self, dataset: Path, by_files: bool, cancel: Cancel) -> GroundTruth:
        vocabulary = self._session.suggester.vocabulary
        if not by_files:
            try:
                return find_ground_truth(dataset, object_names(vocabulary))
            except NoGroundTruthError:
                if self._session.exiftool_status() is not None:
                    raise
        folder = resources_folder() / "vocabulary"
        names = [translate.names(folder, vocabulary, language) for language in LANGUAGES]
        with self._session.reader() as writer:
            return read_file_truth(dataset, self._session.decoder, writer, vocabulary, names, cancel)

    def benchmark(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        """Speed against one photo after another, decoded whole, by torch as it comes."""
        naive = functools.partial(
            InlineEngine,
            functools.partial(
                make_plain_analyser, self._session.device or self._session.settings.analysis.device
            ),
            functools.partial(make_decoder, self._session.settings.analysis.pixel_limit_megapixels),
            batch=1,
            longest_side=FULL_SIZE,
        )
        with self._session.analysing(cancel) as engine:
            return (
                yield from benchmark.run_benchmark(
                    folder or samples_folder(), engine, self._session.decoder, naive, cancel
                )
            )

    def benchmark_write(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        """Speed of writing, on copies of the JPEGs in the folder. Raises ExifToolError, UsageError."""
        bare = BareExifTool(self._session.settings.write.exiftool, PROCESSES)
        try:
            with self._session.reader() as writer:
                return (
                    yield from benchmark_write.run_write_benchmark(
                        folder or samples_folder(), writer, bare, cancel
                    )
                )
        finally:
            bare.close()

    def models(self) -> list[dict[str, Any]]:
        """One dictionary a network. Raises ModelError."""
        return [describe_model(spec) for spec in self._session.networks.specs]

    def verify_models(self) -> list[ModelCheck]:
        """Whether each network's weights are the ones that its spec tells. Raises ModelError."""
        return verify_models(self._session.networks.specs)
