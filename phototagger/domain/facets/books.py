"""The fields that say nothing of a photo to a person: whose the words in a file are, sizes, encodings."""

from __future__ import annotations

from phototagger.domain.facets.field import Carries, FieldSpec, Purpose

AUTO_TAGS = "XMP-ptag:AutoTags"
AUTO_PERSONS = "XMP-ptag:AutoPersons"
CREATED_FIELDS = "XMP-ptag:CreatedFields"
BOOKKEEPING = (AUTO_TAGS, AUTO_PERSONS, CREATED_FIELDS)
"""What the file itself says is of our making."""

ORIENTATION = "XMP-tiff:Orientation"
IPTC_CHARSET = "IPTC:CodedCharacterSet"

_BOOKS, _ALWAYS, _BLOCK = Purpose.BOOKS, Carries.ALWAYS, Carries.WITH_BLOCK

FIELDS = (
    # "#": else 1 is taken for a part of "Rotate 180".
    FieldSpec(ORIENTATION, _BOOKS, single=True, carries=_ALWAYS, address="#", once=True),
    *(FieldSpec(name, _BOOKS, carries=_ALWAYS, once=True) for name in BOOKKEEPING),
    FieldSpec(IPTC_CHARSET, _BOOKS, single=True, carries=_BLOCK),
)
