"""Makes the stand-ins for other photos, by which a small catalog learns keywords by example.

No photo goes in: all comes out of the classifier's own weights (Apache-2.0, see resources/models). Its
last batch normalisation says how loud each of the 1,280 channels is on photos as such (the mean of a rectified
normal distribution with that bias and scale), and each row of its last layer in which direction one of 1,000 kinds
of photos lies. With W = U S V' (the rows less their mean), kind k is row k of U S^2 V': the strong common
directions count twice, for real photos have more in common than the rows alone. A stand-in is
mean * (1 + SPREAD * kind / standard deviation of all kinds), never below zero. Exponent and spread were chosen by
measuring learning in small catalogs of real photos (``measure_examples.py --small 20``). Written as bytes: the
square root of the features, each stand-in with 255 as its largest.

    python packaging/build_standins.py
"""

from __future__ import annotations

import hashlib
import sys
from math import erf, exp, pi, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.keywords.examples.standins import FOLDER, STANDINS  # noqa: E402
from phototagger.specs.found import shipped_networks  # noqa: E402 - the checkout's own package, installed or not

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

NETWORK = "efficientnet_lite2.in1k"
SPREAD = 3.0
CLIP = 6.0  # the network's activation is ReLU6
SEED = 3


def rectified(mean: float, deviation: float) -> float:
    """The mean of max(0, x) for a normally distributed x."""
    z = mean / deviation
    return mean * 0.5 * (1 + erf(z / sqrt(2))) + deviation * exp(-z * z / 2) / sqrt(2 * pi)


def loudness(bias: Numbers, scale: Numbers) -> Numbers:
    """The mean of each channel after ReLU6."""
    pairs = zip(bias, np.abs(scale) + 1e-9, strict=True)
    return np.array([rectified(b, s) - rectified(b - CLIP, s) for b, s in pairs])


def standins(weights: dict[str, Numbers]) -> Numbers:
    rows = weights["body.classifier.weight"]
    u, s, v = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    kinds = (u * s**2) @ v
    mean = loudness(weights["body.bn2.bias"], weights["body.bn2.weight"])
    made = np.maximum(mean * (1 + SPREAD * kinds / kinds.std()), 0.0)
    chosen = np.random.default_rng(SEED).permutation(len(made))[:STANDINS]
    return np.asarray(made[chosen])


def main() -> int:
    models = ROOT / "resources" / "models"
    (info,) = (info for info in shipped_networks(models) if info.name == NETWORK)
    weights = {name: values.astype(np.float64) for name, values in load_file(info.path).items()}
    loud = np.sqrt(standins(weights))
    packed = np.round(255 * loud / loud.max(axis=1, keepdims=True)).astype(np.uint8)
    path = ROOT / "resources" / "vocabulary" / FOLDER / f"{info.identifier}.npy"
    path.parent.mkdir(exist_ok=True)
    np.save(path, packed)
    print(f"{path}: {packed.shape}, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
