"""The part of the schema that keeps apart the photos that wait, so that lists and figures of half a million photos
need no look at every one.

Whether a photo's boxes wait takes more than SQLite's own functions can tell (names are compared without case), and
no trigger may need ours. So triggers note the photos whose boxes must be looked at again, and each of our
transactions looks at them before it ends: ``pending.settle``. Where the rule itself has changed, all are looked at
when the catalog is opened: ``pending.look_again``.
"""

from __future__ import annotations

# photo.boxes: boxes of faces (1) and objects (2) that the file does not hold as they are wanted.
# boxes_stale: photos of which photo.boxes may be wrong by now; it may name photos that are gone.
# meta 'boxes_rule': the rule by which photo.boxes was worked out.
# The partial indexes hold the photos of one filter of the window, in its order; their conditions stand word for
# word in catalog/photos/search.py and catalog/photos/summaries.py, or SQLite would not use them.
WAITING = """
ALTER TABLE photo ADD COLUMN boxes INTEGER NOT NULL DEFAULT 0 CHECK (boxes BETWEEN 0 AND 3);
CREATE TABLE boxes_stale (photo INTEGER PRIMARY KEY) STRICT;
DROP INDEX photo_changes;
DROP INDEX photo_problem;
DROP INDEX photo_keyword_keyword;
DROP INDEX region_person;
DROP INDEX region_cluster;
DROP INDEX write_row_run;
CREATE INDEX photo_waits ON photo (folder, folded, name, changes, boxes)
    WHERE state != 4 AND (changes > 0 OR boxes > 0);
CREATE INDEX photo_to_review ON photo (folder, folded, name) WHERE to_review > 0;
CREATE INDEX photo_failed ON photo (folder, folded, name) WHERE state IN (2, 3);
CREATE INDEX photo_missing ON photo (id) WHERE state = 4;
CREATE INDEX photo_with_faces ON photo (folder, folded, name) WHERE faces > 0;
CREATE INDEX photo_keyword_keyword ON photo_keyword (keyword, wanted, companion, photo);
CREATE INDEX region_person ON region (person, photo) WHERE person NOT NULL;
CREATE INDEX region_cluster ON region (cluster, person, photo) WHERE cluster NOT NULL;
CREATE INDEX write_row_run ON write_row (run, state);
CREATE TRIGGER boxes_region_added AFTER INSERT ON region WHEN new.person NOT NULL
OR new.kind = 1 AND EXISTS (SELECT 1 FROM photo_keyword WHERE photo = new.photo AND wanted = 1) BEGIN
    INSERT INTO boxes_stale VALUES (new.photo) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_region_gone AFTER DELETE ON region WHEN old.kind = 1 OR old.person NOT NULL BEGIN
    INSERT INTO boxes_stale VALUES (old.photo) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_region_changed AFTER UPDATE OF photo, kind, name, x, y, w, h, person ON region
WHEN old.kind = 1 OR new.kind = 1 OR old.person NOT NULL OR new.person NOT NULL BEGIN
    INSERT INTO boxes_stale VALUES (old.photo), (new.photo) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_written AFTER INSERT ON written_region BEGIN
    INSERT INTO boxes_stale VALUES (new.photo) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_unwritten AFTER DELETE ON written_region BEGIN
    INSERT INTO boxes_stale VALUES (old.photo) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_rewritten AFTER UPDATE ON written_region BEGIN
    INSERT INTO boxes_stale VALUES (old.photo), (new.photo) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_person AFTER UPDATE OF name, hidden ON person BEGIN
    INSERT INTO boxes_stale SELECT photo FROM region WHERE person = new.id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_keyword AFTER UPDATE OF path, folded ON keyword BEGIN
    INSERT INTO boxes_stale SELECT photo FROM photo_keyword WHERE keyword = new.id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_word_wanted AFTER INSERT ON photo_keyword WHEN new.wanted BEGIN
    INSERT INTO boxes_stale SELECT new.photo
    WHERE EXISTS (SELECT 1 FROM region WHERE photo = new.photo AND kind = 1) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_word_gone AFTER DELETE ON photo_keyword WHEN old.wanted BEGIN
    INSERT INTO boxes_stale SELECT old.photo
    WHERE EXISTS (SELECT 1 FROM region WHERE photo = old.photo AND kind = 1) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_word_changed AFTER UPDATE OF photo, keyword, wanted ON photo_keyword
WHEN old.wanted != new.wanted OR old.photo != new.photo OR old.keyword != new.keyword BEGIN
    INSERT INTO boxes_stale SELECT photo FROM region WHERE photo IN (old.photo, new.photo) AND kind = 1
    ON CONFLICT DO NOTHING;
END;
"""

# sketch: each photo in 16 x 16 greys as it was last analysed, see phototagger/frames.py.
# kept_region: boxes that the last analysis did not meet again and that stay all the same. held: they are of an
# earlier version of the photo (that one's size, orientation and sketch stand here) and wait till they are met; else
# the photo was only turned, and they with it.
KEPT_REGIONS = """
CREATE TABLE sketch (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    grid BLOB NOT NULL
) STRICT;
CREATE TABLE kept_region (
    region INTEGER PRIMARY KEY REFERENCES region (id) ON DELETE CASCADE,
    held INTEGER NOT NULL CHECK (held IN (0, 1)),
    width INTEGER,
    height INTEGER,
    orientation INTEGER,
    grid BLOB
) STRICT;
CREATE TRIGGER boxes_kept AFTER INSERT ON kept_region BEGIN
    INSERT INTO boxes_stale SELECT photo FROM region WHERE id = new.region ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_let_go AFTER DELETE ON kept_region BEGIN
    INSERT INTO boxes_stale SELECT photo FROM region WHERE id = old.region ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER boxes_kept_otherwise AFTER UPDATE ON kept_region BEGIN
    INSERT INTO boxes_stale SELECT photo FROM region WHERE id IN (old.region, new.region) ON CONFLICT DO NOTHING;
END;
"""
