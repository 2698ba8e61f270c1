"""The part of the schema that holds captions; what its columns mean stands in ``captions``."""

from __future__ import annotations

_WAITS = "({row}.suggested NOT NULL AND {row}.decision IS NULL)"
_DIFFERS = "(nullif({row}.decision, 0) IS NOT {row}.written)"


def _count(row: str, sign: str) -> str:
    waits, differs = _WAITS.format(row=row), _DIFFERS.format(row=row)
    return (
        f"UPDATE photo SET to_review = to_review {sign} {waits}, changes = changes {sign} {differs}"
        f" WHERE id = {row}.photo;"
    )


CAPTIONS = f"""
CREATE TABLE caption_text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE caption (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    suggested INTEGER REFERENCES caption_text (id),
    decision INTEGER,
    written INTEGER REFERENCES caption_text (id),
    mark TEXT NOT NULL
) STRICT;
CREATE TABLE caption_change (
    step INTEGER NOT NULL REFERENCES history_step (id) ON DELETE CASCADE,
    photo INTEGER NOT NULL,
    before INTEGER,
    after INTEGER,
    PRIMARY KEY (step, photo)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER caption_added AFTER INSERT ON caption BEGIN
    {_count("new", "+")}
END;
CREATE TRIGGER caption_gone AFTER DELETE ON caption BEGIN
    {_count("old", "-")}
END;
CREATE TRIGGER caption_altered AFTER UPDATE ON caption BEGIN
    {_count("old", "-")}
    {_count("new", "+")}
END;
"""
