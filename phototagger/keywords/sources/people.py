"""Keywords that the faces of a photo tell: child, smile, selfie, couple, friends, family, and behind a switch man
and woman. Pure.

They are said of the photo, never of the persons whose faces these are. Scores are how often a rule was right on the
open photos with a list of wanted words (59 with faces, 81 words, 96 % of them right by eye), rounded down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from phototagger.domain.findings import FaceFinding, Findings, ObjectFinding, PhotoFacts, Task
from phototagger.keywords.scoring.calibration import SURE_BOX, SURE_FACE, least_score
from phototagger.keywords.scoring.suggest import PERSON, PERSON_LABEL, NewSuggestion
from phototagger.keywords.sources.source import PhotoContext
from phototagger.settings.declared import WordSettings

LEAST_PIXELS = 30  # height of a face whose looks can be judged
MAIN_SHARE = 0.5  # of the tallest face's height: who else the photo is of
MOST_MAIN = 6  # in larger groups nobody in particular

CHILD_AGE, BABY_AGE, ADULT_AGE = 12.0, 2.0, 15.0  # years, as the network tells them
MALE, FEMALE, SMILE = 0.8, 0.7, 0.9  # probabilities
SELFIE_FACE = 0.29  # of the photo's height, at arm's length
MOST_IN_SELFIE = 3
SELFIE_BODY = 0.9  # a photo from further off fills its height with the person
NEAR_HEADS = 1.3  # distance of two faces in heights of a face: heads together
COUPLE_FACE = 0.12
BESIDE_SHARE = 1 / 3  # of the tallest face's height: who stands too near to leave two alone

_NAMES = ("baby", "child", "couple", "family", "friends", "man", "selfie", "smile", "woman")
WORDS = frozenset(f"{PERSON}|{name}" for name in _NAMES)
"""All that is ever said here."""


def people_words(
    findings: Findings, facts: PhotoFacts | None, switches: WordSettings, strictness: str = "normal"
) -> list[NewSuggestion]:
    """The words that the switched-on kinds find and this strictness lets through."""
    network = findings.networks.get(Task.TRAITS) or findings.networks.get(Task.FACES, "")
    least = least_score(strictness)
    main = _main_faces(findings, facts)
    words = [*(_people(findings, facts, main) if switches.people else ())]
    words += _sexes(main) if switches.man_and_woman else ()
    best: dict[str, float] = {}
    for word, score in words:
        best[word] = max(score, best.get(word, 0.0))
    return [
        NewSuggestion(f"{PERSON}|{word}", f"people:{word}", score, network)
        for word, score in best.items()
        if score >= least
    ]


def _main_faces(findings: Findings, facts: PhotoFacts | None) -> list[FaceFinding]:
    """The faces that the photo is of, tallest first; none of a crowd."""
    height = facts.height if facts is not None and facts.height else 1000
    faces = [
        face for face in findings.faces if face.score >= SURE_FACE and face.box.h * height >= LEAST_PIXELS
    ]
    faces.sort(key=lambda face: -face.box.h)
    main = [face for face in faces if face.box.h >= MAIN_SHARE * faces[0].box.h]
    return main if len(main) <= MOST_MAIN else []


def _people(
    findings: Findings, facts: PhotoFacts | None, main: Sequence[FaceFinding]
) -> Iterator[tuple[str, float]]:
    looks = [face.traits for face in main if face.traits is not None]
    if any(look.smile >= SMILE for look in looks):
        yield "smile", 0.93
    youngest = min((look.age for look in looks), default=math.inf)
    if youngest <= BABY_AGE:
        yield "baby", 0.7
    elif youngest <= CHILD_AGE:
        yield "child", 0.8
    adults = sum(look.age >= ADULT_AGE for look in looks)
    if youngest <= CHILD_AGE and adults:
        yield "family", 0.62
    elif adults == len(main) >= 3:
        yield "friends", 0.9
    if (
        len(main) == 2 == adults
        and _beside(findings, main[0]) == 2
        and main[0].box.h >= COUPLE_FACE
        and len(_people_boxes(findings)) <= 2
        and _distance(main[0], main[1], facts) <= NEAR_HEADS
    ):
        yield "couple", 0.8
    together = bool(main) and _beside(findings, main[0]) <= MOST_IN_SELFIE
    if together and main[0].box.h >= SELFIE_FACE and adults and youngest > CHILD_AGE:
        bodies = [found.box.h for found in _people_boxes(findings)]
        if bodies and max(bodies) <= SELFIE_BODY:
            yield "selfie", 0.62  # right on the lists of wanted words, often wrong on portraits of the press


def _people_boxes(findings: Findings) -> list[ObjectFinding]:
    return [found for found in findings.objects if found.label == PERSON_LABEL and found.score >= SURE_BOX]


def _beside(findings: Findings, tallest: FaceFinding) -> int:
    """How many faces are about as near as the tallest one, itself among them."""
    least = BESIDE_SHARE * tallest.box.h
    return sum(face.score >= SURE_FACE and face.box.h >= least for face in findings.faces)


def _sexes(main: Sequence[FaceFinding]) -> Iterator[tuple[str, float]]:
    for face in main:
        if face.traits is None or face.traits.age <= CHILD_AGE:
            continue
        if face.traits.male >= MALE:
            yield "man", 0.93
        elif 1 - face.traits.male >= FEMALE:
            yield "woman", 0.93


def _distance(one: FaceFinding, other: FaceFinding, facts: PhotoFacts | None) -> float:
    """Between the middles of two faces, in heights of the average face."""
    shape = facts.width / facts.height if facts is not None and facts.width and facts.height else 1.0
    across = (one.box.x + one.box.w / 2 - other.box.x - other.box.w / 2) * shape
    down = one.box.y + one.box.h / 2 - other.box.y - other.box.h / 2
    return math.hypot(across, down) / ((one.box.h + other.box.h) / 2)


class PeopleWords:
    """See :class:`KeywordSource`."""

    name = "people"
    needs = frozenset({"faces"})

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :func:`people_words`."""
        return people_words(photo.people, photo.facts, photo.switches, photo.strictness)
