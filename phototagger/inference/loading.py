"""From what is wanted to an analyser: which network does each task, what runs it, and whether it can."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path

from phototagger.domain.errors import DeviceError, ModelError
from phototagger.domain.findings import Task, WantedNetworks
from phototagger.domain.sentences import said
from phototagger.inference.analyser import Analyser
from phototagger.inference.reading.text import make_text_reader
from phototagger.inference.tasks import NetworkTask, TextTask, registry
from phototagger.inference.zoo.backends import Backend, TorchBackend, make_backend
from phototagger.inference.zoo.device import Device, pick_device
from phototagger.inference.zoo.onnx_file import OnnxFileBackend
from phototagger.specs.found import FoundNetworks, find_networks
from phototagger.specs.spec import NetworkSpec, Runtime

__all__ = ["load_analyser", "wanted_networks"]

_SWITCHED = frozenset(map(str, Task))
"""Tasks that are switched on and off by themselves; all others are where a network for them is chosen."""


def load_analyser(
    models_dir: Path,
    cache_dir: Path,
    device: str = "auto",
    tasks: Collection[str] | None = None,
    *,
    networks: Sequence[str] = (),
    threads: int | None = None,
    plain: bool = False,
) -> Analyser:
    """Everything needed to analyse photos, ready to run.

    The first start on a CPU exports the networks to `cache_dir` (7 to 20 s); later starts take well under a
    second and do not import torch.

    Args:
        models_dir: Folder with a spec folder for each network that ships.
        cache_dir: Folder for exported graphs.
        device: auto, cpu, cuda, mps or xpu.
        tasks: What to run, by default all but text; identity and traits bring faces with them.
        networks: Names of networks, the person's or extensions', that take the place of ours for their task or do
            more.
        threads: Threads within one operation on the CPU; by default as many as the process may use.
        plain: torch in full precision on every device, as one would write it first: what ``benchmark``
            compares with.

    Raises:
        DeviceError: The device cannot be had.
        ModelError: A network is missing, damaged or of no use, or there is none for a task.
    """
    where = pick_device(device)
    found = find_networks(models_dir)
    kinds = registry(found.tasks)
    wanted = {str(task) for task in Task} - {Task.TEXT} if tasks is None else {*tasks}
    specs = _specs(found, wanted, networks, kinds)
    made: list[NetworkTask] = []
    for name, kind in kinds.items():
        for spec in (spec for spec in specs if spec.task == name):
            made.append(_made(kind, spec, found, where, cache_dir, threads, plain))
        if name == Task.TEXT and name in wanted:
            made.append(TextTask(make_text_reader(threads)))
    return Analyser(made, where)


def wanted_networks(found: FoundNetworks, tasks: Collection[str], names: Sequence[str]) -> WantedNetworks:
    """What photos should have been analysed by, with these tasks switched on and these networks chosen: by each of
    those, and by none that took the place of ours before and is not chosen any more."""
    kinds = registry(found.tasks)
    usable = [
        spec
        for spec in found.more
        if spec.task in kinds and (spec.task in tasks or spec.task not in _SWITCHED)
    ]
    lacking = [f"{kinds[one.task].key_of(one)}={one.identifier}" for one in usable if one.name in names]
    outdated = [
        f"{one.task}={one.name}@" for one in usable if one.name not in names and one.task in _SWITCHED
    ]
    return WantedNetworks((*(one for one in tasks if one == Task.TEXT), *lacking), tuple(outdated))


def _specs(
    found: FoundNetworks, wanted: Collection[str], names: Sequence[str], kinds: dict[str, type[NetworkTask]]
) -> list[NetworkSpec]:
    """The networks of the wanted tasks and of what those need, with the chosen ones among them.

    Raises:
        ModelError: A task has no network, or a chosen network is for no task of ours.
    """
    chosen = found.chosen(names)
    for spec in chosen:
        if spec.task not in kinds or spec.task == Task.TEXT:
            known = ", ".join(name for name in kinds if name != Task.TEXT)
            raise ModelError(
                said(
                    "The network {name} is for {task}, which nothing here knows. Use one of {known} in "
                    "{folder}, or take it out of analysis.networks.",
                    name=spec.name,
                    task=repr(spec.task),
                    known=known,
                    folder=spec.folder,
                )
            )
    single = [spec for spec in chosen if not kinds[spec.task].several]
    for one, other in combinations(single, 2):
        if one.task == other.task:
            raise ModelError(
                said(
                    "The networks {one} and {other} are both for {task}, which one does at a time. Take one of them"
                    " out of analysis.networks.",
                    one=one.name,
                    other=other.name,
                    task=one.task,
                )
            )
    asked = {*wanted, *(spec.task for spec in chosen if spec.task not in _SWITCHED)} - {Task.TEXT}
    asked |= {task for name in asked if name in kinds for task in kinds[name].brings}
    taken = {spec.task for spec in single}
    ours = [spec for spec in found.specs if spec.kind == "shipped" and spec.task not in taken]
    specs = [spec for spec in (*ours, *chosen) if spec.task in asked]
    missing = sorted(asked - {spec.task for spec in specs})
    if missing:
        raise ModelError(said("There is no network for {missing}. Reinstall.", missing=", ".join(missing)))
    return specs


def _made(
    kind: type[NetworkTask],
    spec: NetworkSpec,
    found: FoundNetworks,
    device: Device,
    cache_dir: Path,
    threads: int | None,
    plain: bool,
) -> NetworkTask:
    """The task with its network. What did not ship is tried once: that it is of use nobody has tested.

    Raises:
        DeviceError, ModelError: See :func:`load_analyser`.
    """
    try:
        backend: Backend
        if spec.runtime is Runtime.ONNX:
            backend = OnnxFileBackend(spec, kind.outputs, kind.optional, threads)
        elif plain:
            backend = TorchBackend(spec, device.kind, modules=found.modules)
        else:
            backend = make_backend(spec, device, cache_dir, threads, found.modules)
    except RuntimeError as error:
        raise DeviceError(
            said(
                "The networks cannot be put on {name} ({reason}). Choose cpu.", name=device.name, reason=error
            )
        ) from error
    task = kind(spec, backend)
    if spec.kind != "shipped":
        try:
            task.trial()
        except Exception as error:
            fault = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                said(
                    "The network {name} is of no use: tried on a grey photo, it failed ({reason}). Correct "
                    "{folder}, or take it out of analysis.networks.",
                    name=spec.name,
                    reason=fault,
                    folder=spec.folder / "spec.toml",
                )
            ) from error
    return task
