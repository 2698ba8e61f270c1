"""Trains the everyday words (``resources/models/everyday_words.safetensors``): a linear head on what networks say.

    python packaging/train_everyday.py TABLE.npz [--cross]

A photo's input is the classifier's features (1280, square root of what is positive, of length 1), the best raw
score and the number of boxes of each of the 80 kinds of objects, and its faces: ``phototagger/jobs/everyday.py``.
The table has a row a photo, made by ``everyday_table.py`` from photos with labels or captions: ``source`` (which
set it is from), ``features`` (N x 1280), ``box_score`` and ``box_count`` (N x 80; counted from a score of 0.3 on),
``faces`` (N x 3: how many at 0.8, the height of the tallest as a share of the photo, the best score), ``labels``
(N x words in the order of ``words``: 0 no, 1 yes, 2 unknown) and ``words``. Photos are never kept; which sets were
used, with their terms, says ``resources/models/SOURCES-everyday.md``. Sets out of web searches and stock photos are
left out (``LEFT_OUT``).

``packaging/everyday_words.csv`` says which words ship, under which keyword, and from which score on they are
offered at normal strictness: chosen by eye on photos of other sources. ``--cross`` trains nothing to ship, but
prints the average precision of each word on the sources it was not trained on, one after the other.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch.nn import functional

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.keywords.sources.everyday import INPUTS, context_rows, scaled_features  # noqa: E402 - the checkout's package

LEFT_OUT = ("corel", "sports", "events", "sunrise")  # stock; web search; of unknown terms, twice
DIRECTIONS = 256  # of the features: more learn the sources by heart
FEATURE_GAIN, CONTEXT_GAIN = 8.0, 0.7  # so that one penalty suits both
PENALTY = 2e-3
STEPS = 40
LEAST_POSITIVES = 8  # of a source, to be measured on
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Table:
    """The photos that count. ``known``: 1 where the label is."""

    sources: NDArray[np.str_]
    features: Floats
    context: Floats
    labels: Floats
    known: Floats
    words: list[str]

    @classmethod
    def load(cls, path: Path, words: Path | None) -> Table:
        stored: Any = np.load(path)
        names = stored["words"].tolist() if "words" in stored else _column(words, "word")
        rows = ~np.isin(stored["source"], LEFT_OUT)
        labels = stored["labels"][rows].astype(np.float32)
        return cls(
            stored["source"][rows],
            scaled_features(stored["features"][rows]),
            context_rows(stored["box_score"][rows], stored["box_count"][rows], stored["faces"][rows]),
            np.where(labels == 2, 0, labels),
            (labels != 2).astype(np.float32),
            names,
        )


@dataclass(frozen=True)
class Basis:
    """The directions in which the features differ most. ``middle`` 1280; ``directions`` 256 x 1280."""

    middle: Floats
    directions: Floats

    @classmethod
    def of(cls, features: Floats) -> Basis:
        middle = features.mean(axis=0)
        directions = np.linalg.svd(features - middle, full_matrices=False)[2][:DIRECTIONS]
        return cls(middle, directions)

    def inputs(self, features: Floats, context: Floats) -> Floats:
        turned = (features - self.middle) @ self.directions.T * FEATURE_GAIN
        return np.concatenate([turned, context * CONTEXT_GAIN], axis=1).astype(np.float32)

    def unfolded(self, weights: Floats, bias: Floats) -> tuple[Floats, Floats]:
        """Weights and bias for features and context as they are."""
        on_features = self.directions.T @ weights[:DIRECTIONS] * FEATURE_GAIN
        on_context = weights[DIRECTIONS:] * CONTEXT_GAIN
        return np.concatenate([on_features, on_context]), bias - self.middle @ on_features


def fit(table: Table, basis: Basis, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Logistic regressions, all words at once: unknown labels are passed over, a source counts by the square root
    of its size. Inputs x words, and words."""
    batch = torch.from_numpy(basis.inputs(table.features[rows], table.context[rows]))
    wanted, known = torch.from_numpy(table.labels[rows]), torch.from_numpy(table.known[rows])
    names, sizes = np.unique(table.sources[rows], return_counts=True)
    share = dict(zip(names.tolist(), (1 / np.sqrt(sizes)).tolist(), strict=True))
    each = torch.tensor([share[name] for name in table.sources[rows].tolist()])
    counts = known * (each / each.mean())[:, None]
    weights = torch.zeros(batch.shape[1], len(table.words), requires_grad=True)
    bias = torch.full((len(table.words),), -3.0, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [weights, bias], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe"
    )

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        losses = functional.binary_cross_entropy_with_logits(batch @ weights + bias, wanted, reduction="none")
        loss = ((losses * counts).sum(dim=0) / counts.sum(dim=0).clamp(min=1)).sum()
        loss = loss + PENALTY * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), bias.detach().numpy()


def average_precision(scores: Floats, right: NDArray[np.bool_]) -> float:
    ordered = right[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(ordered) / np.arange(1, len(ordered) + 1))[ordered].mean())


def cross(table: Table, basis: Basis) -> None:
    """Prints, word by word, how well it is found in sources that the head did not see."""
    scores = np.zeros_like(table.labels)
    sources = sorted(set(table.sources.tolist()))
    for source in sources:
        here = table.sources == source
        weights, bias = fit(table, basis, ~here)
        scores[here] = basis.inputs(table.features[here], table.context[here]) @ weights + bias
    for at, word in enumerate(table.words):
        figures = []
        for source in sources:
            rows = (table.sources == source) & (table.known[:, at] == 1)
            right = table.labels[rows, at] == 1
            if right.sum() >= LEAST_POSITIVES and (~right).sum() >= LEAST_POSITIVES:
                figures.append(f"{source} {average_precision(scores[rows, at], right):.2f} of {right.sum()}")
        if figures:
            print(f"{word}: {'; '.join(figures)}")


def _column(path: Path | None, name: str) -> list[str]:
    if path is None:
        raise SystemExit("The table does not name its words; name a list of them with --words.")
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--words", type=Path, help="a CSV file with a column word, where the table has none")
    parser.add_argument("--cross", action="store_true")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "resources" / "models" / "everyday_words.safetensors"
    )
    options = parser.parse_args()
    torch.manual_seed(0)
    table = Table.load(options.table, options.words)
    basis = Basis.of(table.features)
    if options.cross:
        cross(table, basis)
        return 0
    weights, bias = basis.unfolded(*fit(table, basis, np.ones(len(table.sources), bool)))
    with (ROOT / "packaging" / "everyday_words.csv").open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    chosen = [table.words.index(row["word"]) for row in shipped]
    tensors: dict[str, NDArray[Any]] = {
        "weight": np.ascontiguousarray(weights[:, chosen].astype(np.float16)),
        "bias": bias[chosen].astype(np.float32),
        "threshold": np.array([float(row["threshold"]) for row in shipped], np.float32),
    }
    assert tensors["weight"].shape == (INPUTS, len(shipped))
    save_file(tensors, options.out, metadata={"keywords": "\n".join(row["keyword"] for row in shipped)})
    print(f"{options.out}: {len(shipped)} words from {len(table.sources)} photos")
    return 0


if __name__ == "__main__":
    sys.exit(main())
