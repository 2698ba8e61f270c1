"""What of a file a plan touches, so that all else is kept and compared. Pure."""

from __future__ import annotations

from phototagger.domain.facets.books import CREATED_FIELDS, IPTC_CHARSET
from phototagger.domain.writing import WritePlan
from phototagger.plan.fields.fields import (
    EXIF_WRITTEN,
    IPTC_BLOCK,
    IPTC_WRITTEN,
    UTF8,
)


def sets_utf8(plan: WritePlan) -> bool:
    return any(change.field == IPTC_CHARSET and change.after == (UTF8,) for change in plan.changes)


def block_goes(plan: WritePlan) -> bool:
    return any(change.field == CREATED_FIELDS and IPTC_BLOCK in change.removed for change in plan.changes)


def touches_exif(plan: WritePlan) -> bool:
    return any(change.field in EXIF_WRITTEN for change in plan.changes)


def touches_iptc(plan: WritePlan) -> bool:
    return any(change.field in IPTC_WRITTEN for change in plan.changes)
