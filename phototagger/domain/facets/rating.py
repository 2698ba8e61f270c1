"""The rating: one to five stars, or rejected (-1), as XMP has it. No stars (0), which cameras write, is none."""

from __future__ import annotations

from phototagger.domain.errors import UsageError
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries, FieldSpec
from phototagger.domain.sentences import said

RATING = "rating"
REJECTED_RATING = "-1"
CHOICES = ("1", "2", "3", "4", "5", REJECTED_RATING)
_PERCENT = {"1": "1", "2": "25", "3": "50", "4": "75", "5": "99"}  # Microsoft's
_STEPS = ((12, "1"), (37, "2"), (62, "3"), (87, "4"), (100, "5"))  # up to so many per cent


def rating_typed(text: str) -> str:
    """Raises UsageError for what is no rating."""
    rating = REJECTED_RATING if text.strip().casefold() == "rejected" else plain_rating(text)
    if rating not in CHOICES:
        raise UsageError(said("{text} is no rating: give 1 to 5 stars, or -1 (rejected).", text=repr(text)))
    return rating


def plain_rating(text: str) -> str:
    """``4.0`` is ``4``."""
    number = _number(text)
    return text.strip() if number is None else f"{number:g}"


def of_percent(value: str) -> str:
    """Microsoft's per cent as stars."""
    number = _number(value)
    if number is None or number <= 0:
        return "0"
    return next((stars for most, stars in _STEPS if number <= most), "5")


def to_percent(rating: str) -> str:
    """Windows has no word for rejected; it shows no stars then."""
    return _PERCENT.get(rating, "0")


def _to_exif(rating: str) -> str:
    return "0" if rating == REJECTED_RATING else rating


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_none(rating: str) -> bool:
    return rating in ("", "0")


FACET = ValueFacet(
    (RATING,),
    (
        FieldSpec(
            "XMP-xmp:Rating", RATING, "XMP", single=True, carries=Carries.ALWAYS, seeded=True, once=True
        ),
        FieldSpec(
            "IFD0:Rating",
            RATING,
            "EXIF",
            single=True,
            carries=Carries.WHERE_THERE,
            to_field=_to_exif,
            exif_tag=0x4746,
        ),
        *(
            FieldSpec(
                name,
                RATING,
                "Windows",
                single=True,
                carries=Carries.WHERE_THERE,
                from_field=of_percent,
                to_field=to_percent,
                exif_tag=tag,
            )
            for name, tag in (("IFD0:RatingPercent", 0x4749), ("XMP-microsoft:RatingPercent", 0))
        ),
    ),
    noun=said("rating"),
    typed=rating_typed,
    plain=plain_rating,
    says_nothing=_is_none,
    choices=CHOICES,
)
