"""The networks that ship, and the check of their files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Task
from phototagger.inference.zoo.backends import load_network
from phototagger.inference.zoo.graphs import shipped_graph_folder, store_shipped
from phototagger.inference.zoo.models import describe_model, verify_models
from phototagger.specs.found import shipped_networks

FACES = "retinaface_mobilenet025.widerface"


@pytest.fixture
def copied(models_dir: Path, tmp_path: Path) -> Path:
    """The shipped specs with only the smallest network's file."""
    for spec in models_dir.glob("*/spec.toml"):
        (tmp_path / spec.parent.name).mkdir()
        shutil.copy(spec, tmp_path / spec.parent.name)
    shutil.copy(models_dir / FACES / f"{FACES}.safetensors", tmp_path / FACES)
    return tmp_path


def test_one_whole_network_for_each_task(models_dir: Path) -> None:
    specs = shipped_networks(models_dir)

    assert sorted(spec.task for spec in specs) == sorted(task for task in Task if task is not Task.TEXT)
    assert all(check.ok for check in verify_models(specs))
    assert all((spec.origin.max_difference or 0) <= 1e-3 for spec in specs)
    assert specs[0].identifier == "efficientnet_lite2.in1k@1"


def test_each_network_has_its_licence_and_says_where_it_is_from(models_dir: Path) -> None:
    for spec in shipped_networks(models_dir):
        assert spec.origin.licence_file is not None
        assert (spec.folder / spec.origin.licence_file).is_file()
        assert len(spec.sha256) == 64
        assert spec.origin.licence
        assert spec.origin.source
        assert spec.origin.project


def test_description_is_plain(models_dir: Path) -> None:
    (faces,) = (describe_model(spec) for spec in shipped_networks(models_dir) if spec.name == FACES)

    assert faces["task"] == "faces"
    assert faces["licence"] == "MIT"
    assert faces["from"] == "shipped"
    assert faces["present"] is True


def test_missing_and_damaged_files_are_named(copied: Path) -> None:
    weights = copied / FACES / f"{FACES}.safetensors"
    damaged = bytearray(weights.read_bytes())
    damaged[-1] ^= 1
    weights.write_bytes(damaged)

    checks = {check.task: check for check in verify_models(shipped_networks(copied))}

    assert not any(check.ok for check in checks.values())
    assert "damaged" in checks[Task.FACES].message
    assert "cannot be read" in checks[Task.CLASSIFY].message


def test_a_build_with_graphs_and_no_weights_is_checked_by_its_graphs(copied: Path) -> None:
    (copied / FACES / f"{FACES}.safetensors").unlink()
    specs = shipped_networks(copied)
    stored = [store_shipped(spec.name.encode(), spec, shipped_graph_folder(spec)) for spec in specs]
    stored[0].write_bytes(b"cut")
    stored[1].unlink()

    checks = verify_models(specs)

    assert [check.ok for check in checks] == [False, False, *[True] * (len(specs) - 2)]
    assert all(f"{check.name} is missing or damaged" in check.message for check in checks[:2])
    assert all(describe_model(spec)["present"] for spec in specs)


def test_damaged_weights_are_never_loaded(copied: Path) -> None:
    spec = next(spec for spec in shipped_networks(copied) if spec.task == Task.FACES)
    spec.path.write_bytes(spec.path.read_bytes()[:-100])

    with pytest.raises(ModelError, match="damaged"):
        load_network(spec)


@pytest.mark.parametrize("content", [None, "no TOML [", "task = 'faces'\n", "input = 3\n", ""])
def test_unusable_specs_that_ship_ask_for_a_new_installation(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "spec.toml").write_text(content)

    with pytest.raises(ModelError, match="Reinstall"):
        shipped_networks(tmp_path)
