"""What things in a photo tell beside themselves: a person and a surfboard are surfing. Pure."""

from __future__ import annotations

from collections.abc import Collection

from phototagger.domain.findings import Findings, Task
from phototagger.keywords.scoring.calibration import SURE_BOX, SURE_FACE, least_score
from phototagger.keywords.scoring.suggest import PERSON_LABEL, NewSuggestion
from phototagger.keywords.sources.source import PhotoContext

Rule = tuple[float, tuple[tuple[str, float], ...]]
# Label of a thing, the raw score of its box from which the rule holds, and the words with how sure they are then.
# On the open photos each was right wherever it was given (two or three photos a thing).
_DONE_WITH: dict[str, Rule] = {
    "coco:43": (0.4, (("sport|tennis|tennis player", 0.8), ("place|tennis court", 0.7))),  # tennis racket
    "coco:39": (
        0.4,
        (("sport|baseball|baseball player", 0.75), ("place|baseball field", 0.7)),
    ),  # baseball bat
    "coco:40": (0.4, (("sport|baseball|baseball player", 0.75),)),  # baseball glove
    "coco:41": (0.4, (("sport|skateboarding", 0.8),)),
    "coco:42": (0.4, (("sport|surfing", 0.8),)),
    "coco:35": (0.4, (("sport|skiing", 0.8),)),
    "coco:36": (0.4, (("sport|snowboarding", 0.75),)),
    "coco:38": (0.45, (("sport|kite flying", 0.7),)),
}
# Things of which a photo without any person still says where it is.
_SEEN_IN: dict[str, Rule] = {
    "coco:10": (0.5, (("place|street", 0.8),)),  # traffic light
    "coco:13": (0.5, (("place|street", 0.7),)),  # stop sign
    "coco:14": (0.6, (("place|street", 0.75),)),  # parking meter
    "coco:70": (0.6, (("place|room|bathroom", 0.8),)),  # toilet
    "coco:5": (0.6, (("nature|sky", 0.7),)),  # airplane
    "coco:20": (0.6, (("place|farm", 0.65),)),  # sheep
}
LAPTOP = "coco:73"
MEETING = ("event|meeting", 0.65)
LANDSCAPE = ("nature|landscape", 0.7)
# Words that make a landscape of a photo without people or anything else large in it.
WIDE = (
    "place|mountain",
    "nature|sea",
    "nature|forest",
    "nature|desert",
    "nature|rocks",
    "nature|clouds",
    "nature|snow",
)
_RULES = (*_DONE_WITH.values(), *_SEEN_IN.values())
WORDS = frozenset((MEETING[0], LANDSCAPE[0], *(word for _, told in _RULES for word, _ in told)))
"""All that is ever said here."""
_LARGE_THING = 0.25  # share of the photo
_NEAR_FACE, _NEAR_PERSON = 0.12, 0.25  # of the photo's height


def activity_words(findings: Findings, strictness: str = "normal") -> list[NewSuggestion]:
    """The words that this strictness lets through."""
    network = findings.networks.get(Task.OBJECTS, "")
    least = least_score(strictness)
    best: dict[str, float] = {}
    for found in findings.objects:
        best[found.label] = max(found.score, best.get(found.label, 0.0))
    rules = dict(_SEEN_IN)
    if best.get(PERSON_LABEL, 0.0) >= SURE_BOX:
        rules |= _DONE_WITH
    words: dict[str, float] = {}
    for label, (from_score, told) in rules.items():
        if best.get(label, 0.0) >= from_score:
            words |= {word: score for word, score in told if score > words.get(word, 0.0)}
    if best.get(LAPTOP, 0.0) >= SURE_BOX and sum(face.score >= SURE_FACE for face in findings.faces) >= 2:
        words |= [MEETING]
    return [
        NewSuggestion(word, f"activity:{word}", score, network)
        for word, score in words.items()
        if score >= least
    ]


def landscape(findings: Findings, words: Collection[str], strictness: str = "normal") -> list[NewSuggestion]:
    """A landscape, where one of the ``WIDE`` words is among ``words`` and nothing else fills the photo."""
    word, score = LANDSCAPE
    large = any(
        found.score >= SURE_BOX
        and (
            found.box.w * found.box.h >= _LARGE_THING
            or (found.label == PERSON_LABEL and found.box.h >= _NEAR_PERSON)
        )
        for found in findings.objects
    )
    faces = any(face.score >= SURE_FACE and face.box.h >= _NEAR_FACE for face in findings.faces)
    if large or faces or not any(wide in words for wide in WIDE) or score < least_score(strictness):
        return []
    return [NewSuggestion(word, f"activity:{word}", score, findings.networks.get(Task.OBJECTS, ""))]


class ActivityWords:
    """See :class:`KeywordSource`."""

    name = "activities"
    needs = frozenset({"objects"})

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :func:`activity_words`."""
        return activity_words(photo.people, photo.strictness)
