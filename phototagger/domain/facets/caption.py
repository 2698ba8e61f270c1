"""The caption: what a photo shows, in a person's words or as it is read in it."""

from __future__ import annotations

from phototagger.domain.errors import UsageError
from phototagger.domain.facets.camera_texts import is_camera_text
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries, FieldSpec
from phototagger.domain.facets.texts import cleaned_line, plain_text
from phototagger.domain.sentences import said

CAPTION = "caption"
DESCRIPTION = "XMP-dc:Description"
IPTC_CAPTION = "IPTC:Caption-Abstract"
EXIF_CAPTION = "IFD0:ImageDescription"
TYPED_MOST = 2000  # bytes: what IPTC's Caption-Abstract holds


def caption_typed(text: str) -> str:
    """A caption of the person's wording, cleaned. Raises UsageError where nothing is left or it is too long."""
    caption = "\n".join(map(cleaned_line, text.splitlines())).strip("\n")
    if not caption:
        raise UsageError(said("The caption is empty. Type one, or reject it."))
    if len(caption.encode()) > TYPED_MOST:
        raise UsageError(
            said("The caption is too long: IPTC holds {most} bytes. Shorten it.", most=TYPED_MOST)
        )
    return caption


FACET = ValueFacet(
    (CAPTION,),
    (
        FieldSpec(
            DESCRIPTION,
            CAPTION,
            "XMP",
            single=True,
            carries=Carries.ALWAYS,
            address="-x-default",
            older=IPTC_CAPTION,
            languages=True,
            seeded=True,
        ),
        FieldSpec(IPTC_CAPTION, CAPTION, "IPTC", single=True, carries=Carries.WITH_BLOCK),
        FieldSpec(EXIF_CAPTION, CAPTION, "EXIF", single=True, carries=Carries.WHERE_THERE, exif_tag=0x010E),
        *(
            FieldSpec(name, CAPTION, single=True)
            for name in (
                "IFD0:XPComment",
                "XMP-tiff:ImageDescription",
                "XMP-acdsee:Caption",
                "PNG:Description",
            )
        ),
    ),
    noun=said("caption"),
    typed=caption_typed,
    plain=plain_text,
    says_nothing=is_camera_text,
    lines=3,
    replaces=False,
)
