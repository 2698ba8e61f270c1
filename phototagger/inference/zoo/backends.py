"""What runs a network: torch on accelerators, ONNX Runtime on the CPU. Same bytes in, same numbers out.

Importing this module imports neither torch nor onnxruntime; a warm ONNX cache never needs torch at all.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.errors import ModelError, PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.inference.zoo.device import Device
from phototagger.inference.zoo.graphs import cached_graph, shipped_graph, store_cached
from phototagger.inference.zoo.models import Maker, build_network, check_model
from phototagger.specs.spec import NetworkSpec

if TYPE_CHECKING:
    import onnxruntime

    from phototagger.inference.networks.base import Network

__all__ = [
    "Backend",
    "Batch",
    "OnnxBackend",
    "Outputs",
    "TorchBackend",
    "joined_outputs",
    "make_backend",
    "new_session",
]

Batch = NDArray[np.uint8]
"""N x H x W x 3, RGB."""
Outputs = tuple[NDArray[np.float32], ...]
"""One array for each of the network's `output_names`, N first."""
Modules = Mapping[str, Maker]
"""What extensions make torch modules by."""

EXPORT_TOLERANCE = 1e-3
"""Largest absolute difference between torch and the exported graph that an export may show."""
_FIRST_LIMIT = 64
_log = logging.getLogger(__name__)


class Backend(Protocol):
    """Runs one network. Not thread-safe: one thread owns a backend."""

    spec: NetworkSpec

    def run(self, batch: Batch) -> Outputs:
        """The network's outputs for a batch.

        Args:
            batch: uint8, N x H x W x 3, RGB, N at least 1.

        Raises:
            PhotoError: Not even a single photo fits into the device's memory (kind ``NO_MEMORY``).
        """


def make_backend(
    spec: NetworkSpec,
    device: Device,
    cache_dir: Path,
    threads: int | None = None,
    modules: Modules | None = None,
) -> Backend:
    """The backend that suits the device: ONNX Runtime for the CPU, else torch in half precision. For a network of
    runtime timm or torch.

    Raises:
        ModelError: The network's files are missing or damaged.
    """
    if device.accelerated:
        return TorchBackend(spec, device.kind, half=True, modules=modules)
    try:
        return OnnxBackend(spec, cache_dir, threads, modules)
    except (ModelError, RuntimeError) as error:
        if spec.kind == "shipped" or importlib.util.find_spec("torch") is None:
            raise
        _log.warning("%s cannot be exported, so torch runs it on the CPU: %s", spec.name, error)
        return TorchBackend(spec, modules=modules)


class TorchBackend:
    """Runs a network by torch: channels last, no autograd, batches that fit.

    When the device's memory does not suffice, the batch is halved and tried again; the smaller size is
    remembered.

    Args:
        spec: The network.
        kind: cpu, cuda, mps or xpu.
        half: Weights and activations in float16 (outputs are float32 all the same).

    Raises:
        ModelError: The network's files are missing or damaged.
    """

    def __init__(
        self, spec: NetworkSpec, kind: str = "cpu", *, half: bool = False, modules: Modules | None = None
    ) -> None:
        import torch

        self.spec = spec
        self.limit = _FIRST_LIMIT
        self._torch = torch
        self._kind = kind
        network = load_network(spec, modules)
        if half:
            network = network.halved()
        self._network = network.to(kind).to(memory_format=torch.channels_last)

    def run(self, batch: Batch) -> Outputs:
        """See :meth:`Backend.run`."""
        parts: list[Outputs] = []
        start = 0
        while start < len(batch):
            part = self._try(batch[start : start + self.limit])
            if part is not None:
                parts.append(part)
                start += self.limit
        return joined_outputs(parts)

    def _try(self, batch: Batch) -> Outputs | None:
        """The outputs, or None after making the limit smaller because memory ran out."""
        try:
            with self._torch.inference_mode():
                given = self._torch.from_numpy(np.ascontiguousarray(batch)).to(self._kind)
                return tuple(answer.cpu().numpy() for answer in self._network(given))
        except (RuntimeError, MemoryError) as error:
            if not _is_out_of_memory(error):
                raise
            if len(batch) == 1:
                message = said(
                    "There is not enough memory on the device for this photo. Close other programs."
                )
                raise PhotoError(ErrorKind.NO_MEMORY, message) from error
        self.limit = max(1, len(batch) // 2)
        _log.warning("%s: out of memory, batches of %d from now on", self.spec.name, self.limit)
        self._release()
        return None

    def _release(self) -> None:
        if self._kind != "cpu":
            getattr(self._torch, self._kind).empty_cache()


def _is_out_of_memory(error: Exception) -> bool:
    """torch has an error class of its own for CUDA and XPU only."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()


class OnnxBackend:
    """Runs a network on the CPU by ONNX Runtime, from a graph that ships with the program or is exported once.

    An installer's build ships the graphs, so there torch is not needed at all. Otherwise the graph is exported
    and kept in `cache_dir`; one that is stale or broken is exported again (see
    :mod:`phototagger.inference.zoo.graphs`). Where that folder cannot be written, that happens at every start.

    Args:
        spec: The network.
        cache_dir: Folder for exported graphs; made if need be.
        threads: Threads within one operation; by default as many as the process may use.

    Raises:
        ModelError: The network's files are missing or damaged, or the export went wrong.
    """

    limit = 8
    """Photos a run: larger batches are not faster on a CPU and take more memory."""

    def __init__(
        self,
        spec: NetworkSpec,
        cache_dir: Path,
        threads: int | None = None,
        modules: Modules | None = None,
    ) -> None:
        self.spec = spec
        session = new_session(shipped_graph(spec), threads)
        if session is None:
            _check_exportable(spec)
            session = new_session(cached_graph(spec, cache_dir), threads)
        if session is None:
            graph = export_graph(spec, modules)
            store_cached(graph, spec, cache_dir)
            session = new_session(graph, threads)
        if session is None:
            raise ModelError(
                said("ONNX Runtime cannot load the network {name}. {mend}", name=spec.name, mend=spec.mend)
            )
        self._session = session
        self._names = [output.name for output in session.get_outputs()]

    def run(self, batch: Batch) -> Outputs:
        """See :meth:`Backend.run`."""
        parts = [self._some(batch[at : at + self.limit]) for at in range(0, len(batch), self.limit)]
        return joined_outputs(parts)

    def _some(self, batch: Batch) -> Outputs:
        answers = self._session.run(self._names, {"photos": np.ascontiguousarray(batch)})
        return tuple(np.asarray(answer, np.float32) for answer in answers)


def joined_outputs(parts: list[Outputs]) -> Outputs:
    """The outputs of a batch that ran in parts."""
    if len(parts) == 1:
        return parts[0]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def load_network(spec: NetworkSpec, modules: Modules | None = None) -> Network:
    """The network with its weights, float32, on the CPU, for evaluation. Imports torch.

    Raises:
        ModelError: The file is missing, damaged, or does not fit the network.
    """
    from safetensors import SafetensorError

    from phototagger.inference.networks.base import load_weights

    check = check_model(spec)
    if not check.ok:
        raise ModelError(
            said("The network {name} cannot be loaded: {message}", name=spec.name, message=check.message)
        )
    network = build_network(spec, modules)
    try:
        load_weights(network, spec.path)
    except (SafetensorError, OSError) as error:
        raise ModelError(
            said(
                "{path} is no whole safetensors file ({reason}). {mend}",
                path=spec.path,
                reason=error,
                mend=spec.mend,
            )
        ) from error
    except RuntimeError as error:
        raise ModelError(
            said(
                "The weights in {path} do not fit the network {name}, {architecture}. {mend}",
                path=spec.path,
                name=spec.name,
                architecture=spec.architecture,
                mend=spec.mend,
            )
        ) from error
    return network


def export_graph(spec: NetworkSpec, modules: Modules | None = None) -> bytes:
    """The network as an ONNX graph with weights inside, checked against torch. Imports torch.

    The number of photos is free; for networks that take any size, height and width are free too.

    Raises:
        ModelError: The network's files are damaged, or the graph answers otherwise than torch does.
    """
    import torch
    from tqdm import tqdm

    # torch's exporter makes a progress bar that nobody sees; tqdm's own lock is a system semaphore, which a
    # process that leaves by os._exit (the engine's child) would leave behind.
    tqdm.set_lock(threading.RLock())
    network = load_network(spec, modules)
    height, width = network.example_size
    example = torch.zeros((2, height, width, 3), dtype=torch.uint8)
    axes: dict[int, object] = {0: torch.export.Dim("photos")}
    if network.dynamic_size:
        axes[1] = network.size_step * torch.export.Dim("rows", min=2, max=256)
        axes[2] = network.size_step * torch.export.Dim("columns", min=2, max=256)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter warns of its own code
        program = torch.onnx.export(
            network,
            (example,),
            input_names=["photos"],
            output_names=list(network.output_names),
            dynamic_shapes=(axes,),
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise ModelError(said("The network {name} could not be exported to ONNX.", name=spec.name))
    graph = bytes(program.model_proto.SerializeToString())
    _compare(spec, network, graph)
    return graph


def _compare(spec: NetworkSpec, network: Network, graph: bytes) -> None:
    """Run torch and the graph on the same noise.

    Raises:
        ModelError: They differ by more than EXPORT_TOLERANCE.
    """
    import torch

    session = new_session(graph, None)
    height, width = network.example_size
    photos = np.random.default_rng(1).integers(0, 256, (3, height, width, 3), np.uint8)
    if network.dynamic_size:
        photos = photos[:, : network.size_step * 7, : network.size_step * 9]
    if session is None:
        raise ModelError(said("ONNX Runtime cannot load the exported network {name}.", name=spec.name))
    got = session.run(list(network.output_names), {"photos": np.ascontiguousarray(photos)})
    with torch.inference_mode():
        wanted = network(torch.from_numpy(np.ascontiguousarray(photos)))
    difference = max(float(np.abs(w.numpy() - g).max()) for w, g in zip(wanted, got, strict=True))
    if not difference <= EXPORT_TOLERANCE:
        raise ModelError(
            said(
                "The network {name} answers differently in ONNX Runtime (by {difference}).",
                name=spec.name,
                difference=f"{difference:.2g}",
            )
        )


def _check_exportable(spec: NetworkSpec) -> None:
    """Raises ModelError where nothing can be exported, as in an installation without torch."""
    if importlib.util.find_spec("torch") is not None:
        return
    if spec.kind != "shipped":
        raise ModelError(
            said(
                "The network {name} needs torch, which this installation has not. Give it as an ONNX file "
                "(runtime onnx), or install phototagger by pip.",
                name=spec.name,
            )
        )
    raise ModelError(
        said(
            "The network {name} is damaged: its shipped file is missing or broken. Reinstall.", name=spec.name
        )
    )


def new_session(graph: bytes | None, threads: int | None) -> onnxruntime.InferenceSession | None:
    """A session on the CPU, or None where there is no graph or ONNX Runtime does not take it."""
    if graph is None:
        return None
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    onnxruntime.disable_telemetry_events()  # on Windows; elsewhere see this package's first lines
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _usable_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads must not spin: the decoders need the same cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (errors.Fail, errors.InvalidGraph, errors.InvalidProtobuf, errors.RuntimeException) as error:
        _log.warning("a graph was refused: %s", error)
        return None


def _usable_cores() -> int:
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
