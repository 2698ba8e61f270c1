"""Label ids and names, of networks that ship and of a person's own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.domain.errors import ModelError
from phototagger.specs.found import shipped_networks
from phototagger.specs.labels import Label, labels_of
from phototagger.specs.spec import NetworkSpec

SHIPPED = {spec.labels: spec for spec in shipped_networks() if spec.labels}


def own(folder: Path, file: str, text: str, under: str = "") -> NetworkSpec:
    (folder / file).write_text(text, encoding="utf-8")
    return replace(SHIPPED["imagenet1k"], name="birds", kind="own", folder=folder, labels=file, under=under)


def test_imagenet_labels_are_wordnet_offsets() -> None:
    labels = labels_of(SHIPPED["imagenet1k"])

    assert len(labels) == len({label.label for label in labels}) == 1000
    assert all(re.fullmatch(r"wn:\d{8}", label.label) for label in labels)
    assert labels[207].label == "wn:02099601"
    assert labels[207].name == "golden retriever"


def test_coco_labels_are_the_data_sets_own_ids(shared_photos: Path) -> None:
    truth = json.loads((shared_photos / "coco" / "instances.json").read_text())
    categories = sorted(truth["categories"], key=lambda category: category["yolo_index"])

    labels = [(label.label, label.name) for label in labels_of(SHIPPED["coco80"])]

    assert labels == [(f"coco:{category['id']}", category["name"]) for category in categories]
    assert ("coco:18", "dog") in labels


def test_a_list_of_lines_is_a_name_a_class(tmp_path: Path) -> None:
    spec = own(tmp_path, "labels.txt", "\ufeffrobin, Erithacus rubecula\nwren\n", under="animal|bird")

    assert labels_of(spec) == (
        Label("birds:robin, Erithacus rubecula", "robin, Erithacus rubecula", "animal|bird|robin"),
        Label("birds:wren", "wren", "animal|bird|wren"),
    )


def test_a_table_may_give_ids_and_keywords(tmp_path: Path) -> None:
    text = "index,name,label,keyword\n0,robin,x:1,animal | bird | robin\n1,wren,,\n"

    assert labels_of(own(tmp_path, "labels.csv", text)) == (
        Label("x:1", "robin", "animal|bird|robin"),
        Label("birds:wren", "wren"),
    )


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("a.csv", "robin\nwren\n", "name the columns"),
        ("b.csv", "index,name\n0,robin\n2,wren\n", "row 3"),
        ("c.csv", "name,keyword\nrobin,animal||robin\n", "row 2"),
        ("d.txt", "robin\n\nwren\n", "row 2"),
        ("e.txt", "", "0 labels"),
        ("f.txt", "robin\x1b[31m\n", "row 1"),
    ],
)
def test_a_damaged_list_is_told_with_its_file_and_row(
    tmp_path: Path, file: str, text: str, told: str
) -> None:
    spec = own(tmp_path, file, text)

    with pytest.raises(ModelError) as error:
        labels_of(spec)

    assert str(tmp_path / file) in str(error.value)
    assert told in str(error.value)


def test_a_missing_list_is_told(tmp_path: Path) -> None:
    spec = replace(SHIPPED["coco80"], kind="own", folder=tmp_path, labels="labels.csv")

    with pytest.raises(ModelError, match="cannot be read"):
        labels_of(spec)


def test_a_label_with_a_role_is_reported_under_the_label_that_rules_know(tmp_path: Path) -> None:
    spec = replace(own(tmp_path, "labels.txt", "human\ncar\n"), roles={"person": ("human",)})

    assert [label.label for label in labels_of(spec)] == ["coco:1", "birds:car"]
    assert labels_of(SHIPPED["coco80"])[0].label == "coco:1"
