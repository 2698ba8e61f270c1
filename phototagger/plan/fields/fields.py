"""The metadata fields that hold keywords, and what a file says in them. Pure: no file is touched here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoError
from phototagger.domain.facets import FIELDS, VALUE_FACETS, keyword, spec_of, value_facet
from phototagger.domain.facets.books import AUTO_TAGS, IPTC_CHARSET
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries, Purpose
from phototagger.domain.facets.keyword import (
    CATEGORIES,
    HIERARCHY,
    IPTC_KEYWORDS,
    IPTC_LIMIT,
    LAST_KEYWORD,
    TAGS_LIST,
    XP_KEYWORDS,
    XP_SEPARATOR,
)
from phototagger.domain.facets.region import MWG_SIZE
from phototagger.domain.frames import Frame
from phototagger.domain.records import KEYWORD_SEPARATOR, Failure
from phototagger.domain.sentences import Said, said
from phototagger.domain.writing import FileFields, FileRegion
from phototagger.plan.fields import regions
from phototagger.plan.fields.categories import category_paths

# The dialects. Flat fields hold single words; XPKeywords is one text, joined by ";", and only ever extended.
FLAT_FIELDS = tuple(spec.name for spec in keyword.FACET.fields if spec.purpose is Purpose.KEYWORDS)
# Fields of whole paths, and what joins the steps of a path there.
PATH_FIELDS = {spec.name: spec.joint for spec in keyword.FACET.fields if spec.joint}
KEYWORD_DIALECTS = tuple(spec.name for spec in keyword.FACET.fields)
# What a file must not hold twice, in two XMP packets or IPTC blocks: programs differ on which counts.
LIST_FIELDS = tuple(spec.name for spec in FIELDS.values() if spec.once)
# What a preset (see settings.PRESETS) makes beside dc:Subject where a file does not have it.
CREATED_BY_PRESET: Mapping[str, tuple[str, ...]] = {
    "all": (HIERARCHY, TAGS_LIST),
    "lightroom": (HIERARCHY,),
    "digikam": (HIERARCHY, TAGS_LIST),
    "darktable": (HIERARCHY,),
    "windows": (LAST_KEYWORD,),
    "immich": (TAGS_LIST,),
    "apple": (IPTC_KEYWORDS,),
}
# The fields of the table that are read as texts; boxes have spellings of their own, see ``regions``.
_TEXT_FIELDS = tuple(
    spec.name
    for spec in FIELDS.values()
    if spec.planned and spec.name not in (*regions.REGION_LISTS, MWG_SIZE, IPTC_CHARSET)
)

IPTC_BLOCK = "IPTC"  # in CREATED_FIELDS: the block as a whole is of our making
IPTC_VERSIONS = ("IPTC:ApplicationRecordVersion", "IPTC:EnvelopeRecordVersion", "IPTC:NewsPhotoVersion")
MISDECLARED = said("IPTC is declared as UTF-8 and is not")  # as a warning, which exiftool does not give
UTF8 = "UTF8"
# A change of these changes an IPTC block, or an EXIF one.
IPTC_WRITTEN = frozenset(spec.name for spec in FIELDS.values() if spec.planned and spec.in_iptc)
EXIF_WRITTEN = frozenset(spec.name for spec in FIELDS.values() if spec.planned and spec.in_exif)
IPTC_TEXTS = IPTC_WRITTEN - {IPTC_CHARSET}
# What exiftool writes of its own accord into an IPTC block that it makes.
IPTC_HOUSEKEEPING = frozenset({IPTC_CHARSET, *IPTC_VERSIONS})


class IptcText(StrEnum):
    """How the strings of a file's IPTC block are encoded, as far as that is known."""

    NONE = "none"  # no IPTC at all
    UTF8 = "utf8"  # declared
    ASCII = "ascii"  # undeclared, and it does not matter yet
    UTF8_UNDECLARED = "utf8_undeclared"  # only the declaration is missing
    LATIN1 = "latin1"  # to be recoded before a declaration is added
    MISDECLARED = "misdeclared"  # as UTF-8, and the bytes are Latin-1: read, and left as it is
    UNSURE = "unsure"  # anything else: hands off


@dataclass(frozen=True, slots=True)
class PhotoFields(FileFields):
    """What exiftool said of one photo file.

    ``values``: the keyword and region fields of the photo file alone, IPTC decoded, numbers as text. ``sidecars``:
    the same of its sidecars, which ``keywords()`` and ``regions()`` count in, or the error that reading one gave.
    ``raws_beside``: the fields of raw photos that this one leads (see ``files.pairs``), with their sidecars.
    ``raw``: everything read, by ``Group:Tag`` (``Group:Tag#2`` for the second of two blocks of one group), for
    comparing.
    """

    raw: Mapping[str, Any] = field(default_factory=dict)
    iptc_text: IptcText = IptcText.NONE
    sidecars: Mapping[Path, PhotoFields | PhotoError] = field(default_factory=dict)
    raws_beside: Mapping[Path, PhotoFields | PhotoError] = field(default_factory=dict)

    def parts(self) -> tuple[PhotoFields, ...]:
        """The photo's own fields, then those of its readable sidecars."""
        return (self, *(part for part in self.sidecars.values() if isinstance(part, PhotoFields)))

    def _worded(self) -> tuple[PhotoFields, ...]:
        """All that a program may read this photo's words from: its parts, then the sidecars of its raw."""
        raws = [raw for raw in self.raws_beside.values() if isinstance(raw, PhotoFields)]
        return (*self.parts(), *(sidecar for raw in raws for sidecar in raw.parts()[1:]))

    def unread(self) -> tuple[Failure, ...]:
        raws = [raw for raw in self.raws_beside.values() if isinstance(raw, PhotoFields)]
        parts = [part for owner in (self, *raws) for part in owner.sidecars.values()]
        return tuple(part.failure for part in parts if isinstance(part, PhotoError))

    def own_words(self) -> tuple[str, ...]:
        return tuple(word for part in self._worded() for word in part.values.get(AUTO_TAGS, ()))

    def keywords(self) -> tuple[str, ...]:
        """Union of all keyword fields of photo, sidecars and its raw's sidecars, without doubles; digiKam's paths
        joined by ``|``."""
        seen: dict[str, str] = {}
        for part in self._worded():
            for name in KEYWORD_DIALECTS:
                for path in keywords_in(part.values, name):
                    seen.setdefault(word_key(path), path)
        return tuple(seen.values())

    def frame(self) -> Frame | None:
        return regions.frame_of(self.raw)

    def said(self, kind: str) -> tuple[str, ...]:
        facet = value_facet(kind)
        return tuple(dict.fromkeys(text for part in self._worded() for text in part.own_values(facet)))

    def own_values(self, facet: ValueFacet) -> tuple[str, ...]:
        """The same of this file alone, the fields in the facet's order."""
        return values_in(self.raw, facet, self.iptc_text)

    def regions(self) -> tuple[FileRegion, ...]:
        frame = regions.frame_of(self.raw)
        return tuple(region for part in self.parts() for region in regions.read_regions(part.raw, frame))

    @property
    def iptc_tags(self) -> frozenset[str]:
        return frozenset(name for name in self.raw if name.startswith("IPTC:"))

    def iptc_texts_of_others(self) -> tuple[str, ...]:
        """The texts of the IPTC block that this program never writes."""
        others = self.iptc_tags - IPTC_HOUSEKEEPING - IPTC_TEXTS
        return tuple(text for name in others for text in as_texts(self.raw[name]) if "#" not in name)


def word_key(text: str) -> str:
    """What two spellings of one word have in common: case and Unicode composition do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def written_keyword(keyword: str) -> str:
    """The keyword as it is written: composed, without blanks round its steps."""
    steps = unicodedata.normalize("NFC", keyword).split(KEYWORD_SEPARATOR)
    return KEYWORD_SEPARATOR.join(step.strip() for step in steps)


def fault_of(keyword: str) -> Said | None:
    """Why this (cleaned) keyword cannot be written; None when it can."""
    if not all(keyword.split(KEYWORD_SEPARATOR)):
        return said("has an empty step") if keyword.strip(KEYWORD_SEPARATOR) else said("is empty")
    for character in keyword:
        # Control characters, halves of surrogate pairs, and the two code points that XML forbids.
        if unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff\u2028\u2029":
            return said("holds a line break, a tab or another control character")
    return None


def to_field(name: str, keyword: str) -> str | None:
    """The path as this field spells it; None where it cannot (a slash inside a step of a slash path)."""
    separator = PATH_FIELDS[name]
    if separator == KEYWORD_SEPARATOR:
        return keyword
    return None if separator in keyword else keyword.replace(KEYWORD_SEPARATOR, separator)


def from_field(name: str, value: str) -> str:
    """A field's value as a path in our spelling."""
    separator = PATH_FIELDS.get(name, KEYWORD_SEPARATOR)
    return value if separator == KEYWORD_SEPARATOR else value.replace(separator, KEYWORD_SEPARATOR)


def keyword_paths(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """What a keyword field's values say, as paths in our spelling."""
    if name == CATEGORIES:
        return tuple(path for text in values for path in category_paths(text))
    return tuple(from_field(name, value) for value in values)


def keywords_in(values: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    """What one keyword field of a file says, as paths. In a field that joins steps by slashes a value that another
    field spells with the slash inside a step (``AC/DC``) is that keyword."""
    held = values.get(name, ())
    paths = keyword_paths(name, held)
    if PATH_FIELDS.get(name, KEYWORD_SEPARATOR) == KEYWORD_SEPARATOR:
        return paths
    others = [other for other in KEYWORD_DIALECTS if PATH_FIELDS.get(other, "|") == KEYWORD_SEPARATOR]
    known = {
        path.replace(KEYWORD_SEPARATOR, "/"): path
        for other in others
        for path in keyword_paths(other, values.get(other, ()))
        if "/" in path
    }
    return tuple(known.get(value, path) for value, path in zip(held, paths, strict=True))


def fits_iptc(word: str) -> bool:
    """exiftool cuts longer ones silently, so they stay out."""
    return len(word.encode("utf-8")) <= IPTC_LIMIT


def in_another_language(name: str) -> bool:
    """Whether a field is a text in a language of its own, as ``XMP-dc:Title-de`` is."""
    spec = spec_of(name)
    return spec is not None and spec.name != name and "#" not in name


def holds_one(name: str) -> bool:
    """Whether a field has one value, not a list."""
    spec = spec_of(name)
    return spec is not None and spec.single


def value_fields(facet: ValueFacet) -> tuple[str, ...]:
    """The fields that are written for a single value."""
    return tuple(spec.name for spec in facet.fields if spec.carries is not Carries.NEVER)


VALUE_FIELDS = frozenset(name for facet in VALUE_FACETS for name in value_fields(facet))


def needs_declaration(iptc_text: IptcText, word: str) -> bool:
    """Whether an IPTC block with such texts must be declared UTF-8 once it holds this one too."""
    return iptc_text is not IptcText.UTF8 and (iptc_text is not IptcText.ASCII or not word.isascii())


def text_fields(raw: Mapping[str, Any]) -> list[str]:
    """The fields of words and texts that we read, and those of them in other languages that this answer has."""
    return list(dict.fromkeys((*_TEXT_FIELDS, *filter(in_another_language, raw))))


def texts_of(raw: Mapping[str, Any], name: str, iptc_text: IptcText) -> tuple[str, ...]:
    """The texts of a field in exiftool's answer, right also where IPTC holds UTF-8 and does not say so."""
    found = as_texts(raw.get(name))
    undeclared = name.startswith("IPTC:") and iptc_text is IptcText.UTF8_UNDECLARED
    return tuple(map(as_utf8, found)) if undeclared else found


def field_values(raw: Mapping[str, Any], iptc_text: IptcText) -> dict[str, tuple[str, ...]]:
    """The keyword fields (and the IPTC declaration) of exiftool's answer; absent ones are left out."""
    values = {}
    for name in text_fields(raw):
        found = texts_of(raw, name, iptc_text)
        if name == XP_KEYWORDS:
            found = tuple(word for text in found for word in text.split(XP_SEPARATOR) if word.strip())
        if found:
            values[name] = found
    values |= regions.region_values(raw)
    if "%G" in str(raw.get(IPTC_CHARSET, "")):
        values[IPTC_CHARSET] = (UTF8,)
    return values


def values_in(raw: Mapping[str, Any], facet: ValueFacet, iptc_text: IptcText) -> tuple[str, ...]:
    """What one file says of its photo, in whatever field and language, as the program has it: each value once,
    those that nobody gave the photo left out."""
    order = {spec.name: (place, spec) for place, spec in enumerate(facet.fields)}
    found: list[tuple[int, str]] = []
    for name in raw:
        plain = name.partition("#")[0]
        spec = spec_of(plain)
        if spec is not None and spec.name in order:
            place = order[spec.name][0]
            texts = texts_of(raw, name, iptc_text)
            found += [(place, facet.plain(spec.from_field(text))) for text in texts]
    found.sort(key=lambda one: one[0])
    return tuple(dict.fromkeys(text for _, text in found if not facet.says_nothing(text)))


def as_texts(value: object) -> tuple[str, ...]:
    """exiftool's JSON value as a list of texts: one value stands alone there, ``true`` is a boolean."""
    if value is None:
        return ()
    items: Iterable[object] = value if isinstance(value, list) else (value,)
    texts = (
        str(item).lower() if isinstance(item, bool) else item if isinstance(item, str) else str(item)
        for item in items
    )
    return tuple(text for text in texts if text)


# Bytes that are letters in old Macintosh or undefined in Windows text but hardly ever stand in Latin-1 words,
# and runs of high bytes, which mean Cyrillic, Greek, Hebrew or East Asian text in a code page of its own.
_NOT_LATIN1 = re.compile(rb"[\x81\x83\x86-\x90\x98-\x9f]|[\x80-\xff]{3,}")


_LATIN1 = frozenset({"\x1b,A", "\x1b-A", "\x1b.A", "\x1b/A"})  # ISO 8859-1, by ISO 2022


def _is_latin1(raw_bytes: bytes | None) -> bool:
    return raw_bytes is not None and _NOT_LATIN1.search(raw_bytes) is None


def iptc_text(raw: Mapping[str, Any], warnings: Iterable[str]) -> IptcText:
    """How this file's IPTC strings are encoded. exiftool reads undeclared ones as Windows Latin-1."""
    tags = {name: value for name, value in raw.items() if name.startswith("IPTC:")}
    if MISDECLARED in warnings:
        texts = [text for value in tags.values() for text in as_texts(value)]
        sure = all(_is_latin1(_latin1_bytes(text)) for text in texts)
        return IptcText.MISDECLARED if sure else IptcText.UNSURE
    for name in [name for name in tags if name.startswith(f"{IPTC_CHARSET}#")]:
        if tags[name] == tags[IPTC_CHARSET]:  # said twice: some programs do
            del tags[name]
    if not tags:
        return IptcText.NONE
    if any("#" in name for name in tags) or any(
        "IPTC" in warning and "IPTCDigest" not in warning for warning in warnings
    ):
        return IptcText.UNSURE
    declared = str(tags.pop(IPTC_CHARSET, ""))
    if "%G" in declared:
        return IptcText.UTF8
    if declared in _LATIN1 or not declared.startswith("\x1b"):  # a name, say, which declares nothing
        declared = ""
    strings = [text for value in tags.values() for text in as_texts(value)]
    high = [_latin1_bytes(text) for text in strings if not text.isascii()]
    if not high:
        return IptcText.ASCII
    if declared or None in high:
        return IptcText.UNSURE
    raw_bytes = [entry for entry in high if entry is not None]
    if all(_is_utf8(entry) for entry in raw_bytes):
        return IptcText.UTF8_UNDECLARED
    return IptcText.LATIN1 if all(map(_is_latin1, raw_bytes)) else IptcText.UNSURE


def as_utf8(text: str) -> str:
    """Text that exiftool read as Latin-1 although it is UTF-8, put right; other text as it is."""
    raw_bytes = _latin1_bytes(text)
    return raw_bytes.decode("utf-8") if raw_bytes is not None and _is_utf8(raw_bytes) else text


def _latin1_bytes(text: str) -> bytes | None:
    """The bytes that exiftool's ``Latin`` (Windows 1252, gaps passed through) made this text of."""
    result = bytearray()
    for character in text:
        try:
            result += character.encode("cp1252")
        except UnicodeEncodeError:
            if ord(character) > 0xFF:
                return None
            result.append(ord(character))
    return bytes(result)


def _is_utf8(raw_bytes: bytes) -> bool:
    try:
        raw_bytes.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
