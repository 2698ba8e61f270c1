"""All sources of suggestions together: networks, the person's examples, and facts; under the person's words."""

from __future__ import annotations

from dataclasses import dataclass, field

from phototagger.domain import keyword_lineage
from phototagger.findings import Findings, ObjectFinding, PhotoFacts, Task
from phototagger.jobs.fact_words import fact_words
from phototagger.jobs.learn import Learnt
from phototagger.jobs.places import Gazetteer
from phototagger.jobs.suggest import NewSuggestion, Suggester
from phototagger.jobs.text_words import text_words
from phototagger.jobs.words import Rules
from phototagger.settings import WordSettings


@dataclass(frozen=True, slots=True)
class Proposer:
    """What the analysis asks for suggestions. Pure: it holds the examples and words of the moment it was made."""

    suggester: Suggester
    learnt: Learnt = field(default_factory=Learnt)
    rules: Rules = field(default_factory=Rules)
    words: WordSettings = field(default_factory=WordSettings)
    gazetteer: Gazetteer | None = None

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]:
        """See :meth:`Suggester.sure_objects`."""
        return self.suggester.sure_objects(findings)

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]:
        """The keywords for one photo, surest first, none the parent of another, each at most once."""
        network = findings.networks.get(Task.CLASSIFY, "")
        found = [*self.suggester.suggest(findings), *self.learnt.suggest(findings.features, network)]
        if findings.text:
            found += text_words(findings.text, findings.networks.get(Task.TEXT, "facts@1"), facts, self.words)
        if facts is not None and self.gazetteer is not None:
            hidden = self.rules.hidden
            found += [
                word
                for word in fact_words(facts, self.words, self.gazetteer)
                if hidden.isdisjoint(keyword_lineage(word.keyword))
            ]
        return self.rules.apply(found)
