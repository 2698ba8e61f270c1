"""The tree of keywords: which everyday keyword each label of a network stands for."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from phototagger.domain.errors import ModelError
from phototagger.domain.records import keyword_leaf, keyword_parents
from phototagger.domain.sentences import said
from phototagger.specs.labels import Label

FILE_NAME = "keywords.csv"
COLUMNS = ("id", "keyword", "labels", "use", "threshold", "synonyms")


@dataclass(frozen=True, slots=True)
class Node:
    """One keyword of the tree.

    ``id`` is stable across releases and languages (a WordNet 3.0 noun ``wn:02084071``, or ``pt:...`` where
    WordNet has no such word). ``labels`` are the network labels that mean exactly this keyword; labels of
    narrower keywords are not repeated. A node that is not ``usable`` is never suggested itself, but hands its
    probability on to its parents. ``threshold`` overrides the default at normal strictness.
    """

    id: str
    keyword: str
    labels: tuple[str, ...] = ()
    usable: bool = True
    threshold: float | None = None
    synonyms: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return keyword_leaf(self.keyword)


class Vocabulary:
    """The keyword tree, read once and never changed."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = {node.keyword: node for node in nodes}
        self._by_label = {label: node for node in nodes for label in node.labels}
        self._seen = {
            part for node in nodes if node.labels for part in (*keyword_parents(node.keyword), node.keyword)
        }
        self._told: dict[str, tuple[set[str], set[str]]] = {}
        self._inner = {parent for keyword in self._nodes for parent in keyword_parents(keyword)}

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Reads ``keywords.csv`` of ``folder``. Raises ModelError when it is missing or damaged."""
        path = folder / FILE_NAME
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            return cls([_node(row) for row in rows])
        except OSError as error:
            raise ModelError(
                said(
                    "The keyword list {path} cannot be read ({reason}). Install the program again.",
                    path=path,
                    reason=error,
                )
            ) from error
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                said("The keyword list {path} is damaged. Install the program again.", path=path)
            ) from error

    def knowing(self, labels: Sequence[Label]) -> Vocabulary:
        """This tree with what further networks' labels stand for: the keyword in their own list, or else the tree's
        keyword of that name, or else a new one of that name. Labels that the tree knows stay as they are."""
        new = [label for label in labels if label.label not in self._by_label]
        if not new:
            return self
        named: dict[str, list[str]] = {}
        for node in self:
            for name in {node.name.casefold(), *map(str.casefold, node.synonyms)}:
                named.setdefault(name, []).append(node.keyword)
        nodes = dict(self._nodes)
        for label in new:
            name = label.name.split(",")[0].strip()
            meant = named.get(name.casefold(), [])
            keyword = label.keyword or (meant[0] if len(meant) == 1 else name.replace("|", "/"))
            node = nodes.get(keyword) or Node(f"label:{label.label}", keyword)
            nodes[keyword] = replace(node, labels=(*node.labels, label.label), usable=True)
        return Vocabulary(list(nodes.values()))

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def keywords(self) -> list[str]:
        """All keywords that may stand on a photo, sorted: for completion."""
        return sorted(node.keyword for node in self if node.usable)

    def of_label(self, label: str) -> Node | None:
        """The keyword a network's label stands for; None for a label this list does not know."""
        return self._by_label.get(label)

    def of_keyword(self, keyword: str) -> Node | None:
        return self._nodes.get(keyword)

    def is_seen(self, keyword: str) -> bool:
        """Has some network a class or a box for this keyword, or for one below it?"""
        return keyword in self._seen

    def told_by(self, keyword: str, labels: str) -> tuple[str, ...]:
        """The keyword itself where it or a narrower one has a label that begins so, and those of its parents,
        roots apart, that have one of their own."""
        if labels not in self._told:
            nodes = [node for node in self if any(label.startswith(labels) for label in node.labels)]
            own = {node.keyword for node in nodes}
            self._told[labels] = own, {path for one in own for path in keyword_parents(one)} | own
        own, told = self._told[labels]
        parents = tuple(parent for parent in keyword_parents(keyword)[1:] if parent in own)
        return (*parents, keyword) if keyword in told else parents

    def is_inner(self, keyword: str) -> bool:
        """Has this keyword narrower ones below it?"""
        return keyword in self._inner


def _node(row: dict[str, str]) -> Node:
    return Node(
        id=row["id"],
        keyword=row["keyword"],
        labels=tuple(row["labels"].split()),
        usable=row["use"] != "no",
        threshold=float(row["threshold"]) if row["threshold"] else None,
        synonyms=tuple(word.strip() for word in row["synonyms"].split(";") if word.strip()),
    )
