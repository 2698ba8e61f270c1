"""The list of networks and the check of their files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Task
from phototagger.inference.zoo.backends import load_network
from phototagger.inference.zoo.graphs import shipped_graph_folder, store_shipped
from phototagger.inference.zoo.models import describe_models, read_models, verify_models


@pytest.fixture
def copied(models_dir: Path, tmp_path: Path) -> Path:
    """The shipped list with only the smallest network's file."""
    shutil.copy(models_dir / "models.toml", tmp_path)
    shutil.copy(models_dir / "retinaface_mobilenet025.widerface.safetensors", tmp_path)
    return tmp_path


def test_one_whole_network_for_each_task(models_dir: Path) -> None:
    infos = read_models(models_dir)

    assert [info.task for info in infos] == [task for task in Task if task is not Task.TEXT]
    assert all(check.ok for check in verify_models(models_dir))
    assert all(info.max_difference <= 1e-3 for info in infos)
    assert infos[0].identifier == "efficientnet_lite2.in1k@1"


def test_each_network_names_a_licence_text_that_is_there(models_dir: Path) -> None:
    for line in (models_dir / "models.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("licence_file"):
            assert (models_dir / line.split('"')[1]).is_file()


def test_description_is_plain(models_dir: Path) -> None:
    faces = describe_models(models_dir)[2]

    assert faces["task"] == "faces"
    assert faces["licence"] == "MIT"
    assert faces["present"] is True


def test_missing_and_damaged_files_are_named(copied: Path) -> None:
    weights = copied / "retinaface_mobilenet025.widerface.safetensors"
    damaged = bytearray(weights.read_bytes())
    damaged[-1] ^= 1
    weights.write_bytes(damaged)

    checks = {check.task: check for check in verify_models(copied)}

    assert not any(check.ok for check in checks.values())
    assert "damaged" in checks[Task.FACES].message
    assert "cannot be read" in checks[Task.CLASSIFY].message


def test_a_build_with_graphs_and_no_weights_is_checked_by_its_graphs(
    models_dir: Path, tmp_path: Path
) -> None:
    shutil.copy(models_dir / "models.toml", tmp_path)
    infos = read_models(tmp_path)
    stored = [store_shipped(info.name.encode(), info, shipped_graph_folder(info)) for info in infos]
    stored[0].write_bytes(b"cut")
    stored[1].unlink()

    checks = verify_models(tmp_path)

    assert [check.ok for check in checks] == [False, False, *[True] * (len(infos) - 2)]
    assert all(f"{check.name} is missing or damaged" in check.message for check in checks[:2])
    assert all(entry["present"] for entry in describe_models(tmp_path))


def test_damaged_weights_are_never_loaded(copied: Path) -> None:
    info = next(info for info in read_models(copied) if info.task is Task.FACES)
    info.path.write_bytes(info.path.read_bytes()[:-100])

    with pytest.raises(ModelError, match="damaged"):
        load_network(info)


@pytest.mark.parametrize("content", [None, "no TOML [", "[[network]]\nname = 'x'\n", "network = 3\n", ""])
def test_unusable_list_is_a_model_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "models.toml").write_text(content)

    with pytest.raises(ModelError, match="Reinstall"):
        read_models(tmp_path)
