"""What every source of keywords is: a name, what it needs of a photo, and the words it suggests for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from phototagger.domain.findings import Findings, PhotoFacts
from phototagger.keywords.scoring.suggest import NewSuggestion, people_faces
from phototagger.settings.declared import WordSettings

__all__ = ["KeywordSource", "PhotoContext", "PhotoPlace", "asked"]


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where a photo's file lies. ``root``: the folder that was added; ``album``: how many files beside it are
    called by each word."""

    path: Path
    root: Path
    album: Mapping[str, int]


@dataclass(frozen=True)
class PhotoContext:
    """What is known of a photo when it is asked for keywords. ``found``: what the sources before said of it, in
    English; ``strictness``: strict, normal or eager; ``place``: only where folders are asked, for what they say is
    offered for all their photos at once, under names as people write them."""

    findings: Findings
    facts: PhotoFacts | None
    switches: WordSettings
    strictness: str
    found: Sequence[NewSuggestion] = ()
    place: PhotoPlace | None = None

    @cached_property
    def people(self) -> Findings:
        """The findings with no faces but those of people: a dog's or a doll's is none."""
        return replace(self.findings, faces=people_faces(self.findings))

    @property
    def words(self) -> list[str]:
        """The keywords that were found so far."""
        return [one.keyword for one in self.found]

    def has(self, need: str) -> bool:
        """Is this there? ``facts``; ``labels``, ``objects``, ``faces``, ``text`` or ``features`` of the findings;
        ``place``; or what a task of others found, by its name."""
        if need in ("facts", "place"):
            return getattr(self, need) is not None
        if need in ("labels", "objects", "faces", "text", "features"):
            return bool(getattr(self.findings, need))
        return need in self.findings.more


class KeywordSource(Protocol):
    """One thing that tells keywords. Pure: it opens neither photo nor catalog.

    ``needs``: names as :meth:`PhotoContext.has` takes them; a photo without one of these is not asked for. Keywords
    are paths of the English tree (``animal|dog``); people's own names for them, what they hide, and words that
    stand above another one are seen to afterwards.
    """

    @property
    def name(self) -> str: ...
    @property
    def needs(self) -> frozenset[str]: ...
    def suggest(self, photo: PhotoContext) -> Iterable[NewSuggestion]: ...


def asked(source: KeywordSource, photo: PhotoContext) -> list[NewSuggestion]:
    """What a source says of a photo; nothing where that has not what it needs."""
    return list(source.suggest(photo)) if all(map(photo.has, source.needs)) else []
