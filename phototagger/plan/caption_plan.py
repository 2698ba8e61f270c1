"""Where a caption goes in a file, beside those of people and in the place of those of cameras. Pure.

A file says of each field whether its caption is ours: by naming the field in ``XMP-ptag:CreatedFields``.
"""

from __future__ import annotations

from dataclasses import dataclass

from phototagger.domain.writing import CaptionChange
from phototagger.plan.draft import Draft
from phototagger.plan.fields.camera_texts import is_camera_text
from phototagger.plan.fields.fields import (
    CAPTION_FIELDS,
    CREATED_FIELDS,
    DESCRIPTION,
    EXIF_CAPTION,
    IPTC_CAPTION,
    PhotoFields,
    captions_in,
    needs_declaration,
    plain_caption,
)
from phototagger.plan.iptc_block import declare, note_block, tidy_block


@dataclass(slots=True)
class CaptionOutcome:
    """Whether the file gains the caption, and whether it loses one of ours."""

    added: bool = False
    removed: bool = False


def plan_caption(draft: Draft, target: PhotoFields, wanted: CaptionChange, *, iptc: bool) -> CaptionOutcome:
    """Edits the caption of ``target`` in its draft. ``iptc``: its IPTC block is written.

    XMP always; IPTC where there is a block or one is made; EXIF only where it has a caption field already (with a
    camera's text in it), for readers that look there first. A file in which a person says something else, in
    whatever field, gains nothing.
    """
    outcome = CaptionOutcome()
    if wanted.remove is not None:
        outcome.removed = _remove(draft, target, wanted.remove, iptc=iptc)
    if wanted.add is None or set(captions_in(target.raw, target.iptc_text)) - {wanted.add, wanted.remove}:
        return outcome
    for name in _fields_for(target, iptc=iptc):
        held = plain_caption("\n".join(draft.now[name]))
        if held == wanted.add or not is_camera_text(held):
            continue
        if name == IPTC_CAPTION:
            note_block(draft, target)
        draft.now[name] = [wanted.add]
        draft.add(CREATED_FIELDS, name)
        if name == IPTC_CAPTION and needs_declaration(target.iptc_text, wanted.add):
            declare(draft, target)
        outcome.added = True
    return outcome


def _fields_for(target: PhotoFields, *, iptc: bool) -> list[str]:
    exif = EXIF_CAPTION in target.raw
    return [DESCRIPTION, *([IPTC_CAPTION] if iptc else []), *([EXIF_CAPTION] if exif else [])]


def _remove(draft: Draft, target: PhotoFields, caption: str, *, iptc: bool) -> bool:
    """Takes our caption away where the file's own record says that it is; the record goes where others took it."""
    removed = False
    for name in CAPTION_FIELDS:
        held = plain_caption("\n".join(draft.now[name]))
        if (
            name not in draft.now[CREATED_FIELDS]
            or held not in (caption, "")
            or (name == IPTC_CAPTION and not iptc)
        ):
            continue
        draft.now[CREATED_FIELDS].remove(name)
        removed |= bool(draft.now[name])
        draft.now[name] = []
    if removed and iptc:
        tidy_block(draft, target)
    return removed
