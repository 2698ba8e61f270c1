"""Ground truth in YOLO's layout: ``images/``, ``labels/`` beside it, and the classes' names in ``data.yaml`` (or
``data.yml``) or ``classes.txt``.

A photo ``images/train/a.jpg`` has its boxes in ``labels/train/a.txt``: a line a box, the class's number and x, y of
the middle, w, h as fractions of the upright photo. A photo whose text file is empty shows none of the classes; one
without a text file has not been looked at, and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import said
from phototagger.keywords.tree.vocabulary import Vocabulary

MOST_CLASSES = 100_000  # the largest data sets have some 20,000
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})

# What COCO calls things that have another name in the keyword tree.
_COCO_NAMES = {"sports ball": "coco:37", "mouse": "coco:74", "remote": "coco:75", "keyboard": "coco:76"}

FractionBox = tuple[float, float, float, float]  # x, y (top left), w, h in 0..1 of the upright photo


@dataclass(frozen=True, slots=True)
class YoloTruth:
    """``boxes``: photo -> its boxes with their labels; ``labels``: those the boxes are complete in."""

    labels: frozenset[str]
    boxes: dict[Path, tuple[tuple[str, FractionBox], ...]] = field(default_factory=dict)


def object_names(vocabulary: Vocabulary) -> dict[str, str]:
    """What a class may be called, in small letters -> the object network's label."""
    found = {
        word.casefold(): label
        for node in vocabulary
        for label in node.labels
        if label.startswith("coco:")
        for word in (node.name, *node.synonyms)
    }
    return found | _COCO_NAMES


def is_yolo(folder: Path) -> bool:
    return (folder / "images").is_dir() and (folder / "labels").is_dir()


def read_yolo(folder: Path, names: Mapping[str, str]) -> YoloTruth:
    """The boxes of the classes that ``names`` knows (see :func:`object_names`); the others are passed over.

    Raises UsageError without names of classes, when none of them is known, and for a damaged file.
    """
    classes = [names.get(name.strip().replace("_", " ").casefold()) for name in _class_names(folder)]
    known = frozenset(label for label in classes if label is not None)
    if not known:
        raise UsageError(
            said(
                "Of the classes named in {folder}, the object network knows none: nothing to measure.",
                folder=folder,
            )
        )
    truth = YoloTruth(known)
    for photo in sorted((folder / "images").rglob("*")):
        inside = photo.relative_to(folder / "images")
        text = (folder / "labels" / inside).with_suffix(".txt")
        if photo.suffix.lower() in SUFFIXES and text.is_file():
            truth.boxes[photo] = tuple(
                (label, box) for number, box in _boxes(text, len(classes)) if (label := classes[number])
            )
    return truth


def _class_names(folder: Path) -> list[str]:
    for path in (folder / "data.yaml", folder / "data.yml", folder / "classes.txt"):
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8-sig")
            if path.suffix == ".txt":
                return text.splitlines()
            return _listed(yaml.safe_load(text)["names"])
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise UsageError(
                said(
                    "The names of the classes cannot be read from {path} ({reason}).", path=path, reason=error
                )
            ) from error
        except RecursionError as error:
            raise UsageError(
                said(
                    "The names of the classes cannot be read from {path} (it is nested too deep).", path=path
                )
            ) from error
    raise UsageError(
        said(
            "{folder} has images and labels, but no data.yaml or classes.txt with the classes' names.",
            folder=folder,
        )
    )


def _listed(names: object) -> list[str]:
    """``names`` of data.yaml is a list, or a table from number to name; numbers left out have no name."""
    if isinstance(names, dict):
        numbered = {int(number): _name(name) for number, name in names.items()}
        if numbered and not 0 <= min(numbered) <= max(numbered) < MOST_CLASSES:
            raise ValueError(f"classes are numbered from 0, up to {MOST_CLASSES:,}")
        return [numbered.get(number, "") for number in range(max(numbered) + 1)]
    if isinstance(names, list):
        return [_name(name) for name in names]
    raise ValueError("'names' is neither a list nor a table")


def _name(name: object) -> str:
    """A list in a list is none: with YAML's references, a few lines spell out more than any memory holds."""
    if isinstance(name, list | dict | set):
        raise ValueError("a class's name is not a word")
    return str(name)


def _boxes(path: Path, classes: int) -> list[tuple[int, FractionBox]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            said("The labels {path} cannot be read ({reason}).", path=path, reason=error)
        ) from error
    found = []
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.split()
        try:
            number, (x, y, w, h) = int(parts[0]), map(float, parts[1:])
            if not 0 <= number < classes:
                raise ValueError(f"class {number} has no name")
        except ValueError as error:
            raise UsageError(
                said(
                    "Line {place} of {path} is not a class and a box: class x y w h ({reason}).",
                    place=place,
                    path=path,
                    reason=error,
                )
            ) from error
        found.append((number, (x - w / 2, y - h / 2, w, h)))
    return found
