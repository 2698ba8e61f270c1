"""Networks as files: whether they are whole, what is known of them, and building them.

Importing this module does not import torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import Said, said
from phototagger.inference.zoo.graphs import shipped_graph, shipped_graph_folder
from phototagger.specs.spec import NetworkSpec, Runtime

if TYPE_CHECKING:
    from phototagger.inference.networks.base import Network

__all__ = ["ModelCheck", "build_network", "check_model", "describe_model", "verify_models"]

_CHUNK = 1 << 20
Maker = Callable[[NetworkSpec], "Network"]


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """Whether one network's file is what it should be; `message` says what is wrong, and what to do."""

    name: str
    task: str
    ok: bool
    message: Said


def verify_models(specs: Sequence[NetworkSpec]) -> list[ModelCheck]:
    """Whether the file of every network is what its spec says (reads all of them).

    That is its weights' file, or, in a build for the CPU that ships exported graphs in its place, its graph.
    """
    return [_check_graph(spec) if _graph_only(spec) else check_model(spec) for spec in specs]


def describe_model(spec: NetworkSpec) -> dict[str, Any]:
    """A plain dictionary, for ``models list``: name, revision, task, licence, source and so on."""
    return {
        "name": spec.name,
        "revision": spec.revision,
        "task": str(spec.task),
        "runtime": str(spec.runtime),
        "from": spec.kind,
        "file": spec.file,
        "present": spec.path.is_file() or _graph_only(spec),
        "bytes": spec.bytes or _size(spec),
        "licence": spec.origin.licence,
        "source": spec.origin.source,
        "project": spec.origin.project,
        "input": list(spec.size),
        "vocabulary": spec.labels,
        "thresholds": dict(spec.thresholds),
        "measured": dict(spec.measured),
    }


def build_network(spec: NetworkSpec, modules: Mapping[str, Maker] | None = None) -> Network:
    """The network as an empty torch module (random weights), in float32, for evaluation.

    Imports torch, and timm for its networks.

    Args:
        spec: Of runtime timm or torch.
        modules: What extensions make torch modules by, by architecture; ours come first.

    Raises:
        ModelError: Nothing here is of that architecture.
    """
    if spec.runtime is Runtime.TIMM:
        from phototagger.inference.networks.classifier import Classifier

        return Classifier.of(spec).eval()
    make = {**(modules or {}), **_our_modules()}.get(spec.architecture)
    if make is None:
        raise ModelError(
            said(
                "The network {name} is of an unknown architecture, {architecture}. {mend}",
                name=spec.name,
                architecture=spec.architecture,
                mend=spec.mend,
            )
        )
    return make(spec).eval()


def _our_modules() -> dict[str, Maker]:
    """Our torch modules by the name that specs give as their architecture."""
    from phototagger.inference.networks.faces import RetinaFace
    from phototagger.inference.networks.identity import MobileFaceNet
    from phototagger.inference.networks.objects import NanoDetPlus
    from phototagger.inference.networks.traits import FaceTraits

    return {
        "nanodet_plus_m": NanoDetPlus.of,
        "retinaface_mobilenet025": RetinaFace.of,
        "mobilefacenet": MobileFaceNet.of,
        "face_api_traits": FaceTraits.of,
    }


def check_model(spec: NetworkSpec) -> ModelCheck:
    """Compare one file with the hash in its spec, where it has one."""
    digest = hashlib.sha256()
    try:
        with spec.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        message = said(
            "{path} cannot be read ({reason}). {mend}",
            path=spec.path,
            reason=error.strerror or error,
            mend=spec.mend,
        )
        return ModelCheck(spec.name, spec.task, False, message)
    if spec.sha256 and digest.hexdigest() != spec.sha256:
        message = said(
            "{path} is damaged: its content is not what its spec says (sha256). {mend}",
            path=spec.path,
            mend=spec.mend,
        )
        return ModelCheck(spec.name, spec.task, False, message)
    return ModelCheck(spec.name, spec.task, True, said("whole"))


def _size(spec: NetworkSpec) -> int:
    try:
        return spec.path.stat().st_size
    except OSError:
        return 0


def _graph_only(spec: NetworkSpec) -> bool:
    """Whether this is a build that ships graphs and no weights."""
    return spec.kind == "shipped" and not spec.path.is_file() and shipped_graph_folder(spec).is_dir()


def _check_graph(spec: NetworkSpec) -> ModelCheck:
    if shipped_graph(spec) is None:
        message = said(
            "The file of the network {name} is missing or damaged. {mend}", name=spec.name, mend=spec.mend
        )
        return ModelCheck(spec.name, spec.task, False, message)
    return ModelCheck(spec.name, spec.task, True, said("whole"))
