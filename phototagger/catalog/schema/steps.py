"""The steps of the catalog's schema, in order; :mod:`phototagger.catalog.schema.migrations` takes them.

A step that has shipped is never edited: a catalog of each shipped version lies in tests/fixtures/catalogs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from phototagger.catalog.schema.captions import CAPTIONS
from phototagger.catalog.schema.file_facts import FILE_FACTS
from phototagger.catalog.schema.folder_words import FOLDER_WORDS
from phototagger.catalog.schema.languages import MANY_LANGUAGES
from phototagger.catalog.schema.renames import RENAMES
from phototagger.catalog.schema.statements import STATEMENTS
from phototagger.catalog.schema.translations import TRANSLATIONS
from phototagger.catalog.schema.waiting import KEPT_REGIONS, WAITING

Migration = Callable[[sqlite3.Connection], None]

# photo.state: 0 pending, 1 analysed, 2 failed, 3 quarantined, 4 missing.
# root.single: the root is one photo file; root.mounted: it was a mount point when last walked.
# suggestion.state: 0 suggested, 1 confirmed, 2 rejected, 3 superseded (unreviewed, and no longer proposed).
# region.network found the box, region.identity made the embedding (only those of one network compare).
# photo.to_review, confirmed, changes and faces are counts that the triggers below keep.
_TABLES_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE root (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    single INTEGER NOT NULL DEFAULT 0 CHECK (single IN (0, 1)),
    mounted INTEGER NOT NULL DEFAULT 0 CHECK (mounted IN (0, 1))
) STRICT;
CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    folded TEXT NOT NULL
) STRICT;
CREATE TABLE photo (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root INTEGER NOT NULL REFERENCES root (id) ON DELETE CASCADE,
    folder INTEGER NOT NULL REFERENCES folder (id),
    name BLOB NOT NULL,
    folded TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    scan INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
    state_before INTEGER CHECK (state_before BETWEEN 0 AND 3),
    error_kind TEXT,
    error_message TEXT,
    fingerprint BLOB,
    format TEXT,
    width INTEGER,
    height INTEGER,
    orientation INTEGER CHECK (orientation BETWEEN 1 AND 8),
    taken_at TEXT,
    latitude REAL,
    longitude REAL,
    to_review INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    faces INTEGER NOT NULL DEFAULT 0,
    UNIQUE (folder, name)
) STRICT;
CREATE INDEX folder_order ON folder (folded, path);
CREATE INDEX photo_order ON photo (folder, folded, name);
CREATE INDEX photo_root ON photo (root);
CREATE INDEX photo_pending ON photo (id) WHERE state = 0;
CREATE INDEX photo_problem ON photo (state, folder) WHERE state IN (2, 3);
CREATE INDEX photo_changes ON photo (id) WHERE changes > 0;
CREATE INDEX photo_signature ON photo (size, mtime_ns);
CREATE INDEX photo_fingerprint ON photo (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE TABLE network (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    task TEXT
) STRICT;
CREATE TABLE analysis (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    networks TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
CREATE TABLE feature (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    network INTEGER REFERENCES network (id),
    vector BLOB NOT NULL
) STRICT;
CREATE TABLE keyword (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL
) STRICT;
CREATE INDEX keyword_folded ON keyword (folded);
CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    keyword INTEGER NOT NULL REFERENCES keyword (id),
    network INTEGER NOT NULL REFERENCES network (id),
    label TEXT NOT NULL,
    score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
    UNIQUE (photo, keyword)
) STRICT;
CREATE INDEX suggestion_keyword ON suggestion (keyword, state, photo);
CREATE TABLE photo_keyword (
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    keyword INTEGER NOT NULL REFERENCES keyword (id),
    wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    written INTEGER NOT NULL DEFAULT 0 CHECK (written IN (0, 1)),
    ours INTEGER NOT NULL DEFAULT 0 CHECK (ours IN (0, 1)),
    PRIMARY KEY (photo, keyword),
    CHECK (wanted OR written)
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_keyword_keyword ON photo_keyword (keyword, wanted, photo);
CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL
) STRICT;
CREATE TABLE cluster (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER REFERENCES person (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX cluster_person ON cluster (person) WHERE person IS NOT NULL;
CREATE TABLE region (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
    label TEXT NOT NULL,
    name TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL,
    score REAL NOT NULL,
    network INTEGER NOT NULL REFERENCES network (id),
    quality REAL,
    landmarks BLOB,
    embedding BLOB,
    identity INTEGER REFERENCES network (id),
    cluster INTEGER REFERENCES cluster (id) ON DELETE SET NULL,
    person INTEGER REFERENCES person (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX region_photo ON region (photo);
CREATE INDEX region_cluster ON region (cluster) WHERE cluster IS NOT NULL;
CREATE INDEX region_person ON region (person) WHERE person IS NOT NULL;
CREATE TABLE history_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL,
    made_at TEXT NOT NULL,
    undone_at TEXT
) STRICT;
CREATE TABLE history_change (
    step INTEGER NOT NULL REFERENCES history_step (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    subject INTEGER NOT NULL CHECK (subject BETWEEN 0 AND 4),
    key INTEGER NOT NULL,
    key2 INTEGER,
    before INTEGER,
    after INTEGER,
    PRIMARY KEY (step, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE write_run (id INTEGER PRIMARY KEY AUTOINCREMENT, made_at TEXT NOT NULL) STRICT;
CREATE TABLE write_row (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES write_run (id) ON DELETE CASCADE,
    photo INTEGER REFERENCES photo (id) ON DELETE SET NULL,
    path BLOB NOT NULL,
    target BLOB NOT NULL,
    changes TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'failed', 'dropped', 'undone', 'conflict')),
    size_before INTEGER,
    mtime_ns_before INTEGER,
    size_after INTEGER,
    mtime_ns_after INTEGER,
    error_kind TEXT,
    error_message TEXT
) STRICT;
CREATE INDEX write_row_run ON write_row (run);
CREATE INDEX write_row_photo ON write_row (photo);
CREATE INDEX write_row_begun ON write_row (id) WHERE state = 'begun';
"""

_TRIGGERS_1 = """
CREATE TRIGGER suggestion_added AFTER INSERT ON suggestion WHEN new.state = 0 BEGIN
    UPDATE photo SET to_review = to_review + 1 WHERE id = new.photo;
END;
CREATE TRIGGER suggestion_gone AFTER DELETE ON suggestion WHEN old.state = 0 BEGIN
    UPDATE photo SET to_review = to_review - 1 WHERE id = old.photo;
END;
CREATE TRIGGER suggestion_reviewed AFTER UPDATE OF state ON suggestion
WHEN (old.state = 0) != (new.state = 0) BEGIN
    UPDATE photo SET to_review = to_review + (new.state = 0) - (old.state = 0) WHERE id = new.photo;
END;
CREATE TRIGGER suggestion_moved AFTER UPDATE OF photo ON suggestion
WHEN old.photo != new.photo BEGIN
    UPDATE photo SET to_review = to_review - (old.state = 0) WHERE id = old.photo;
    UPDATE photo SET to_review = to_review + (old.state = 0) WHERE id = new.photo;
END;
CREATE TRIGGER photo_keyword_added AFTER INSERT ON photo_keyword BEGIN
    UPDATE photo SET confirmed = confirmed + new.wanted, changes = changes + (new.wanted != new.written)
    WHERE id = new.photo;
END;
CREATE TRIGGER photo_keyword_gone AFTER DELETE ON photo_keyword BEGIN
    UPDATE photo SET confirmed = confirmed - old.wanted, changes = changes - (old.wanted != old.written)
    WHERE id = old.photo;
END;
CREATE TRIGGER photo_keyword_changed AFTER UPDATE ON photo_keyword BEGIN
    UPDATE photo SET confirmed = confirmed - old.wanted, changes = changes - (old.wanted != old.written)
    WHERE id = old.photo;
    UPDATE photo SET confirmed = confirmed + new.wanted, changes = changes + (new.wanted != new.written)
    WHERE id = new.photo;
END;
CREATE TRIGGER face_added AFTER INSERT ON region WHEN new.kind = 0 BEGIN
    UPDATE photo SET faces = faces + 1 WHERE id = new.photo;
END;
CREATE TRIGGER face_gone AFTER DELETE ON region WHEN old.kind = 0 BEGIN
    UPDATE photo SET faces = faces - 1 WHERE id = old.photo;
END;
CREATE TRIGGER face_moved AFTER UPDATE OF photo ON region
WHEN new.kind = 0 AND old.photo != new.photo BEGIN
    UPDATE photo SET faces = faces - 1 WHERE id = old.photo;
    UPDATE photo SET faces = faces + 1 WHERE id = new.photo;
END;
"""

# face_rejected: this face is not that person, whatever comes. people_change: as history_change, see history.
# file_face: names that the photo's own metadata gives to boxes (0..1, upright), as last read.
# file_faces_read: the photo and sidecar as they were then.
_PEOPLE = """
ALTER TABLE person ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1));
ALTER TABLE cluster ADD COLUMN ignored INTEGER NOT NULL DEFAULT 0 CHECK (ignored IN (0, 1));
CREATE TABLE face_rejected (
    face INTEGER NOT NULL REFERENCES region (id) ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (face, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX face_rejected_person ON face_rejected (person);
CREATE TABLE people_change (
    step INTEGER NOT NULL REFERENCES history_step (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    subject INTEGER NOT NULL CHECK (subject BETWEEN 0 AND 2),
    key INTEGER NOT NULL,
    key2 INTEGER,
    before INTEGER,
    after INTEGER,
    PRIMARY KEY (step, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE file_face (
    id INTEGER PRIMARY KEY,
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL
) STRICT;
CREATE INDEX file_face_photo ON file_face (photo);
CREATE TABLE file_faces_read (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    mark TEXT NOT NULL
) STRICT;
"""


def _first_schema(connection: sqlite3.Connection) -> None:
    _run_script(connection, _TABLES_1)
    _run_script(connection, _TRIGGERS_1)
    connection.executemany("INSERT INTO meta VALUES (?, 0)", [("scan",), ("people_revision",)])


# finding: what the networks said of each photo, whole (catalog/photos/findings.py); packed is JSON under zlib.
# taught: the keywords learnt by example, with a signature of the examples they were last learnt from.
# own_word: the person's own keyword list. word_rule: what the program's keyword is called instead; NULL hides it.
_KEYWORDS = """
CREATE TABLE finding (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    packed BLOB NOT NULL
) STRICT;
CREATE TABLE taught (
    keyword INTEGER PRIMARY KEY REFERENCES keyword (id) ON DELETE CASCADE,
    signature TEXT NOT NULL
) STRICT;
CREATE TABLE own_word (path TEXT PRIMARY KEY, synonyms TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE word_rule (path TEXT PRIMARY KEY, target TEXT) STRICT, WITHOUT ROWID;
"""

# undo_intent: writes that are being taken back. written_region: boxes that stand in files; ours: this program wrote
# them; checked: nobody else was at the photo since it was known to hold the box.
_UNDO_INTENTS = """
CREATE TABLE undo_intent (row INTEGER PRIMARY KEY REFERENCES write_row (id) ON DELETE CASCADE) STRICT;
"""
_WRITTEN_REGIONS = """
CREATE TABLE written_region (
    id INTEGER PRIMARY KEY,
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL,
    ours INTEGER NOT NULL CHECK (ours IN (0, 1))
) STRICT;
CREATE INDEX written_region_photo ON written_region (photo);
"""
_CHECKED_BOXES = """
ALTER TABLE written_region ADD COLUMN checked INTEGER NOT NULL DEFAULT 1 CHECK (checked IN (0, 1));
"""

# photo_text: the lines of text read in a photo (JSON: text, score, box), and all of them folded, to search in.
_PHOTO_TEXT = """
CREATE TABLE photo_text (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    folded TEXT NOT NULL,
    lines TEXT NOT NULL
) STRICT;
"""

# word_change: what a history step did to the person's words. subject 0: word_rule (NULL: no rule, '': hidden); 1:
# own_word (NULL: not on the list; else its synonyms).
_WORD_CHANGES = """
CREATE TABLE word_change (
    step INTEGER NOT NULL REFERENCES history_step (id) ON DELETE CASCADE,
    subject INTEGER NOT NULL CHECK (subject IN (0, 1)),
    path TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (step, subject, path)
) STRICT, WITHOUT ROWID;
"""


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    """Statement by statement, because ``executescript`` would commit the transaction we are in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _by(script: str) -> Migration:
    return lambda connection: _run_script(connection, script)


MIGRATIONS: tuple[Migration, ...] = (
    _first_schema,
    _by(_KEYWORDS),
    _by(_PEOPLE),
    _by(_UNDO_INTENTS),
    _by(_WRITTEN_REGIONS),
    _by(TRANSLATIONS),
    _by(_PHOTO_TEXT),
    _by(CAPTIONS),
    _by(_CHECKED_BOXES),
    _by(WAITING),
    _by(_WORD_CHANGES),
    _by(KEPT_REGIONS),
    _by(RENAMES),
    _by(FILE_FACTS),
    _by(MANY_LANGUAGES),
    _by(STATEMENTS),
    _by(FOLDER_WORDS),
)
