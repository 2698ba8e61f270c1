"""How the languages of a catalog are kept: any number of them, whatever is added later and wherever."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import languages
from phototagger.settings.declared import LANGUAGES

OLD = Path(__file__).parents[3] / "fixtures" / "catalogs" / "v14.sqlite"


def test_every_language_has_a_place_that_no_other_has() -> None:
    assert set(LANGUAGES) == set(languages.PLACES)
    assert sorted(languages.PLACES.values()) == list(range(len(LANGUAGES)))
    assert languages.PLACES["en"] == 0, (
        "catalogs hold these numbers: a place is never given to another language"
    )


@pytest.mark.parametrize("first", ["en", "zh", "pt", "ja"])
def test_many_languages_come_back_as_they_were_kept(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    more = ("it", "pt", "nl", "sv", "ja")
    places = {code: place for place, code in enumerate((*LANGUAGES, *more))}
    monkeypatch.setattr(languages, "PLACES", places)
    monkeypatch.setattr(languages, "_CODES", {place: code for code, place in places.items()})
    all_of_them = (first, *(code for code in places if code != first))
    catalog.write(lambda c: languages.begin(c, all_of_them))
    assert catalog.read(languages.chosen) == all_of_them


@pytest.mark.parametrize(
    ("stored", "chosen"),
    [(0, ("en",)), (100, ("de",)), (103, ("de", "en")), (431, ("zh", "en", "de", "fr", "es"))],
)
def test_the_languages_of_an_earlier_version_are_taken_over(
    tmp_path: Path, stored: int, chosen: tuple[str, ...]
) -> None:
    path = tmp_path / "c.sqlite"
    shutil.copy(OLD, path)
    with sqlite3.connect(path) as c:
        c.execute("INSERT OR REPLACE INTO meta VALUES ('languages', ?)", (stored,))
        c.execute("DELETE FROM companion_refused")
        c.execute("UPDATE language_change SET before = NULL, after = ?", (stored,))
    c.close()
    catalog = Catalog.open(path)
    try:
        assert catalog.read(languages.chosen) == chosen
        changed = catalog.read(lambda c: c.execute("SELECT before, after FROM language_change").fetchone())
        kept = catalog.read(lambda c: c.execute("SELECT value FROM meta WHERE key = 'languages'").fetchone())
        assert changed == (None, *kept)
        due = catalog.read(lambda c: c.execute("SELECT count(*) FROM companion_due").fetchone())
        assert (due[0] > 0) is (len(chosen) > 1), "the word of the other language is due beside its own"
    finally:
        catalog.close()


def test_a_language_of_a_later_version_is_passed_over(catalog: Catalog) -> None:
    catalog.write(lambda c: c.execute("INSERT INTO meta VALUES ('languages', ?)", (25 << 32,)))
    assert catalog.read(languages.chosen) == ()
