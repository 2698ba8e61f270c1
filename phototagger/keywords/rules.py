"""What the program's keywords are called instead, or that they are hidden. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from phototagger.domain.records import KEYWORD_SEPARATOR, keyword_lineage, keyword_parents
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.tree.translate import translated


@dataclass(frozen=True, slots=True)
class Rules:
    """Keyword of the program -> what it is called instead (with all below it), or None where it is hidden."""

    targets: Mapping[str, str | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # of all keywords, in another language

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(keyword for keyword, target in self.targets.items() if target is None)

    def shown(self, suggestions: Iterable[NewSuggestion]) -> list[NewSuggestion]:
        """Those that neither are hidden nor stand below what is."""
        return [found for found in suggestions if self.hidden.isdisjoint(keyword_lineage(found.keyword))]

    def renamed(self, keyword: str) -> str:
        """The keyword under its own name: by the rule for it, or else for the nearest of its parents. What stands
        below that, or all where there is no rule, is in the language."""
        here = translated(keyword, self.names)
        for path in reversed(keyword_lineage(keyword)):
            target = self.targets.get(path)
            if target is not None:
                below = here.split(KEYWORD_SEPARATOR)[path.count(KEYWORD_SEPARATOR) + 1 :]
                return KEYWORD_SEPARATOR.join((target, *below))
        return here

    def apply(self, suggestions: Iterable[NewSuggestion]) -> list[NewSuggestion]:
        """Under their own names, each once, the most certain first, none the parent of another."""
        best: dict[str, NewSuggestion] = {}
        for found in suggestions:
            named = replace(found, keyword=self.renamed(found.keyword))
            if named.keyword not in best or best[named.keyword].score < named.score:
                best[named.keyword] = named
        covered = {parent for keyword in best for parent in keyword_parents(keyword)}
        kept = [found for keyword, found in best.items() if keyword not in covered]
        return sorted(kept, key=lambda found: (-found.score, found.keyword))
