"""JPEGs stored in thousands of scans: each is a pass over all pixels, so a small file takes hours to decode."""

from __future__ import annotations

import io
import mmap
import re
from typing import IO

# Progressive JPEGs have some 10 scans, the most refined ones some 60; a pass takes 1 to 3 ms a megapixel.
ALWAYS_FINE = 20
MOST_MEGAPIXEL_SCANS = 10_000
_SCAN = re.compile(rb"\xff\xda")
# A marker that is not part of the pixels: neither a stuffed byte nor a restart.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_END, _START_OF_SCAN, _STANDALONE = 0xD9, 0xDA, 0x01


def costly_scans(file: IO[bytes], size: tuple[int, int]) -> int:
    """How many scans this JPEG of ``size`` pixels has, where that is too many to decode it; else 0."""
    most = max(ALWAYS_FINE, int(MOST_MEGAPIXEL_SCANS / (max(1, size[0] * size[1]) / 1e6)))
    if isinstance(file, io.BytesIO):
        return _more_than(file.getvalue(), most)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _more_than(data, most)


def _more_than(data: bytes | mmap.mmap, most: int) -> int:
    # The two bytes may stand in a preview or in a film at the end too, so the exact way follows.
    if not any(number >= most for number, _ in enumerate(_SCAN.finditer(data))):
        return 0
    scans, place = 0, 2
    while (found := _MARKER.search(data, place)) is not None:
        marker, place = found[1][0], found.end()
        if marker == _END:
            break
        if marker != _STANDALONE:
            place += int.from_bytes(data[place : place + 2], "big")
            scans += marker == _START_OF_SCAN
    return scans if scans > most else 0
