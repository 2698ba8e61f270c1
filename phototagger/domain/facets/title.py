"""The title: what a photo is called, in one line."""

from __future__ import annotations

from phototagger.domain.errors import UsageError
from phototagger.domain.facets.camera_texts import is_camera_text
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries, FieldSpec
from phototagger.domain.facets.texts import cleaned_line, plain_text
from phototagger.domain.sentences import said

TITLE = "title"
IPTC_TITLE = "IPTC:ObjectName"
MOST = 500  # bytes; a title is no story


def title_typed(text: str) -> str:
    """A title of the person's wording, cleaned. Raises UsageError where nothing is left or it is too long."""
    title = cleaned_line(text)
    if not title:
        raise UsageError(said("The title is empty. Type one, or take it away with `unset`."))
    if len(title.encode()) > MOST:
        raise UsageError(said("The title is too long: it may have {most} bytes. Shorten it.", most=MOST))
    return title


FACET = ValueFacet(
    (TITLE,),
    (
        FieldSpec(
            "XMP-dc:Title",
            TITLE,
            "XMP",
            single=True,
            carries=Carries.ALWAYS,
            address="-x-default",
            older=IPTC_TITLE,
            languages=True,
            seeded=True,
        ),
        FieldSpec(IPTC_TITLE, TITLE, "IPTC", single=True, carries=Carries.WITH_BLOCK, limit=64),
        FieldSpec(
            "IFD0:XPTitle", TITLE, "Windows", single=True, carries=Carries.WHERE_THERE, exif_tag=0x9C9B
        ),
        FieldSpec("PNG:Title", TITLE, single=True),
    ),
    noun=said("title"),
    typed=title_typed,
    plain=plain_text,
    says_nothing=is_camera_text,
)
