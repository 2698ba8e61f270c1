"""Sidecars that begin with a byte-order mark, or declare an encoding that XMP does not know (ISO-8859-1), as
exiftool reads them all: UTF-8 without a mark.

It reads some of them by itself, but not with blanks before or behind the mark, nor UTF-32, nor UTF-16 without an
XML declaration.
"""

from __future__ import annotations

import codecs
import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from phototagger.exiftool.process.asking import in_cloud

# The longer ones first: UTF-32's begins as UTF-16's does.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLANKS = b" \t\r\n"
_HEAD = 256  # bytes in which a mark is looked for
_LATIN1 = re.compile(
    rb"""<\?xml[^>]*?encoding\s*=\s*["'](iso[-_]?8859[-_]?1|latin[-_]?1|us-ascii|windows-1252|cp1252)["']""",
    re.IGNORECASE,
)
_DECLARED = re.compile(r"""(<\?xml[^>]*?encoding\s*=\s*)(["'])[^"'>]*\2""")


def has_mark(path: Path) -> bool:
    """Whether this file, which lies on a disk, begins with a byte-order mark or declares an encoding of its own.
    Raises OSError."""
    with path.open("rb") as file:
        return _encoding(file.read(_HEAD)) is not None


def as_plain_utf8(content: bytes) -> bytes | None:
    """The same text as UTF-8 without a mark; None where it has none, is not in the mark's encoding, or is UTF-8
    whatever it declares."""
    encoding = _encoding(content[:_HEAD])
    if encoding is None:
        return None
    try:
        if encoding == "cp1252":
            with contextlib.suppress(UnicodeDecodeError):
                content.decode("utf-8")
                return None
        text = content.lstrip(_BLANKS).decode(encoding)
    except UnicodeDecodeError:
        return None
    return _DECLARED.sub(r"\1\2UTF-8\2", text.lstrip("\ufeff \t\r\n"), count=1).encode()


@contextlib.contextmanager
def plain_twins(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """For each of these sidecars with a mark a copy without one, in a folder that is gone afterwards."""
    with contextlib.ExitStack() as stack:
        folder: Path | None = None
        twins: dict[Path, Path] = {}
        for path in paths:
            with contextlib.suppress(OSError):  # whoever reads it reports that
                if in_cloud(path) is not None or not has_mark(path):
                    continue
                text = as_plain_utf8(path.read_bytes())
                if text is not None:
                    if folder is None:
                        made = tempfile.TemporaryDirectory(prefix="phototagger-")
                        folder = Path(stack.enter_context(made))
                    twins[path] = folder / f"{len(twins)}{path.suffix}"
                    twins[path].write_bytes(text)
        yield twins


def _encoding(content: bytes) -> str | None:
    content = content.lstrip(_BLANKS)
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked is None and _LATIN1.match(content):
        return "cp1252"  # what is called Latin-1 is this, on the web and in exiftool
    return marked
