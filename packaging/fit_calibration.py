"""Fits the calibration of the keywords' scores on one half of the open photos and reports it on the other half.

Keywords are judged as ``phototagger evaluate`` judges them (``jobs/measure_keywords.py``), on the folders imagenet
and coco of ``../shared/photos/open``; the halves are taken by a hash of the file name. For each network: slope and
offset in log-odds (``CALIBRATIONS`` in ``jobs/suggest.py``) by logistic regression. Then, on the half that was not
fitted on, the reliability error of the constants that ship and of the fitted ones, and precision and recall at each
strictness beside what it promises.

    python packaging/fit_calibration.py [--photos ../shared/photos/open]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.assembly import make_analyser, make_decoder  # noqa: E402 - the checkout's own package
from phototagger.domain import Findings, Task  # noqa: E402
from phototagger.jobs.ground_truth import GroundTruth, find_ground_truth  # noqa: E402
from phototagger.jobs.measure import Analysed  # noqa: E402
from phototagger.jobs.measure_keywords import KeywordsPart  # noqa: E402
from phototagger.jobs.metrics import reliability_error  # noqa: E402
from phototagger.jobs.suggest import NewSuggestion, Suggester, calibrated  # noqa: E402

FOLDERS = ("imagenet", "coco")
PROMISED = {"strict": 0.95, "normal": 0.85, "eager": 0.7}
LEAST_RAW = 0.02  # scores below say nothing that is ever suggested
VOCABULARY = ROOT / "resources" / "vocabulary"


@dataclass(frozen=True)
class Judged:
    """A raw score that ground truth can judge. ``half``: 0 or 1."""

    network: str
    raw: float
    right: bool
    half: int


def analysed(dataset: Path, truth: GroundTruth) -> list[Analysed]:
    analyser = make_analyser("cpu", (Task.CLASSIFY, Task.OBJECTS, Task.FACES))
    decoder = make_decoder(300)
    found: list[Analysed] = []
    for path in truth.photos():
        decoded = decoder.decode(path, 1600)
        findings = analyser.analyse([decoded.pixels])[0]
        if isinstance(findings, Findings):
            found.append(Analysed(path, decoded.facts.width, decoded.facts.height, findings))
    print(f"{dataset.name}: {len(found)} photos")
    return found


def half_of(photo: Analysed) -> int:
    return hashlib.sha256(photo.path.name.encode()).digest()[0] & 1


def judged(part: KeywordsPart, suggester: Suggester, photo: Analysed) -> Iterable[Judged]:
    """Every score that could become a suggestion: the classifier's sums, and the best box of each label."""
    findings = photo.findings
    found: dict[tuple[str, str], float] = {}
    for keyword, raw in suggester.keyword_scores(findings).items():
        found[keyword, findings.networks[Task.CLASSIFY]] = raw
    for entry in findings.objects:
        if node := suggester.vocabulary.of_label(entry.label):
            key = node.keyword, findings.networks[Task.OBJECTS]
            found[key] = max(found.get(key, 0.0), entry.score)
    for (keyword, network), raw in found.items():
        right = part.judge(photo, NewSuggestion(keyword, keyword, raw, network))
        if right is not None and raw >= LEAST_RAW:
            yield Judged(network.split("@")[0], raw, right, half_of(photo))


def log_odds(scores: list[float]) -> NDArray[np.float64]:
    inside = np.clip(np.array(scores, np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)), np.float64)


def fit(some: list[Judged]) -> tuple[float, float]:
    """Slope and offset by Newton's method, with a trace of a prior that keeps them finite."""
    x = log_odds([entry.raw for entry in some])
    rows = np.stack([x, np.ones_like(x)], axis=1)
    right = np.array([float(entry.right) for entry in some])
    weights = np.array([1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ weights))
        hessian = (rows * (p * (1 - p))[:, None]).T @ rows + 1e-2 * np.eye(2)
        weights = weights + np.linalg.solve(hessian, rows.T @ (right - p) - 1e-2 * (weights - [1.0, 0.0]))
    return float(weights[0]), float(weights[1])


def report_networks(scores: list[Judged]) -> None:
    for network in sorted({entry.network for entry in scores}):
        for half in (0, 1):
            fitted = [entry for entry in scores if entry.network == network and entry.half == half]
            held_out = [entry for entry in scores if entry.network == network and entry.half != half]
            slope, offset = fit(fitted)
            right = [entry.right for entry in held_out]
            ours = [calibrated(entry.raw, network) for entry in held_out]
            new = 1 / (1 + np.exp(-(slope * log_odds([entry.raw for entry in held_out]) + offset)))
            print(
                f"{network}: fitted on {len(fitted)} scores of half {half}: slope {slope:.2f} offset {offset:.2f}; "
                f"on the {len(held_out)} of the other: reliability error fitted "
                f"{reliability_error([float(score) for score in new], right):.3f}, as shipped "
                f"{reliability_error(ours, right):.3f}"
            )


def report_strictness(sets: list[tuple[GroundTruth, list[Analysed]]]) -> None:
    for strictness, promised in PROMISED.items():
        suggester = Suggester(VOCABULARY, strictness)
        for half in (0, 1):
            parts = [KeywordsPart(truth, suggester) for truth, _ in sets]
            for part, (_, photos) in zip(parts, sets, strict=True):
                for photo in photos:
                    if half_of(photo) == half:
                        part.add(photo)
            figures = [part.result() for part in parts]
            text = "; ".join(
                f"{folder} precision {figure['precision']:.3f} recall {figure['recall']:.3f} "
                f"reliability {figure['reliability_error']:.3f} a photo {figure['per_photo']:.2f}"
                for folder, figure in zip(FOLDERS, figures, strict=True)
            )
            print(f"{strictness} (promises {promised}), half {half}: {text}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=Path, default=ROOT.parent / "shared" / "photos" / "open")
    options = parser.parse_args()
    if not options.photos.is_dir():
        print(f"{options.photos} is not there; name the photos with --photos.", file=sys.stderr)
        return 2
    sets = []
    scores: list[Judged] = []
    suggester = Suggester(VOCABULARY)
    for folder in FOLDERS:
        truth = find_ground_truth(options.photos / folder)
        photos = analysed(options.photos / folder, truth)
        sets.append((truth, photos))
        part = KeywordsPart(truth, suggester)
        scores += [entry for photo in photos for entry in judged(part, suggester, photo)]
    report_networks(scores)
    report_strictness(sets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
