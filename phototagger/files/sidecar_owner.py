"""Whose a sidecar is by what stands in it, where its name leaves that open.

Lightroom and Camera Raw write ``photoshop:SidecarForExtension`` and ``crs:RawFileName``, darktable
``xmpMM:DerivedFrom``; most give ``dc:format``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from phototagger.files.pairs import spelling

_HEAD = (
    4 * 2**20
)  # characters are looked at; none is that long but those with a whole catalog of edits inside
_BOMS = (
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
)
_FILE_NAMES = ("crs:RawFileName", "xmpMM:DerivedFrom")
_FORMATS = {
    "jpeg": {"jpg", "jpeg", "jpe", "jfif", "mpo"},
    "tiff": {"tif", "tiff"},
    "heif": {"heic", "heif", "hif"},
    "heic": {"heic", "heif", "hif"},
    "photoshop": {"psd"},
    "jp2": {"jp2", "jpf", "jpx", "j2k"},
    "quicktime": {"mov"},
}


def owner_named_in(sidecar: Path, names: Sequence[str], *, by_format: bool) -> str | None:
    """Which of these ``names`` of its folder the sidecar says it is of; None where it says of none, or of several.

    ``by_format``: the format that it was made for counts too, which says less than a name does.
    """
    try:
        with sidecar.open("rb") as file:
            text = _decoded(file.read(_HEAD))
    except OSError:
        return None
    for value in _values(text, "photoshop:SidecarForExtension"):
        found = [name for name in names if _suffix(name) == value.lower().lstrip(".")]
        if len(found) == 1:
            return found[0]
    for tag in _FILE_NAMES:
        for value in _values(text, tag):
            said = re.split(r"[\\/]", value)[-1]
            found = [name for name in names if name == said]
            found = found or [name for name in names if spelling(name) == spelling(said)]
            if len(found) == 1:
                return found[0]
    for value in _values(text, "dc:format") if by_format else ():
        kind = value.lower().rpartition("/")[2].rpartition("-")[2]
        found = [name for name in names if _suffix(name) in _FORMATS.get(kind, {kind})]
        if len(found) == 1:
            return found[0]
    return None


def _decoded(data: bytes) -> str:
    encoding = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), "utf-8")
    return data.decode(encoding, "replace")


def _values(text: str, tag: str) -> list[str]:
    """What stands under this tag, as an attribute or as an element without elements in it."""
    name = re.escape(tag)
    found = re.findall(rf"""\s{name}\s*=\s*(?:"([^"<]*)"|'([^'<]*)')|<{name}(?:\s[^<>]*)?>([^<]*)<""", text)
    values = (html.unescape("".join(groups)).strip() for groups in found)
    return [value for value in values if value]


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")
