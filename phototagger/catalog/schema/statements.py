"""The part of the schema that holds single values (captions, titles); ``words/values.py`` tells its columns."""

from __future__ import annotations

_WAITS = "({row}.suggested NOT NULL AND {row}.decision IS NULL)"
_DIFFERS = "(nullif({row}.decision, 0) IS NOT {row}.written)"


def _count(row: str, sign: str) -> str:
    waits, differs = _WAITS.format(row=row), _DIFFERS.format(row=row)
    return (
        f"UPDATE photo SET to_review = to_review {sign} {waits}, changes = changes {sign} {differs}"
        f" WHERE id = {row}.photo;"
    )


# Captions were all there was; what they count in ``photo`` stays as it is while they move.
STATEMENTS = f"""
CREATE TABLE statement_text (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    over TEXT NOT NULL DEFAULT '',
    UNIQUE (text, over)
) STRICT;
CREATE TABLE statement (
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    suggested INTEGER REFERENCES statement_text (id),
    decision INTEGER,
    written INTEGER REFERENCES statement_text (id),
    mark TEXT NOT NULL,
    PRIMARY KEY (photo, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE statement_change (
    step INTEGER NOT NULL REFERENCES history_step (id) ON DELETE CASCADE,
    photo INTEGER NOT NULL,
    kind TEXT NOT NULL,
    before INTEGER,
    after INTEGER,
    PRIMARY KEY (step, photo, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO statement_text (id, text) SELECT id, text FROM caption_text;
INSERT INTO statement SELECT photo, 'caption', suggested, decision, written, mark FROM caption;
INSERT INTO statement_change SELECT step, photo, 'caption', before, after FROM caption_change;
DROP TABLE caption_change;
DROP TABLE caption;
DROP TABLE caption_text;
CREATE TRIGGER statement_added AFTER INSERT ON statement BEGIN
    {_count("new", "+")}
END;
CREATE TRIGGER statement_gone AFTER DELETE ON statement BEGIN
    {_count("old", "-")}
END;
CREATE TRIGGER statement_altered AFTER UPDATE ON statement BEGIN
    {_count("old", "-")}
    {_count("new", "+")}
END;
"""
