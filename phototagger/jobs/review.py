"""What a person decides about suggestions and keywords: each call is one history step, however many photos.

Quick edits (SQL only), but not for the GUI thread. Each gives what changed; an edit that changes nothing leaves
no step.
"""

from __future__ import annotations

import difflib
import shlex
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import edits, value_edits
from phototagger.catalog.words.edits import Planned
from phototagger.catalog.words.keywords import kept_keyword
from phototagger.domain.errors import UsageError
from phototagger.domain.facets import value_facet
from phototagger.domain.records import KEYWORD_SEPARATOR, Changes, ReviewState, keyword_leaf
from phototagger.domain.sentences import Said, either, joined, said
from phototagger.domain.spelling import fold

NEAREST = 3  # words named, where one was mistyped


def confirm(catalog: Catalog, suggestion_ids: Sequence[int]) -> Changes:
    """Accepts suggestions: their photos want the keyword from now on."""
    return _edit(catalog, lambda c: edits.plan_state(c, suggestion_ids, ReviewState.CONFIRMED), _accepted)


def reject(catalog: Catalog, suggestion_ids: Sequence[int]) -> Changes:
    """Rejects suggestions for ever; a keyword confirmed before is no longer wanted."""
    return _edit(catalog, lambda c: edits.plan_state(c, suggestion_ids, ReviewState.REJECTED), _rejected)


def reset(catalog: Catalog, suggestion_ids: Sequence[int]) -> Changes:
    """Makes suggestions wait for review again; a keyword confirmed before is no longer wanted."""
    return _edit(
        catalog,
        lambda c: edits.plan_state(c, suggestion_ids, ReviewState.SUGGESTED),
        lambda plan: said(
            "Reset {suggestions} on {photos}", suggestions=_suggestions(plan), photos=_photos(plan)
        ),
    )


def accept_above(catalog: Catalog, score: float, photo_ids: Sequence[int] | None = None) -> Changes:
    """Accepts every waiting suggestion with at least this score, on these photos or on all (None). What a
    person rejected stays rejected."""
    return _edit(catalog, lambda c: edits.plan_accept_above(c, score, photo_ids), _accepted)


def accept_keyword(
    catalog: Catalog, keyword: str, photo_ids: Sequence[int] | None = None, score: float = 0.0
) -> Changes:
    """Accepts one keyword (its path, or its last part) where it is suggested with at least this score, was rejected
    or taken off before, on these photos or on all (None); no photo gets a word that it was never offered.

    Raises UsageError, with the words that are nearest, where none of the photos was.
    """

    def plan(c: sqlite3.Connection) -> Planned:
        offered = edits.offered(c, photo_ids)
        return edits.plan_accept_keyword(c, _meant(offered, keyword), score, photo_ids)

    return _edit(
        catalog,
        plan,
        lambda made: said(
            "Accepted {keyword} on {photos}", keyword=kept_keyword(keyword), photos=_photos(made)
        ),
    )


def nearest_offered(catalog: Catalog, keyword: str, photo_ids: Sequence[int] | None = None) -> list[str]:
    """The keywords of these photos (None: of all) that a mistyped one may have meant."""
    return _nearest(catalog.read(lambda c: edits.offered(c, photo_ids)), keyword)


def _meant(offered: Mapping[str, int], keyword: str) -> list[int]:
    folded = fold(kept_keyword(keyword))
    whole = [path for path in offered if fold(path) == folded]
    ending = [path for path in offered if fold(path).endswith(KEYWORD_SEPARATOR + folded)]
    found = whole or ending
    if len({fold(path) for path in found}) > 1:
        raise UsageError(
            said(
                "{keyword} may be {found}. Give the whole path.",
                keyword=repr(keyword),
                found=either(sorted(found)),
            )
        )
    if not found:
        near = [repr(path) for path in _nearest(offered, keyword)]
        told = said(
            "{keyword} was suggested on none of these photos, and none has it.", keyword=repr(keyword)
        )
        meant = said("Did you mean {near}?", near=either(near)) if near else None
        own = said(
            "To give photos a word of your own: phototagger keywords add {keyword} PHOTO...",
            keyword=shlex.quote(keyword),
        )
        raise UsageError(joined((told, meant, own)))
    return [offered[path] for path in found]


def _nearest(offered: Iterable[str], keyword: str) -> list[str]:
    """By the whole path or the last part, whichever is nearer to what was typed."""
    names: dict[str, list[str]] = {}
    for path in sorted(offered):
        for name in {fold(path), fold(keyword_leaf(path))}:
            names.setdefault(name, []).append(path)
    near = difflib.get_close_matches(fold(keyword), names, n=NEAREST, cutoff=0.6)
    return list(dict.fromkeys(path for name in near for path in names[name]))[:NEAREST]


def reject_keyword(catalog: Catalog, keyword: str, photo_ids: Sequence[int] | None = None) -> Changes:
    """Rejects a keyword (its path, or its last part), suggested or confirmed, on these photos or on all (None).

    Raises UsageError for an empty keyword.
    """
    return _edit(
        catalog,
        lambda c: edits.plan_reject_keyword(c, keyword, photo_ids),
        lambda plan: said(
            "Rejected {keyword} on {photos}", keyword=kept_keyword(keyword), photos=_photos(plan)
        ),
    )


def add_keyword(catalog: Catalog, photo_ids: Sequence[int], keyword: str) -> Changes:
    """Adds a keyword by hand. Raises UsageError for an empty keyword."""
    return _edit(
        catalog,
        lambda c: edits.plan_add_keyword(c, photo_ids, keyword),
        lambda plan: said("Added {keyword} to {photos}", keyword=kept_keyword(keyword), photos=_photos(plan)),
    )


def remove_keyword(catalog: Catalog, photo_ids: Sequence[int], keyword: str) -> Changes:
    """Takes a keyword away; a suggestion of it counts as rejected. Raises UsageError for an empty keyword."""
    return _edit(
        catalog,
        lambda c: edits.plan_remove_keyword(c, photo_ids, keyword),
        lambda plan: said(
            "Removed {keyword} from {photos}", keyword=kept_keyword(keyword), photos=_photos(plan)
        ),
    )


def accept_values(catalog: Catalog, kind: str, photo_ids: Sequence[int] | None = None) -> Changes:
    """Accepts the values (captions) that wait on these photos, or on all (None)."""
    return _edit(
        catalog,
        lambda c: value_edits.plan_accept(c, kind, photo_ids),
        lambda plan: said("Accepted the {kind} of {photos}", kind=_noun(kind), photos=_photos(plan)),
    )


def give_value(
    catalog: Catalog, kind: str, text: str, photo_ids: Mapping[tuple[str, ...], Sequence[int] | None]
) -> Changes:
    """Gives photos a value of the person's own, whatever was proposed, accepted or rejected before; by the values
    in their files that it is to take the place of. Raises UsageError for a text that is no such value."""
    value = value_facet(kind).typed(text)
    return _edit(
        catalog,
        lambda c: value_edits.plan_give(c, kind, value, photo_ids),
        lambda plan: said("Accepted the {kind} of {photos}", kind=_noun(kind), photos=_photos(plan)),
    )


def reject_values(catalog: Catalog, kind: str, photo_ids: Sequence[int] | None = None) -> Changes:
    """Rejects values, waiting or accepted, for ever; one of the person's own is taken back."""
    return _edit(
        catalog,
        lambda c: value_edits.plan_reject(c, kind, photo_ids),
        lambda plan: said("Rejected the {kind} of {photos}", kind=_noun(kind), photos=_photos(plan)),
    )


def reset_values(catalog: Catalog, kind: str, photo_ids: Sequence[int]) -> Changes:
    """Makes values wait for review again."""
    return _edit(
        catalog,
        lambda c: value_edits.plan_reset(c, kind, photo_ids),
        lambda plan: said("Reset the {kind} of {photos}", kind=_noun(kind), photos=_photos(plan)),
    )


def undo(catalog: Catalog) -> tuple[Changes, Said] | None:
    """Takes the newest step back: what changed and its text, or None when there is nothing to undo."""
    return catalog.write(history.undo)


def redo(catalog: Catalog) -> tuple[Changes, Said] | None:
    """Does the step undone last again: what changed and its text, or None when there is nothing to redo."""
    return catalog.write(history.redo)


def _edit(
    catalog: Catalog, plan: Callable[[sqlite3.Connection], Planned], text: Callable[[Planned], Said]
) -> Changes:
    def change(c: sqlite3.Connection) -> Changes:
        planned = plan(c)
        return history.finish(c, planned.step, text(planned))

    return catalog.write(change)


def _noun(kind: str) -> str:
    return value_facet(kind).noun


def _accepted(plan: Planned) -> Said:
    return said("Accepted {suggestions} on {photos}", suggestions=_suggestions(plan), photos=_photos(plan))


def _rejected(plan: Planned) -> Said:
    return said("Rejected {suggestions} on {photos}", suggestions=_suggestions(plan), photos=_photos(plan))


def _suggestions(plan: Planned) -> Said:
    return said("%n suggestion(s)", "", plan.suggestions)


def _photos(plan: Planned) -> Said:
    return said("%n photo(s)", "", plan.photos)
