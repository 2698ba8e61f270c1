"""Networks of a person's own: an ONNX graph or a timm name is data, and what is wrong with one is told."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Findings, Task
from phototagger.inference.analyser import Analyser
from phototagger.inference.loading import load_analyser
from phototagger.keywords.propose import Proposer
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.settings.locations import resources_folder
from phototagger.specs.found import find_networks, own_networks_folder
from tests.support.own_networks import colours_graph, put_colours

Load = Callable[[str], Analyser]
ARCHITECTURE = "test_byobnet.r160_in1k"
TIMM = f"""\
task = "classify"
runtime = "timm"
architecture = "{ARCHITECTURE}"
weights = "weights.safetensors"
labels = "labels.txt"
activation = "sigmoid"

[input]
size = [64, 64]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the person's own networks."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return own_networks_folder()


@pytest.fixture
def load(own: Path, tmp_path: Path) -> Load:
    models = resources_folder() / "models"
    return lambda name: load_analyser(models, tmp_path / "cache", "cpu", [Task.CLASSIFY], networks=[name])


def paint(*colour: int) -> NDArray[np.uint8]:
    return np.broadcast_to(np.array(colour, np.uint8), (60, 80, 3)).copy()


def findings(analyser: Analyser, *photos: NDArray[np.uint8]) -> list[Findings]:
    answers = analyser.analyse(photos)
    assert all(isinstance(answer, Findings) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Findings)]


@pytest.mark.parametrize(
    "graph",
    [
        colours_graph(),
        colours_graph(bytes_last=True),
        colours_graph(fixed_batch=1),
        colours_graph(fixed_batch=4),
    ],
    ids=["numbers", "bytes, channels last", "one photo at a time", "four at a time"],
)
def test_an_onnx_graph_takes_the_place_of_our_classifier(own: Path, load: Load, graph: bytes) -> None:
    put_colours(own, graph=graph)

    red, blue, *_ = found = findings(load("colours"), *[paint(250, 9, 9), paint(9, 9, 250)] * 3)

    assert len(found) == 6
    assert (red.labels[0].label, red.labels[0].name) == ("colours:red", "red")
    assert blue.labels[0].name == "blue"
    assert red.labels[0].score > 0.99
    assert red.networks == {Task.CLASSIFY: "colours@1"}
    assert red.features is None, "the graph has none, so nothing is learnt by example from it"


def test_a_timm_name_and_its_weights_are_enough(own: Path, load: Load) -> None:
    torch.manual_seed(7)
    body = timm.create_model(ARCHITECTURE, pretrained=False, num_classes=3).eval()
    folder = own / "birds"
    folder.mkdir(parents=True)
    (folder / "spec.toml").write_text(TIMM)
    (folder / "labels.txt").write_text("robin\nwren\ntit\n")
    save_file(body.state_dict(), folder / "weights.safetensors")
    photo = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)

    analyser = load("birds")
    crop = analyser.prepare(photo).looks[Task.CLASSIFY].copy()
    (found,) = findings(analyser, photo)

    batch = (torch.from_numpy(crop).float() - torch.tensor((123.675, 116.28, 103.53))) / torch.tensor(
        (58.395, 57.12, 57.375)
    )
    with torch.inference_mode():
        wanted = body(batch.permute(2, 0, 1)[None]).sigmoid()[0].tolist()
    scores = {label.name: label.score for label in found.labels}
    assert [scores[name] for name in ("robin", "wren", "tit")] == pytest.approx(wanted, abs=1e-3)
    assert found.features is not None


def test_a_network_of_further_labels_runs_beside_others(own: Path, tmp_path: Path) -> None:
    put_colours(own, "paints", "labels")
    put_colours(own, "dyes", "labels")
    models = resources_folder() / "models"
    analyser = load_analyser(models, tmp_path / "cache", "cpu", [], networks=["paints", "dyes"])

    (found,) = findings(analyser, paint(9, 9, 250))

    assert found.networks == {"labels:paints": "paints@1", "labels:dyes": "dyes@1"}
    assert found.more["labels"]["paints"][0] == ["paints:blue", pytest.approx(1.0, abs=0.01)]
    suggester = Suggester(resources_folder() / "vocabulary", networks=find_networks().more)
    (word,) = Proposer(suggester).suggest(found)
    assert (word.keyword, word.label, word.network) == ("paint|blue", "label:dyes:blue", "paints@1")


def test_two_networks_for_one_task_are_refused(own: Path, tmp_path: Path) -> None:
    put_colours(own, "paints")
    put_colours(own, "dyes")

    with pytest.raises(ModelError, match="both for classify"):
        load_analyser(resources_folder() / "models", tmp_path, "cpu", [], networks=["paints", "dyes"])


def _pickled(folder: Path) -> None:
    (folder / "spec.toml").write_text(TIMM)
    (folder / "weights.safetensors").write_bytes(pickle.dumps(print))


def _few_labels(folder: Path) -> None:
    (folder / "labels.txt").write_text("red\ngreen\n")


def _other_size(folder: Path) -> None:
    spec = folder / "spec.toml"
    spec.write_text(spec.read_text().replace("size = [32, 32]", "size = [64, 64]"))


def _other_output(folder: Path) -> None:
    spec = folder / "spec.toml"
    spec.write_text(spec.read_text() + '\n[onnx.outputs]\nprobabilities = "logits"\n')


def _other_content(folder: Path) -> None:
    spec = folder / "spec.toml"
    spec.write_text(f'sha256 = "{"0" * 64}"\n' + spec.read_text())


def _junk(folder: Path) -> None:
    (folder / "colours.onnx").write_bytes(b"junk")


def _no_architecture(folder: Path) -> None:
    (folder / "spec.toml").write_text(TIMM.replace(ARCHITECTURE, "birdnet"))
    save_file({"x": torch.zeros(1)}, folder / "weights.safetensors")


def _other_weights(folder: Path) -> None:
    (folder / "spec.toml").write_text(TIMM)
    save_file({"x": torch.zeros(1)}, folder / "weights.safetensors")


def _no_task(folder: Path) -> None:
    spec = folder / "spec.toml"
    spec.write_text(spec.read_text().replace('task = "classify"', 'task = "smell"'))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_few_labels, "3 numbers for 2 labels|answers"),
        (_other_size, "32"),
        (_other_output, "probabilities"),
        (_other_content, "sha256"),
        (_junk, "does not take"),
        (_pickled, "weights.safetensors"),
        (_no_architecture, "birdnet"),
        (_other_weights, "do not fit"),
        (_no_task, "smell"),
    ],
)
def test_a_network_of_no_use_is_told_and_never_run(
    own: Path, load: Load, spoil: Callable[[Path], None], told: str
) -> None:
    spoil(put_colours(own))

    with pytest.raises(ModelError, match=told) as error:
        load("colours")

    assert "colours" in str(error.value)
