"""Boxes in files: between the upright photo and the stored pixels; reading everybody's, spelling ours.

Detectors work on the upright photo; region fields count in the pixels as stored, and viewers apply the EXIF
orientation to both. All values are fractions 0..1. Three fields hold boxes: MWG regions (centre and size;
Lightroom, digiKam, Picasa, Immich), Microsoft's (left, top, width, height; digiKam, Windows) and IPTC image
regions (left, top).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from phototagger.domain.facets.region import IPTC_REGIONS, MP_REGIONS, MWG_REGIONS, MWG_SIZE
from phototagger.domain.frames import SWAPPING
from phototagger.domain.frames import Frame as Frame
from phototagger.domain.frames import stored_to_upright as stored_to_upright
from phototagger.domain.frames import upright_to_stored as upright_to_stored
from phototagger.domain.records import SAME_PLACE_IOU, Box, RegionKind
from phototagger.domain.writing import FileRegion, PlacedRegion

REGION_LISTS = (MWG_REGIONS, MP_REGIONS, IPTC_REGIONS)
# The structure in which exiftool gives back what is written under these names, and the part of it.
STRUCTURES = {
    MWG_REGIONS: ("XMP-mwg-rs:RegionInfo", "RegionList"),
    MWG_SIZE: ("XMP-mwg-rs:RegionInfo", "AppliedToDimensions"),
    MP_REGIONS: ("XMP-MP:RegionInfoMP", "Regions"),
}

# How far the shape (width over height) a region was drawn on may be from the photo's: resizing rounds.
_SHAPE_TOLERANCE = 0.02
_NOBODY = "ffffffffffffffff"  # digiKam's and Picasa's name for a face to be ignored
_DIGITS = 6  # of a fraction: a tenth of a pixel in the largest photo
_ROUNDING = (
    2.1 * 10**-_DIGITS
)  # by which a side of our box may be off: its middle and its width are both rounded
_RESAVED = 1.5  # pixels
_OUR_MARK = "ptag-"


def centre(box: Box) -> tuple[float, float]:
    """(x, y) of the middle, which is what MWG regions hold."""
    return box.x + box.w / 2, box.y + box.h / 2


def frame_of(raw: Mapping[str, Any]) -> Frame | None:
    """The stored pixels that exiftool sees; of several images in one file (raw photos) the largest."""
    best: Frame | None = None
    for name, value in raw.items():
        group, _, tag = name.partition(":")
        if tag == "ImageWidth":
            width, height = _number(value), _number(raw.get(f"{group}:ImageHeight"))
            if width and height and (best is None or width * height > best.width * best.height):
                best = Frame(int(width), int(height))
    if best is None:
        return None
    return Frame(best.width, best.height, _orientation(raw))


# Of AVIF, which is turned by its container (anticlockwise, in degrees) whatever its EXIF says.
_BY_ROTATION = {90: 8, 180: 3, 270: 6}


def _orientation(raw: Mapping[str, Any]) -> int:
    if raw.get("File:FileType") == "AVIF":
        return _BY_ROTATION.get(int(_number(raw.get("QuickTime:Rotation")) or 0), 1)
    turned = int(_number(raw.get("IFD0:Orientation", raw.get("XMP-tiff:Orientation"))) or 1)
    return turned if 1 <= turned <= 8 else 1


# --- reading ------------------------------------------------------------------------------------------------------


def region_values(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The boxes in exiftool's answer, each as the text that stands for it in exiftool's arguments."""
    info = _structure(raw.get("XMP-mwg-rs:RegionInfo"))
    size = info.get("AppliedToDimensions")
    values = {
        MWG_REGIONS: _items(info.get("RegionList")),
        MWG_SIZE: [size] if size else [],
        MP_REGIONS: _items(_structure(raw.get("XMP-MP:RegionInfoMP")).get("Regions")),
        IPTC_REGIONS: _items(raw.get(IPTC_REGIONS)),
    }
    return {name: tuple(map(spelled, found)) for name, found in values.items() if found}


def spelled(value: object) -> str:
    """A structure as exiftool takes it: ``{Area={H=0.1,...},Name=Anna}``, keys in order, special marks escaped."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}={spelled(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(spelled, value)) + "]"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "".join(f"|{mark}" if mark in "|,{}[]" else mark for mark in text)


def read_regions(raw: Mapping[str, Any], frame: Frame | None) -> tuple[FileRegion, ...]:
    """Everybody's boxes in this file, upright in ``frame``, in file order. Boxes without a size are left out."""
    orientation = frame.orientation if frame else 1
    info = _structure(raw.get("XMP-mwg-rs:RegionInfo"))
    fits = fits_frame(info.get("AppliedToDimensions"), frame)
    found = []
    for region in _items(info.get("RegionList")):
        area = _structure(region.get("Area"))
        box = _centred(area) if area.get("Unit", "normalized") == "normalized" else None
        found.append((MWG_REGIONS, region, region.get("Name"), region.get("Type"), box, fits))
    for region in _items(_structure(raw.get("XMP-MP:RegionInfoMP")).get("Regions")):
        numbers = [_number(part) for part in str(region.get("Rectangle", "")).split(",")]
        found.append((MP_REGIONS, region, region.get("PersonDisplayName"), "Face", _box(numbers), True))
    for region in _items(raw.get(IPTC_REGIONS)):
        edge = _structure(region.get("RegionBoundary"))
        relative = (edge.get("RbShape"), edge.get("RbUnit")) == ("rectangle", "relative")
        box = _box([_number(edge.get(f"Rb{side}")) for side in "XYWH"]) if relative else None
        found.append((IPTC_REGIONS, region, region.get("Name"), "", box, True))
    return tuple(
        FileRegion(
            name, _name(called), str(kind or ""), stored_to_upright(box, orientation), good, spelled(region)
        )
        for name, region, called, kind, box, good in found
        if box is not None and called != _NOBODY
    )


def fits_frame(size: object, frame: Frame | None) -> bool:
    """Whether regions drawn on a photo of that size (MWG's AppliedToDimensions) fit the stored pixels: they do
    after a resize, not after a crop or a turn. Unknown sizes fit."""
    width, height = (_number(_structure(size).get(side)) for side in "WH")
    if not width or not height or frame is None:
        return True
    shape = (width / height) / (frame.width / frame.height)
    return abs(shape - 1) <= _SHAPE_TOLERANCE


def _centred(area: Mapping[str, Any]) -> Box | None:
    x, y, w, h = (_number(area.get(side)) for side in "XYWH")
    if w is None and h is None:
        w = h = _number(area.get("D"))  # a circle, by its diameter
    if x is None or y is None or not w or not h:
        return None
    return Box(x - w / 2, y - h / 2, w, h)


def _box(numbers: list[float | None]) -> Box | None:
    if len(numbers) != 4:
        return None
    x, y, w, h = numbers
    return None if x is None or y is None or not w or not h else Box(x, y, w, h)


def _items(value: object) -> list[Mapping[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def _structure(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _name(value: object) -> str:
    """A name, or the default language's one of several."""
    if isinstance(value, Mapping):
        value = value.get("x-default", next(iter(value.values()), ""))
    return "" if value is None else str(value)


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


# --- ours ---------------------------------------------------------------------------------------------------------


def our_spelling(name: str, region: PlacedRegion, orientation: int) -> str:
    """How our box stands in the list field ``name``; the box is cut off at the photo's edges."""
    box = upright_to_stored(_clipped(region.box), orientation)
    if name == MWG_REGIONS:
        x, y = centre(box)
        area = {"X": _text(x), "Y": _text(y), "W": _text(box.w), "H": _text(box.h), "Unit": "normalized"}
        return spelled({"Area": area, "Name": region.name, "Type": "Face"})
    sides = [_text(side) for side in (box.x, box.y, box.w, box.h)]
    if name == MP_REGIONS:
        return spelled({"PersonDisplayName": region.name, "Rectangle": ", ".join(sides)})
    edge = {"RbShape": "rectangle", "RbUnit": "relative"}
    edge |= {f"Rb{side}": text for side, text in zip("XYWH", sides, strict=True)}
    mark = hashlib.sha256("".join((region.name, *sides)).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    content: dict[str, object] = {"Name": region.name, "RId": f"{_OUR_MARK}{mark}", "RegionBoundary": edge}
    if region.label:
        content["RCtype"] = [{"Identifier": [region.label], "Name": region.name}]
    return spelled(content)


def is_our_drawing(found: FileRegion, region: PlacedRegion, frame: Frame | None, recorded: bool) -> bool:
    """Whether a box of this name in a file is this one of ours, and not one that somebody drew round the same.

    Objects carry our mark. Faces have no place for one: nobody else draws to our last digit. ``recorded``: the
    file's own record lists the name; then a pixel and a half is near enough, for other programs that save the
    file count in whole pixels.
    """
    if region.kind is RegionKind.OBJECT:
        return f"RId={_OUR_MARK}" in found.spelled and found.box.iou(region.box) >= SAME_PLACE_IOU
    box = _clipped(region.box)
    width, height = (frame.width, frame.height) if frame else (0, 0)
    if frame and frame.orientation in SWAPPING:
        width, height = height, width
    off_x = max(abs(found.box.x - box.x), abs(found.box.x + found.box.w - box.x - box.w))
    off_y = max(abs(found.box.y - box.y), abs(found.box.y + found.box.h - box.y - box.h))
    if max(off_x, off_y) <= _ROUNDING:
        return True
    return recorded and max(off_x * width, off_y * height) <= _RESAVED if frame else False


def size_spelling(frame: Frame) -> str:
    return spelled({"W": frame.width, "H": frame.height, "Unit": "pixel"})


def list_fields(kind: RegionKind) -> tuple[str, ...]:
    """Where boxes of this kind belong. Objects stay out of the face fields: digiKam would make persons of them."""
    return (MWG_REGIONS, MP_REGIONS) if kind is RegionKind.FACE else (IPTC_REGIONS,)


def _clipped(box: Box) -> Box:
    left, top = max(0.0, box.x), max(0.0, box.y)
    return Box(left, top, min(1.0, box.x + box.w) - left, min(1.0, box.y + box.h) - top)


def _text(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
