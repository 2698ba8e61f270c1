"""Label ids and names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from phototagger.domain.errors import ModelError
from phototagger.inference.zoo.vocabulary import read_vocabulary


def test_imagenet_labels_are_wordnet_offsets() -> None:
    labels = read_vocabulary("imagenet1k")

    assert len(labels) == len({label.label for label in labels}) == 1000
    assert all(re.fullmatch(r"wn:\d{8}", label.label) for label in labels)
    assert labels[207].label == "wn:02099601"
    assert labels[207].name == "golden retriever"


def test_coco_labels_are_the_data_sets_own_ids(shared_photos: Path) -> None:
    truth = json.loads((shared_photos / "coco" / "instances.json").read_text())
    categories = sorted(truth["categories"], key=lambda category: category["yolo_index"])

    labels = [(label.label, label.name) for label in read_vocabulary("coco80")]

    assert labels == [(f"coco:{category['id']}", category["name"]) for category in categories]
    assert ("coco:18", "dog") in labels


@pytest.mark.parametrize("text", ["index,label,name\n1,coco:1,person\n", "index,name\n0,person\n", "junk"])
def test_damaged_vocabulary_is_a_model_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "coco80.csv").write_text(text)

    with pytest.raises(ModelError, match="Reinstall"):
        read_vocabulary("coco80", tmp_path)


def test_unknown_vocabulary_is_a_model_error() -> None:
    with pytest.raises(ModelError):
        read_vocabulary("klingon")
