"""Fits what a score is worth (``[calibration]`` in a network's spec) on half of the open photos, reports the rest.

The photos are those below ``../shared/photos/open`` with class labels (imagenet) or complete boxes (coco), and
those of which a person judged keywords by eye: ``packaging/judged.csv`` has every box of a raw score of 0.35 and
every class sum of 0.2 that ground truth cannot judge, but for what the eye could not tell either. Words of the
classifier are judged by the lists of wanted words (``../shared/photos/wanted``) as well. The halves are
taken by a hash of the file name (``lab.measure``). Printed are, from each half: the classifier's slope and
offset in log-odds, the same for boxes of people, the weights of other boxes; and then, for the shipped constants,
precision, recall and reliability error of the suggestions in each half.

    python packaging/fit_calibration.py [--photos ../shared/photos/open]
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.app.networks import make_analyser, make_decoder  # noqa: E402 - the checkout's own package
from phototagger.domain.findings import Findings, ObjectFinding, Task  # noqa: E402
from phototagger.keywords.scoring.calibration import LEAST_BOX as LEAST_TOLD  # noqa: E402
from phototagger.keywords.scoring.calibration import LEAST_TRACE, BoxContext, log_odds  # noqa: E402
from phototagger.keywords.scoring.calibration import MOST_BOX as MOST_TOLD  # noqa: E402
from phototagger.keywords.scoring.suggest import PERSON, PERSON_LABEL, NewSuggestion, Suggester  # noqa: E402
from phototagger.lab.measure.keywords import KeywordsPart  # noqa: E402
from phototagger.lab.measure.measure import Analysed, held_out  # noqa: E402
from phototagger.lab.truth.ground_truth import GroundTruth, find_ground_truth, read_table  # noqa: E402
from phototagger.lab.truth.wanted import WantedTruth, find_wanted  # noqa: E402

PROMISED = {"strict": 0.95, "normal": 0.85, "eager": 0.7}
LEAST_CLASS, LEAST_BOX = 0.1, 0.3  # raw scores below say nothing that is ever suggested
LABELLED_WEIGHT = 0.5  # photos of one thing, most like those the classifier learnt from
UNTOLD_WEIGHT = 0.25  # those, for words that nothing but the classifier tells
RIDGE = 0.05  # a trace of a prior that keeps weights finite
VOCABULARY = ROOT / "resources" / "vocabulary"
JUDGED = ROOT / "packaging" / "judged.csv"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """A score that can be judged: its row of the regression, and how much it counts."""

    kind: str
    row: tuple[float, ...]
    right: bool
    weight: float
    held_out: bool


def analysed(truth: GroundTruth) -> list[Analysed]:
    analyser = make_analyser("cpu", (Task.CLASSIFY, Task.OBJECTS, Task.FACES))
    decoder = make_decoder(300)
    found: list[Analysed] = []
    for path in truth.photos():
        if path not in truth.labels and path not in truth.objects and path not in truth.judged:
            continue
        decoded = decoder.decode(path, 1600)
        findings = analyser.analyse([decoded.pixels])[0]
        if isinstance(findings, Findings):
            found.append(Analysed(path, decoded.facts.width, decoded.facts.height, findings))
    return found


def classes(
    part: KeywordsPart, suggester: Suggester, photo: Analysed, truth: GroundTruth, lists: WantedTruth
) -> Iterator[Judged]:
    network = photo.findings.networks[Task.CLASSIFY]
    weight = LABELLED_WEIGHT if photo.path in truth.labels else 1.0
    scores = suggester.keyword_scores(photo.findings)
    boxes = suggester.telling_boxes(photo.findings, scores)
    for keyword, raw in scores.items():
        node = suggester.vocabulary.of_keyword(keyword)
        if raw < LEAST_CLASS or node is None or not node.usable:
            continue
        right = part.judge(photo, NewSuggestion(keyword, node.id, raw, network))
        if right is None:
            right = listed(lists, photo.path, node.name)
        if right is not None:
            half = held_out(photo.path)
            yield Judged("classes", (log_odds(raw), 1.0), right, weight, half)
            box = boxes[keyword]
            if box is not None:
                told = log_odds(min(max(box, LEAST_TOLD), MOST_TOLD))
                yield Judged("classes that boxes tell", (log_odds(raw), told, 1.0), right, weight, half)
            else:
                inner = float(suggester.vocabulary.is_inner(keyword))
                weight = UNTOLD_WEIGHT if photo.path in truth.labels else 1.0
                yield Judged("other classes", (log_odds(raw), inner, 1.0), right, weight, half)


def listed(lists: WantedTruth, path: Path, word: str) -> bool | None:
    """Whether a list says that the word is right; None where it says nothing."""
    words = lists.photos.get(path)
    if words is None:
        return None
    key, welcome = lists.key(word), words.must | words.fine
    if key in welcome | (lists.broader(welcome) - words.never):
        return True
    return False if key in words.never else words.judged.get(key)


def boxes(part: KeywordsPart, suggester: Suggester, photo: Analysed) -> Iterator[Judged]:
    """The best box of each label."""
    network = photo.findings.networks[Task.OBJECTS]
    best: dict[str, tuple[ObjectFinding, BoxContext]] = {}
    contexts = suggester.box_contexts(photo.findings, photo.findings.objects)
    for entry, context in zip(photo.findings.objects, contexts, strict=True):
        if entry.score >= LEAST_BOX and (entry.label not in best or best[entry.label][0].score < entry.score):
            best[entry.label] = (entry, context)
    for label, (entry, context) in best.items():
        node = suggester.vocabulary.of_label(label)
        if node is None or (node.keyword == PERSON and photo.findings.faces):
            continue
        right = part.judge(photo, NewSuggestion(node.keyword, node.id, entry.score, network))
        if right is None:
            continue
        row: tuple[float, ...] = (
            log_odds(entry.score),
            math.log10(min(max(context.trace, LEAST_TRACE), 1.0)),
            context.rival * context.share,
            math.log1p(context.company),
            1.0,
        )
        kind, row = ("people", (row[0], 1.0)) if label == PERSON_LABEL else ("boxes", row)
        yield Judged(kind, row, right, 1.0, held_out(photo.path))


def fit(some: list[Judged]) -> Floats:
    """Weights of a logistic regression by Newton's method."""
    rows, right = np.array([entry.row for entry in some]), np.array([float(entry.right) for entry in some])
    counts = np.array([entry.weight for entry in some])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ weights))
        hessian = (rows * (counts * p * (1 - p))[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(hessian, rows.T @ (counts * (right - p)) - RIDGE * weights)
    return weights


def report_fits(scores: list[Judged]) -> None:
    for kind in ("classes", "classes that boxes tell", "other classes", "people", "boxes"):
        for half in (False, True):
            some = [entry for entry in scores if entry.kind == kind and entry.held_out == half]
            name = "held out" if half else "fitted on"
            print(f"{kind}, half {name}: {len(some)} scores, weights {np.round(fit(some), 2).tolist()}")


def report_strictness(truth: GroundTruth, photos: list[Analysed]) -> None:
    groups: dict[str, Callable[[Path], bool]] = {
        "labelled": lambda path: path in truth.labels,
        "with boxes": lambda path: path in truth.objects,
        "others": lambda path: path not in truth.labels and path not in truth.objects,
        "all": lambda path: True,
    }
    for strictness, promised in PROMISED.items():
        suggester = Suggester(VOCABULARY, strictness)
        for half in (False, True):
            name = "held out" if half else "fitted on"
            for group, belongs in groups.items():
                part = KeywordsPart(truth, suggester)
                for photo in photos:
                    if held_out(photo.path) == half and belongs(photo.path):
                        part.add(photo)
                figures = part.result()
                print(
                    f"{strictness} (promises {promised}), half {name}, {group}: "
                    f"precision {figures['precision']:.3f} recall {figures.get('recall', math.nan):.3f} "
                    f"reliability {figures['reliability_error']:.3f} a photo {figures['per_photo']:.2f}"
                )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=Path, default=ROOT.parent / "shared" / "photos" / "open")
    options = parser.parse_args()
    if not options.photos.is_dir():
        print(f"{options.photos} is not there; name the photos with --photos.", file=sys.stderr)
        return 2
    truth = find_ground_truth(options.photos)
    read_table(JUDGED, truth, options.photos)
    lists = find_wanted(options.photos)
    photos = analysed(truth)
    suggester = Suggester(VOCABULARY)
    part = KeywordsPart(truth, suggester)
    scores: list[Judged] = []
    for photo in photos:
        scores += [*classes(part, suggester, photo, truth, lists), *boxes(part, suggester, photo)]
    report_fits(scores)
    report_strictness(truth, photos)
    return 0


if __name__ == "__main__":
    sys.exit(main())
