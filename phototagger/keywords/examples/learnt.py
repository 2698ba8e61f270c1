"""What was learnt from the person's photos, and the keywords it suggests for one photo. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phototagger.keywords.examples.prototypes import Prototype, centred, unpacked_features
from phototagger.keywords.scoring.suggest import NewSuggestion

if TYPE_CHECKING:
    from phototagger.keywords.examples.prototypes import Vectors

EXAMPLES = "examples@1"


@dataclass(frozen=True, slots=True)
class Learnt:
    """Prototypes of one state of the catalog, with the mean they were made round and the classifier's name."""

    prototypes: tuple[Prototype, ...] = ()
    mean: Vectors | None = None
    network: str = ""

    def suggest(self, features: bytes | None, network: str) -> list[NewSuggestion]:
        """The learnt keywords for one photo, by features of that network."""
        if features is None or self.mean is None or network != self.network or not self.prototypes:
            return []
        vectors = unpacked_features([features])
        if vectors.shape[1:] != self.mean.shape:
            return []
        found = []
        points = centred(vectors, self.mean)
        for prototype in self.prototypes:
            score = float(prototype.probabilities(points)[0])
            if score >= prototype.threshold:
                found.append(NewSuggestion(prototype.keyword, label_of(prototype.keyword), score, EXAMPLES))
        return found


def label_of(keyword: str) -> str:
    """The id of a keyword of the person's own."""
    return f"own:{keyword}"
