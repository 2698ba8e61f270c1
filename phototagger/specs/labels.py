"""The labels of a network's classes: a stable id and a name for every class index.

Ids of the vocabularies that ship: ``wn:`` and the eight digits of the WordNet 3.0 noun offset for ImageNet classes
(``wn:02099601``); ``coco:`` and the category id of COCO's annotation files, 1..90 with gaps (``coco:18``), for
objects.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import said
from phototagger.files.whole_file import read_file
from phototagger.settings.locations import resources_folder
from phototagger.specs.spec import ROLES, NetworkSpec

__all__ = ["SHIPPED_VOCABULARIES", "Label", "labels_of"]

SHIPPED_VOCABULARIES = {"imagenet1k": 1000, "coco80": 80}
"""Their classes."""
_LONGEST = 1 << 24  # bytes of a file of labels
_MOST = 100_000  # classes


@dataclass(frozen=True, slots=True)
class Label:
    """One class: its stable id and its name as the data set has it ("tench, Tinca tinca"). ``keyword``: the path it
    stands for, where the network's own list says so."""

    label: str
    name: str
    keyword: str = ""


def labels_of(spec: NetworkSpec) -> tuple[Label, ...]:
    """The labels of a network, in the order of its classes; none where it has no list.

    Raises:
        ModelError: The list cannot be read or makes no sense; said are the file, the row and what to do.
    """
    if not spec.labels:
        return ()
    roles = tuple((name, ROLES[role]) for role, names in spec.roles.items() for name in names)
    return _in_roles(_read(spec.name, spec.labels, spec.folder, spec.under, spec.mend), roles)


@lru_cache(maxsize=32)
def _in_roles(labels: tuple[Label, ...], roles: tuple[tuple[str, str], ...]) -> tuple[Label, ...]:
    """With the labels of our own rules for classes that have a role, by their label or name."""
    known = dict(roles)
    return tuple(
        replace(one, label=known.get(one.label) or known.get(one.name) or one.label) for one in labels
    )


@lru_cache(maxsize=32)
def _read(network: str, name: str, folder: Path, under: str, mend: str) -> tuple[Label, ...]:
    shipped = name in SHIPPED_VOCABULARIES
    path = resources_folder() / "vocabulary" / f"{name}.csv" if shipped else folder / name
    try:
        text = read_file(path, _LONGEST).decode("utf-8-sig")
    except OSError as error:
        raise ModelError(
            said(
                "The labels {path} cannot be read ({reason}). {mend}",
                path=path,
                reason=error.strerror or error,
                mend=mend,
            )
        ) from error
    except UnicodeDecodeError as error:
        raise ModelError(
            said("The labels {path} are not UTF-8 text. {mend}", path=path, mend=mend)
        ) from error
    try:
        found = _of_table(text, network) if path.suffix == ".csv" else _of_lines(text, network)
        if not 0 < len(found) <= _MOST:
            raise ValueError(f"{len(found)} labels")
        if shipped and len(found) != SHIPPED_VOCABULARIES[name]:
            raise ValueError(f"{len(found)} labels in place of {SHIPPED_VOCABULARIES[name]}")
    except (csv.Error, ValueError) as error:
        raise ModelError(
            said("The labels {path} are damaged: {reason}. {mend}", path=path, reason=error, mend=mend)
        ) from error
    if not under:
        return found
    return tuple(
        Label(one.label, one.name, one.keyword or f"{under}|{one.name.split(',')[0].strip()}")
        for one in found
    )


def _of_lines(text: str, network: str) -> tuple[Label, ...]:
    """A name a line, in the order of the classes."""
    names = text.rstrip("\n").splitlines()
    return tuple(_label(number, {"name": name}, network) for number, name in enumerate(names, 1))


def _of_table(text: str, network: str) -> tuple[Label, ...]:
    """CSV with a header: ``name``, and as far as wanted ``index``, ``label`` and ``keyword``."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if "name" not in (reader.fieldnames or ()):
        raise ValueError("the first line must name the columns, 'name' among them")
    rows = list(reader)
    for place, row in enumerate(rows):
        if "index" in row and row["index"] != str(place):
            raise ValueError(f"row {place + 2} has the index {row['index']!r}, not {place}")
    return tuple(_label(number, row, network) for number, row in enumerate(rows, 2))


def _label(number: int, row: dict[str, str], network: str) -> Label:
    """Raises ValueError."""
    name = (row.get("name") or "").strip()
    keyword = "|".join(part.strip() for part in (row.get("keyword") or "").split("|"))
    label = (row.get("label") or "").strip() or f"{network}:{name}"
    if not name or any(not text.isprintable() for text in (name, keyword, label)):
        raise ValueError(f"row {number} has no name that can be shown")
    if keyword and not all(keyword.split("|")):
        raise ValueError(f"row {number} has an empty part in its keyword")
    return Label(label, name, keyword)
