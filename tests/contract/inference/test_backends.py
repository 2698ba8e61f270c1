"""Every backend answers the same for the same bytes, and survives what may go wrong."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from phototagger.domain.errors import ModelError, PhotoError
from phototagger.domain.findings import Findings, Task
from phototagger.domain.records import Box, ErrorKind
from phototagger.inference.analyser import Analyser
from phototagger.inference.networks.base import Network
from phototagger.inference.tasks import registry
from phototagger.inference.zoo import backends, graphs
from phototagger.inference.zoo.backends import Backend, OnnxBackend, TorchBackend
from phototagger.inference.zoo.device import Device
from phototagger.inference.zoo.models import build_network
from phototagger.settings.locations import default_cache_folder, resources_folder
from phototagger.specs.found import shipped_networks
from phototagger.specs.spec import NetworkSpec

Pixels = NDArray[np.uint8]

INFOS = {Task(info.task): info for info in shipped_networks()}
FILES = ("coco/000000000285.jpg", "faces/dlib_6d3001b66f.jpg", "coco/000000007991.jpg")


@pytest.fixture(scope="module")
def cache_dir(own_folders: Path) -> Path:
    return default_cache_folder() / "networks"


@pytest.fixture(scope="module")
def torch_backends() -> dict[Task, Backend]:
    return {task: TorchBackend(info, "cpu") for task, info in INFOS.items()}


@pytest.fixture(scope="module")
def onnx_backends(cache_dir: Path) -> dict[Task, Backend]:
    return {task: OnnxBackend(info, cache_dir) for task, info in INFOS.items()}


@pytest.fixture(scope="module")
def photos(shared_photos: Path) -> list[Pixels]:
    found = []
    for name in FILES:
        with Image.open(shared_photos / name) as photo:
            found.append(np.array(photo.convert("RGB")))
    return found


def _batch(photos: list[Pixels], task: Task) -> Pixels:
    height, width = INFOS[task].size
    return np.stack([np.array(Image.fromarray(photo).resize((width, height))) for photo in photos])


@pytest.mark.parametrize("task", [task for task in Task if task is not Task.TEXT])
def test_raw_outputs_agree(
    task: Task, torch_backends: dict[Task, Backend], onnx_backends: dict[Task, Backend], photos: list[Pixels]
) -> None:
    batch = _batch(photos, task)

    for wanted, got in zip(torch_backends[task].run(batch), onnx_backends[task].run(batch), strict=True):
        assert wanted.dtype == got.dtype == np.float32
        assert wanted.shape == got.shape
        assert np.abs(wanted - got).max() < 1e-3


@pytest.mark.parametrize("task", [task for task in Task if task is not Task.TEXT])
def test_an_answer_does_not_depend_on_its_batch(
    task: Task, onnx_backends: dict[Task, Backend], photos: list[Pixels]
) -> None:
    batch = np.concatenate([_batch(photos, task)] * 3)  # more than one run takes

    together = onnx_backends[task].run(batch)

    alone = onnx_backends[task].run(batch[1:2])
    for many, one in zip(together, alone, strict=True):
        assert np.abs(many[1] - one[0]).max() < 1e-3
        assert np.abs(many[7] - one[0]).max() < 1e-3


def test_the_face_network_takes_any_shape(
    torch_backends: dict[Task, Backend], onnx_backends: dict[Task, Backend]
) -> None:
    photo = np.random.default_rng(2).integers(0, 256, (1, 64, 992, 3), np.uint8)

    answers = zip(torch_backends[Task.FACES].run(photo), onnx_backends[Task.FACES].run(photo), strict=True)

    assert all(np.abs(wanted - got).max() < 1e-3 for wanted, got in answers)


@pytest.mark.parametrize("task", [task for task in Task if task is not Task.TEXT])
def test_half_precision_stays_near(
    task: Task, torch_backends: dict[Task, Backend], photos: list[Pixels]
) -> None:
    batch = _batch(photos[1:2], task)

    wanted = torch_backends[task].run(batch)
    got = TorchBackend(INFOS[task], "cpu", half=True).run(batch)

    assert all(np.isfinite(output).all() for output in got)
    if task is Task.IDENTITY:
        assert float((wanted[0] * got[0]).sum()) > 0.999
    else:
        assert np.abs(wanted[0] - got[0]).max() < 0.02


def _answers(chosen: dict[Task, Backend], photos: list[Pixels]) -> list[Findings]:
    tasks = [registry()[task](INFOS[task], backend) for task, backend in chosen.items()]
    answers = Analyser(tasks, Device("cpu", "CPU")).analyse(photos)
    assert all(isinstance(answer, Findings) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Findings)]


def _matched(some: list[tuple[str, float, Box]], others: list[tuple[str, float, Box]], clear: float) -> None:
    """Every clear finding is among the others: same label, nearly the same score and box."""
    for label, score, box in some:
        if score > clear:
            assert any(
                label == other and abs(score - like) < 0.02 and box.iou(place) > 0.95
                for other, like, place in others
            )


def test_findings_agree(
    torch_backends: dict[Task, Backend], onnx_backends: dict[Task, Backend], photos: list[Pixels]
) -> None:
    pairs = zip(_answers(torch_backends, photos), _answers(onnx_backends, photos), strict=True)
    for one, other in pairs:
        assert [label.label for label in one.labels[:3]] == [label.label for label in other.labels[:3]]
        objects = [[(o.label, o.score, o.box) for o in answer.objects] for answer in (one, other)]
        faces = [[("face", f.score, f.box) for f in answer.faces] for answer in (one, other)]
        for some, others in (objects, objects[::-1]):
            _matched(some, others, 0.1)
        for some, others in (faces, faces[::-1]):
            _matched(some, others, 0.82)
        assert len(faces[0]) == len(faces[1])


class _Tight:
    """A network on a device whose memory holds only a few photos."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: list[int] = []

    def __call__(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
        self.sizes.append(len(batch))
        if len(batch) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")
        return (batch.float().mean(dim=(1, 2, 3)),)


def _tight(monkeypatch: pytest.MonkeyPatch, room: int) -> tuple[TorchBackend, _Tight]:
    backend, network = TorchBackend(INFOS[Task.FACES], "cpu"), _Tight(room)
    monkeypatch.setattr(backend, "_network", network)
    return backend, network


def test_running_out_of_memory_halves_the_batch_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, network = _tight(monkeypatch, 3)
    batch = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)

    first = backend.run(batch)
    network.sizes.clear()
    again = backend.run(batch)

    assert first[0].tolist() == again[0].tolist() == list(range(10))
    assert max(network.sizes) <= 3


def test_a_single_photo_too_large_for_the_memory_is_its_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, _ = _tight(monkeypatch, 0)

    with pytest.raises(PhotoError) as caught:
        backend.run(np.zeros((4, 2, 2, 3), np.uint8))

    assert caught.value.kind is ErrorKind.NO_MEMORY


def test_other_faults_of_the_device_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, network = _tight(monkeypatch, 9)
    monkeypatch.setattr(type(network), "__call__", _raise)

    with pytest.raises(RuntimeError, match="illegal instruction"):
        backend.run(np.zeros((1, 2, 2, 3), np.uint8))


def _raise(*_: object) -> None:
    raise RuntimeError("illegal instruction")


@pytest.fixture
def exports(
    monkeypatch: pytest.MonkeyPatch, onnx_backends: dict[Task, Backend], cache_dir: Path
) -> list[str]:
    """Names of networks exported during a test; the export itself is read from the warm cache."""
    names: list[str] = []
    real: Callable[[NetworkSpec, Path], bytes | None] = graphs.cached_graph

    def quick(spec: NetworkSpec, modules: object) -> bytes:
        names.append(spec.name)
        graph = real(INFOS[Task(spec.task)], cache_dir)
        assert graph is not None
        return graph

    monkeypatch.setattr(backends, "export_graph", quick)
    return names


def test_a_graph_is_exported_once(exports: list[str], tmp_path: Path) -> None:
    info = INFOS[Task.FACES]

    for _ in range(2):
        OnnxBackend(info, tmp_path / "new" / "folder")

    assert exports == [info.name]
    assert [path.suffix for path in (tmp_path / "new" / "folder").iterdir()] == [".onnx"]


@pytest.mark.parametrize(
    "damage", [lambda data: data[:1000], lambda data: b"", lambda data: data[:-1] + b"?"]
)
def test_a_broken_graph_is_made_anew(
    exports: list[str], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    OnnxBackend(INFOS[Task.FACES], tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))

    OnnxBackend(INFOS[Task.FACES], tmp_path)

    assert len(exports) == 2
    assert path.read_bytes() == whole


def test_new_weights_take_the_place_of_old_graphs(exports: list[str], tmp_path: Path) -> None:
    OnnxBackend(INFOS[Task.FACES], tmp_path)
    OnnxBackend(replace(INFOS[Task.FACES], sha256="0" * 64), tmp_path)

    assert len(exports) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_costs_only_time(exports: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    backend = OnnxBackend(INFOS[Task.FACES], tmp_path / "file" / "cache")

    assert len(backend.run(np.zeros((1, 64, 64, 3), np.uint8))) == 3


@pytest.fixture
def shipped(onnx_backends: dict[Task, Backend], cache_dir: Path, tmp_path: Path) -> NetworkSpec:
    """The smallest network as an installer ships it: the graph, and no weights."""
    folder = tmp_path / "models" / INFOS[Task.FACES].name
    info = replace(INFOS[Task.FACES], folder=folder, path=folder / INFOS[Task.FACES].file)
    graph = graphs.cached_graph(INFOS[Task.FACES], cache_dir)
    assert graph is not None
    graphs.store_shipped(graph, info, graphs.shipped_graph_folder(info))
    return info


def test_a_shipped_graph_needs_neither_weights_nor_export_nor_cache(
    exports: list[str], shipped: NetworkSpec, tmp_path: Path, onnx_backends: dict[Task, Backend]
) -> None:
    backend = OnnxBackend(shipped, tmp_path / "cache")

    photo = np.random.default_rng(3).integers(0, 256, (1, 64, 96, 3), np.uint8)
    answers = zip(backend.run(photo), onnx_backends[Task.FACES].run(photo), strict=True)
    assert all(np.array_equal(got, wanted) for got, wanted in answers)
    assert exports == []
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "other", [{"sha256": "0" * 64}, {"revision": 9}, {"size": (32, 32)}, {"mean": (1.0, 2.0, 3.0)}]
)
def test_a_shipped_graph_of_another_network_is_passed_over(
    exports: list[str], shipped: NetworkSpec, tmp_path: Path, other: dict[str, Any]
) -> None:
    OnnxBackend(replace(shipped, **other), tmp_path / "cache")

    assert exports == [shipped.name]


def test_without_torch_a_damaged_shipped_graph_asks_for_a_new_installation(
    exports: list[str], shipped: NetworkSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = graphs.shipped_graph_folder(shipped).iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(ModelError, match=f"{shipped.name} is damaged.*Reinstall"):
        OnnxBackend(shipped, tmp_path / "cache")
    assert exports == []


def test_an_export_that_answers_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    info = INFOS[Task.FACES]
    graph = graphs.cached_graph(info, default_cache_folder() / "networks")
    assert graph is not None
    network = backends.load_network(info)
    with torch.no_grad():
        next(network.parameters()).mul_(1.5)

    with pytest.raises(ModelError, match="answers differently"):
        backends._compare(info, network, graph)


def test_networks_say_what_they_answer() -> None:
    for info in INFOS.values():
        network = build_network(info)
        assert isinstance(network, Network)
        assert len(network.output_names) in (2, 3)


_ONE_SESSION = """
import phototagger.inference.zoo.backends as backends
import onnx
from onnx import TensorProto, helper
values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("a", "b")]
graph = helper.make_graph([helper.make_node("Neg", ["a"], ["b"])], "g", values[:1], values[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
assert backends.new_session(model, 1) is not None
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is kept in other places")
def test_onnx_runtime_reports_nothing_to_its_maker(tmp_path: Path) -> None:
    """It keeps an id of the device from the moment when it would report; with our switch there is none."""
    # Where it believes itself in a test (by variables such as CI) it keeps still by itself.
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    environment = {**kept, "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    root = resources_folder().parent
    subprocess.run([sys.executable, "-c", _ONE_SESSION], env=environment, cwd=root, check=True, timeout=60)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
