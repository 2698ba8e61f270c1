"""A metadata field as exiftool names it, with all that the program must know of it: one row of one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Carries(StrEnum):
    """When a field gets a value of this program's."""

    NEVER = "never"  # it is only read, or copied into a sidecar
    ALWAYS = "always"
    WITH_BLOCK = "with_block"  # where the file has its block, or the settings ask for one
    WHERE_THERE = "where_there"  # where the file has the field already, for readers that look there first


class Purpose(StrEnum):
    """What a field is for, beside the kinds of single values, which are purposes of their own."""

    KEYWORDS = "keywords"  # single words
    TREE = "tree"  # keywords with their parents
    FACES = "faces"  # boxes with names
    OBJECTS = "objects"  # boxes with what is in them
    PERSONS = "persons"  # names without boxes
    BOOKS = "books"  # what only programs read: records, sizes, encodings
    OTHER = "other"


def _as_it_is(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """``name``: exiftool's (``XMP-dc:Subject``). ``purpose``: a Purpose, or the kind of a single value. ``owner``:
    the program or standard that people know it by. ``joint``: what joins the steps of a path in a value.
    ``separator``: what parts the values of a field that is one text. ``limit``: bytes of a value; 0: none.
    ``address``: what exiftool wants behind the name of a field that is set. ``older``: IPTC's field for the same.
    ``languages``: it has texts in other languages beside it. ``exif_tag``: its number, of an EXIF field that is
    written. ``from_field``, ``to_field``: between a value as it
    stands there and as the program has it."""

    name: str
    purpose: str
    owner: str = ""
    single: bool = False
    carries: Carries = Carries.NEVER
    joint: str = ""
    separator: str = ""
    limit: int = 0
    address: str = ""
    older: str = ""
    languages: bool = False
    exif_tag: int = 0
    seeded: bool = False  # copied into a sidecar that is made
    once: bool = False  # a file that holds it twice is not written: programs differ on which one counts
    from_field: Callable[[str], str] = _as_it_is
    to_field: Callable[[str], str] = _as_it_is

    @property
    def in_iptc(self) -> bool:
        return self.name.startswith("IPTC:")

    @property
    def in_exif(self) -> bool:
        return self.name.startswith("IFD0:")

    @property
    def planned(self) -> bool:
        """Whether a write may change it; the others are only read."""
        return self.carries is not Carries.NEVER or self.seeded

    def fits(self, value: str) -> bool:
        return not self.limit or len(value.encode("utf-8")) <= self.limit
