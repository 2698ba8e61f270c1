"""How well photos are named: the classifier's own classes, and the keywords a person would be shown."""

from __future__ import annotations

from phototagger.domain.findings import Findings, Task
from phototagger.domain.records import keyword_lineage, keyword_parents
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester
from phototagger.lab.measure.measure import Analysed
from phototagger.lab.measure.metrics import ranking_ap, reliability_error
from phototagger.lab.truth.ground_truth import GroundTruth


class ClassificationPart:
    """``top1``, ``top5``: share of photos whose labelled class is the best, or among the best five."""

    name = "classification"

    def __init__(self, truth: GroundTruth) -> None:
        self._truth = truth
        self._ranks: list[int | None] = []

    def add(self, photo: Analysed) -> None:
        label = self._truth.labels.get(photo.path)
        if label is not None:
            order = [entry.label for entry in photo.findings.labels[:5]]
            self._ranks.append(order.index(label) if label in order else None)

    def result(self) -> dict[str, float]:
        if not self._ranks:
            return {}
        count = len(self._ranks)
        return {
            "top1": sum(rank == 0 for rank in self._ranks) / count,
            "top5": sum(rank is not None for rank in self._ranks) / count,
        }


class KeywordsPart:
    """``precision``, ``recall`` and ``reliability_error`` of the suggestions at the suggester's strictness, and
    ``per_photo``, how many suggestions a photo got. ``judged`` suggestions and ``true_keywords`` looked for are
    what these rest on; a figure that rests on nothing is left out.

    True keywords of a photo are those of its labels and their parents. Ground truth rarely names everything in
    a photo, so not every suggestion can be judged. Right: one that is a true keyword, or a narrower one of
    an object's keyword that is true. Wrong: on a photo with a class label, any other that came from the
    classifier; on a photo with complete objects, any other on the branch of one of the object labels. All
    others are left out. What a person judged (``judged.csv``) comes before all that. A true keyword is
    recalled when it or a narrower one is suggested.

    Where the truth is the keywords in the files: right is one of the photo's, or a narrower one; wrong any other
    that another photo has (or that is narrower); all others are left out.

    ``map``: mean, over the keywords true of some photo, of the average precision when all photos that can be
    judged are ranked by that keyword's probability, whatever the strictness. A photo with complete objects can be
    judged on keywords of object labels and their parents, a photo with a class label on all other keywords.
    """

    name = "keywords"

    def __init__(self, truth: GroundTruth, suggester: Suggester) -> None:
        self._truth = truth
        self._suggester = suggester
        self._objects = {
            node.keyword
            for label in truth.object_labels
            if (node := suggester.vocabulary.of_label(label)) is not None
        }
        self._objects_and_parents = self._with_parents(self._objects)
        self._in_files = self._with_parents(set[str]().union(*truth.words.values()))
        self._scores: list[float] = []
        self._right: list[bool] = []
        self._recalled: list[bool] = []
        self._suggested: list[int] = []
        self._ranked: list[tuple[bool, bool, set[str], dict[str, float]]] = []
        self._precisions: dict[str, float] | None = None

    def add(self, photo: Analysed) -> None:
        true = self.true_keywords(photo)
        if true is None:
            return
        self._precisions = None
        suggestions = self._suggester.suggest(photo.findings)
        self._suggested.append(len(suggestions))
        labelled = photo.path in self._truth.labels or photo.path in self._truth.words
        kinds = labelled, photo.path in self._truth.objects
        self._ranked.append((*kinds, true, self._suggester.every_score(photo.findings)))
        for suggestion in suggestions:
            right = self._judge(photo, suggestion, true)
            if right is not None:
                self._scores.append(suggestion.score)
                self._right.append(right)
        covered = self._with_parents({suggestion.keyword for suggestion in suggestions})
        self._recalled += [keyword in covered for keyword in sorted(true) if self._usable(keyword)]

    def result(self) -> dict[str, float]:
        if not self._suggested:
            return {}
        figures: dict[str, float] = {}
        if self._right:
            figures["precision"] = sum(self._right) / len(self._right)
        if self._recalled:
            figures["recall"] = sum(self._recalled) / len(self._recalled)
        if self._right:
            figures["reliability_error"] = reliability_error(self._scores, self._right)
        figures["per_photo"] = sum(self._suggested) / len(self._suggested)
        if ranks := self.average_precisions():
            figures["map"] = sum(ranks.values()) / len(ranks)
        return {**figures, "judged": len(self._right), "true_keywords": len(self._recalled)}

    def average_precisions(self) -> dict[str, float]:
        """Average precision of every usable keyword that is true of a photo; see ``map`` above."""
        if self._precisions is None:
            self._precisions = self._average_precisions()
        return self._precisions

    def _average_precisions(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for keyword in filter(
            self._usable, sorted(set[str]().union(*(true for _, _, true, _ in self._ranked)))
        ):
            is_object = keyword in self._objects_and_parents
            judged = [
                (scores.get(keyword, 0.0), keyword in true)
                for labelled, boxed, true, scores in self._ranked
                if keyword in true or (boxed if is_object else labelled)
            ]
            ap = ranking_ap([score for score, _ in judged], [right for _, right in judged])
            if ap is not None:
                found[keyword] = ap
        return found

    def judge(self, photo: Analysed, suggestion: NewSuggestion) -> bool | None:
        """Whether a suggestion is right; None where the ground truth cannot tell."""
        true = self.true_keywords(photo)
        return None if true is None else self._judge(photo, suggestion, true)

    def true_keywords(self, photo: Analysed) -> set[str] | None:
        """Keywords of the photo's labels with their parents; None for a photo without ground truth for keywords."""
        labels: set[str] = set()
        if photo.path in self._truth.labels:
            labels.add(self._truth.labels[photo.path])
        if photo.path in self._truth.objects:
            labels.update(entry.label for entry in self._truth.objects[photo.path].objects)
        in_file = self._truth.words.get(photo.path, set())
        if (
            not labels
            and not in_file
            and not any(photo.path in known for known in (self._truth.objects, self._truth.judged))
        ):
            return None
        nodes = [self._suggester.vocabulary.of_label(label) for label in labels]
        return self._with_parents({*in_file, *(node.keyword for node in nodes if node is not None)})

    def _judge(self, photo: Analysed, suggestion: NewSuggestion, true: set[str]) -> bool | None:
        """Right, wrong, or None where the ground truth cannot tell."""
        keyword = suggestion.keyword
        judged = self._truth.judged.get(photo.path, {}).get(keyword)
        if judged is not None:
            return judged
        if photo.path in self._truth.words:
            parents = keyword_parents(keyword)
            if keyword in true or not self._truth.words[photo.path].isdisjoint(parents):
                return True
            return False if not self._in_files.isdisjoint((*parents, keyword)) else None
        above = [parent for parent in keyword_parents(keyword) if parent in self._objects]
        if keyword in true or (photo.path in self._truth.objects and any(parent in true for parent in above)):
            return True
        if photo.path in self._truth.labels and suggestion.network == _classifier(photo.findings):
            return False
        if photo.path in self._truth.objects and (above or keyword in self._objects_and_parents):
            return False
        return None

    def _usable(self, keyword: str) -> bool:
        node = self._suggester.vocabulary.of_keyword(keyword)
        return node is not None and node.usable

    @staticmethod
    def _with_parents(keywords: set[str]) -> set[str]:
        return {path for keyword in keywords for path in keyword_lineage(keyword)}


def _classifier(findings: Findings) -> str:
    return findings.networks.get(Task.CLASSIFY, "")
