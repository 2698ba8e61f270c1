"""All sources of suggestions together: networks, the person's examples, and facts; under the person's words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from phototagger.domain.findings import Findings, ObjectFinding, PhotoFacts, Task
from phototagger.keywords.examples.learnt import Learnt
from phototagger.keywords.rules import Rules
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester, people_faces
from phototagger.keywords.sources.activities import activity_words, landscape
from phototagger.keywords.sources.calendar import calendar_words
from phototagger.keywords.sources.everyday import Everyday
from phototagger.keywords.sources.facts import NETWORK as FACTS
from phototagger.keywords.sources.facts import fact_words, is_blank
from phototagger.keywords.sources.people import people_words
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.sources.texts import text_words
from phototagger.settings.declared import WordSettings

SEASON = "season|"


@dataclass(frozen=True, slots=True)
class Proposer:
    """What the analysis asks for suggestions. Pure: it holds the examples and words of the moment it was made."""

    suggester: Suggester
    learnt: Learnt = field(default_factory=Learnt)
    rules: Rules = field(default_factory=Rules)
    words: WordSettings = field(default_factory=WordSettings)
    gazetteer: Gazetteer | None = None
    everyday: Everyday | None = None

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]:
        """See :meth:`Suggester.sure_objects`."""
        return self.suggester.sure_objects(findings)

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]:
        """The keywords for one photo, surest first, none the parent of another, each at most once."""
        network = findings.networks.get(Task.CLASSIFY, "")
        if is_blank(facts):  # the networks see clouds in it
            findings = Findings(networks=findings.networks)
        found = [*self.suggester.suggest(findings), *self.learnt.suggest(findings.features, network)]
        found += self._seen_together(findings, facts)
        if findings.text:
            found += text_words(findings.text, findings.networks.get(Task.TEXT, "facts@1"), facts, self.words)
        if facts is not None and self.gazetteer is not None:
            found += self.rules.shown(fact_words(facts, self.words, self.gazetteer))
        if facts is not None:
            words = [word.keyword for word in found]
            people = replace(findings, faces=people_faces(findings))
            found += self.rules.shown(calendar_words(people, facts, words, self.words))
        return self.rules.apply(_of_one_season(found))

    def _seen_together(self, findings: Findings, facts: PhotoFacts | None) -> list[NewSuggestion]:
        """What boxes, faces and classes say together."""
        strictness = self.suggester.strictness
        people = replace(findings, faces=people_faces(findings))
        found = people_words(people, facts, self.words, strictness) + activity_words(people, strictness)
        if self.everyday is not None:
            found += self.everyday.suggest(findings, strictness)
            found += landscape(people, {word.keyword for word in found}, strictness)
        return self.rules.shown(found)


def _of_one_season(found: list[NewSuggestion]) -> list[NewSuggestion]:
    """Where the date tells the season, snow and beaches do not."""
    by_date = any(word.network == FACTS and word.keyword.startswith(SEASON) for word in found)
    return [
        word for word in found if not (by_date and word.network != FACTS and word.keyword.startswith(SEASON))
    ]
