"""What a folder says about its photos: the layouts of ground truth that ``evaluate`` understands.

A dataset is a folder with one of the files below, or a folder of such folders. Names in the files are relative
to the folder that holds the file.

=================  =======================================================================================
file               columns
=================  =======================================================================================
labels.csv         file, wnid (``n02099601``): what the photo shows most of all
instances.json     COCO's layout: images (id, file_name, width, height), annotations (image_id, category_id in
                   COCO's 91-numbering, bbox x, y, w, h in pixels, iscrowd), categories. Taken as complete
no_person.csv      file: photos without any person, for false faces
faces.csv          file, count, count_kind (``exact`` is used), boxes (x,y,w,h in pixels; split by ``;``),
                   box_kind (``face box`` is used), tags (boxes of ``squeezed-aspect`` photos are not used)
identities.csv     file, identity, people_in_photo (photos with 1 are used)
judged.csv         file, keyword (``animal|dog``), right (``yes`` or ``no``): what a person said of a keyword
=================  =======================================================================================

A folder with ``images/`` and ``labels/`` is in YOLO's layout, see :mod:`phototagger.lab.truth.yolo`.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from phototagger.domain.errors import UsageError
from phototagger.domain.records import Failure
from phototagger.domain.sentences import said
from phototagger.lab.truth.yolo import is_yolo, read_yolo

FILE_NAMES = ("labels.csv", "instances.json", "no_person.csv", "faces.csv", "identities.csv", "judged.csv")
PixelBox = tuple[float, float, float, float]  # x, y, w, h in pixels of the upright photo


class NoGroundTruthError(UsageError):
    """The folder has none in any layout known here."""


class PassedOver(StrEnum):
    """Why a photo does not count where the keywords in the files are the truth."""

    WITHOUT_KEYWORDS = "without_keywords"
    ONLY_OWN_WORDS = "only_own_words"  # all its keywords were written by this program
    UNKNOWN_WORDS = "unknown_words"  # none of its keywords is one that the program suggests
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class TrueObject:
    label: str  # "coco:18"
    box: PixelBox
    crowd: bool


@dataclass(frozen=True, slots=True)
class TrueObjects:
    """All objects of one photo and the size in pixels that their boxes refer to."""

    width: float
    height: float
    objects: tuple[TrueObject, ...]


@dataclass(frozen=True, slots=True)
class TrueFaces:
    """Faces of one photo. ``count`` is None where it is not exact, ``boxes`` where there are none to trust."""

    count: int | None
    boxes: tuple[PixelBox, ...] | None


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """Everything found, by absolute path of the photo. ``object_labels``: the labels ``objects`` is complete in."""

    labels: dict[Path, str] = field(default_factory=dict)
    objects: dict[Path, TrueObjects] = field(default_factory=dict)
    object_labels: set[str] = field(default_factory=set)
    no_person: set[Path] = field(default_factory=set)
    faces: dict[Path, TrueFaces] = field(default_factory=dict)
    identities: dict[Path, str] = field(default_factory=dict)
    judged: dict[Path, dict[str, bool]] = field(default_factory=dict)
    words: dict[Path, set[str]] = field(default_factory=dict)  # see lab/truth/file_keywords.py
    passed_over: Counter[PassedOver] = field(default_factory=Counter)  # how many photos, and why, of those
    unreadable: list[tuple[Path, Failure]] = field(default_factory=list)  # which these were

    def photos(self) -> list[Path]:
        """Every photo with some ground truth, once, sorted."""
        return sorted(
            {
                *self.labels,
                *self.objects,
                *self.no_person,
                *self.faces,
                *self.identities,
                *self.judged,
                *self.words,
            },
        )


def find_ground_truth(dataset: Path, object_names: Mapping[str, str] | None = None) -> GroundTruth:
    """Reads the ground truth of ``dataset`` and of the folders right below it. ``object_names``: what classes of
    YOLO's layout may be called (``yolo_truth.object_names``); without them that layout is passed over.

    Raises NoGroundTruthError when there is none, UsageError when the folder is not there or one of its files is
    damaged.
    """
    if not dataset.is_dir():
        raise UsageError(
            said("{dataset} is not a folder. Name a folder of photos with ground truth.", dataset=dataset)
        )
    try:
        folders = [dataset, *sorted(entry for entry in dataset.iterdir() if entry.is_dir())]
    except OSError as error:
        raise UsageError(
            said("The folder {dataset} cannot be read ({reason}).", dataset=dataset, reason=error.strerror)
        ) from error
    truth = GroundTruth()
    for folder in folders:
        for name in FILE_NAMES:
            if (folder / name).is_file():
                read_table(folder / name, truth)
        if object_names is not None and is_yolo(folder):
            _take_yolo(folder, object_names, truth)
    if not truth.photos():
        raise NoGroundTruthError(
            said(
                "No ground truth was found in {dataset}: neither it nor a folder in it has any of "
                "{file_names}, nor images and labels in YOLO's layout.",
                dataset=dataset,
                file_names=", ".join(FILE_NAMES),
            )
        )
    return truth


def _take_yolo(folder: Path, names: Mapping[str, str], truth: GroundTruth) -> None:
    """Boxes stay fractions, of a photo of 1 by 1: how much two overlap does not depend on the scale of an axis."""
    found = read_yolo(folder, names)
    truth.object_labels.update(found.labels)
    for photo, boxes in found.boxes.items():
        objects = tuple(TrueObject(label, box, crowd=False) for label, box in boxes)
        truth.objects[photo] = TrueObjects(1.0, 1.0, objects)


def read_table(path: Path, truth: GroundTruth, folder: Path | None = None) -> None:
    """Adds what one file says, its names relative to ``folder``, or to where it lies. Raises UsageError."""
    try:
        if path.suffix == ".json":
            _read_instances(path, truth)
            return
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                _take_row(path.name, photo_named(folder or path.parent, row["file"]), row, truth)
    except OSError as error:
        raise UsageError(
            said("The ground truth {path} cannot be read ({reason}).", path=path, reason=error.strerror)
        ) from error
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        csv.Error,
    ) as error:
        raise UsageError(
            said(
                "The ground truth {path} is not in the layout that its name promises ({reason}).",
                path=path,
                reason=repr(error),
            )
        ) from error


def photo_named(folder: Path, name: str) -> Path:
    """The photo that a table calls so. Raises ValueError for what no file can be called."""
    if "\0" in name:
        raise ValueError(f"{name!r} is no name of a file")
    return folder / name


def _take_row(table: str, photo: Path, row: dict[str, str], truth: GroundTruth) -> None:
    match table:
        case "labels.csv":
            truth.labels[photo] = "wn:" + row["wnid"].removeprefix("n")
        case "no_person.csv":
            truth.no_person.add(photo)
        case "faces.csv":
            truth.faces[photo] = _faces(row)
        case "judged.csv":
            truth.judged.setdefault(photo, {})[row["keyword"]] = _yes(row["right"])
        case _:
            if row["people_in_photo"] == "1":
                truth.identities[photo] = row["identity"]


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _faces(row: dict[str, str]) -> TrueFaces:
    usable = row["box_kind"] == "face box" and "squeezed-aspect" not in row["tags"].split()
    return TrueFaces(
        count=int(row["count"]) if row["count_kind"] == "exact" else None,
        boxes=tuple(_box(text) for text in row["boxes"].split(";") if text) if usable else None,
    )


def _box(text: str) -> PixelBox:
    x, y, w, h = (float(number) for number in text.split(","))
    return x, y, w, h


def _read_instances(path: Path, truth: GroundTruth) -> None:
    table = json.loads(path.read_text(encoding="utf-8"))
    truth.object_labels.update(f"coco:{entry['id']}" for entry in table["categories"])
    by_photo: dict[int, list[TrueObject]] = {entry["id"]: [] for entry in table["images"]}
    for entry in table["annotations"]:
        x, y, w, h = (float(number) for number in entry["bbox"])
        label = f"coco:{entry['category_id']}"
        crowd = bool(entry.get("iscrowd", 0))
        by_photo[entry["image_id"]].append(TrueObject(label, (x, y, w, h), crowd))
    for entry in table["images"]:
        photo = photo_named(path.parent, entry["file_name"])
        objects = tuple(by_photo[entry["id"]])
        truth.objects[photo] = TrueObjects(float(entry["width"]), float(entry["height"]), objects)
