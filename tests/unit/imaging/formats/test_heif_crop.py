"""A HEIC that was cropped without being coded again shows what its owner left in, at any crop and turn."""

from __future__ import annotations

import io
import struct
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.formats.heif import crop_of, cut_to_crop, widened

CODED = (640, 360)


def picture() -> Image.Image:
    across, down = np.meshgrid(np.linspace(0, 255, CODED[0]), np.linspace(0, 255, CODED[1]))
    return Image.fromarray(np.dstack([across, down, 255 - across]).astype(np.uint8))


@cache
def heic(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    file = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(file, quality=90, exif=exif.tobytes())
    return file.getvalue()


def with_crop(data: bytes, width: int, height: int, right: int = 0, down: int = 0) -> bytes:
    """The file with a crop to ``width`` x ``height`` about a middle moved ``right`` and ``down``, the first thing
    done to its primary picture: one more property, its number before those of turning."""
    found = bytearray(data)
    box = struct.pack(">I4s8i", 40, b"clap", width, 1, height, 1, right, 1, down, 1)
    ipco = found.index(b"ipco") - 4
    end = ipco + int.from_bytes(found[ipco : ipco + 4], "big")
    count = 0
    at = ipco + 8
    while at < end:
        at += int.from_bytes(found[at : at + 4], "big")
        count += 1
    ipma = found.index(b"ipma") - 4
    assert ipma >= end
    assert found[ipma + 8] == 0  # its version
    assert not found[ipma + 11] & 1
    (primary,) = struct.unpack_from(">H", found, found.index(b"pitm") + 8)
    at = ipma + 16
    while struct.unpack_from(">H", found, at)[0] != primary:
        at += 3 + found[at + 2]
    turns = {b"irot", b"imir"}
    kinds = []
    place = ipco + 8
    while place < end:
        kinds.append(bytes(found[place + 4 : place + 8]))
        place += int.from_bytes(found[place : place + 4], "big")
    listed = [found[at + 3 + number] for number in range(found[at + 2])]
    plain = [one for one in listed if kinds[(one & 127) - 1] not in turns]
    turning = [one for one in listed if kinds[(one & 127) - 1] in turns]
    names = bytes([*plain, (count + 1) | 128, *turning])
    found[at + 2 : at + 3 + len(listed)] = bytes([len(names)]) + names
    found[end:end] = box
    for name, more in ((b"ipco", 40), (b"ipma", 1), (b"iprp", 41), (b"meta", 41)):
        head = found.index(name) - 4
        found[head : head + 4] = (int.from_bytes(found[head : head + 4], "big") + more).to_bytes(4, "big")
    iloc = found.index(b"iloc") + 8
    assert found[iloc : iloc + 2] == b"\x44\x40"  # offset, length and base of four bytes each
    (items,) = struct.unpack_from(">H", found, iloc + 2)
    at = iloc + 4
    for _ in range(items):
        (base, extents) = struct.unpack_from(">IH", found, at + 4)
        struct.pack_into(">I", found, at + 4, base + 41)
        at += 10 + 8 * extents
    return bytes(found)


@pytest.mark.parametrize("size", [(600, 340), (320, 180), (150, 150), (64, 64)])
@pytest.mark.parametrize("moved", [(0, 0), (12, -8)])
def test_a_crop_of_any_size(tmp_path: Path, size: tuple[int, int], moved: tuple[int, int]) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(with_crop(heic(), *size, *moved))
    decoded = PillowDecoder().decode(path, 4096)
    assert (decoded.facts.width, decoded.facts.height) == size
    left, top = ((CODED[axis] - size[axis]) // 2 + moved[axis] for axis in (0, 1))
    wanted = np.asarray(picture().crop((left, top, left + size[0], top + size[1]))).astype(int)
    assert np.abs(decoded.pixels.astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_crop_comes_before_the_turn(tmp_path: Path, orientation: int) -> None:
    """Where libheif crops by itself, ours is the same."""
    data = with_crop(heic(orientation), 600, 340, 10, -8)
    crop = crop_of(data)
    assert crop is not None
    theirs = Image.open(io.BytesIO(data))
    theirs.load()
    whole = Image.open(io.BytesIO(widened(data, crop)))
    whole.load()
    ours = cut_to_crop(whole, crop)
    assert ours.size == theirs.size
    assert np.abs(np.asarray(ours).astype(int) - np.asarray(theirs).astype(int)).max() <= 2
    (tmp_path / "a.heic").write_bytes(with_crop(heic(orientation), 150, 100))
    size = (150, 100) if orientation < 5 else (100, 150)
    facts = PillowDecoder().decode(tmp_path / "a.heic", 4096).facts
    assert (facts.width, facts.height, facts.orientation) == (*size, orientation)


@pytest.mark.parametrize("size", [(0, 10), (2000, 100), (-5, 10)])
def test_a_crop_that_makes_no_sense_is_none(size: tuple[int, int]) -> None:
    assert crop_of(with_crop(heic(), *size)) is None
    assert crop_of(heic()) is None
    assert crop_of(heic()[:60]) is None
