"""Spec folders: what they may say, and what a person is told of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.domain.errors import ModelError
from phototagger.inference.tasks import registry
from phototagger.specs.found import find_networks, shipped_networks
from phototagger.specs.labels import labels_of
from phototagger.specs.reading import read_spec
from phototagger.specs.spec import Calibration, Runtime

WHOLE = """\
task = "classify"
runtime = "timm"
architecture = "resnet18.a1_in1k"
weights = "birds.safetensors"
labels = "labels.txt"

[input]
size = [224, 160]
"""


def put(folder: Path, text: str, name: str = "birds") -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "spec.toml").write_text(text, encoding="utf-8")
    (folder / name / "labels.txt").write_text("robin\nwren\n")
    return folder / name


def test_the_least_that_a_spec_must_say(tmp_path: Path) -> None:
    spec = read_spec(put(tmp_path, "\ufeff" + WHOLE), "own")

    assert (spec.name, spec.identifier, spec.task) == ("birds", "birds@1", "classify")
    assert spec.runtime is Runtime.TIMM
    assert spec.size == (224, 160)
    assert spec.path == tmp_path / "birds" / "birds.safetensors"
    assert spec.mean == (123.675, 116.28, 103.53)
    assert spec.calibration == Calibration(1.0, 0.0)


@pytest.mark.parametrize(
    ("found", "instead", "told"),
    [
        ("size = [224, 160]", "size = [224]", "input.size is [224]; it should be height and width"),
        ("size = [224, 160]", "size = [2, 160]", "input.size is [2, 160]"),
        ("size = [224, 160]", "size = ['a', 160]", "input.size"),
        ("size = [224, 160]", "size = [1000000, 160]", "input.size"),
        ("[input]\nsize = [224, 160]", "", "input is missing"),
        ("[input]\nsize = [224, 160]", "input = 3", "input is 3; it should be a table"),
        (
            "[input]",
            "[input]\ncrop_shere = 0.9",
            "input.crop_shere is not known here. Did you mean crop_share?",
        ),
        ("[input]", "[input]\ncrop_share = 3", "input.crop_share is 3; it should be a share"),
        ("[input]", "[input]\nmean = [1, 2]", "input.mean is [1, 2]; it should be three numbers"),
        ("[input]", "[input]\nstd = [1, 2, 0]", "input.std is [1, 2, 0]; it should be three numbers above 0"),
        ("[input]", "[input]\nmean = [nan, 1, 2]", "input.mean"),
        ("[input]", "[calibration]\nslope = inf\n[input]", "calibration.slope is inf"),
        (
            "[input]",
            "[roles]\nperson = 'x'\n[input]",
            "roles is {'person': 'x'}; it should be lists of labels",
        ),
        (
            'runtime = "timm"',
            'runtime = "pickle"',
            'runtime is "pickle"; it should be one of timm, torch, onnx',
        ),
        ('task = "classify"', 'tsk = "classify"', "tsk is not known here. Did you mean task?"),
        ("birds.safetensors", "../birds.safetensors", "weights is"),
        ("birds.safetensors", "birds.pth", "comes as a .safetensors file"),
        ('architecture = "resnet18.a1_in1k"\n', "", "architecture is missing"),
        ("resnet18.a1_in1k", "hf-hub:someone/something", "architecture is"),
        ("labels.txt", "/etc/passwd", "labels is"),
        ('task = "classify"', "task = ", "not valid TOML"),
    ],
)
def test_a_wrong_spec_is_told_with_its_file_its_key_and_what_to_do(
    tmp_path: Path, found: str, instead: str, told: str
) -> None:
    assert found in WHOLE
    folder = put(tmp_path, WHOLE.replace(found, instead))

    with pytest.raises(ModelError) as error:
        read_spec(folder, "own")

    sentence = str(error.value)
    assert sentence.startswith(str(folder / "spec.toml"))
    assert told in sentence
    assert sentence.endswith("Correct it, or take the folder away.")


@pytest.mark.parametrize("name", ["my birds", "bird=s", "b;c", ".hidden"])
def test_a_folder_s_name_is_the_network_s(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="its name is the network's"):
        read_spec(put(tmp_path, WHOLE, name), "own")


def test_a_spec_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    (tmp_path / "birds").mkdir()
    os.mkfifo(tmp_path / "birds" / "spec.toml")

    with pytest.raises(ModelError, match="cannot be read"):
        read_spec(tmp_path / "birds", "own")


def test_the_spec_in_contributing_is_one(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[3] / "CONTRIBUTING.md").read_text("utf-8")
    spec = read_spec(put(tmp_path, text.split("```toml\n")[1].split("```")[0]), "own")

    assert spec.task == "labels"
    assert spec.task in registry()
    assert [label.keyword for label in labels_of(spec)] == ["animal|bird|robin", "animal|bird|wren"]


def test_one_faulty_folder_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path, WHOLE)
    put(tmp_path, "junk", "flowers")
    put(tmp_path, WHOLE, shipped_networks()[0].name)

    found = find_networks(own=tmp_path)

    assert [spec.name for spec in found.more] == ["birds"]
    assert len(found.specs) == len(shipped_networks()) + 1
    messages = [problem.message for problem in found.problems]
    assert any("flowers" in message and "TOML" in message for message in messages)
    assert any("name of another network" in message for message in messages)


def test_a_network_that_the_settings_name_and_that_is_not_there_is_told(tmp_path: Path) -> None:
    put(tmp_path, WHOLE)
    put(tmp_path, "junk", "flowers")
    found = find_networks(own=tmp_path)

    assert [spec.name for spec in found.chosen(["birds"])] == ["birds"]
    with pytest.raises(ModelError, match=r"birds.*take it out of analysis\.networks"):
        found.chosen(["trees"])
    with pytest.raises(ModelError, match=r"flowers.*not valid TOML"):
        found.chosen(["flowers"])
