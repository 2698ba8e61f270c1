"""Feasts that a calendar alone can tell from any other party: New Year, Christmas, Carnival, Easter, Halloween.

Pure. Weak suggestions, each behind its switch: on the days of a feast, and only where something of it is in the
photo too. They wait for a person below the score from which ``tag`` accepts by itself. The days are those of the
western churches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from phototagger.domain.findings import Findings, PhotoFacts
from phototagger.domain.records import keyword_lineage
from phototagger.keywords.scoring.calibration import SURE_BOX, SURE_FACE
from phototagger.keywords.scoring.suggest import PERSON_LABEL, NewSuggestion
from phototagger.keywords.sources.source import PhotoContext
from phototagger.settings.declared import WordSettings

NETWORK = "calendar@1"
SCORE = 0.45  # `tag` accepts from 0.5 on

NEW_YEAR, CHRISTMAS, CARNIVAL = "event|New Year", "event|Christmas", "event|Carnival"
EASTER, HALLOWEEN = "event|Easter", "event|Halloween"

_CLASS_LEAST = 0.1  # summed probability of classes that on any other day would be too little
_DARK = 0.3  # mean luma of a photo at night
_CROWD = 6  # people
# Classes of ImageNet, boxes of COCO.
_PUMPKIN_LIGHT = {"wn:03590841"}
_DISGUISE = {"wn:03724870", "wn:03045698", "wn:04584207", "wn:02869837", "wn:04259630", "wn:03124170"}
"""Mask, cloak, wig, bonnet, sombrero, cowboy hat."""
_CHRISTMAS_THINGS = {"wn:03026506", "wn:02948072"}  # stocking, candle
_EASTER_THINGS = {"wn:02325366", "wn:02326432", "wn:02328150", "wn:03482405"}  # rabbits, hare, hamper
_AT_HOME = {
    "coco:63",
    "coco:67",
    "coco:65",
    "coco:72",
    "coco:82",
}  # couch, table, bed, television, refrigerator
_AT_TABLE = {"coco:46", "coco:61", "coco:44", "coco:51", "coco:67"}  # wine glass, cake, bottle, bowl, table
_WORDS_AT_HOME = (
    "place|room",
    "food|meal",
    "food|dinner",
    "furniture|couch",
    "object|Christmas tree",
    "object|gift",
)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a feast is in a photo. ``words``: the keywords found so far, with their parents."""

    classes: dict[str, float]
    boxes: dict[str, int]
    people: int
    dark: bool
    words: frozenset[str]

    def has(self, labels: Collection[str]) -> bool:
        return sum(self.classes.get(label, 0.0) for label in labels) >= _CLASS_LEAST

    def shows(self, labels: Collection[str]) -> bool:
        return any(self.boxes.get(label) for label in labels)

    def says(self, *words: str) -> bool:
        return not self.words.isdisjoint(words)

    @property
    def at_home(self) -> bool:
        return self.shows(_AT_HOME) or self.says(*_WORDS_AT_HOME)


def calendar_words(
    findings: Findings, facts: PhotoFacts, words: Collection[str], switches: WordSettings
) -> list[NewSuggestion]:
    """The feasts that are switched on, by the camera's clock. ``words``: the keywords found so far."""
    moment = _moment(facts)
    if moment is None:
        return []
    wanted = {
        NEW_YEAR: switches.new_year,
        CHRISTMAS: switches.christmas,
        CARNIVAL: switches.carnival,
        EASTER: switches.easter,
        HALLOWEEN: switches.halloween,
    }
    seen = _seen(findings, facts, words)
    found = (feast for feast in _feasts(moment, seen) if wanted[feast])
    return [NewSuggestion(feast, f"calendar:{feast}", SCORE, NETWORK) for feast in found]


def _feasts(moment: datetime, seen: _Seen) -> Iterator[str]:
    day, hour = (moment.month, moment.day), moment.hour
    to_easter = (moment.date() - easter(moment.year)).days
    night = (day == (12, 31) and hour >= 18) or (day == (1, 1) and hour < 5)
    if night and (
        seen.says("event|fireworks", "event|party")
        or seen.people >= 2
        or (seen.people and seen.shows(_AT_TABLE))
    ):
        yield NEW_YEAR
    if (12, 24) <= day <= (12, 26) and (
        seen.has(_CHRISTMAS_THINGS)
        or seen.says("object|Christmas tree", "object|Christmas stocking", "object|gift", "object|candle")
        or (seen.people and seen.at_home)
    ):
        yield CHRISTMAS
    disguised = seen.has(_DISGUISE) or seen.says("clothing|mask", "clothing|costume")
    if -52 <= to_easter <= -46 and (
        disguised or seen.people >= _CROWD or seen.says("person|crowd", "event|parade")
    ):
        yield CARNIVAL
    if -2 <= to_easter <= 1 and (
        seen.has(_EASTER_THINGS)
        or seen.says("food|egg", "animal|rabbit", "animal|hare")
        or (seen.people >= 2 and (seen.shows(_AT_TABLE) or seen.says("food|meal")))
    ):
        yield EASTER
    eve = day == (10, 31) or (day == (11, 1) and hour < 4)
    if eve and (seen.has(_PUMPKIN_LIGHT) or disguised or (seen.dark and seen.says("person|child"))):
        yield HALLOWEEN


def _seen(findings: Findings, facts: PhotoFacts, words: Collection[str]) -> _Seen:
    classes = {entry.label: entry.score for entry in findings.labels}
    boxes: dict[str, int] = {}
    for found in findings.objects:
        if found.score >= SURE_BOX:
            boxes[found.label] = boxes.get(found.label, 0) + 1
    faces = sum(face.score >= SURE_FACE for face in findings.faces)
    dark = facts.look is not None and facts.look.brightness <= _DARK
    lineage = frozenset(path for word in words for path in keyword_lineage(word))
    return _Seen(classes, boxes, max(faces, boxes.get(PERSON_LABEL, 0)), dark, lineage)


def _moment(facts: PhotoFacts) -> datetime | None:
    """Midnight to the second is what programs write that know the day alone: it counts as noon."""
    try:
        moment = datetime.fromisoformat(facts.taken_at) if facts.taken_at and "T" in facts.taken_at else None
    except ValueError:
        return None
    if moment is not None and (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment + timedelta(hours=12)
    return moment


class CalendarWords:
    """See :class:`KeywordSource`."""

    name = "calendar"
    needs = frozenset({"facts"})

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :func:`calendar_words`."""
        assert photo.facts is not None
        return calendar_words(photo.people, photo.facts, photo.words, photo.switches)
