"""Words from position, date, size, camera and look: each kind, its switch, and what it must not say."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from phototagger.domain.findings import COLOURS, PhotoFacts, PhotoLook, PhotoShot
from phototagger.keywords.sources.facts import FACT_ROOTS, fact_words, season
from phototagger.keywords.sources.places import Gazetteer
from phototagger.settings.declared import WordSettings

GAZETTEER = Gazetteer(Path(__file__).resolve().parents[4] / "resources" / "places")
SWITCHES = {entry.name for entry in fields(WordSettings)} - {"language"}


def switched(on: bool, **others: bool) -> WordSettings:
    """All switches that way, but for the others."""
    values: dict[str, Any] = {name: others.get(name, on) for name in SWITCHES}
    return WordSettings(**values)


NONE, ALL = switched(False), switched(True)
PLAIN = PhotoLook(0.5, (0.05,) * len(COLOURS), 0.1, 0.1, 0.05, 0.5, 60.0)
PHOTO = PhotoFacts("JPEG", 4000, 3000, look=PLAIN, shot=PhotoShot("Canon EOS R6"))
SCREEN = PhotoFacts("PNG", 1170, 2532, look=PLAIN, shot=PhotoShot())


def words(facts: PhotoFacts, switches: WordSettings = ALL) -> set[str]:
    return {word.keyword for word in fact_words(facts, switches, GAZETTEER)}


def mostly(name: str, **more: float) -> PhotoLook:
    shares = tuple(0.8 if colour == name else 0.0 for colour in COLOURS)
    return replace(PLAIN, colours=shares, **more)


KINDS = [
    ("place", replace(PHOTO, latitude=48.137, longitude=11.575), "location|Germany|Bavaria|Munich"),
    (
        "season",
        replace(PHOTO, taken_at="2024-01-09T10:00:00", latitude=-40.0, longitude=170.0),
        "season|summer",
    ),
    ("time_of_day", replace(PHOTO, taken_at="2024-01-09T23:10:00"), "time of day|night"),
    ("black_and_white", replace(PHOTO, look=replace(PLAIN, chroma=0.01)), "look|black and white"),
    ("colour", replace(PHOTO, look=mostly("green")), "look|green"),
    ("panorama", replace(PHOTO, width=9000), "format|panorama"),
    ("orientation", replace(PHOTO, width=2000), "format|portrait format"),
    ("macro", replace(PHOTO, shot=PhotoShot("X", distance_m=0.2)), "technique|macro"),
    ("long_exposure", replace(PHOTO, shot=PhotoShot("X", exposure_s=30.0)), "technique|long exposure"),
    ("screenshot", replace(SCREEN, shot=PhotoShot(comment="Screenshot")), "format|screenshot"),
    ("flaws", replace(PHOTO, look=replace(PLAIN, sharpness=5.0)), "flaw|blurred"),
    ("flaws", replace(PHOTO, look=replace(PLAIN, dark=0.8, brightness=0.05)), "flaw|underexposed"),
    ("flaws", replace(PHOTO, look=replace(PLAIN, bright=0.7)), "flaw|overexposed"),
]


@pytest.mark.parametrize(("switch", "facts", "keyword"), KINDS)
def test_each_kind_has_its_own_switch(switch: str, facts: PhotoFacts, keyword: str) -> None:
    only = switched(False, **{switch: True})
    assert words(facts, only) == {keyword}
    assert keyword not in words(facts, switched(True, **{switch: False}))
    assert keyword.split("|")[0] in FACT_ROOTS


def test_every_switch_is_tested() -> None:
    elsewhere = {"document", "caption", "people", "man_and_woman", "folders", "days", "extensions"}
    elsewhere |= {"new_year", "christmas", "carnival", "easter", "halloween"}
    assert {entry[0] for entry in KINDS} == SWITCHES - elsewhere, "which tests of their own have"


def test_an_ordinary_photo_without_position_gets_its_orientation_only() -> None:
    assert words(PHOTO) == {"format|landscape format"}
    assert words(PhotoFacts("JPEG", 100, 100)) == {"format|square"}


def test_no_season_between_the_tropics_and_none_without_a_position() -> None:
    switches = switched(False, season=True)
    assert (
        words(replace(PHOTO, taken_at="2024-07-09T10:00:00", latitude=3.0, longitude=101.0), switches)
        == set()
    )
    assert words(replace(PHOTO, taken_at="2024-07-09T10:00:00"), switches) == set()


@pytest.mark.parametrize(
    ("month", "north"),
    [
        (2, "winter"),
        (3, "spring"),
        (5, "spring"),
        (6, "summer"),
        (9, "autumn"),
        (11, "autumn"),
        (12, "winter"),
    ],
)
def test_seasons_are_whole_months_and_turn_round_in_the_south(month: int, north: str) -> None:
    other = {"winter": "summer", "summer": "winter", "spring": "autumn", "autumn": "spring"}
    assert season(date(2024, month, 1), 50.0) == north
    assert season(date(2024, month, 1), -50.0) == other[north]


def test_midnight_to_the_second_is_no_time() -> None:
    assert words(replace(PHOTO, taken_at="2024-07-09T00:00:00"), switched(False, time_of_day=True)) == set()


def test_a_grey_photo_has_no_colour_and_a_black_one_is_not_black_and_white() -> None:
    assert words(replace(PHOTO, look=mostly("grey"))) == {"format|landscape format"}
    black = replace(PLAIN, chroma=0.0, dark=1.0, brightness=0.0)
    assert "look|black and white" not in words(replace(PHOTO, look=black))
    even = replace(PLAIN, chroma=0.0, sharpness=0.0)
    assert "look|black and white" not in words(replace(PHOTO, look=even))


def test_a_screen_sized_photo_by_a_camera_is_no_screenshot() -> None:
    flat = replace(PLAIN, flat=0.8)
    screen = PhotoFacts("PNG", 1170, 2532, look=flat, shot=PhotoShot())
    switches = switched(False, screenshot=True)
    assert words(screen, switches) == {"format|screenshot"}
    assert words(replace(screen, shot=PhotoShot("iPhone 14")), switches) == set()
    assert words(replace(screen, look=PLAIN), switches) == set()
    assert words(replace(screen, width=1171), switches) == set()


def test_a_photo_cut_out_of_a_screenshot_is_none() -> None:
    said = PhotoShot(comment="Screenshot")
    switches = switched(False, screenshot=True)
    page = PhotoFacts("PNG", 1170, 900, look=replace(PLAIN, flat=0.6), shot=said)
    assert words(page, switches) == {"format|screenshot"}
    assert words(replace(page, width=1100, look=PLAIN), switches) == set()


def test_a_page_is_not_called_blurred_or_overexposed() -> None:
    page = replace(PLAIN, flat=0.7, bright=0.9, sharpness=3.0)
    assert words(replace(PHOTO, look=page), switched(False, flaws=True)) == set()
