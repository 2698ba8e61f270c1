"""Keywords of networks that label photos beside the classifier, such as a person's own for birds. Pure."""

from __future__ import annotations

from phototagger.keywords.scoring.calibration import calibrated, least_score
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester
from phototagger.keywords.sources.source import PhotoContext

TASK = "labels"


class LabelWords:
    """See :class:`KeywordSource`. Each label by itself: these networks know one field each."""

    name = TASK
    needs: frozenset[str] = frozenset()  # not the classifier's labels, which that name is for

    def __init__(self, suggester: Suggester) -> None:
        self._suggester = suggester

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """The keywords of the labels that the strictness lets through, each by the most certain one."""
        best: dict[str, NewSuggestion] = {}
        least = least_score(photo.strictness)
        for name, labels in photo.findings.more.get(TASK, {}).items():
            network = photo.findings.networks.get(f"{TASK}:{name}", name)
            for label, raw in labels:
                node = self._suggester.vocabulary.of_label(label)
                score = calibrated(raw, network, self._suggester.worths)
                if node is None or not node.usable or score < least:
                    continue
                found = NewSuggestion(node.keyword, node.id, score, network)
                best[node.keyword] = max(best.get(node.keyword, found), found, key=lambda one: one.score)
        return list(best.values())
