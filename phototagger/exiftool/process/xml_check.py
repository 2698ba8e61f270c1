"""Whether an XML file is one that exiftool can be given: not too large, not nested without end, no bomb.

exiftool takes minutes for a sidecar of a megabyte that is nested deeply, for its work grows with the square of
the depth. Nothing is expanded here, and nothing is fetched.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from phototagger.domain.sentences import said

MOST_BYTES = 64 * 2**20
MOST_DEPTH = (
    200  # elements in one another; Lightroom's masks have some 20, a word 30 levels down in a tree 130
)
_BLOCK = 4 * 2**20  # bytes: expat begins a long piece again with every block
_TAG = re.compile(r"<(/?)[A-Za-z_:][^<>]*")


class _Unfit(Exception):  # noqa: N818 - the answer, from within expat's callbacks
    pass


def fault_of_xml(path: Path) -> str | None:
    """What is wrong with this file, as the end of a sentence about it; None for one to be given to exiftool, which
    says itself what else is wrong with it. Raises OSError."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        return said(
            "is {size} MiB large, where {most} are the most",
            size=f"{size / 2**20:.0f}",
            most=MOST_BYTES // 2**20,
        )
    try:
        with path.open("rb") as file:
            _parse(file)
    except _Unfit as found:
        return str(found)
    except (expat.ExpatError, ValueError, LookupError):
        # Not well-formed, or in an encoding that expat does not know: exiftool reads many of these all the same.
        if _deepest(path.read_bytes()) > MOST_DEPTH:
            return _TOO_DEEP
    return None


_TOO_DEEP = said("is nested more than {most_depth} levels deep", most_depth=MOST_DEPTH)


def _parse(file: BinaryIO) -> None:
    depth = 0

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise _Unfit(_TOO_DEEP)

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_what: object) -> None:
        raise _Unfit(said("declares entities of its own, which no program's metadata does"))

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.EntityDeclHandler = declared
    while block := file.read(_BLOCK):
        parser.Parse(block, False)
    parser.Parse(b"", True)


def _deepest(content: bytes) -> int:
    """The most tags open at once, as far as it shows without a parser."""
    depth = deepest = 0
    for found in _TAG.finditer(_text(content)):
        if found[1]:
            depth = max(0, depth - 1)
        elif not found[0].endswith("/"):
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _text(content: bytes) -> str:
    marks = (
        (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, with which it begins
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"<\0\0\0", "utf-32-le"),
        (b"\0\0\0<", "utf-32-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    )
    encoding = next((name for mark, name in marks if content.startswith(mark)), "latin-1")
    return content.decode(encoding, "replace")
