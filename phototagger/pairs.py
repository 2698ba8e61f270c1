"""Which files of one folder are one photo: a raw and the JPEG or HEIC that the camera made of it, a live photo and
its film. Pure, by name.

The raw is the companion, the other file leads: it is analysed and shown, and both get the words.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath

# fmt: off
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
})
# What cameras write beside a raw, the surest first. A TIFF or PNG of the same name is an export, so another photo.
_LEADERS = (frozenset({".jpg", ".jpeg", ".jpe"}), frozenset({".heic", ".heif", ".hif"}))
_STILLS = _LEADERS[0] | _LEADERS[1]
FILM_SUFFIXES = frozenset({".mp4", ".mov", ".m4v"})
# fmt: on
# Google's Pixel: ``PXL_1.RAW-01.COVER.jpg`` or ``.RAW-01.MP.COVER.jpg``, and ``PXL_1.RAW-02.ORIGINAL.dng``.
_PIXEL = re.compile(r"\.RAW-\d\d(\.MP)?\.(COVER|ORIGINAL)$", re.IGNORECASE)


def is_raw(name: str | PurePath) -> bool:
    """Whether a file of this name is a raw photo."""
    return PurePath(name).suffix.lower() in RAW_SUFFIXES


def leaders(names: Iterable[str]) -> dict[str, str]:
    """For each raw among the ``names`` of one folder that another file leads, that file's name.

    Same stem, and one JPEG of it (or, without a JPEG, one HEIC): where two could lead, none does.
    """
    families: dict[str, list[str]] = defaultdict(list)
    for name in names:
        families[stem_key(name)].append(name)
    led: dict[str, str] = {}
    for family in families.values():
        raws = [name for name in family if is_raw(name)]
        leader = _leader(family) if raws else None
        if leader is not None:
            led.update(dict.fromkeys(raws, leader))
    return led


def live_films(names: Iterable[str]) -> frozenset[str]:
    """Those of the ``names`` of one folder that are a live photo's film: beside a JPEG or HEIC of the same stem."""
    listed = list(names)
    stills = {stem_key(name) for name in listed if PurePath(name).suffix.lower() in _STILLS}
    return frozenset(name for name in listed if is_film(name) and stem_key(name) in stills)


def belongings(name: str, names: Iterable[str]) -> list[str]:
    """What belongs to the photo ``name`` among the ``names`` of its folder: raws that it leads, its film."""
    listed = sorted(names)
    raws = [raw for raw, leader in leaders(listed).items() if leader == name]
    films = [film for film in live_films(listed) if stem_key(film) == stem_key(name)]
    return raws + (sorted(films) if PurePath(name).suffix.lower() in _STILLS else [])


def owners(names: Iterable[str]) -> dict[str, str]:
    """For each of the ``names`` of one folder that is no photo of its own, but a raw that another file leads or a
    live photo's film, that photo's name."""
    listed = sorted(names, reverse=True)  # so that the first of several stills stays
    stills = {stem_key(name): name for name in listed if PurePath(name).suffix.lower() in _STILLS}
    return {film: stills[stem_key(film)] for film in live_films(listed)} | leaders(listed)


def is_film(name: str | PurePath) -> bool:
    """Whether a file of this name is a film."""
    return PurePath(name).suffix.lower() in FILM_SUFFIXES


def stem_key(name: str) -> str:
    """What the names of one photo's files share."""
    return os.path.normcase(_PIXEL.sub("", PurePath(name).stem))


def _leader(family: list[str]) -> str | None:
    for suffixes in _LEADERS:
        able = [name for name in family if PurePath(name).suffix.lower() in suffixes]
        if able:
            return able[0] if len(able) == 1 else None
    return None
