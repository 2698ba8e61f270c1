"""Accuracy against ground truth: runs the engine over a dataset and compares, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from phototagger.domain.errors import UsageError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.records import ErrorKind, Failure, FileSignature
from phototagger.domain.sentences import said
from phototagger.files.outputs import write_output
from phototagger.jobs.ports import Engine
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.lab.measure.faces import FacesPart, IdentitiesPart
from phototagger.lab.measure.keywords import ClassificationPart, KeywordsPart
from phototagger.lab.measure.measure import Analysed, Measure, held_out
from phototagger.lab.measure.objects import ObjectsPart
from phototagger.lab.measure.wanted import WantedPart
from phototagger.lab.report import WorstPhotos
from phototagger.lab.truth.ground_truth import GroundTruth, PassedOver, find_ground_truth
from phototagger.lab.truth.yolo import object_names


def evaluate_dataset(
    dataset: Path,
    engine: Engine,
    suggester: Suggester,
    cancel: Cancel,
    report: Path | None = None,
    only_held_out: bool = False,
    truth: GroundTruth | None = None,
    wanted: WantedPart | None = None,
    to_judge: Path | None = None,
) -> Job[dict[str, Any]]:
    """Analyses every photo that ``dataset`` has ground truth for and returns the figures.

    See ``truth.ground_truth`` for the layouts; ``truth``: where it was read already. The summary has
    ``photos`` (analysed), the parts that the ground truth allows (``classification``, ``objects``, ``faces``,
    ``identities``, ``keywords``, and ``object_classes``: average precision by object name), the ``command`` and,
    when some photos could not be analysed, ``failed``: path, kind and sentence of each. Those count in no figure.
    Where the keywords in the files are the truth, ``passed_over`` has how many photos do not count for each reason
    (``PassedOver``), and ``failed`` those among them that exiftool cannot read.
    ``report``: an HTML file to write the worst photos into. ``only_held_out``: leave out the half of the photos
    that the scores were fitted on, if these are the open ones (``measure.held_out``). ``wanted``: measure what
    people want said of these photos, and nothing else (``lab/truth/wanted.py``); ``to_judge``: a CSV file to write
    the words into of which no list says whether they are right.

    Raises UsageError without ground truth or when no photo could be analysed, EngineError, Cancelled.
    """
    if truth is None:
        truth = GroundTruth() if wanted else find_ground_truth(dataset, object_names(suggester.vocabulary))
    photos = _photos_of(dataset, wanted.photos() if wanted else truth.photos(), only_held_out)
    keywords = KeywordsPart(truth, suggester)
    objects = ObjectsPart(truth)
    parts: list[Measure] = [
        ClassificationPart(truth),
        objects,
        FacesPart(truth),
        IdentitiesPart(truth),
        keywords,
        *([wanted] if wanted else []),
    ]
    worst = None if report is None else WorstPhotos(keywords, suggester)
    failed: list[tuple[Path, Failure]] = []
    meter = Meter("evaluate", len(photos), cancel)

    def take(answer: Answer) -> None:
        path = photos[answer.photo_id]
        if answer.findings is None or answer.facts is None:
            failed.append(
                (
                    path,
                    answer.failure or Failure(ErrorKind.INTERNAL, said("{path} got no answer.", path=path)),
                )
            )
            meter.fail()
        else:
            size = (answer.facts.width, answer.facts.height)
            analysed = Analysed(path, *size, answer.findings, answer.facts)
            for part in parts:
                part.add(analysed)
            if worst is not None:
                worst.add(analysed, answer.thumbnail)
        meter.note = path.name

    yield from meter.each(_answers(photos, engine), take)
    if len(failed) == len(photos):
        raise UsageError(
            said(
                "No photo of {dataset} could be analysed. The first fault: {message}",
                dataset=dataset,
                message=failed[0][1].message,
            )
        )
    if report is not None and worst is not None:
        worst.write(report, dataset)
    if to_judge is not None and wanted is not None:
        write_output(
            to_judge,
            wanted.to_judge(dataset),
            (".csv",),
            said("a list of words to judge"),
        )
    summary = _summary(dataset, len(photos), parts, [*failed, *truth.unreadable], len(failed))
    if classes := objects.average_precisions():
        names = sorted((suggester.object_name(label), round(ap, 4)) for label, ap in classes.items())
        summary["object_classes"] = dict(names)
    if truth.words:
        passed_over = {reason.value: truth.passed_over[reason] for reason in PassedOver}
        summary["passed_over"] = {reason: count for reason, count in passed_over.items() if count}
    summary["command"] += _options(truth, wanted, only_held_out)
    return summary


def _photos_of(dataset: Path, known: Iterable[Path], only_held_out: bool) -> list[Path]:
    """Those to measure on. Raises UsageError where there are none."""
    photos = [path for path in known if not only_held_out or held_out(path)]
    if not photos:
        raise UsageError(
            said(
                "No photo of {dataset} is of the half that is held out. Leave --held-out away.",
                dataset=dataset,
            )
        )
    return photos


def _options(truth: GroundTruth, wanted: WantedPart | None, only_held_out: bool) -> str:
    """What of the command line chose this measurement."""
    of_files, of_wanted = " --truth files" if truth.words else "", " --truth wanted" if wanted else ""
    return of_files + of_wanted + (" --held-out" if only_held_out else "")


def _answers(photos: list[Path], engine: Engine) -> Iterator[Answer]:
    """The engine's answers; a photo that is not there never reaches it."""
    gone: list[Answer] = []

    def requests() -> Iterator[AnalyseRequest]:
        for number, path in enumerate(photos):
            try:
                status = path.stat()
            except OSError as error:
                sentence = said(
                    "{path} is named in the ground truth but cannot be opened ({reason}).",
                    path=path,
                    reason=error.strerror,
                )
                failure = Failure(ErrorKind.GONE, sentence)
                gone.append(Answer(number, FileSignature(0, 0), failure=failure))
                continue
            yield AnalyseRequest(number, path, FileSignature(status.st_size, status.st_mtime_ns))

    yield from engine.analyse(requests())
    yield from gone


def _summary(
    dataset: Path, photos: int, parts: list[Measure], failed: list[tuple[Path, Failure]], lost: int
) -> dict[str, Any]:
    """``lost``: how many of the ``photos`` could not be analysed."""
    summary: dict[str, Any] = {"photos": photos - lost}
    for part in parts:
        if figures := part.result():
            summary[part.name] = {name: round(value, 4) for name, value in figures.items()}
    if failed:
        summary["failed"] = [
            {"path": str(path), "kind": failure.kind.value, "message": failure.message}
            for path, failure in sorted(failed, key=lambda item: item[0])
        ]
    summary["command"] = f"phototagger --json evaluate {dataset}"
    return summary
