"""Keywords: words in flat fields, paths in others, each program's own."""

from __future__ import annotations

from typing import Any

from phototagger.domain.facets.facet import Facet
from phototagger.domain.facets.field import Carries, FieldSpec, Purpose

KEYWORD = "keyword"

SUBJECT = "XMP-dc:Subject"
IPTC_KEYWORDS = "IPTC:Keywords"
XP_KEYWORDS = "IFD0:XPKeywords"
HIERARCHY = "XMP-lr:HierarchicalSubject"
TAGS_LIST = "XMP-digiKam:TagsList"
LAST_KEYWORD = "XMP-microsoft:LastKeywordXMP"
CATALOG_SETS = "XMP-mediapro:CatalogSets"
CATEGORIES = "XMP-acdsee:Categories"

IPTC_LIMIT = 64  # bytes a keyword may have in IPTC-IIM 2:25
XP_SEPARATOR = ";"
_WORDS, _TREE = Purpose.KEYWORDS, Purpose.TREE


def _field(
    name: str, purpose: Purpose, owner: str, carries: Carries = Carries.WHERE_THERE, **more: Any
) -> FieldSpec:
    return FieldSpec(name, purpose, owner, carries=carries, once=True, **more)


# Flat fields hold single words; XPKeywords is one text, and only ever extended. Fields of paths are all extended
# where they exist, because digiKam and Immich stop at the first one that is filled.
FACET = Facet(
    (KEYWORD,),
    (
        _field(SUBJECT, _WORDS, "XMP", Carries.ALWAYS),
        _field(IPTC_KEYWORDS, _WORDS, "IPTC", Carries.WITH_BLOCK, limit=IPTC_LIMIT),
        _field(XP_KEYWORDS, _WORDS, "Windows", single=True, separator=XP_SEPARATOR, exif_tag=0x9C9E),
        _field(HIERARCHY, _TREE, "Lightroom", joint="|"),
        _field(TAGS_LIST, _TREE, "digiKam", joint="/"),
        _field(LAST_KEYWORD, _TREE, "Windows", joint="/"),
        _field(CATALOG_SETS, _TREE, "Media Pro", joint="|"),
        _field(CATEGORIES, _TREE, "ACDSee", single=True),
    ),
)
