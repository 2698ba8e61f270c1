"""ACDSee's categories: one XML text in ``XMP-acdsee:Categories``, edited without changing anything else in it.

``<Categories><Category Assigned="0">animal<Category Assigned="1">dog</Category></Category></Categories>`` says
``animal|dog``. A text that would not come out of our reading and writing as it went in is left alone.
"""

from __future__ import annotations

import itertools
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from phototagger.domain.records import KEYWORD_SEPARATOR

_ROOT, _ENTRY, _ASSIGNED = "Categories", "Category", "Assigned"


def category_paths(text: str) -> tuple[str, ...]:
    """The assigned categories as keyword paths; nothing for a text that is not of this kind."""
    root = _parse(text)
    return (
        () if root is None else tuple(path for path, entry in _entries(root) if entry.get(_ASSIGNED) == "1")
    )


def with_category(text: str, path: str) -> str | None:
    """The text with this path assigned; None where it cannot be edited exactly or has it already."""
    root = _exact(text)
    if root is None or path.casefold() in {held.casefold() for held in category_paths(text)}:
        return None
    place = root
    for step in path.split(KEYWORD_SEPARATOR):
        found = _child(place, step)
        if found is None:
            found = ElementTree.SubElement(place, _ENTRY, {_ASSIGNED: "0"})
            found.text = step
        place = found
    place.set(_ASSIGNED, "1")
    return _text(root)


def without_category(text: str, path: str) -> str | None:
    """The text without this path, and without parents that only held it; None where that cannot be done."""
    root = _exact(text)
    if root is None:
        return None
    chain = [root]
    for step in path.split(KEYWORD_SEPARATOR):
        found = _child(chain[-1], step)
        if found is None:
            return None
        chain.append(found)
    if chain[-1].get(_ASSIGNED) != "1":
        return None
    chain[-1].set(_ASSIGNED, "0")
    for parent, entry in reversed(list(itertools.pairwise(chain))):
        if len(entry) or entry.get(_ASSIGNED) == "1":
            break
        parent.remove(entry)
    return _text(root)


def _parse(text: str) -> Element | None:
    if "<!" in text:  # no entities, no declarations: nothing that could expand
        return None
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
    return root if root.tag == _ROOT else None


def _exact(text: str) -> Element | None:
    root = _parse(text)
    return root if root is not None and _text(root) == text else None


def _text(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _entries(place: Element, above: tuple[str, ...] = ()) -> Iterator[tuple[str, Element]]:
    for entry in place:
        steps = (*above, _name(entry))
        yield KEYWORD_SEPARATOR.join(steps), entry
        yield from _entries(entry, steps)


def _child(place: Element, step: str) -> Element | None:
    """The entry of that name, composed or not."""
    composed = unicodedata.normalize("NFC", step)
    return next((entry for entry in place if unicodedata.normalize("NFC", _name(entry)) == composed), None)


def _name(entry: Element) -> str:
    return (entry.text or "").strip()
