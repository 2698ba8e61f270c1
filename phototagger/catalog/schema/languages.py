"""The languages of a catalog as numbers that hold however many there will be, in whatever order elsewhere."""

from __future__ import annotations

# meta 'languages': the place of the first language times 2^32, plus the bits of all languages where there is more
# than one. Before, it was times 100, in which a seventh language ran over into the place. See words/languages.py.
MANY_LANGUAGES = """
UPDATE meta SET value = (value / 100) * 4294967296 + value % 100 WHERE key = 'languages';
UPDATE language_change SET before = (before / 100) * 4294967296 + before % 100,
    after = (after / 100) * 4294967296 + after % 100;
DROP VIEW companion_due;
CREATE VIEW companion_due (photo, keyword) AS
    SELECT main.photo, other.keyword FROM photo_keyword AS main
    JOIN word_name AS own ON own.keyword = main.keyword
    JOIN word_name AS other ON other.meaning = own.meaning AND other.keyword != own.keyword
    WHERE main.wanted = 1 AND main.companion = 0
    AND (other.language & ((SELECT value FROM meta WHERE key = 'languages') & 4294967295)) != 0
    AND NOT EXISTS (SELECT 1 FROM companion_refused AS refused
        WHERE refused.photo = main.photo AND refused.keyword = other.keyword);
"""
