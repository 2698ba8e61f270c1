"""What a sidecar that we make must say from the start: all that programs would otherwise read in the photo. Pure.

Once there is a sidecar, many programs (darktable, digiKam, Lightroom with raw photos) look no further.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from phototagger.domain.facets import FIELDS
from phototagger.domain.facets.books import AUTO_TAGS, ORIENTATION
from phototagger.domain.facets.keyword import CATEGORIES, SUBJECT
from phototagger.domain.facets.region import IPTC_REGIONS, MP_REGIONS, MWG_REGIONS, MWG_SIZE, PERSONS
from phototagger.plan.fields.fields import (
    PATH_FIELDS,
    IptcText,
    PhotoFields,
    as_texts,
    in_another_language,
    texts_of,
)
from phototagger.plan.fields.regions import REGION_LISTS, STRUCTURES, frame_of, spelled
from phototagger.plan.old_words import old_words_of

_SEEDED = tuple(spec.name for spec in FIELDS.values() if spec.seeded)
# The parts of other programs' boxes that every exiftool takes; the photo itself keeps the rest.
_PARTS = {
    MWG_REGIONS: {"Area", "Name", "Type", "Description", "Rotation", "FocusUsage"},
    MP_REGIONS: {"PersonDisplayName", "Rectangle"},
    IPTC_REGIONS: {"Name", "RId", "RegionBoundary"},
}
_AREA = {"X", "Y", "W", "H", "D", "Unit"}


def seeds_of(photo: PhotoFields) -> dict[str, tuple[str, ...]]:
    """Keywords of all fields in dc:Subject, which of them are ours, paths, title and caption in all languages,
    rating, label, persons and boxes, by field."""
    seeds: dict[str, tuple[str, ...]] = {SUBJECT: old_words_of(photo).words}
    for name in (AUTO_TAGS, *PATH_FIELDS, CATEGORIES, PERSONS):
        seeds[name] = photo.values.get(name, ())
    for name in (*_SEEDED, *filter(in_another_language, photo.raw)):
        seeds[name] = _text_of(photo, name)
    for name in REGION_LISTS:
        seeds[name] = _boxes(photo.raw, name)
    if seeds[MWG_REGIONS]:
        seeds[MWG_SIZE] = photo.values.get(MWG_SIZE, ())
    frame = frame_of(photo.raw)
    if frame and any(seeds[name] for name in REGION_LISTS):
        seeds[ORIENTATION] = (str(frame.orientation),)  # readers turn a sidecar's boxes by its own
    return {name: values for name, values in seeds.items() if values}


def _text_of(photo: PhotoFields, name: str) -> tuple[str, ...]:
    """The photo's title, caption, rating or label as XMP can hold it; nothing where it is odd."""
    found = as_texts(photo.raw.get(name))
    older = FIELDS[name].older if name in FIELDS else ""
    if not found and older and photo.iptc_text is not IptcText.UNSURE:  # else it is left where it is
        found = texts_of(photo.raw, older, photo.iptc_text)
    if len(found) != 1:
        return ()
    text = found[0].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()
    odd = any(
        unicodedata.category(mark) in ("Cc", "Cs") or mark in "\ufffe\uffff"
        for mark in text.replace("\n", "")
    )
    return () if odd or not text else (text,)


def _boxes(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    structure, part = STRUCTURES.get(name, (name, ""))
    held = raw.get(structure)
    if part:
        held = held.get(part) if isinstance(held, Mapping) else None
    boxes = held if isinstance(held, list) else [held]
    return tuple(spelled(_plain(box, name)) for box in boxes if isinstance(box, Mapping))


def _plain(box: Mapping[str, Any], name: str) -> dict[str, Any]:
    kept = {key: value for key, value in box.items() if key in _PARTS[name]}
    area = kept.get("Area")
    if isinstance(area, Mapping):
        kept["Area"] = {key: value for key, value in area.items() if key in _AREA}
    return kept
