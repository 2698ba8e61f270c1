"""Feasts by date and content together: neither alone is enough, and each has its switch."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from phototagger.domain.findings import FaceFinding, Findings, LabelScore, ObjectFinding, PhotoFacts
from phototagger.domain.records import Box
from phototagger.keywords.propose import Proposer
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.sources.calendar import calendar_words, easter
from phototagger.settings.declared import WordSettings

VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
NOTHING = Findings()


def seen(*classes: str, faces: int = 0, boxes: tuple[str, ...] = ()) -> Findings:
    return Findings(
        tuple(LabelScore(label, "", 0.2) for label in classes),
        tuple(ObjectFinding(label, "", 0.7, Box(0.1, 0.1, 0.3, 0.3)) for label in boxes),
        tuple(FaceFinding(0.95, Box(0.1 * at, 0.1, 0.05, 0.1), (), 0.9) for at in range(faces)),
    )


PEOPLE_AT_TABLE = seen(faces=3, boxes=("coco:67",))
PUMPKIN, MASK, STOCKING, RABBIT = "wn:03590841", "wn:03724870", "wn:03026506", "wn:02325366"

FEASTS = [
    ("christmas", "event|Christmas", "2023-12-24T19:00:00", PEOPLE_AT_TABLE),
    ("christmas", "event|Christmas", "2023-12-26T00:00:00", seen(STOCKING)),
    ("new_year", "event|New Year", "2023-12-31T23:30:00", seen(faces=2)),
    ("new_year", "event|New Year", "2024-01-01T00:05:00", seen(faces=1, boxes=("coco:46",))),
    ("halloween", "event|Halloween", "2023-10-31T18:00:00", seen(PUMPKIN)),
    ("halloween", "event|Halloween", "2023-10-31T18:00:00", seen(MASK)),
    ("easter", "event|Easter", "2024-03-31T11:00:00", seen(RABBIT)),
    ("easter", "event|Easter", "2024-04-01T12:00:00", PEOPLE_AT_TABLE),
    ("carnival", "event|Carnival", "2024-02-12T15:00:00", seen(MASK)),
    ("carnival", "event|Carnival", "2024-02-08T15:00:00", seen(faces=7)),
]


def feasts(found: Findings, at: str | None, switches: WordSettings | None = None) -> list[str]:
    facts = PhotoFacts("JPEG", 400, 300, taken_at=at)
    return [word.keyword for word in calendar_words(found, facts, (), switches or WordSettings())]


@pytest.mark.parametrize(("switch", "keyword", "at", "found"), FEASTS)
def test_a_feast_is_offered_where_date_and_content_fit(
    switch: str, keyword: str, at: str, found: Findings
) -> None:
    assert feasts(found, at) == [keyword]
    assert feasts(NOTHING, at) == [], "the date alone is not enough"
    assert feasts(found, "2023-07-15T19:00:00") == [], "nor is the content"
    off: dict[str, Any] = {switch: False}
    assert feasts(found, at, WordSettings(**off)) == []


@pytest.mark.parametrize(
    "at", [None, "2023-12", "2023", "2023-12-31T12:00:00", "2024-01-01T00:00:00", "broken T"]
)
def test_without_a_moment_of_the_night_there_is_no_new_year(at: str | None) -> None:
    assert feasts(PEOPLE_AT_TABLE, at) == []


def test_easter_by_the_calendar() -> None:
    days = {2000: (4, 23), 2008: (3, 23), 2019: (4, 21), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25)}
    assert {year: easter(year) for year in days} == {year: date(year, *day) for year, day in days.items()}


def test_a_feast_waits_for_a_person_and_stays_away_where_it_is_hidden() -> None:
    suggester = Suggester(VOCABULARY)
    facts = PhotoFacts("JPEG", 400, 300, taken_at="2023-10-31T18:00:00")
    (feast,) = (
        word
        for word in Proposer(suggester).suggest(seen(PUMPKIN), facts)
        if word.keyword == "event|Halloween"
    )
    assert feast.score < 0.5, "`tag` leaves it"
    off = Proposer(suggester, words=WordSettings(halloween=False))
    assert "event|Halloween" not in [word.keyword for word in off.suggest(seen(PUMPKIN), facts)]
