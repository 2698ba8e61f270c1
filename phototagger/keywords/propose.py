"""All sources of suggestions together, under the person's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from phototagger.domain.findings import Findings, ObjectFinding, PhotoFacts
from phototagger.domain.records import keyword_lineage
from phototagger.keywords.examples.learnt import Learnt
from phototagger.keywords.registry import Parts, keyword_sources
from phototagger.keywords.rules import Rules
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester
from phototagger.keywords.sources.everyday import Everyday
from phototagger.keywords.sources.facts import FACTS as FACTS
from phototagger.keywords.sources.facts import is_blank
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.sources.source import KeywordSource, PhotoContext, asked
from phototagger.settings.declared import WordSettings

SEASON = "season|"
OWN = "own:"  # what labels of the person's own words begin with: they are not hidden as the program's are


@dataclass(frozen=True, slots=True)
class Proposer:
    """What the analysis asks for suggestions. Pure: it holds the examples and words of the moment it was made.
    ``further``: keyword sources of extensions."""

    suggester: Suggester
    learnt: Learnt = field(default_factory=Learnt)
    rules: Rules = field(default_factory=Rules)
    words: WordSettings = field(default_factory=WordSettings)
    gazetteer: Gazetteer | None = None
    everyday: Everyday | None = None
    further: Sequence[KeywordSource] = ()

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]:
        """See :meth:`Suggester.sure_objects`."""
        return self.suggester.sure_objects(findings)

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]:
        """The keywords for one photo, surest first, none the parent of another, each at most once."""
        if is_blank(facts):  # the networks see clouds in it
            findings = Findings(networks=findings.networks)
        parts = Parts(self.suggester, self.learnt, self.gazetteer, self.everyday, self.further)
        hidden = self.rules.hidden
        found: list[NewSuggestion] = []
        photo = PhotoContext(findings, facts, self.words, self.suggester.strictness, found)
        for source in keyword_sources(parts):
            found += [one for one in asked(source, photo) if _is_shown(one, hidden)]
        return self.rules.apply(_of_one_season(found))


def _is_shown(found: NewSuggestion, hidden: frozenset[str]) -> bool:
    return found.label.startswith(OWN) or hidden.isdisjoint(keyword_lineage(found.keyword))


def _of_one_season(found: list[NewSuggestion]) -> list[NewSuggestion]:
    """Where the date tells the season, snow and beaches do not."""
    by_date = any(word.network == FACTS and word.keyword.startswith(SEASON) for word in found)
    return [
        word for word in found if not (by_date and word.network != FACTS and word.keyword.startswith(SEASON))
    ]
