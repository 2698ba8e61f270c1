"""All sources of suggestions together: networks and the person's examples, under the person's own words."""

from __future__ import annotations

from dataclasses import dataclass, field

from phototagger.domain import Findings, ObjectFinding, PhotoFacts, Task
from phototagger.jobs.learn import Learnt
from phototagger.jobs.suggest import NewSuggestion, Suggester
from phototagger.jobs.words import Rules


@dataclass(frozen=True, slots=True)
class Proposer:
    """What the analysis asks for suggestions. Pure: it holds the examples and words of the moment it was made."""

    suggester: Suggester
    learnt: Learnt = field(default_factory=Learnt)
    rules: Rules = field(default_factory=Rules)

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]:
        """See :meth:`Suggester.sure_objects`."""
        return self.suggester.sure_objects(findings)

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]:
        """The keywords for one photo, surest first, none the parent of another, each at most once."""
        network = findings.networks.get(Task.CLASSIFY, "")
        found = [*self.suggester.suggest(findings), *self.learnt.suggest(findings.features, network)]
        return self.rules.apply(found)
