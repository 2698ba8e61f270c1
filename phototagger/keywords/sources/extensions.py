"""Keyword sources of installed extensions: asked like ours, but nothing that they do ends the others' work."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace

from phototagger.domain.records import keyword_leaf
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.sources.source import KeywordSource, PhotoContext
from phototagger.specs.extensions import KEYWORD_SOURCES, Problem, extensions, unusable

__all__ = ["OfOthers", "sources_of_others"]

_log = logging.getLogger(__name__)
_LONGEST = 200  # letters of a keyword


class OfOthers:
    """A source that an extension brought. After its first fault it is left alone until the next start.

    Args:
        source: What the extension made.
        package: What brought it.
        tell: Is given the fault.
    """

    def __init__(self, source: KeywordSource, package: str, tell: Callable[[Problem], None]) -> None:
        self.name = str(source.name)
        self.needs = frozenset(map(str, source.needs))
        self._source = source
        self._package = package
        self._tell = tell
        self._failed = False

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :class:`KeywordSource`."""
        if self._failed:
            return []
        try:
            return [self._checked(found) for found in self._source.suggest(photo)]
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others: the photo keeps the words of all other sources
            self._failed = True
            _log.warning("the keyword source %s of %s failed", self.name, self._package, exc_info=True)
            self._tell(unusable(self._package, error))
            return []

    def _checked(self, found: NewSuggestion) -> NewSuggestion:
        """The suggestion as the catalog takes it. Raises ValueError, TypeError."""
        if not isinstance(found, NewSuggestion):
            raise TypeError(f"{self.name} suggested {type(found).__name__}, not NewSuggestion")
        parts = [part.strip() for part in str(found.keyword).split("|")]
        if not all(parts) or not found.keyword.isprintable() or len(found.keyword) > _LONGEST:
            raise ValueError(f"{self.name} suggested {found.keyword[:_LONGEST]!r}, which is no keyword")
        score = float(found.score)
        if not (math.isfinite(score) and 0.0 <= score <= 1.0):
            raise ValueError(
                f"{self.name} gave {keyword_leaf(found.keyword)!r} the score {score}, not 0 to 1"
            )
        label = str(found.label) or f"{self.name}:{found.keyword}"
        return replace(
            found, keyword="|".join(parts), label=label, score=score, network=str(found.network) or self.name
        )


def sources_of_others(tell: Callable[[Problem], None]) -> tuple[OfOthers, ...]:
    """The sources of all installed extensions, each made once. What cannot be made is told."""
    found, problems = extensions(KEYWORD_SOURCES)
    made: list[OfOthers] = []
    for extension in found:
        try:
            made.append(OfOthers(extension.value(), extension.package, tell))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others
            _log.warning("the keyword source %s cannot be made", extension.name, exc_info=True)
            problems.append(unusable(extension.package, error))
    for problem in problems:
        tell(problem)
    return tuple(made)
