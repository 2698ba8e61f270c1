"""What the cards of the people view say."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.domain.records import Box
from phototagger.gui.kit.wording import percent, tr
from phototagger.gui.people.people_cards import Card
from phototagger.jobs.people import ClusterRow, FaceRow

SHELVES = ("unnamed", "named", "aside")


def shelf(row: ClusterRow) -> str:
    """Where a group belongs: unnamed, named or aside (ignored, or its person hidden)."""
    if row.ignored or row.hidden:
        return "aside"
    return "unnamed" if row.person is None else "named"


def all_aside(rows: Sequence[ClusterRow]) -> bool:
    """Whether all of some groups are set aside."""
    return bool(rows) and all(row.ignored for row in rows)


def by_size(rows: list[ClusterRow]) -> list[ClusterRow]:
    """Biggest first; among equals the surer suggestion."""
    return sorted(rows, key=lambda row: (-row.faces, -(row.score or 0.0), row.id))


def group_asks(row: ClusterRow) -> bool:
    """Whether a group waits for a yes or no."""
    if row.person is None:
        return row.suggested is not None and not row.ignored
    return bool(row.waiting) and not row.hidden


def face_asks(row: FaceRow, person: str | None) -> bool:
    """Whether a face of a group that is called ``person`` waits for a yes or no."""
    return person is not None and row.person is None


def group_card(row: ClusterRow) -> Card:
    photos = tr("%n photo(s)", "", row.photos)
    title, subtitle, asks = row.person or photos, photos if row.person else "", group_asks(row)
    if asks and row.person is None:
        subtitle = f"{row.suggested}?  {percent(row.score or 0)}"
    elif asks:
        subtitle = tr("%n to confirm", "", row.waiting)
    return Card(
        row.id,
        row.best_face,
        row.best_photo,
        row.box or Box(0, 0, 1, 1),
        title,
        subtitle,
        row.faces,
        asks,
        faint=row.ignored or row.hidden,
    )


def face_card(row: FaceRow, person: str | None) -> Card:
    """One face of a group that is called ``person``."""
    waits = face_asks(row, person)
    sure = "" if row.score is None else f"  {percent(row.score)}"
    subtitle = f"{person}?{sure}" if waits else row.path.name
    if row.held:
        subtitle = tr("Not found in the photo as it is now")
    box = Box(0, 0, 1, 1) if row.held else row.box
    return Card(row.id, row.id, row.photo_id, box, row.person or tr("Not confirmed"), subtitle, 1, waits)
