"""The journal of renames: stored before a file gets another name, so that each can be settled and taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.store.paths import decode, encode
from phototagger.catalog.store.personal import Personal
from phototagger.domain.spelling import fold


@dataclass(frozen=True, slots=True)
class RenameRow:
    """One file: ``source`` became ``target``. ``leads``: it is the photo itself, not what lies beside it."""

    id: int
    run_id: int
    photo_id: int | None
    source: Path
    target: Path
    leads: bool
    state: str

    def ends(self) -> tuple[Path, Path]:
        """From where to where the file is being renamed."""
        return (self.target, self.source) if self.state == "undoing" else (self.source, self.target)


def begin(
    c: sqlite3.Connection, run_id: int, photo_id: int, pairs: Sequence[tuple[Path, Path]]
) -> list[RenameRow]:
    """Stores the intent for a photo and what lies beside it, the photo last. Commit it before a file is touched."""
    for source, target in pairs:
        c.execute(
            "INSERT INTO rename_row (run, photo, source, target, leads, state) VALUES (?, ?, ?, ?, ?, 'begun')",
            (run_id, photo_id, encode(source), encode(target), source == pairs[-1][0]),
        )
    return _rows(c, "run = ? AND photo = ?", run_id, photo_id)


def begin_undo(
    c: sqlite3.Connection, rows: Sequence[RenameRow], added: Sequence[tuple[Path, Path]]
) -> list[RenameRow]:
    """Stores that these are about to be taken back, with what was ``added`` beside the photo since."""
    c.executemany("UPDATE rename_row SET state = 'undoing' WHERE id = ?", [(row.id,) for row in rows])
    taken = [found for row in rows for found in _rows(c, "id = ?", row.id)]
    for source, target in added:
        cursor = c.execute(
            "INSERT INTO rename_row (run, photo, source, target, leads, state) VALUES (?, ?, ?, ?, 0, 'undoing')",
            (rows[0].run_id, rows[0].photo_id, encode(source), encode(target)),
        )
        taken += _rows(c, "id = ?", cursor.lastrowid)
    return taken


def finish(c: sqlite3.Connection, rows: Sequence[RenameRow], done: bool) -> None:
    """The files have their new names, which the catalog takes too, or (not ``done``) still the old ones."""
    for row in rows:
        ends = {"begun": ("dropped", "done"), "undoing": ("done", "undone")}[row.state]
        c.execute("UPDATE rename_row SET state = ? WHERE id = ?", (ends[done], row.id))
        old, new = row.ends()
        if done and row.leads:
            # Where a photo called so is known and missing, the next scan tells which is which.
            c.execute(
                "UPDATE OR IGNORE photo SET name = ?, folded = ? WHERE id = ? AND name = ?",
                (encode(new.name), fold(new.name), row.photo_id, encode(old.name)),
            )
            c.execute(
                "UPDATE OR IGNORE root SET path = ? WHERE single AND path = ?", (encode(new), encode(old))
            )


def unfinished(c: sqlite3.Connection) -> list[RenameRow]:
    """Files whose rename was cut short."""
    return _rows(c, "state IN ('begun', 'undoing')")


def of_run(c: sqlite3.Connection, run_id: int) -> list[RenameRow]:
    """What a run renamed and was not taken back, the last first."""
    return _rows(c, "run = ? AND state = 'done'", run_id)[::-1]


def _rows(c: sqlite3.Connection, condition: str, *parameters: object) -> list[RenameRow]:
    rows = c.execute(
        f"SELECT id, run, photo, source, target, leads, state FROM rename_row WHERE {condition} ORDER BY id",
        parameters,
    )
    return [
        RenameRow(row[0], row[1], row[2], decode(row[3]), decode(row[4]), bool(row[5]), row[6])
        for row in rows
    ]


PERSONAL = (Personal("rename_row", {"source": "of a file", "target": "of a file", "state": "a state"}),)
