"""The parts of photo files outside the blocks that hold XMP and IPTC, byte for byte. No pixel is decoded.

Every function gives a list of (name, content) in file order, and raises ValueError, IndexError or struct.error for
what is no file of its kind or is cut off.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Collection, Iterator

from phototagger.metadata.stretches import Data, Stretch, unpack

Part = tuple[str, bytes | Stretch]
Segment = tuple[int, int, int]  # marker, start of the content, end

_XMP_HEADERS = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_PHOTOSHOP_HEADER = b"Photoshop 3.0\0"
_MPF_HEADER = b"MPF\0"
# Photoshop image resources that a keyword may change: IPTC, XMP, the digest of the IPTC block.
_IPTC_RESOURCES = frozenset({0x0404, 0x0424, 0x0425})
_EXIF_RESOURCES = frozenset({0x0422, 0x0423})  # of a PSD: laid out anew, so compared field by field


_PNG_NOTES = frozenset(f"PNG chunk {kind}" for kind in ("tEXt", "zTXt", "iTXt", "eXIf", "tIME"))
_PNG_XMP = b"XML:com.adobe.xmp\0"


def differing(before: list[Part], after: list[Part]) -> str:
    """The name of a part that is not in both, or not in the same place; empty when all are equal."""
    if before == after:
        return ""
    lost, new = Counter(before), Counter(after)
    for name, _ in (*(lost - new), *(new - lost)):
        return name
    return "order of the parts"


# --- JPEG -----------------------------------------------------------------------------------------------------


def jpeg_segments(data: Data) -> tuple[list[Segment], int]:
    """(marker, start of content, end) of each segment before the first scan, and where the scan begins.

    Raises ValueError for what is no JPEG up to there.
    """
    if data[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    segments: list[Segment] = []
    place = 2
    while True:
        if data[place] != 0xFF:
            raise ValueError(f"no marker at byte {place}")
        while data[place] == 0xFF:  # fill bytes are allowed before a marker
            place += 1
        marker = data[place]
        place += 1
        if marker == 0xDA:
            return segments, place - 2
        if marker == 0xD9:
            raise ValueError("no pixels")
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:  # markers without content
            continue
        (length,) = unpack(">H", data, place)
        segments.append((marker, place + 2, place + length))
        place += length


def jpeg_parts(data: Data, *, xmp: bool, iptc: bool) -> list[Part]:
    """Segments (without XMP where ``xmp``, without IPTC where ``iptc``), then all from the first scan to the
    end of the file, trailers included, and where further images lie from there."""
    segments, scan = jpeg_segments(data)
    parts: list[Part] = []
    resources = b""
    for marker, start, end in segments:
        content = data[start:end]
        if marker == 0xE1 and content.startswith(_XMP_HEADERS):
            if not xmp:
                parts.append(("XMP", content))
        elif marker == 0xED and content.startswith(_PHOTOSHOP_HEADER) and iptc:
            resources += content[len(_PHOTOSHOP_HEADER) :]
        elif not (marker == 0xE2 and content.startswith(_MPF_HEADER)):  # that one holds offsets, which move
            parts.append((f"JPEG segment {marker:02X}", content))
    parts += photoshop_resources(resources)
    parts.append(("offsets of further images", repr(_further_images(data, segments, scan)).encode()))
    parts.append(("pixels or trailer", Stretch(data, scan, len(data))))
    return parts


def stray_xmp_holds_keywords(data: Data) -> bool:
    """Whether a segment that is XMP but for its header (some old Photoshops and converters wrote such) speaks of
    keywords. exiftool reads it as XMP yet leaves it alone and writes a proper packet beside it; that is safe as
    long as the two cannot differ on the keywords. True also for what cannot be told.
    """
    try:
        segments, _ = jpeg_segments(data)
    except (struct.error, IndexError, ValueError):
        return True
    return any(
        marker == 0xE1
        and not data[start:end].startswith((*_XMP_HEADERS, b"Exif\0"))
        and any(word in data[start:end].lower() for word in (b"subject", b"tagslist", b"keyword", b"ptag"))
        for marker, start, end in segments
    )


def photoshop_resources(data: bytes, left_out: Collection[int] = _IPTC_RESOURCES) -> list[Part]:
    """Photoshop's image resources but those left out: the ones that hold IPTC and XMP."""
    parts: list[Part] = []
    place = 0
    while place + 12 <= len(data):
        signature, number, name_length = struct.unpack_from(">4sHB", data, place)
        if signature not in (b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"):
            raise ValueError("odd Photoshop resource")
        head = place + 6 + (name_length + 2) // 2 * 2
        (length,) = struct.unpack_from(">I", data, head)
        if head + 4 + length > len(data):
            raise ValueError("a Photoshop resource is cut off")
        if number not in left_out:
            parts.append((f"Photoshop resource {number:04X}", data[place + 6 : head + 4 + length]))
        place = head + 4 + (length + 1) // 2 * 2
    return parts


def _further_images(data: Data, segments: list[Segment], scan: int) -> list[tuple[int, int, int]]:
    """(attributes, size, place after the first scan's start) of each image of a multi-picture file.

    Layout: CIPA DC-007.
    """
    for marker, start, end in segments:
        if marker == 0xE2 and data[start : start + len(_MPF_HEADER)] == _MPF_HEADER:
            header = start + 4
            order = "<" if data[header : header + 2] == b"II" else ">"
            (directory,) = unpack(order + "I", data, header + 4)
            (count,) = unpack(order + "H", data, header + directory)
            for entry in range(count):
                at = header + directory + 2 + 12 * entry
                tag, _, length, offset = unpack(order + "HHII", data, at)
                if tag == 0xB002 and header + offset + length <= end:
                    listed = header + offset
                    images = struct.iter_unpack(order + "IIIHH", data[listed : listed + length // 16 * 16])
                    return [
                        # The first image's size is the whole first part's, so it grows with the metadata.
                        (attributes, size if place else 0, header + place - scan if place else 0)
                        for attributes, size, place, _, _ in images
                    ]
    return []


# --- PNG, WebP, PSD -----------------------------------------------------------------------------------------------


def png_parts(data: Data) -> list[Part]:
    """All chunks but XMP's: first those that make the picture, in order, then texts and the like, sorted, because
    exiftool moves them before the pixels."""
    chunks = list(_png_chunks(data))
    notes = sorted((name, content) for name, content in chunks if isinstance(content, bytes))
    return [*(chunk for chunk in chunks if isinstance(chunk[1], Stretch)), *notes]


def _png_chunks(data: Data) -> Iterator[Part]:
    """The contents of texts and the like as bytes, of all others as stretches."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG signature")
    place = 8
    while place < len(data):
        length, kind = unpack(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            raise ValueError("a PNG chunk is cut off")
        if not (kind == b"iTXt" and data[place + 8 : end][: len(_PNG_XMP)] == _PNG_XMP):
            name = f"PNG chunk {kind.decode('latin-1')}"
            yield name, data[place + 8 : end] if name in _PNG_NOTES else Stretch(data, place + 8, end)
        place = end
        if kind == b"IEND":
            break
    if place < len(data):
        yield "bytes after the PNG", Stretch(data, place, len(data))


def webp_parts(data: Data) -> list[Part]:
    """All chunks but XMP; of VP8X, which a plain file gains, only what is not the XMP flag."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP signature")
    (size,) = unpack("<I", data, 4)
    end = min(size + 8, len(data))
    parts: list[Part] = []
    place = 12
    while place + 8 <= end:
        kind, length = unpack("<4sI", data, place)
        content = Stretch(data, place + 8, place + 8 + length)
        if len(content) < length:
            raise ValueError("a WebP chunk is cut off")
        if kind == b"VP8X":
            header = data[place + 8 : place + 8 + length]
            flags = header[0] & ~0x04
            # Made for an XMP chunk alone (alpha is told by the pixels too), it says nothing.
            if flags & ~0x10:
                parts.append(("WebP chunk VP8X", bytes([flags & ~0x10]) + header[1:]))
        elif kind != b"XMP ":
            parts.append((f"WebP chunk {kind.decode('latin-1')}", content))
        place += 8 + length + (length & 1)
    return parts


def psd_parts(data: Data) -> list[Part]:
    """Header and colours, image resources, layers and merged pixels."""
    if data[:6] != b"8BPS\0\x01":
        raise ValueError("no PSD signature")
    (colours,) = unpack(">I", data, 26)
    resources = 30 + colours
    (length,) = unpack(">I", data, resources)
    layers = resources + 4 + length
    if layers > len(data):
        raise ValueError("the PSD is cut off")
    return [
        ("PSD header", data[:resources]),
        *photoshop_resources(data[resources + 4 : layers], _IPTC_RESOURCES | _EXIF_RESOURCES),
        ("PSD layers and pixels", Stretch(data, layers, len(data))),
    ]


# --- TIFF ---------------------------------------------------------------------------------------------------------

_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SUB_DIRECTORIES = 330
# (tag of the places, tag of the lengths): strips, tiles, old-style JPEG.
_PIXEL_TAGS = ((273, 279), (324, 325), (513, 514))
_JPEG_TABLES = 347


def tiff_parts(data: Data) -> list[Part]:
    """The bytes of all strips and tiles of all images, in order, and shared JPEG tables."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or unpack(order + "H", data, 2)[0] != 42:
        raise ValueError("no TIFF signature")
    parts: list[Part] = []
    waiting = [unpack(order + "I", data, 4)[0]]
    seen: set[int] = set()
    while waiting:
        directory = waiting.pop(0)
        if not directory or directory in seen:
            continue
        seen.add(directory)
        entries, following = _tiff_directory(data, order, directory)
        for places_tag, lengths_tag in _PIXEL_TAGS:
            places, lengths = entries.get(places_tag, ()), entries.get(lengths_tag, ())
            for place, length in zip(places, lengths, strict=True):
                if place + length > len(data):
                    raise ValueError("pixels are cut off")
                parts.append(("TIFF pixels", Stretch(data, place, place + length)))
        if _JPEG_TABLES in entries:
            parts.append(("TIFF JPEG tables", bytes(entries[_JPEG_TABLES])))
        waiting += [following, *entries.get(_SUB_DIRECTORIES, ())]
    if not parts:
        raise ValueError("no pixels found")
    return parts


def _tiff_directory(data: Data, order: str, place: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The entries that lead to pixels, as whole numbers, and the place of the next directory (0: none)."""
    (count,) = unpack(order + "H", data, place)
    wanted = {tag for pair in _PIXEL_TAGS for tag in pair} | {_SUB_DIRECTORIES, _JPEG_TABLES}
    entries = {}
    for number in range(count):
        at = place + 2 + 12 * number
        tag, kind, length = unpack(order + "HHI", data, at)
        if tag in wanted:
            size = _TYPE_SIZES.get(kind, 1)
            if size * length > 4:
                (at_value,) = unpack(order + "I", data, at + 8)
            else:
                at_value = at + 8
            code = {1: "B", 2: "H", 4: "I"}.get(size)
            if code is None:
                raise ValueError(f"tag {tag} has an odd type")
            entries[tag] = unpack(f"{order}{length}{code}", data, at_value)
    (following,) = unpack(order + "I", data, place + 2 + 12 * count)
    return entries, following
