"""What is ours of an IPTC block beside its texts: the block itself, and its declaration as UTF-8. Pure.

exiftool adds version numbers to a block that it writes into, and takes a block away that holds nothing else. So a
write names both as they were (see the writer), and the file's own record says where they came with us.
"""

from __future__ import annotations

from phototagger.domain.facets.books import CREATED_FIELDS, IPTC_CHARSET
from phototagger.plan.draft import Draft
from phototagger.plan.fields.fields import (
    IPTC_BLOCK,
    IPTC_HOUSEKEEPING,
    IPTC_TEXTS,
    UTF8,
    IptcText,
    PhotoFields,
)


def note_block(draft: Draft, target: PhotoFields) -> None:
    """To be called before texts go into IPTC: a block that was not there is ours."""
    if target.iptc_text is IptcText.NONE:
        draft.add(CREATED_FIELDS, IPTC_BLOCK)


def declare(draft: Draft, target: PhotoFields) -> None:
    """Declares the block as UTF-8. That is ours where it can go again: text that was recoded for it needs it."""
    if draft.now[IPTC_CHARSET]:
        return
    draft.now[IPTC_CHARSET] = [UTF8]
    if target.iptc_text in (IptcText.NONE, IptcText.ASCII):
        draft.add(CREATED_FIELDS, IPTC_CHARSET)


def tidy_block(draft: Draft, target: PhotoFields) -> None:
    """To be called once texts have gone: what is ours goes with the last that needs it."""
    texts = [text for name in sorted(IPTC_TEXTS) for text in draft.now[name]]
    others = target.iptc_tags - IPTC_HOUSEKEEPING - IPTC_TEXTS
    created = draft.now[CREATED_FIELDS]
    if IPTC_BLOCK in created and not texts:
        draft.drop(CREATED_FIELDS, IPTC_BLOCK)
        if not others:
            draft.drop(CREATED_FIELDS, IPTC_CHARSET)
            draft.now[IPTC_CHARSET] = []
    if IPTC_CHARSET in created and all(map(str.isascii, (*texts, *target.iptc_texts_of_others()))):
        draft.drop(CREATED_FIELDS, IPTC_CHARSET)
        draft.now[IPTC_CHARSET] = []
