"""The step of the schema that keeps which files were given another name."""

# rename_row: a file of a run of renaming, its old and new path; the photo whose file it is or beside which it lies.
# leads: this is the photo itself, stored after what lies beside it.
RENAMES = """
CREATE TABLE rename_row (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES write_run (id) ON DELETE CASCADE,
    photo INTEGER REFERENCES photo (id) ON DELETE SET NULL,
    source BLOB NOT NULL,
    target BLOB NOT NULL,
    leads INTEGER NOT NULL CHECK (leads IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'dropped', 'undoing', 'undone'))
) STRICT;
CREATE INDEX rename_row_run ON rename_row (run);
CREATE INDEX rename_row_open ON rename_row (id) WHERE state IN ('begun', 'undoing');
"""
