"""How statements stand in the write journal: ``[kind, value]``, or ``[kind, name, label, x, y, w, h]`` with a box.

Journals of earlier versions hold words alone in ``added`` and ``removed``, boxes in ``regions_added`` and
``regions_removed``, and the caption that came and the one that went in ``caption``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import Box, RegionKind
from phototagger.domain.writing import PlacedRegion, Statement, WritePlan, placed

_SIDES = ("added", "removed")


def packed_statements(said: Iterable[Statement]) -> list[list[object]]:
    """For JSON."""
    return [
        [one.kind, one.value, one.label, *(getattr(one.box, side) for side in "xywh")]
        if isinstance(one, PlacedRegion)
        else [one.kind, one.value]
        for one in said
    ]


def unpacked_statements(content: dict[str, Any], side: str) -> tuple[Statement, ...]:
    """What a write added or removed (``side``), whichever version stored it. Raises one of ``UNREADABLE``."""
    caption = content.get("caption", (None, None))[_SIDES.index(side)]
    return (
        *map(_statement, content[side]),
        *map(_statement, content.get(f"regions_{side}", ())),
        *([] if caption is None else [Statement(CAPTION, caption)]),
    )


def keep_statements(content: dict[str, Any], keeps: Callable[[Statement], bool]) -> bool:
    """Drops from a row's content what is not to be kept; whether there was any such."""
    dropped = False
    for side in _SIDES:
        for key in (side, f"regions_{side}"):
            if key in content:
                kept = [stored for stored in content[key] if keeps(_statement(stored))]
                dropped = dropped or kept != content[key]
                content[key] = kept
    return dropped


def packed_intent(gone: Iterable[Statement], back: Iterable[Statement]) -> dict[str, object]:
    """Of an undo. Boxes stand in it as one flag, for they go and come all or none: faces that were forgotten are
    not named again by taking them out of a file."""
    gone, back = tuple(gone), tuple(back)
    return {
        "gone": packed_statements(one for one in gone if not isinstance(one, PlacedRegion)),
        "back": packed_statements(one for one in back if not isinstance(one, PlacedRegion)),
        "boxes": bool(placed((*gone, *back))),
    }


def unpacked_intent(
    plan: WritePlan, stored: dict[str, Any]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """What goes and what comes back by the undo of this plan. Raises one of ``UNREADABLE``."""
    gone, back = (tuple(map(_statement, stored[key])) for key in ("gone", "back"))
    if stored["boxes"]:
        gone, back = (*gone, *placed(plan.added)), (*back, *placed(plan.removed))
    if stored.get("caption"):  # of an earlier version
        gone = (*gone, *(one for one in plan.added if one.kind == CAPTION))
        back = (*back, *(one for one in plan.removed if one.kind == CAPTION))
    return gone, back


def _statement(stored: str | Sequence[object]) -> Statement:
    if isinstance(stored, str):
        return Statement(KEYWORD, stored)
    kind, value, *more = map(str, stored)
    if not more:
        return Statement(kind, value)
    label, x, y, w, h = more
    return PlacedRegion(RegionKind(kind), value, Box(float(x), float(y), float(w), float(h)), label)
