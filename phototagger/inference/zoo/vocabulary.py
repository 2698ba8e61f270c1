"""Labels of the networks' classes: a stable id and the raw English name for every class index.

Ids: ``wn:`` and the eight digits of the WordNet 3.0 noun offset for ImageNet classes (``wn:02099601``);
``coco:`` and the category id of COCO's annotation files, 1..90 with gaps (``coco:18``), for objects.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from phototagger.domain.errors import ModelError
from phototagger.settings.locations import resources_folder

__all__ = ["CLASS_COUNTS", "Label", "read_vocabulary"]

CLASS_COUNTS = {"imagenet1k": 1000, "coco80": 80}


@dataclass(frozen=True, slots=True)
class Label:
    """One class: its stable id and its name as the data set has it ("tench, Tinca tinca")."""

    label: str
    name: str


@lru_cache(maxsize=8)
def read_vocabulary(name: str, folder: Path | None = None) -> tuple[Label, ...]:
    """All labels of a vocabulary in the order of the network's classes.

    Args:
        name: ``imagenet1k`` or ``coco80``.
        folder: Where ``<name>.csv`` (index,label,name) lies; by default the vocabulary that ships inside.

    Raises:
        ModelError: There is no such vocabulary, or its file is damaged.
    """
    path = (folder or resources_folder() / "vocabulary") / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(int(row["index"]), Label(row["label"], row["name"])) for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"The vocabulary {path} cannot be read ({error!r}). Reinstall.") from error
    if [index for index, _ in rows] != list(range(CLASS_COUNTS.get(name, len(rows)))):
        raise ModelError(f"The vocabulary {path} is damaged: its indices are not 0, 1, 2 ... Reinstall.")
    return tuple(label for _, label in rows)
