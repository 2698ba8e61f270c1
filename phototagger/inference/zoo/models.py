"""The networks that ship inside: what models.toml says of them, whether their files are whole, and building.

Importing this module does not import torch.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Task
from phototagger.inference.zoo.graphs import shipped_graph, shipped_graph_folder

if TYPE_CHECKING:
    from phototagger.inference.networks.base import Network

__all__ = [
    "ModelCheck",
    "ModelInfo",
    "build_network",
    "check_model",
    "describe_models",
    "read_models",
    "verify_models",
]

CATALOGUE = "models.toml"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One network as models.toml describes it.

    `mean` and `std` are R, G, B in 0..255; `size` is height and width in pixels; `thresholds` are the
    defaults that post-processing starts from, by name.
    """

    name: str
    revision: int
    task: Task
    architecture: str
    path: Path
    sha256: str
    bytes: int
    vocabulary: str
    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    licence: str
    source: str
    project: str
    max_difference: float
    thresholds: dict[str, float]
    measured: dict[str, float]

    @property
    def file(self) -> str:
        """Name of the weights' file."""
        return self.path.name

    @property
    def identifier(self) -> str:
        """Name and revision, as findings carry them: ``efficientnet_lite2.in1k@1``."""
        return f"{self.name}@{self.revision}"


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """Whether one network's file is what it should be; `message` says what is wrong, and what to do."""

    name: str
    task: Task
    ok: bool
    message: str


def read_models(models_dir: Path) -> list[ModelInfo]:
    """All networks in the folder's models.toml, in its order.

    Raises:
        ModelError: The file is missing or cannot be understood.
    """
    path = models_dir / CATALOGUE
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["network"]
        return [_info(models_dir, table) for table in tables]
    except OSError as error:
        raise ModelError(f"The list of networks {path} cannot be read ({error}). Reinstall.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The list of networks {path} is damaged ({error!r}). Reinstall.") from error


def verify_models(models_dir: Path) -> list[ModelCheck]:
    """Whether the file of every network is what was shipped (reads all of them, some 40 MB).

    That is its weights' file, or, in a build for the CPU that ships exported graphs in its place, its graph.

    Raises:
        ModelError: models.toml itself is missing or damaged.
    """
    return [
        _check_graph(info) if _graph_only(info) else check_model(info) for info in read_models(models_dir)
    ]


def describe_models(models_dir: Path) -> list[dict[str, Any]]:
    """One plain dictionary a network, for ``models list``: name, revision, task, licence, source and so on.

    Raises:
        ModelError: models.toml is missing or damaged.
    """
    return [
        {
            "name": info.name,
            "revision": info.revision,
            "task": info.task.value,
            "file": info.file,
            "present": info.path.is_file() or _graph_only(info),
            "bytes": info.bytes,
            "licence": info.licence,
            "source": info.source,
            "project": info.project,
            "input": list(info.size),
            "vocabulary": info.vocabulary,
            "thresholds": dict(info.thresholds),
            "measured": dict(info.measured),
        }
        for info in read_models(models_dir)
    ]


def build_network(info: ModelInfo) -> Network:
    """The network as an empty torch module (random weights), in float32, for evaluation.

    Imports torch, and timm for classifiers.

    Raises:
        ModelError: The architecture is not one of ours.
    """
    if info.task is Task.CLASSIFY:
        from phototagger.inference.networks.classifier import Classifier
        from phototagger.inference.zoo.vocabulary import CLASS_COUNTS

        classes = CLASS_COUNTS[info.vocabulary]
        return Classifier(info.architecture, info.size, info.mean, info.std, classes).eval()
    if info.architecture == "nanodet_plus_m":
        from phototagger.inference.networks.objects import NanoDetPlus

        return NanoDetPlus(info.mean, info.std, info.size).eval()
    if info.architecture == "retinaface_mobilenet025":
        from phototagger.inference.networks.faces import RetinaFace

        return RetinaFace(info.mean, info.std).eval()
    if info.architecture == "mobilefacenet":
        from phototagger.inference.networks.identity import MobileFaceNet

        return MobileFaceNet(info.mean, info.std).eval()
    if info.architecture == "face_api_traits":
        from phototagger.inference.networks.traits import FaceTraits

        return FaceTraits(info.mean, info.std).eval()
    raise ModelError(
        f"The network {info.name} is of an unknown kind, {info.architecture}. Update, or reinstall."
    )


def _info(folder: Path, table: dict[str, Any]) -> ModelInfo:
    height, width = table["size"]
    mean, std = (tuple(float(value) for value in table[key]) for key in ("mean", "std"))
    if len(mean) != 3 or len(std) != 3:
        raise ValueError("mean and std must have three values")
    return ModelInfo(
        name=str(table["name"]),
        revision=int(table["revision"]),
        task=Task(table["task"]),
        architecture=str(table["architecture"]),
        path=folder / str(table["file"]),
        sha256=str(table["sha256"]),
        bytes=int(table["bytes"]),
        vocabulary=str(table["vocabulary"]),
        size=(int(height), int(width)),
        mean=mean,
        std=std,
        licence=str(table["licence"]),
        source=str(table["source"]),
        project=str(table["project"]),
        max_difference=float(table["max_difference"]),
        thresholds={str(key): float(value) for key, value in table.get("thresholds", {}).items()},
        measured={str(key): float(value) for key, value in table.get("measured", {}).items()},
    )


def check_model(info: ModelInfo) -> ModelCheck:
    """Compare one file with its hash in models.toml."""
    digest = hashlib.sha256()
    try:
        with info.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        message = f"{info.file} cannot be read ({error.strerror or error}). Reinstall."
        return ModelCheck(info.name, info.task, False, message)
    if digest.hexdigest() != info.sha256:
        message = f"{info.file} is damaged: its content is not what was shipped. Reinstall."
        return ModelCheck(info.name, info.task, False, message)
    return ModelCheck(info.name, info.task, True, "whole")


def _graph_only(info: ModelInfo) -> bool:
    """Whether this is a build that ships graphs and no weights."""
    return not info.path.is_file() and shipped_graph_folder(info).is_dir()


def _check_graph(info: ModelInfo) -> ModelCheck:
    if shipped_graph(info) is None:
        message = f"The file of the network {info.name} is missing or damaged. Reinstall."
        return ModelCheck(info.name, info.task, False, message)
    return ModelCheck(info.name, info.task, True, "whole")
