"""What the labels of further networks become in the keyword tree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from phototagger.domain.findings import Findings, LabelScore, Task
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.tree.vocabulary import Vocabulary
from phototagger.settings.locations import resources_folder
from phototagger.specs.found import shipped_networks
from phototagger.specs.labels import Label
from phototagger.specs.spec import Calibration, NetworkSpec

FOLDER = resources_folder() / "vocabulary"


def test_a_label_joins_the_keyword_of_its_name_or_its_own_list_or_becomes_a_new_one() -> None:
    plain = Vocabulary.load(FOLDER)
    labels = [
        Label("pets:dog", "Dog, Canis familiaris"),
        Label("pets:gecko", "crested gecko", "animal|reptile|crested gecko"),
        Label("pets:quagga", "quagga"),
        Label("wn:02099601", "golden retriever", "something|else"),
    ]

    tree = plain.knowing(labels)

    found = [tree.of_label(label.label) for label in labels]
    assert [node.keyword if node else None for node in found] == [
        "animal|dog",
        "animal|reptile|crested gecko",
        "quagga",
        "animal|dog|golden retriever",
    ]
    assert all(node is not None and node.usable for node in found)
    assert plain.of_label("pets:dog") is None, "the tree that others hold is as it was"
    assert plain.knowing([]) is plain


def own_classifier(folder: Path, calibration: Calibration) -> NetworkSpec:
    (folder / "labels.txt").write_text("quagga\nokapi\n")
    (shipped,) = (spec for spec in shipped_networks() if spec.task == Task.CLASSIFY)
    return replace(
        shipped, name="rare", kind="own", folder=folder, labels="labels.txt", calibration=calibration
    )


def test_scores_of_a_person_s_own_network_are_worth_what_its_spec_says(tmp_path: Path) -> None:
    found = Findings((LabelScore("rare:quagga", "quagga", 0.5),), networks={Task.CLASSIFY: "rare@1"})

    for offset, offered in ((0.0, []), (2.0, ["quagga"])):
        spec = own_classifier(tmp_path, Calibration(1.0, offset))
        suggester = Suggester(FOLDER, networks=[spec])
        assert [one.keyword for one in suggester.suggest(found)] == offered
