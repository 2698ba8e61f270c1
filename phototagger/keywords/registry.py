"""Every source of keywords, in the order in which they are asked: a later one may go by what earlier ones said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from phototagger.domain.findings import Task
from phototagger.keywords.examples.learnt import Learnt
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester
from phototagger.keywords.sources.activities import ActivityWords
from phototagger.keywords.sources.calendar import CalendarWords
from phototagger.keywords.sources.everyday import Everyday, EverydayWords
from phototagger.keywords.sources.facts import FactWords
from phototagger.keywords.sources.folders import FolderWords
from phototagger.keywords.sources.labels import LabelWords
from phototagger.keywords.sources.people import PeopleWords
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.sources.source import KeywordSource, PhotoContext
from phototagger.keywords.sources.texts import TextWords

__all__ = ["Parts", "keyword_sources", "place_sources"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What sources go by beside the photo. ``further``: the sources of extensions."""

    suggester: Suggester
    learnt: Learnt = field(default_factory=Learnt)
    gazetteer: Gazetteer | None = None
    everyday: Everyday | None = None
    further: Sequence[KeywordSource] = ()


def keyword_sources(parts: Parts) -> tuple[KeywordSource, ...]:
    """The sources of these parts. A new one is a class in ``sources/`` and a line here."""
    return (
        NetworkWords(parts.suggester),
        LearntWords(parts.learnt),
        PeopleWords(),
        ActivityWords(),
        *([EverydayWords(parts.everyday)] if parts.everyday is not None else []),
        LabelWords(parts.suggester),
        TextWords(),
        *([FactWords(parts.gazetteer)] if parts.gazetteer is not None else []),
        *parts.further,
        CalendarWords(),
    )


def place_sources(further: Sequence[KeywordSource] = ()) -> tuple[KeywordSource, ...]:
    """Those that go by where photos lie. They are asked apart, for one decision is made for a whole folder."""
    return (FolderWords(), *(source for source in further if "place" in source.needs))


class NetworkWords:
    """See :class:`KeywordSource`. What classes, boxes and the number of faces say."""

    name = "networks"
    needs: frozenset[str] = frozenset()

    def __init__(self, suggester: Suggester) -> None:
        self._suggester = suggester

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :meth:`Suggester.suggest`."""
        return self._suggester.suggest(photo.findings)


class LearntWords:
    """See :class:`KeywordSource`. The person's own words, by the photos that have them."""

    name = "learnt"
    needs = frozenset({"features"})

    def __init__(self, learnt: Learnt) -> None:
        self._learnt = learnt

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :meth:`Learnt.suggest`."""
        network = photo.findings.networks.get(Task.CLASSIFY, "")
        return self._learnt.suggest(photo.findings.features, network)
