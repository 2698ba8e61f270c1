"""Keywords that need no network: from a photo's position, date, size, camera and look. Each kind has its switch.

Pure. The scores are fixed guesses of how often a word of that kind is right, not fitted ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from phototagger.domain.findings import COLOURS, PhotoFacts, PhotoLook
from phototagger.domain.records import KEYWORD_SEPARATOR
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.sources.source import PhotoContext
from phototagger.settings.declared import WordSettings

FACTS = "facts@1"

FACT_ROOTS = ("location", "season", "time of day", "look", "format", "technique", "flaw")
BLANK_SHARPNESS = 1.0  # see PhotoLook; the softest of the open photos with anything on it has 17

GREY_CHROMA = 0.025  # JPEG leaves a trace of colour in grey photos
COLOUR_SHARE = 0.6  # of the pixels: a photo that anybody would call blue
PANORAMA_RATIO = (
    2.2  # wider than any film format or screen (21:9 is 2.33 in width alone: see PANORAMA_PIXELS)
)
PANORAMA_PIXELS = 3000
MACRO_METRES = 0.25
LONG_EXPOSURE_S = 1.0
SCREEN_FLAT = 0.4
BLUR = 12.0
TROPIC = 23.44  # degrees: between the tropics the four seasons mean little
DARK_SHARE, DARK_MEAN = 0.6, 0.12
BRIGHT_SHARE = 0.6

# Month -> season in the north (meteorological: whole months).
_SEASONS = ("winter", "winter", *["spring"] * 3, *["summer"] * 3, *["autumn"] * 3, "winter")
_OPPOSITE = {"winter": "summer", "summer": "winter", "spring": "autumn", "autumn": "spring"}

# Sides of screens in pixels, of phones, tablets and computers sold since 2010, either way round.
SCREENS = frozenset(
    {
        (640, 1136), (750, 1334), (828, 1792), (1080, 1920), (1125, 2436), (1170, 2532), (1179, 2556),
        (1206, 2622), (1242, 2208), (1242, 2688), (1284, 2778), (1290, 2796), (1320, 2868), (720, 1280),
        (720, 1600), (1080, 2160), (1080, 2220), (1080, 2280), (1080, 2340), (1080, 2400), (1080, 2408),
        (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3200), (768, 1024),
        (1536, 2048), (1620, 2160), (1640, 2360), (1668, 2224), (1668, 2388), (2048, 2732), (768, 1366),
        (800, 1280), (900, 1440), (900, 1600), (1050, 1680), (1200, 1920), (1600, 2560), (1664, 2560),
        (1800, 2880), (1964, 3024), (2160, 3840), (2234, 3456), (2880, 5120),
    }
)  # fmt: skip


def fact_words(facts: PhotoFacts, switches: WordSettings, gazetteer: Gazetteer) -> list[NewSuggestion]:
    """The keywords that the switched-on kinds find. Raises ModelError without a gazetteer."""
    kinds: tuple[tuple[bool, Callable[[PhotoFacts], Iterator[tuple[str, float]]]], ...] = (
        (switches.place, lambda entry: _place(entry, gazetteer)),
        (switches.season, _season),
        (switches.time_of_day, _time_of_day),
        (switches.black_and_white, _black_and_white),
        (switches.colour, _colour),
        (switches.panorama, _panorama),
        (switches.orientation, _orientation),
        (switches.macro, _macro),
        (switches.long_exposure, _long_exposure),
        (switches.screenshot, _screenshot),
        (switches.flaws, _flaws),
    )
    return [
        NewSuggestion(keyword, f"fact:{keyword}", score, FACTS)
        for on, kind in kinds
        if on
        for keyword, score in kind(facts)
    ]


def place_of(facts: PhotoFacts, gazetteer: Gazetteer) -> tuple[str, ...] | None:
    """(country, region, town) as far as known: by the position, or else as the file itself names them."""
    return place_by(facts.latitude, facts.longitude, facts.named_place, gazetteer)


def place_by(
    latitude: float | None, longitude: float | None, named: Sequence[str], gazetteer: Gazetteer
) -> tuple[str, ...] | None:
    """As :func:`place_of`."""
    found = None if latitude is None or longitude is None else gazetteer.place(latitude, longitude)
    names = (name.replace(KEYWORD_SEPARATOR, "/").strip() for name in named)
    return found or tuple(name for name in names if name) or None


def _place(facts: PhotoFacts, gazetteer: Gazetteer) -> Iterator[tuple[str, float]]:
    names = place_of(facts, gazetteer)
    if names:
        yield "|".join(("location", *names)), 0.95


def _season(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    day = _day(facts)
    if day is not None and facts.latitude is not None and abs(facts.latitude) > TROPIC:
        yield f"season|{season(day, facts.latitude)}", 0.95


def season(day: date, latitude: float) -> str:
    """The meteorological season on a day at a latitude in degrees (negative: south)."""
    north = _SEASONS[day.month - 1]
    return north if latitude >= 0 else _OPPOSITE[north]


def _time_of_day(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    """By the camera's clock. Midnight to the second is what programs write that know the day alone."""
    moment = _moment(facts)
    if moment is None or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return
    limits = (
        (5, "night"),
        (11, "morning"),
        (14, "midday"),
        (18, "afternoon"),
        (22, "evening"),
        (24, "night"),
    )
    yield f"time of day|{next(name for end, name in limits if moment.hour < end)}", 0.9


def _day(facts: PhotoFacts) -> date | None:
    """Of a time that names the month alone, a day in it."""
    moment = _moment(facts)
    if moment is None and facts.taken_at and len(facts.taken_at) == len("2024-01"):
        return date(int(facts.taken_at[:4]), int(facts.taken_at[5:]), 1)
    return moment.date() if moment is not None else None


def _moment(facts: PhotoFacts) -> datetime | None:
    try:
        return datetime.fromisoformat(facts.taken_at) if facts.taken_at and "T" in facts.taken_at else None
    except ValueError:
        return None


def is_blank(facts: PhotoFacts | None) -> bool:
    """Nothing can be seen: one even colour all over, as of a covered lens or a file that lost its pixels."""
    return facts is not None and facts.look is not None and facts.look.sharpness < BLANK_SHARPNESS


def _is_grey(look: PhotoLook) -> bool:
    return look.chroma <= GREY_CHROMA


def _black_and_white(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    if (
        facts.look is not None
        and _is_grey(facts.look)
        and max(facts.look.dark, facts.look.bright) < 0.98
        and not is_blank(facts)
    ):
        yield "look|black and white", 0.95


def _colour(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    if facts.look is None or _is_grey(facts.look):
        return
    share, name = max(zip(facts.look.colours, COLOURS, strict=True))
    if share >= COLOUR_SHARE and name not in ("grey", "black", "white"):
        yield f"look|{name}", 0.85


def _panorama(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    short, long = sorted((facts.width, facts.height))
    if short and long / short >= PANORAMA_RATIO and long >= PANORAMA_PIXELS:
        yield "format|panorama", 0.9


def _orientation(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    if facts.width and facts.height:
        ratio = facts.width / facts.height
        name = "square" if 0.98 <= ratio <= 1.02 else "landscape format" if ratio > 1 else "portrait format"
        yield f"format|{name}", 1.0


def _macro(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    if facts.shot is not None and facts.shot.distance_m is not None and facts.shot.distance_m <= MACRO_METRES:
        yield "technique|macro", 0.85


def _long_exposure(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    if facts.shot is not None and (facts.shot.exposure_s or 0) >= LONG_EXPOSURE_S:
        yield "technique|long exposure", 0.95


def _screenshot(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    """Says so itself (iOS does), and was not cut down to a photo that the screen showed; or is a PNG of a screen's
    size, without a camera, with areas of one colour."""
    shot, look = facts.shot, facts.look
    on_screen = tuple(sorted((facts.width, facts.height))) in SCREENS
    drawn = look is not None and look.flat >= SCREEN_FLAT
    if shot is not None and shot.comment.casefold() == "screenshot" and (on_screen or drawn or look is None):
        yield "format|screenshot", 0.95
    elif (
        shot is not None
        and facts.format in ("PNG", "WEBP")
        and not (shot.camera or shot.exposure_s)
        and on_screen
        and drawn
    ):
        yield "format|screenshot", 0.85


def _flaws(facts: PhotoFacts) -> Iterator[tuple[str, float]]:
    look = facts.look
    if look is None or look.flat >= SCREEN_FLAT:  # a drawing, a page: no photo to be blurred
        return
    if look.sharpness < BLUR and look.brightness > DARK_MEAN:
        yield "flaw|blurred", 0.7
    if look.dark >= DARK_SHARE and look.brightness <= DARK_MEAN:
        yield "flaw|underexposed", 0.7
    if look.bright >= BRIGHT_SHARE:
        yield "flaw|overexposed", 0.7


class FactWords:
    """See :class:`KeywordSource`. Places, dates and looks."""

    name = "facts"
    needs = frozenset({"facts"})

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :func:`fact_words`."""
        assert photo.facts is not None
        return fact_words(photo.facts, photo.switches, self._gazetteer)
