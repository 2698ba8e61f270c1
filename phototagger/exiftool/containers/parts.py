"""The parts of photo files outside the blocks that hold XMP and IPTC, byte for byte. No pixel is decoded.

Every function gives a list of (name, content) in file order, and raises ValueError, IndexError or struct.error for
what is no file of its kind or is cut off.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Collection, Iterator

from phototagger.domain.facets import FIELDS
from phototagger.exiftool.containers.stretches import Data, Stretch, unpack_from

Part = tuple[str, bytes | Stretch]
Segment = tuple[int, int, int]  # marker, start of the content, end

_XMP_HEADERS = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_PHOTOSHOP_HEADER = b"Photoshop 3.0\0"
_MPF_HEADER = b"MPF\0"
# Photoshop image resources that a keyword may change: IPTC, XMP, the digest of the IPTC block.
_IPTC_RESOURCES = frozenset({0x0404, 0x0424, 0x0425})
_EXIF_RESOURCES = frozenset({0x0422, 0x0423})  # of a PSD: rewritten, so compared field by field


_PNG_NOTES = frozenset(f"PNG chunk {kind}" for kind in ("tEXt", "zTXt", "iTXt", "eXIf", "tIME"))
_PNG_XMP = b"XML:com.adobe.xmp\0"
_PNG_RAW_XMP = b"Raw profile type xmp\0"
_WEBP_XMP, _WEBP_EXIF, _WEBP_ALPHA = 0x04, 0x08, 0x10  # marks in the header VP8X
_GIF_XMP = b"XMP DataXMP"
_GIF_XMP_END = b"\x01" + bytes(range(255, -1, -1)) + b"\0"  # Adobe's XMP specification, part 3


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
        (length,) = unpack_from(">H", data, place)
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
    long as the two cannot differ on the keywords. True also where that is not known.
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
            (directory,) = unpack_from(order + "I", data, header + 4)
            (count,) = unpack_from(order + "H", data, header + directory)
            for entry in range(count):
                at = header + directory + 2 + 12 * entry
                tag, _, length, offset = unpack_from(order + "HHII", data, at)
                if tag == 0xB002 and header + offset + length <= end:
                    listed = header + offset
                    images = struct.iter_unpack(order + "IIIHH", data[listed : listed + length // 16 * 16])
                    return [
                        # The first image's size is the whole first part's, so it grows with the metadata.
                        (attributes, size if place else 0, header + place - scan if place else 0)
                        for attributes, size, place, _, _ in images
                    ]
    return []


# --- PNG, WebP, GIF, PSD ------------------------------------------------------------------------------------------


def png_parts(data: Data) -> list[Part]:
    """All chunks but XMP's, with their checksums: first those that make the picture, in order, then texts and the
    like, sorted, because exiftool moves them before the pixels."""
    chunks = [(name, content) for name, content, ours in _png_chunks(data) if not ours]
    notes = sorted((name, content) for name, content in chunks if isinstance(content, bytes))
    return [*(chunk for chunk in chunks if isinstance(chunk[1], Stretch)), *notes]


def png_wrong_sums(data: Data) -> list[Part]:
    """The blocks of XMP and EXIF, which a write rewrites, whose checksum is wrong."""
    return [
        (name, content)
        for name, content, ours in _png_chunks(data)
        if (ours or name == "PNG chunk eXIf")
        and isinstance(content, bytes)
        and zlib.crc32(content[:-4]) != struct.unpack(">I", content[-4:])[0]
    ]


def png_holds_raw_xmp(data: Data) -> bool:
    """Whether a PNG has its XMP as a text in hexadecimal, as older ImageMagicks write it: exiftool reads it, and
    makes a second one beside it."""
    return any(
        isinstance(content, bytes) and content[4:].startswith(_PNG_RAW_XMP)
        for _, content, _ in _png_chunks(data)
    )


def is_png_xmp(content: bytes | Stretch) -> bool:
    """Whether this content of a chunk, kind and all, is XMP."""
    return isinstance(content, bytes) and _holds_xmp(content[:4], content[4:64])


def _holds_xmp(kind: bytes, start: bytes) -> bool:
    return kind in (b"iTXt", b"tEXt", b"zTXt") and start.startswith(_PNG_XMP)


def _png_chunks(data: Data) -> Iterator[tuple[str, bytes | Stretch, bool]]:
    """Name, kind with contents and checksum (bytes of texts and the like, stretches of all others), whether it is
    XMP."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG signature")
    place = 8
    while place < len(data):
        length, kind = unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            raise ValueError("a PNG chunk is cut off")
        ours = _holds_xmp(kind, data[place + 8 : min(end - 4, place + 68)])
        name = f"PNG chunk {kind.decode('latin-1')}"
        whole = Stretch(data, place + 4, end)
        yield name, data[place + 4 : end] if name in _PNG_NOTES else whole, ours
        place = end
        if kind == b"IEND":
            break
    if place < len(data):
        yield "bytes after the PNG", Stretch(data, place, len(data)), False


def webp_parts(data: Data, *, exif: bool = False) -> list[Part]:
    """What the picture is (its size, whether it is see-through, animated or has a profile), all chunks but XMP, and
    what follows. A plain file and one with the header VP8X around the same chunks have the same parts. ``exif``:
    EXIF may come or go, so its mark in the header does not count.

    Layout: RFC 9649.
    """
    parts: list[Part] = []
    header: bytes | None = None
    picture = b""
    end = 12
    for kind, start, end in _webp_chunks(data):
        if kind == b"VP8X":
            header = data[start : start + 10]
        elif kind in (b"VP8 ", b"VP8L") and not picture:
            picture = kind + data[start : start + 10]
        if kind not in (b"VP8X", b"XMP "):
            parts.append((f"WebP chunk {kind.decode('latin-1')}", Stretch(data, start, end)))
    flags, size = (header[0], header[4:10]) if header is not None else _of_plain_webp(picture)
    flags &= ~(_WEBP_XMP | (_WEBP_EXIF if exif else 0))
    parts.insert(0, ("WebP header", bytes([flags]) + size))
    if end < len(data):
        parts.append(("bytes after the WebP", Stretch(data, end, len(data))))
    return parts


def webp_faults(data: Data) -> list[Part]:
    """What is wrong in the frame round the chunks: the length, and which blocks the header names."""
    faults: list[Part] = []
    named, held, end = 0, 0, 12
    for kind, start, end in _webp_chunks(data):  # noqa: B007 - where the last one ends
        named = data[start] if kind == b"VP8X" else named
        held |= {b"XMP ": _WEBP_XMP, b"EXIF": _WEBP_EXIF}.get(kind, 0)
    (length,) = unpack_from("<I", data, 4)
    if length + 8 != end:
        faults.append(("WebP length", str(length + 8 - end).encode()))
    wrong = named & (_WEBP_XMP | _WEBP_EXIF) ^ held
    if wrong:
        faults.append(("WebP header", bytes([wrong])))
    return faults


def webp_flags_to_mend(source: Data, copy: Data) -> tuple[int, int] | None:
    """The place of the marks in a copy's new header and what they should be; None where they are right. Older
    exiftools make a header that says a see-through picture is not."""
    if any(kind == b"VP8X" for kind, _, _ in _webp_chunks(source)):
        return None
    place, picture = 0, b""
    for kind, start, _ in _webp_chunks(copy):
        if kind == b"VP8X":
            place = start
        elif kind in (b"VP8 ", b"VP8L") and not picture:
            picture = kind + copy[start : start + 10]
    flags, _ = _of_plain_webp(picture)
    if not place or copy[place] & flags == flags:
        return None
    return place, copy[place] | flags


def _webp_chunks(data: Data) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end (with the filling byte) of each chunk's contents."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP signature")
    (size,) = unpack_from("<I", data, 4)
    last = min(size + 8, len(data))
    place = 12
    while place + 8 <= last:
        kind, length = unpack_from("<4sI", data, place)
        if place + 8 + length > last:
            raise ValueError("a WebP chunk is cut off")
        end = min(place + 8 + length + (length & 1), last)
        yield kind, place + 8, end
        place = end


def _of_plain_webp(picture: bytes) -> tuple[int, bytes]:
    """The marks and the size that a header of this VP8 or VP8L chunk has."""
    if picture[:4] == b"VP8L" and picture[4] == 0x2F:
        (bits,) = struct.unpack_from("<I", picture, 5)
        width, height, see_through = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif picture[:4] == b"VP8 " and picture[7:10] == b"\x9d\x01\x2a":
        width, height = (side % 0x4000 - 1 for side in struct.unpack_from("<HH", picture, 10))
        see_through = 0
    else:
        raise ValueError("no WebP picture")
    if width < 0 or height < 0:
        raise ValueError("a WebP picture without a size")
    flags = _WEBP_ALPHA if see_through else 0
    return flags, width.to_bytes(3, "little") + height.to_bytes(3, "little")


def gif_parts(data: Data) -> list[Part]:
    """Header and colours, then all blocks but XMP as every reader finds them, and what follows the end. The version
    is told apart: one with XMP in it is 89a, whatever else it holds."""
    if data[:4] != b"GIF8" or data[4:6] not in (b"7a", b"9a"):
        raise ValueError("no GIF signature")
    place = 13 + _gif_colours(data[10])
    parts: list[Part] = [("GIF header", data[6:place])]
    while place < len(data):
        start, kind = place, data[place]
        if kind == 0x3B:
            place += 1
            parts.append(("GIF end", b";"))
            break
        place = _gif_after_block(data, place)
        if not _is_gif_xmp(data, start):
            parts.append(("GIF picture" if kind == 0x2C else "GIF block", Stretch(data, start, place)))
    if place < len(data):
        parts.append(("bytes after the GIF", Stretch(data, place, len(data))))
    return parts


def gif_faults(data: Data) -> list[Part]:
    """Blocks of XMP without the run of numbers behind it by which readers that do not know it find its end."""
    faults: list[Part] = []
    place = 13 + _gif_colours(data[10])
    while place < len(data) and data[place] != 0x3B:
        start = place
        place = _gif_after_block(data, place)
        if _is_gif_xmp(data, start) and data[place - len(_GIF_XMP_END) : place] != _GIF_XMP_END:
            faults.append(("GIF block of XMP", data[start:place]))
    return faults


def _is_gif_xmp(data: Data, place: int) -> bool:
    return data[place : place + 3] == b"!\xff\x0b" and data[place + 3 : place + 14] == _GIF_XMP


def _gif_after_block(data: Data, place: int) -> int:
    """Where the picture or extension that begins here ends."""
    if data[place] == 0x21:
        return _gif_after_blocks(data, place + 2)
    if data[place] != 0x2C:
        raise ValueError(f"no GIF block at byte {place}")
    place += 10
    return _gif_after_blocks(data, place + _gif_colours(data[place - 1]) + 1)  # after the size of a code


def _gif_colours(flags: int) -> int:
    """How many bytes of colours follow a header with these marks."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_after_blocks(data: Data, place: int) -> int:
    """Where the blocks that begin here, each with its length before it, end."""
    while True:
        length = data[place]
        place += 1 + length
        if not length:
            return place


def psd_parts(data: Data) -> list[Part]:
    """Header and colours, image resources, layers and merged pixels."""
    if data[:6] != b"8BPS\0\x01":
        raise ValueError("no PSD signature")
    (colours,) = unpack_from(">I", data, 26)
    resources = 30 + colours
    (length,) = unpack_from(">I", data, resources)
    layers = resources + 4 + length
    if layers > len(data):
        raise ValueError("the PSD is cut off")
    return [
        ("PSD header", data[:resources]),
        *photoshop_resources(data[resources + 4 : layers], _IPTC_RESOURCES | _EXIF_RESOURCES),
        ("PSD layers and pixels", Stretch(data, layers, len(data))),
    ]


def psd_without_resources(data: Data) -> tuple[bytes, Stretch]:
    """What stands before and behind the image resources, the length before them as none."""
    (colours,) = unpack_from(">I", data, 26)
    (length,) = unpack_from(">I", data, 30 + colours)
    return data[: 30 + colours] + bytes(4), Stretch(data, 34 + colours + length, len(data))


# --- TIFF ---------------------------------------------------------------------------------------------------------

_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SUB_DIRECTORIES = 330
# (tag of the places, tag of the lengths): strips, tiles, old-style JPEG.
_PIXEL_TAGS = ((273, 279), (324, 325), (513, 514))
# Tags whose values are places, which move, or XMP, IPTC, Photoshop's resources and EXIF, compared by field.
_TIFF_MOVING = frozenset({tag for pair in _PIXEL_TAGS for tag in pair}) | {
    *(288, 289, _SUB_DIRECTORIES, 700, 33723, 34377, 34665, 34853, 40965),
}
# What we write into the first directory, where EXIF may change.
_TIFF_WRITTEN = frozenset(spec.exif_tag for spec in FIELDS.values() if spec.exif_tag)


def tiff_parts(data: Data, *, exif: bool = False) -> list[Part]:
    """The bytes of all strips and tiles of all images, in order, and of the tags of their directories, but for
    those that say where something is. ``exif``: those that we write may change."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or unpack_from(order + "H", data, 2)[0] != 42:
        raise ValueError("no TIFF signature")
    parts: list[Part] = []
    waiting = [unpack_from(order + "I", data, 4)[0]]
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
        for tag, value in _tiff_values(data, order, directory):
            if tag not in _TIFF_MOVING and not (exif and tag in _TIFF_WRITTEN):
                parts.append((f"TIFF tag {tag}", value))
        waiting += [following, *entries.get(_SUB_DIRECTORIES, ())]
    if not parts:
        raise ValueError("no pixels found")
    return parts


def _tiff_values(data: Data, order: str, place: int) -> list[tuple[int, Stretch]]:
    """The number of each tag in a directory, and the bytes of its value."""
    (count,) = unpack_from(order + "H", data, place)
    values = []
    for number in range(count):
        at = place + 2 + 12 * number
        tag, kind, length = unpack_from(order + "HHI", data, at)
        size = _TYPE_SIZES.get(kind, 1) * length
        start = at + 8 if size <= 4 else unpack_from(order + "I", data, at + 8)[0]
        if start + size > len(data):
            raise ValueError(f"tag {tag} is cut off")
        values.append((tag, Stretch(data, start, start + size)))
    return sorted(values, key=lambda value: value[0])


def _tiff_directory(data: Data, order: str, place: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The entries that lead to pixels, as whole numbers, and the place of the next directory (0: none)."""
    (count,) = unpack_from(order + "H", data, place)
    wanted = {tag for pair in _PIXEL_TAGS for tag in pair} | {_SUB_DIRECTORIES}
    entries = {}
    for number in range(count):
        at = place + 2 + 12 * number
        tag, kind, length = unpack_from(order + "HHI", data, at)
        if tag in wanted:
            size = _TYPE_SIZES.get(kind, 1)
            if size * length > 4:
                (at_value,) = unpack_from(order + "I", data, at + 8)
            else:
                at_value = at + 8
            code = {1: "B", 2: "H", 4: "I"}.get(size)
            if code is None:
                raise ValueError(f"tag {tag} has an odd type")
            entries[tag] = unpack_from(f"{order}{length}{code}", data, at_value)
    (following,) = unpack_from(order + "I", data, place + 2 + 12 * count)
    return entries, following
