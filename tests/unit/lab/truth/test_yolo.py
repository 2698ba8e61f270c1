"""Datasets in YOLO's layout, as they are found in the wild."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.domain.errors import UsageError
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.lab.evaluate import evaluate_dataset
from phototagger.lab.truth.ground_truth import find_ground_truth
from phototagger.lab.truth.yolo import object_names
from tests.support.made_datasets import TableEngine, objects

VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
LAUGHS = (
    "a: &a [dog, dog]\n"
    + "".join(  # 9 ** 25 dogs, were they spelt out
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True)
    )
    + "names: [*z]\n"
)


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(VOCABULARY)


def dataset(folder: Path, photos: dict[str, str | None], **files: str) -> Path:
    """``photos``: path below images -> its label lines (None: no file); ``files``: name with _ for the dot."""
    for name, lines in photos.items():
        photo, text = folder / "images" / name, (folder / "labels" / name).with_suffix(".txt")
        for path in (photo, text):
            path.parent.mkdir(parents=True, exist_ok=True)
        photo.touch()
        if lines is not None:
            text.write_text(lines, "utf-8")
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, "utf-8")
    return folder


@pytest.mark.parametrize(
    "files",
    [
        {"data_yaml": "train: images/train\nnames: [person, Unicorn, dog]\n"},
        {"data_yaml": "names:\n  0: person\n  2: dog\n"},
        {"classes_txt": "person\nUnicorn\ndog\n"},
    ],
)
def test_boxes_are_measured_whatever_names_the_classes(
    tmp_path: Path, suggester: Suggester, files: dict[str, str]
) -> None:
    """The right dog, and a photo of nothing that is left as it is; the unlabelled photo is never analysed."""
    photos = {"train/dog.jpg": "2 0.5 0.5 0.5 0.4\n1 0.1 0.1 0.1 0.1\n", "none.jpg": "", "new.jpg": None}
    dataset(tmp_path, photos, **files)
    engine = TableEngine({"dog.jpg": objects(("coco:18", 0.9, [50, 30, 100, 40]))})
    figures = run_to_end(evaluate_dataset(tmp_path, engine, suggester, Cancel()))
    assert sorted(engine.asked) == ["dog.jpg", "none.jpg"]
    assert figures["objects"] == {"ap": 1.0, "ap50": 1.0}
    assert figures["keywords"]["recall"] > 0


def test_a_box_in_the_wrong_place_counts_against_the_network(tmp_path: Path, suggester: Suggester) -> None:
    dataset(tmp_path, {"dog.jpg": "0 0.5 0.5 0.5 0.4\n"}, classes_txt="dog\n")
    engine = TableEngine({"dog.jpg": objects(("coco:18", 0.9, [0, 0, 40, 20]))})
    figures = run_to_end(evaluate_dataset(tmp_path, engine, suggester, Cancel()))
    assert figures["objects"] == {"ap": 0.0, "ap50": 0.0}


@pytest.mark.parametrize(
    ("lines", "files", "sentence"),
    [
        ("0 0.5 0.5 0.1 0.1", {}, "no data.yaml or classes.txt"),
        ("0 0.5 0.5 0.1 0.1", {"classes_txt": "Unicorn\n"}, "knows none"),
        ("0 0.5 0.5 0.1 0.1", {"data_yaml": "nc: 3\n"}, "cannot be read from .*data.yaml"),
        ("0 0.5 0.5 0.1 0.1", {"data_yaml": "names: {}\n"}, "cannot be read from .*data.yaml"),
        ("\n0 0.5 0.5", {"classes_txt": "dog\n"}, "Line 2 of .*a.txt"),
        ("1 0.5 0.5 0.1 0.1", {"classes_txt": "dog\n"}, "class 1 has no name"),
        ("0 0.5 0.5 0.1 0.1", {"data_yaml": LAUGHS}, "data.yaml .a class's name is not a word"),
        ("0 0.5 0.5 0.1 0.1", {"data_yaml": "names: {0: dog, 999999999999: cat}\n"}, "numbered from 0"),
        ("0 0.5 0.5 0.1 0.1", {"data_yaml": "names: {0: dog, -1: cat}\n"}, "numbered from 0"),
        ("0 0.5 0.5 0.1 0.1", {"data_yaml": "names: " + "[" * 20_000}, "data.yaml .it is nested too deep"),
    ],
)
def test_a_damaged_dataset_is_refused(
    tmp_path: Path, suggester: Suggester, lines: str, files: dict[str, str], sentence: str
) -> None:
    dataset(tmp_path, {"a.jpg": lines}, **files)
    with pytest.raises(UsageError, match=sentence):
        find_ground_truth(tmp_path, object_names(suggester.vocabulary))


def test_every_class_of_coco_is_known_by_its_own_name(suggester: Suggester) -> None:
    rows = (VOCABULARY / "coco80.csv").read_text("utf-8").splitlines()[1:]
    found = object_names(suggester.vocabulary)
    assert len(rows) == 80
    assert [row for row in rows if found.get(row.split(",")[2]) != row.split(",")[1]] == []


def test_a_folder_without_any_ground_truth_says_what_was_looked_for(
    tmp_path: Path, suggester: Suggester
) -> None:
    with pytest.raises(UsageError, match="nor images and labels in YOLO's layout"):
        find_ground_truth(tmp_path, object_names(suggester.vocabulary))
