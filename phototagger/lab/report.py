"""The worst photos of an evaluation, and every keyword's tally, as one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain.records import keyword_leaf, keyword_lineage, keyword_parents
from phototagger.domain.sentences import said
from phototagger.files.outputs import write_output
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester
from phototagger.lab.measure.keywords import KeywordsPart
from phototagger.lab.measure.measure import Analysed
from phototagger.settings.locations import resources_folder

MOST_PHOTOS = 60
REPORT_ENDINGS = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one photo's keywords. ``unsure``: suggestions that the ground truth cannot judge."""

    path: Path
    thumbnail: bytes | None
    right: tuple[NewSuggestion, ...]
    wrong: tuple[NewSuggestion, ...]
    unsure: tuple[NewSuggestion, ...]
    missed: tuple[str, ...]

    @property
    def badness(self) -> float:
        """Sure wrong words count most, then unsure wrong ones, then missing ones."""
        return sum(1.0 + found.score for found in self.wrong) + 0.5 * len(self.missed)


class WorstPhotos:
    """Collects verdicts as an evaluation goes on; thumbnails of the worst only are kept. ``part`` must be shown the
    same photos: the table has its average precisions."""

    def __init__(self, part: KeywordsPart, suggester: Suggester) -> None:
        self._part = part
        self._suggester = suggester
        self._worst: list[Verdict] = []
        self._tally: dict[str, Counter[str]] = {}
        self._photos = 0

    def add(self, photo: Analysed, thumbnail: bytes | None) -> None:
        true = self._part.true_keywords(photo)
        if true is None:
            return
        judged = [
            (found, self._part.judge(photo, found)) for found in self._suggester.suggest(photo.findings)
        ]
        covered = {path for found, _ in judged for path in keyword_lineage(found.keyword)}
        usable = set(self._suggester.vocabulary.keywords())
        deepest = (true & usable) - {parent for keyword in true for parent in keyword_parents(keyword)}
        verdict = Verdict(
            photo.path,
            thumbnail,
            tuple(found for found, right in judged if right),
            tuple(found for found, right in judged if right is False),
            tuple(found for found, right in judged if right is None),
            tuple(sorted(deepest - covered)),
        )
        self._photos += 1
        for name, keywords in (
            ("right", [found.keyword for found in verdict.right]),
            ("wrong", [found.keyword for found in verdict.wrong]),
            ("missed", verdict.missed),
        ):
            for keyword in keywords:
                self._tally.setdefault(keyword, Counter())[name] += 1
        if verdict.badness:
            self._worst = sorted([*self._worst, verdict], key=lambda entry: -entry.badness)[:MOST_PHOTOS]

    def write(self, path: Path, dataset: Path) -> None:
        """Writes the report. Raises UsageError when the file is no ``.html`` file or cannot be written."""
        write_output(
            path,
            self._html(dataset),
            REPORT_ENDINGS,
            said("a report"),
        )

    def _html(self, dataset: Path) -> str:
        # Only this page needs it.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        page = Environment(
            loader=FileSystemLoader(resources_folder() / "report"),
            autoescape=True,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
        )
        page.filters["leaf"] = keyword_leaf
        page.filters["base64"] = lambda content: base64.b64encode(content).decode("ascii")
        return page.get_template("worst_photos.html.jinja").render(
            dataset=dataset.name,
            worst=self._worst,
            photos=self._photos,
            strictness=self._suggester.strictness,
            rows=sorted(
                self._tally.items(), key=lambda item: (-item[1]["wrong"], -item[1]["missed"], item[0])
            ),
            precisions=self._part.average_precisions(),
        )
