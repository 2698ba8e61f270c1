"""Names that other programs gave to faces: MWG regions (Lightroom, digiKam, Picasa), Microsoft's (MP) and
``.picasa.ini``. Only read here. Boxes come upright, in 0..1.

MWG and MP boxes count in the pixels as stored; ``.picasa.ini`` counts upright, as Picasa shows the photo.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoError
from phototagger.domain.frames import SWAPPING, Frame, stored_to_upright
from phototagger.domain.records import Box, ErrorKind
from phototagger.domain.same_face import without_twins
from phototagger.domain.sentences import said
from phototagger.domain.writing import NamedFace
from phototagger.exiftool.process.asking import ask_with_sidecars
from phototagger.exiftool.process.pool import ExifTool
from phototagger.files.suffixes import PICASA_NAMES
from phototagger.plan.fields.regions import fits_frame, frame_of

_MOST_ALBUM_BYTES = 16 * 2**20
_OPTIONS = [*("-j", "-G1", "-n", "-struct", "-m", "-fast2", "-charset", "filename=UTF8")]
_OPTIONS += ["-Orientation", "-Rotation", "-FileType", "-ImageWidth", "-ImageHeight"]
_OPTIONS += ["-XMP-mwg-rs:RegionInfo", "-XMP-MP:RegionInfoMP"]
# Marks of Picasa for "somebody, nobody said who".
_NOBODY = frozenset({"ffffffffffffffff", "0000000000000000", "0"})
_RECT = re.compile(r"rect64\(([0-9a-fA-F]{1,16})\),([0-9a-fA-F]+)")
_FACE_TYPES = frozenset({"", "face"})  # MWG's Type; Pet, Focus and BarCode are no people


def read_names(tool: ExifTool, paths: Sequence[Path]) -> dict[Path, tuple[NamedFace, ...] | PhotoError]:
    """The named faces of each photo, those of its sidecars, its raw's and its folder's ``.picasa.ini`` included.
    One name on one place counts once.

    A PhotoError stands for a photo that cannot be read. Raises ExifToolError when exiftool itself fails.
    """
    beside, raw = ask_with_sidecars(tool, paths, _OPTIONS)
    albums = {folder: _picasa(folder) for folder in {path.parent for path in beside}}
    answers: dict[Path, tuple[NamedFace, ...] | PhotoError] = {}
    for path, sidecars in beside.items():
        fault = next((it for one in (path, *sidecars) if isinstance(it := raw.get(one), PhotoError)), None)
        if fault is not None:
            answers[path] = fault
            continue
        own = _answer(raw, path)
        if not own:
            answers[path] = PhotoError(
                ErrorKind.UNREADABLE, said("The names in {path} cannot be read. Check the file.", path=path)
            )
            continue
        frame = frame_of(own)
        turned = frame.orientation if frame and own.get("File:FileType") == "AVIF" else _orientation(own)
        found = [face for one in (path, *sidecars) for face in named_faces(_answer(raw, one), turned, frame)]
        found += albums[path.parent].get(path.name.casefold(), ())
        answers[path] = tuple(without_twins(found))
    return answers


def named_faces(raw: Mapping[str, Any], orientation: int, frame: Frame | None = None) -> list[NamedFace]:
    """The named faces in exiftool's answer (``-struct -G1``) on one file. Boxes that say that they were drawn on
    another shape than ``frame``'s, before the photo was cropped or turned, name nobody: they may lie anywhere."""
    found: list[tuple[object, Box | None]] = []
    info = _structure(raw.get("XMP-mwg-rs:RegionInfo"))
    fits = _fits(info.get("AppliedToDimensions"), frame)
    for region in _items(info.get("RegionList")) if fits else ():
        if str(region.get("Type", "")).casefold() in _FACE_TYPES:
            area = _structure(region.get("Area"))
            pixels = area.get("Unit", "normalized") != "normalized"
            box = None if pixels else _box([area.get(side) for side in "XYWH"], centred=True)
            found.append((region.get("Name"), box))
    for region in _items(_structure(raw.get("XMP-MP:RegionInfoMP")).get("Regions")):
        numbers = str(region.get("Rectangle", "")).split(",")
        found.append((region.get("PersonDisplayName"), _box(numbers, centred=False)))
    return [
        NamedFace(_name(name), stored_to_upright(box, orientation))
        for name, box in found
        if box is not None and _name(name)
    ]


def _fits(size: object, frame: Frame | None) -> bool:
    """Some programs give the size of the upright photo."""
    upright = Frame(frame.height, frame.width) if frame and frame.orientation in SWAPPING else frame
    return fits_frame(size, frame) or fits_frame(size, upright)


def _picasa(folder: Path) -> dict[str, list[NamedFace]]:
    """File name (folded) to its named faces, of a folder's ``.picasa.ini``; nothing where that is damaged."""
    ini = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    for name in PICASA_NAMES:
        album = folder / name
        try:
            if not album.is_file() or album.stat().st_size > _MOST_ALBUM_BYTES:
                continue
            ini.read_string(album.read_text(encoding="utf-8-sig", errors="replace"))
        except (OSError, configparser.Error):
            continue
    people: dict[str, str] = {}
    for section in ("Contacts", "Contacts2"):
        if ini.has_section(section):
            people |= {key.casefold(): value.split(";")[0].strip() for key, value in ini.items(section)}
    albums: dict[str, list[NamedFace]] = {}
    for section in ini.sections():
        for rectangle, person in _RECT.findall(ini.get(section, "faces", fallback="")):
            name = people.get(person.casefold(), "")
            box = _rect64(rectangle)
            if person.casefold() not in _NOBODY and name and "_lh," not in name and box is not None:
                albums.setdefault(section.casefold(), []).append(NamedFace(name, box))
    return albums


def _rect64(text: str) -> Box | None:
    """Left, top, right, bottom as four 16-bit fractions; leading zeros may be missing."""
    digits = text.rjust(16, "0")
    left, top, right, bottom = (int(digits[at : at + 4], 16) / 65535 for at in (0, 4, 8, 12))
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _answer(raw: Mapping[Path, Mapping[str, Any] | PhotoError], path: Path) -> Mapping[str, Any]:
    found = raw.get(path)
    return found if isinstance(found, Mapping) else {}


def _orientation(raw: Mapping[str, Any]) -> int:
    values = [str(value) for key, value in raw.items() if key.rsplit(":", 1)[-1] == "Orientation"]
    return int(values[0]) if values and re.fullmatch("[1-8]", values[0]) else 1


def _box(values: Sequence[object], *, centred: bool) -> Box | None:
    try:
        x, y, w, h = (float(str(value)) for value in values)
    except ValueError:
        return None
    if not (0 < w <= 1 and 0 < h <= 1):
        return None
    return Box(x - w / 2, y - h / 2, w, h) if centred else Box(x, y, w, h)


def _items(value: object) -> list[Mapping[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def _structure(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _name(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
