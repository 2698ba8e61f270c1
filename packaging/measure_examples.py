"""Measures learning by example on real photos, with keywords that the networks have no words for.

The keywords (``packaging/example_keywords.csv``: keyword, file below the dataset) were given by eye to the 502
photos of the folders imagenet, coco and faces beside the checkout (``../shared/photos/open``), before anything was
measured; a photo without a row does not have the keyword. For every keyword, 20 times, some of its photos are drawn
as examples (a fixed seed) and all other photos are ranked: the average precision is that of the ranking, precision
and recall those at the program's own threshold. ``--fit`` fits the score's slope and offset on each half of the
keywords and tells the reliability error on the other half. ``--small 20`` measures catalogs of so many photos, six
of which have the keyword, three of them as examples, then with 14 that have it; and which threes are said to look
too unlike each other.

    python packaging/measure_examples.py [--photos ../shared/photos/open] [--examples 5] [--fit] [--small 20]
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.app.program import Program  # noqa: E402 - the checkout's own package, installed or not
from phototagger.catalog.analysis import examples as example_rows  # noqa: E402
from phototagger.catalog.connection import Catalog  # noqa: E402
from phototagger.catalog.photos import photos  # noqa: E402
from phototagger.jobs.progress import Cancel, run_to_end  # noqa: E402
from phototagger.keywords.examples.prototypes import (  # noqa: E402
    LEAST_LIKENESS,
    OFFSET,
    SLOPE,
    Prototype,
    centred,
    learn,
    scaled,
    unpacked_features,
)
from phototagger.keywords.examples.standins import STANDINS, standins_for  # noqa: E402
from phototagger.lab.measure.metrics import reliability_error  # noqa: E402
from phototagger.settings.locations import resources_folder  # noqa: E402

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Truth = NDArray[np.bool_]

TRUTH = ROOT / "packaging" / "example_keywords.csv"
FOLDERS = ("imagenet", "coco", "faces")
DRAWS = 20
CLASSIFIER = "efficientnet_lite2.in1k@1"


@dataclass(frozen=True)
class Draw:
    """One prototype and how it ranks the photos that it was not made from."""

    keyword: str
    prototype: Prototype
    scores: Vectors
    truth: Truth

    def average_precision(self) -> float:
        order = self.truth[np.argsort(-self.scores, kind="stable")]
        return float((np.cumsum(order) / np.arange(1, len(order) + 1))[order].mean())

    def z(self) -> Vectors:
        """The score before slope and offset."""
        inside = np.clip(self.scores.astype(float), 1e-12, 1 - 1e-12)
        return np.asarray((np.log(inside / (1 - inside)) - OFFSET) / SLOPE, np.float32)


def features_of(dataset: Path) -> tuple[list[str], Vectors]:
    """Files (below the dataset) and their features, by the program's own analysis in a catalog that is dropped."""
    with tempfile.TemporaryDirectory() as folder:
        catalog_path = Path(folder) / "catalog.sqlite"
        app = Program.open(catalog_path, Path(folder) / "settings.toml", "cpu", in_process=True)
        try:
            run_to_end(app.analysis.scan_and_analyse([dataset / name for name in FOLDERS], Cancel()))
        finally:
            app.close()
        catalog = Catalog.open(catalog_path)
        try:
            network = catalog.read(example_rows.classifier) or 0
            rows = catalog.read(lambda c: example_rows.sample(c, network, 1_000_000))
            known = {p.id: p.path for p in catalog.read(lambda c: photos.by_id(c, [row[0] for row in rows]))}
        finally:
            catalog.close()
    names = [known[photo].relative_to(dataset.absolute()).as_posix() for photo, _ in rows]
    return names, unpacked_features([vector for _, vector in rows])


def read_truth(path: Path, names: list[str]) -> dict[str, Truth]:
    place_of = {name: at for at, name in enumerate(names)}
    truth: dict[str, Truth] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truth.setdefault(row["keyword"], np.zeros(len(names), bool))[place_of[row["file"]]] = True
    return truth


def draws(features: Vectors, truth: dict[str, Truth], count: int) -> Iterator[Draw]:
    random = np.random.default_rng(0)
    points = centred(features, scaled(features).mean(axis=0))
    nothing = points[:0]
    for keyword, has in truth.items():
        if has.sum() < count + 2:
            continue
        for _ in range(DRAWS):
            chosen = random.choice(np.flatnonzero(has), count, replace=False)
            rest = np.setdiff1d(np.arange(len(has)), chosen)
            prototype = learn(keyword, points[chosen], nothing, points[rest], "normal")
            if prototype is not None:
                yield Draw(keyword, prototype, prototype.probabilities(points[rest]), has[rest])


def fit(some: list[Draw]) -> tuple[float, float]:
    """Slope and offset by logistic regression (Newton's method)."""
    rows = np.stack(
        [np.concatenate([draw.z() for draw in some]), np.ones(sum(len(d.truth) for d in some))], 1
    )
    right = np.concatenate([draw.truth for draw in some])
    weights = np.zeros(2)
    for _ in range(40):
        p = 1 / (1 + np.exp(-rows @ weights))
        hessian = (rows * (p * (1 - p))[:, None]).T @ rows + 1e-3 * np.eye(2)
        weights = weights + np.linalg.solve(hessian, rows.T @ (right - p) - 1e-3 * weights)
    return float(weights[0]), float(weights[1])


def report(all_draws: list[Draw]) -> None:
    keywords = list(dict.fromkeys(draw.keyword for draw in all_draws))
    precisions = []
    for keyword in keywords:
        mine = [draw for draw in all_draws if draw.keyword == keyword]
        precisions.append(float(np.mean([draw.average_precision() for draw in mine])))
        over = [draw.scores >= draw.prototype.threshold for draw in mine]
        hits = sum(int((mask & draw.truth).sum()) for mask, draw in zip(over, mine, strict=True))
        given, wanted = sum(int(mask.sum()) for mask in over), sum(int(draw.truth.sum()) for draw in mine)
        print(
            f"{keyword:<16} photos {int(mine[0].truth.sum()):>3} left  AP {precisions[-1]:.3f}  "
            f"precision {hits / given if given else 0:.2f}  recall {hits / wanted:.2f}"
        )
    scores = [float(score) for draw in all_draws for score in draw.scores]
    right = [bool(entry) for draw in all_draws for entry in draw.truth]
    print(f"mean AP {np.mean(precisions):.3f}  reliability error {reliability_error(scores, right):.3f}")


def report_fit(all_draws: list[Draw]) -> None:
    keywords = sorted({draw.keyword for draw in all_draws})
    halves = [[d for d in all_draws if d.keyword in keywords[start::2]] for start in (0, 1)]
    for learnt, held_out in (halves, halves[::-1]):
        slope, offset = fit(learnt)
        scores = np.concatenate([1 / (1 + np.exp(-(slope * draw.z() + offset))) for draw in held_out])
        right = np.concatenate([draw.truth for draw in held_out])
        error = reliability_error([float(s) for s in scores], [bool(r) for r in right])
        over = scores >= 0.6
        print(
            f"fitted on {len({d.keyword for d in learnt})} keywords: slope {slope:.2f} offset {offset:.2f}; on the "
            f"others: reliability error {error:.3f}, precision from 0.6 on {right[over].mean():.2f}"
        )


def report_small(features: Vectors, truth: dict[str, Truth], size: int, having: int) -> None:
    """Precision and recall of what three examples bring in catalogs of ``size`` photos, ``having`` of them with the
    keyword; with stand-ins and, for comparison, without."""
    random = np.random.default_rng(0)
    stand = standins_for(resources_folder() / "vocabulary", CLASSIFIER)
    if stand is None:
        raise SystemExit(f"There are no stand-ins for {CLASSIFIER}.")
    for name, others in (("with stand-ins", stand[: max(0, STANDINS - size)]), ("without", features[:0])):
        hits = given = wanted = 0
        for keyword, has in truth.items():
            with_it, without = np.flatnonzero(has), np.flatnonzero(~has)
            count = min(having, len(with_it))
            for _ in range(DRAWS):
                chosen = random.choice(with_it, count, replace=False)
                beside = random.choice(without, size - count, replace=False)
                rest = np.concatenate([chosen[3:], beside])
                mean = scaled(np.concatenate([features[chosen], features[beside], others])).mean(axis=0)
                background = np.concatenate([centred(features[rest], mean), centred(others, mean)])
                points = centred(features[chosen[:3]], mean)
                prototype = learn(keyword, points, points[:0], background, "normal")
                wanted += count - 3
                if prototype is not None:
                    over = prototype.probabilities(centred(features[rest], mean)) >= prototype.threshold
                    hits += int(over[: count - 3].sum())
                    given += int(over.sum())
        precision = hits / given if given else 0.0
        print(f"{size} photos, {having} wanted, {name}: precision {precision:.2f} recall {hits / wanted:.2f}")


def report_likeness(features: Vectors, truth: dict[str, Truth], size: int) -> None:
    """How many threes of photos, of one keyword and drawn at random, are said to be too unlike each other in
    catalogs of ``size`` photos more."""
    random = np.random.default_rng(0)
    stand = standins_for(resources_folder() / "vocabulary", CLASSIFIER)
    others = features[:0] if stand is None else stand[: max(0, STANDINS - size)]
    every = np.ones(len(features), bool)
    for name, kinds in (("of one keyword", list(truth.values())), ("at random", [every] * len(truth))):
        unlike = drawn = 0
        for has in kinds:
            for _ in range(DRAWS):
                chosen = random.choice(np.flatnonzero(has), 3, replace=False)
                beside = random.choice(np.setdiff1d(np.arange(len(features)), chosen), size, replace=False)
                mean = scaled(np.concatenate([features[chosen], features[beside], others])).mean(axis=0)
                background = np.concatenate([centred(features[beside], mean), centred(others, mean)])
                points = centred(features[chosen], mean)
                prototype = learn(name, points, points[:0], background, "normal")
                drawn += 1
                unlike += prototype is None or prototype.likeness < LEAST_LIKENESS
        print(f"three {name}, {size} photos: too unlike {unlike / drawn:.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=Path, default=ROOT.parent / "shared" / "photos" / "open")
    parser.add_argument("--examples", type=int, default=5)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--small", type=int, metavar="PHOTOS")
    options = parser.parse_args()
    if not options.photos.is_dir():
        print(f"{options.photos} is not there; name the photos with --photos.", file=sys.stderr)
        return 2
    names, features = features_of(options.photos)
    truth = read_truth(TRUTH, names)
    if options.small:
        report_small(features, truth, options.small, 6)
        report_small(features, truth, options.small, 14)
        report_likeness(features, truth, options.small)
        return 0
    found = list(draws(features, truth, options.examples))
    report(found)
    if options.fit:
        report_fit(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
