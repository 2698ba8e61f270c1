"""The part of the schema that keeps translations in step: the words of other languages beside a photo's own words.

Triggers do it, so that no way of changing a keyword (confirm, undo, rename, a moved file) can forget them.
"""

from __future__ import annotations

# word_name: the program's words by meaning (its English path) and language (a bit). meta 'languages': the place of
# the first language times 100, plus the bits of all languages where there is more than one: words/languages.py.
# photo_keyword.companion: a translation, wanted only because another word of the same meaning is.
# companion_refused: translations that a person took away. language_change: meta 'languages' before and after.
TRANSLATIONS = """
ALTER TABLE photo_keyword ADD COLUMN companion INTEGER NOT NULL DEFAULT 0 CHECK (companion IN (0, 1));
CREATE TABLE word_name (
    meaning TEXT NOT NULL,
    language INTEGER NOT NULL,
    keyword INTEGER NOT NULL REFERENCES keyword (id) ON DELETE CASCADE,
    PRIMARY KEY (meaning, language)
) STRICT, WITHOUT ROWID;
CREATE INDEX word_name_keyword ON word_name (keyword);
CREATE TABLE companion_refused (
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    keyword INTEGER NOT NULL REFERENCES keyword (id),
    PRIMARY KEY (photo, keyword)
) STRICT, WITHOUT ROWID;
CREATE TABLE language_change (
    step INTEGER PRIMARY KEY REFERENCES history_step (id) ON DELETE CASCADE,
    before INTEGER,
    after INTEGER
) STRICT;
CREATE VIEW companion_due (photo, keyword) AS
    SELECT main.photo, other.keyword FROM photo_keyword AS main
    JOIN word_name AS own ON own.keyword = main.keyword
    JOIN word_name AS other ON other.meaning = own.meaning AND other.keyword != own.keyword
    WHERE main.wanted = 1 AND main.companion = 0
    AND (other.language & ((SELECT value FROM meta WHERE key = 'languages') % 100)) != 0
    AND NOT EXISTS (SELECT 1 FROM companion_refused AS refused
        WHERE refused.photo = main.photo AND refused.keyword = other.keyword);
DROP TRIGGER photo_keyword_added;
DROP TRIGGER photo_keyword_gone;
DROP TRIGGER photo_keyword_changed;
CREATE TRIGGER photo_keyword_added AFTER INSERT ON photo_keyword BEGIN
    UPDATE photo SET confirmed = confirmed + (new.wanted AND NOT new.companion),
    changes = changes + (new.wanted != new.written) WHERE id = new.photo;
END;
CREATE TRIGGER photo_keyword_gone AFTER DELETE ON photo_keyword BEGIN
    UPDATE photo SET confirmed = confirmed - (old.wanted AND NOT old.companion),
    changes = changes - (old.wanted != old.written) WHERE id = old.photo;
END;
CREATE TRIGGER photo_keyword_changed AFTER UPDATE ON photo_keyword BEGIN
    UPDATE photo SET confirmed = confirmed - (old.wanted AND NOT old.companion),
    changes = changes - (old.wanted != old.written) WHERE id = old.photo;
    UPDATE photo SET confirmed = confirmed + (new.wanted AND NOT new.companion),
    changes = changes + (new.wanted != new.written) WHERE id = new.photo;
END;
CREATE TRIGGER companion_comes AFTER INSERT ON photo_keyword WHEN new.wanted AND NOT new.companion BEGIN
    INSERT INTO photo_keyword (photo, keyword, wanted, companion)
    SELECT photo, keyword, 1, 1 FROM companion_due WHERE photo = new.photo
    ON CONFLICT DO UPDATE SET wanted = 1, companion = 1 WHERE wanted = 0;
END;
CREATE TRIGGER companion_comes_too AFTER UPDATE OF wanted, companion ON photo_keyword
WHEN (new.wanted AND NOT new.companion) AND NOT (old.wanted AND NOT old.companion) BEGIN
    INSERT INTO photo_keyword (photo, keyword, wanted, companion)
    SELECT photo, keyword, 1, 1 FROM companion_due WHERE photo = new.photo
    ON CONFLICT DO UPDATE SET wanted = 1, companion = 1 WHERE wanted = 0;
END;
CREATE TRIGGER companion_goes AFTER DELETE ON photo_keyword WHEN old.wanted AND NOT old.companion BEGIN
    DELETE FROM photo_keyword WHERE photo = old.photo AND companion = 1 AND written = 0
    AND keyword NOT IN (SELECT keyword FROM companion_due WHERE photo = old.photo);
    UPDATE photo_keyword SET wanted = 0 WHERE photo = old.photo AND companion = 1 AND wanted = 1
    AND keyword NOT IN (SELECT keyword FROM companion_due WHERE photo = old.photo);
    INSERT INTO photo_keyword (photo, keyword, wanted, companion)
    SELECT photo, keyword, 1, 1 FROM companion_due WHERE photo = old.photo AND keyword = old.keyword
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER companion_goes_too AFTER UPDATE OF wanted, companion ON photo_keyword
WHEN (old.wanted AND NOT old.companion) AND NOT (new.wanted AND NOT new.companion) BEGIN
    DELETE FROM photo_keyword WHERE photo = old.photo AND companion = 1 AND written = 0
    AND keyword NOT IN (SELECT keyword FROM companion_due WHERE photo = old.photo);
    UPDATE photo_keyword SET wanted = 0 WHERE photo = old.photo AND companion = 1 AND wanted = 1
    AND keyword NOT IN (SELECT keyword FROM companion_due WHERE photo = old.photo);
    UPDATE photo_keyword SET wanted = 1, companion = 1 WHERE photo = old.photo AND keyword = old.keyword
    AND wanted = 0 AND keyword IN (SELECT keyword FROM companion_due WHERE photo = old.photo);
END;
"""
