"""How much of what people would want said of a photo is said, and how much else."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from phototagger.keywords.propose import Proposer
from phototagger.lab.measure.measure import Analysed
from phototagger.lab.truth.wanted import WantedTruth, WantedWords

# Names of branches that only hold others together: no person would say or miss them.
STRUCTURE = ("object", "look", "place", "location", "season", "time of day")


class WantedPart:
    """``recall``: share of the must-words that are said, the mean over photos; ``recall_overall``: of all of them;
    ``recall_KIND`` of those of a kind. ``precision_strict``: share of the said words that are wanted or welcome,
    words in no list counted as wrong; ``precision_best``: counted as right. ``words_a_photo``, ``without_words``
    (photos) and ``photos`` are counts. Every level of a keyword's path counts as said, but for ``STRUCTURE``."""

    name = "wanted"

    def __init__(self, truth: WantedTruth, proposer: Proposer) -> None:
        self._truth = truth
        self._proposer = proposer
        self._structure = {truth.key(word) for word in STRUCTURE}
        self._wanted: Counter[str] = Counter()  # must-words by kind
        self._met: Counter[str] = Counter()
        self._recalls: list[float] = []
        self._words: list[int] = []
        self._good = self._open = 0
        self._to_judge: list[tuple[Path, str]] = []

    def photos(self) -> list[Path]:
        """All that have a list, sorted."""
        return sorted(self._truth.photos)

    def add(self, photo: Analysed) -> None:
        wanted = self._truth.photos.get(photo.path)
        if wanted is None:
            return
        found = self._proposer.suggest(photo.findings, photo.facts)
        self._take(photo.path, wanted, [suggestion.keyword for suggestion in found])

    def _take(self, path: Path, wanted: WantedWords, keywords: Iterable[str]) -> None:
        said = self._truth.said(keywords)
        for key in self._structure:
            said.pop(key, None)
        met = wanted.must & said.keys()
        self._recalls.append(len(met) / len(wanted.must) if wanted.must else 1.0)
        self._wanted.update(self._kind(key) for key in wanted.must)
        self._met.update(self._kind(key) for key in met)
        self._words.append(len(said))
        welcome = wanted.must | wanted.fine
        welcome |= self._truth.broader(welcome) - wanted.never
        for key, word in said.items():
            if key in welcome or wanted.judged.get(key, False):
                self._good += 1
            elif key not in wanted.never and key not in wanted.judged:
                self._open += 1
                self._to_judge.append((path, word))

    def _kind(self, key: str) -> str:
        return self._truth.kinds.get(key, "other")

    def result(self) -> dict[str, float]:
        if not self._recalls:
            return {}
        words = sum(self._words)
        figures = {
            "recall": sum(self._recalls) / len(self._recalls),
            "recall_overall": _share(self._met.total(), self._wanted.total()),
            "precision_strict": _share(self._good, words),
            "precision_best": _share(self._good + self._open, words),
            "words_a_photo": words / len(self._words),
            "without_words": float(self._words.count(0)),
            "photos": float(len(self._words)),
        }
        for kind, count in sorted(self._wanted.items()):
            figures[f"recall_{kind.replace('/', '_').replace(' ', '_')}"] = self._met[kind] / count
        return figures

    def to_judge(self, dataset: Path) -> str:
        """The said words that are in no list, as the text of a ``judged.csv`` whose verdicts a person fills in."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("file", "word", "verdict"))
        for path, word in self._to_judge:
            rows.writerow((path.relative_to(dataset).as_posix(), word, ""))
        return text.getvalue()


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
