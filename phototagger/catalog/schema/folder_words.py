"""The part of the schema that says which suggestions a photo is still to be reviewed for: all that wait, but for
words of folders. Those are one decision for a whole folder; a folder that nobody decided on does not keep each of
its photos waiting."""

from __future__ import annotations

_FOLDERS = "(SELECT id FROM network WHERE name = 'folders@1')"


def _count(row: str, sign: str) -> str:
    waits = f"({row}.state = 0 AND {row}.network IS NOT {_FOLDERS})"
    return f"UPDATE photo SET to_review = to_review {sign} {waits} WHERE id = {row}.photo;"


FOLDER_WORDS = f"""
DROP TRIGGER suggestion_added;
DROP TRIGGER suggestion_gone;
DROP TRIGGER suggestion_reviewed;
DROP TRIGGER suggestion_moved;
CREATE TRIGGER suggestion_added AFTER INSERT ON suggestion WHEN new.state = 0 BEGIN
    {_count("new", "+")}
END;
CREATE TRIGGER suggestion_gone AFTER DELETE ON suggestion WHEN old.state = 0 BEGIN
    {_count("old", "-")}
END;
CREATE TRIGGER suggestion_altered AFTER UPDATE OF photo, state, network ON suggestion
WHEN old.photo != new.photo OR (old.state = 0) != (new.state = 0) OR old.network != new.network BEGIN
    {_count("old", "-")}
    {_count("new", "+")}
END;
UPDATE photo SET to_review = to_review
    - (SELECT count(*) FROM suggestion WHERE photo = photo.id AND state = 0 AND network = {_FOLDERS})
WHERE to_review > 0;
"""
