"""Which files of one folder are one photo: a raw and the JPEG or HEIC that the camera made of it, a live photo and
its film. Pure, by name.

The raw is the one beside, the other file leads: it is analysed and shown, and both get the words.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable

from phototagger.files.suffixes import FILM_SUFFIXES, RAW_SUFFIXES, is_film, is_raw

# What cameras write beside a raw, the likeliest first. A TIFF or PNG of that name is an export, so another photo.
_LEADERS = (frozenset({".jpg", ".jpeg", ".jpe"}), frozenset({".heic", ".heif", ".hif"}))
_STILLS = _LEADERS[0] | _LEADERS[1]
_ROLES = (RAW_SUFFIXES, *_LEADERS, FILM_SUFFIXES)
# fmt: on
# Google's Pixel: ``PXL_1.RAW-01.COVER.jpg`` or ``.RAW-01.MP.COVER.jpg``, and ``PXL_1.RAW-02.ORIGINAL.dng``.
_PIXEL = re.compile(r"\.RAW-\d\d(\.MP)?\.(COVER|ORIGINAL)$", re.IGNORECASE)


def leaders(names: Iterable[str]) -> dict[str, str]:
    """For each raw among the ``names`` of one folder that another file leads, that file's name.

    Same stem, and one JPEG of it (or, without a JPEG, one HEIC): where two could lead, none does.
    """
    led: dict[str, str] = {}
    for family in _families(names):
        raws = [name for name in family if is_raw(name)]
        leader = _leader(family) if raws else None
        if leader is not None:
            led.update(dict.fromkeys(raws, leader))
    return led


def live_films(names: Iterable[str]) -> frozenset[str]:
    """Those of the ``names`` of one folder that are a live photo's film: beside a JPEG or HEIC of the same stem."""
    return frozenset(
        film for family in _families(names) if _stills(family) for film in family if is_film(film)
    )


def belongings(name: str, names: Iterable[str]) -> list[str]:
    """What belongs to the photo ``name`` among the ``names`` of its folder: raws that it leads, its film."""
    family = next((family for family in _families(sorted(names)) if name in family), [])
    raws = [raw for raw, leader in leaders(family).items() if leader == name]
    return raws + (sorted(live_films(family)) if _suffix(name) in _STILLS else [])


def owners(names: Iterable[str]) -> dict[str, str]:
    """For each of the ``names`` of one folder that is no photo of its own, but a raw that another file leads or a
    live photo's film, that photo's name."""
    owned: dict[str, str] = {}
    for family in _families(sorted(names)):
        stills = _stills(family)
        owned |= {
            film: stills[0] for film in family if stills and is_film(film)
        }  # the first of several stills
        owned |= leaders(family)
    return owned


def spelling(name: str) -> str:
    """What names share that differ only in capitals or in how their letters are composed: one name on the disks of
    Windows and macOS. ``ß`` stays apart from ``ss``."""
    if name.isascii():
        return name.lower()
    letters = unicodedata.normalize("NFD", name)
    low = (letter.casefold() if len(letter.casefold()) == 1 else letter.lower() for letter in letters)
    return unicodedata.normalize("NFC", "".join(low))


def stem_of(name: str) -> str:
    """What the names of one photo's files share, as it is spelled here."""
    return _PIXEL.sub("", os.path.splitext(name)[0])  # noqa: PTH122


def _families(names: Iterable[str]) -> list[list[str]]:
    """The ``names`` of one folder that are of one photo each, in their order.

    Stems that differ in spelling only are one photo's where there is nothing to choose: not, where the disk tells
    them apart, two raws, two JPEGs, two HEICs or two films under them.
    """
    spelled: dict[str, dict[str, list[str]]] = {}
    for name in names:
        if _role(name) is not None:
            stem = stem_of(name)
            spelled.setdefault(spelling(stem), {}).setdefault(stem, []).append(name)
    families: list[list[str]] = []
    for stems in spelled.values():
        roles = [role for family in stems.values() for role in {_role(name) for name in family}]
        one = len(stems) == 1 or len(roles) == len(set(roles))
        families += [[name for family in stems.values() for name in family]] if one else stems.values()
    return families


def _role(name: str) -> int | None:
    suffix = _suffix(name)
    return next((role for role, suffixes in enumerate(_ROLES) if suffix in suffixes), None)


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - asked of a hundred thousand names


def _stills(family: list[str]) -> list[str]:
    return [name for name in family if _suffix(name) in _STILLS]


def _leader(family: list[str]) -> str | None:
    for suffixes in _LEADERS:
        able = [name for name in family if _suffix(name) in suffixes]
        if able:
            return able[0] if len(able) == 1 else None
    return None
