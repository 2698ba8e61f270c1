"""The worst photos of an evaluation, and every keyword's tally, as one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
import html
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain import keyword_leaf, keyword_lineage, keyword_parents
from phototagger.jobs.measure import Analysed
from phototagger.jobs.measure_keywords import KeywordsPart
from phototagger.jobs.outputs import write_output
from phototagger.jobs.suggest import NewSuggestion, Suggester

MOST_PHOTOS = 60
REPORT_ENDINGS = (".html", ".htm")
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { max-width: 78rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
.photos { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
figure { margin: 0; border: 1px solid color-mix(in srgb, currentColor 18%, transparent); border-radius: 8px;
  overflow: hidden; }
img { display: block; width: 100%; height: 11rem; object-fit: cover; }
figcaption { padding: .6rem .75rem .75rem; overflow-wrap: anywhere; }
.name { font-size: .85rem; opacity: .7; }
.wrong { color: light-dark(#b3261e, #ff8a80); } .missed { color: light-dark(#8a5200, #ffb950); }
.right { color: light-dark(#1b6e3c, #7fd69b); }
table { border-collapse: collapse; } th, td { padding: .25rem 1rem .25rem 0; text-align: right; }
th:first-child, td:first-child { text-align: left; }
tr + tr { border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
"""


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
        write_output(path, self._html(dataset), REPORT_ENDINGS, "a report")

    def _html(self, dataset: Path) -> str:
        photos = "\n".join(map(_figure, self._worst))
        precisions = self._part.average_precisions()
        rows = sorted(self._tally.items(), key=lambda item: (-item[1]["wrong"], -item[1]["missed"], item[0]))
        table = "\n".join(
            f"<tr><td>{html.escape(keyword)}</td>"
            + "".join(f"<td>{tally[name]}</td>" for name in ("right", "wrong", "missed"))
            + (f"<td>{precisions[keyword]:.2f}</td></tr>" if keyword in precisions else "<td>–</td></tr>")
            for keyword, tally in rows
        )
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Worst photos</title>'
            f"<style>{_STYLE}</style></head><body>\n"
            f"<h1>Worst photos of {html.escape(dataset.name)}</h1>\n"
            f"<p>{len(self._worst)} of {self._photos} photos, worst first, at strictness "
            f"{html.escape(self._suggester.strictness)}. <span class=wrong>Wrong</span> was suggested and is not "
            "in the ground truth, <span class=missed>missed</span> is there and was not suggested. Look before you "
            "judge: ground truth seldom names everything in a photo.</p>\n"
            f'<div class="photos">\n{photos}\n</div>\n<h2>Keyword by keyword</h2>\n<table>'
            f"<tr><th>keyword</th><th>right</th><th>wrong</th><th>missed</th>"
            f"<th>average precision</th></tr>\n{table}\n</table>\n"
            "</body></html>\n"
        )


def _figure(verdict: Verdict) -> str:
    lines = [f'<div class="name">{html.escape(verdict.path.name)}</div>']
    for kind, found in (("wrong", verdict.wrong), ("right", verdict.right)):
        if found:
            words = ", ".join(f"{html.escape(keyword_leaf(f.keyword))} {f.score:.0%}" for f in found)
            lines.append(f'<div class="{kind}">{kind}: {words}</div>')
    if verdict.missed:
        words = ", ".join(html.escape(keyword_leaf(keyword)) for keyword in verdict.missed)
        lines.append(f'<div class="missed">missed: {words}</div>')
    picture = ""
    if verdict.thumbnail is not None:
        data = base64.b64encode(verdict.thumbnail).decode("ascii")
        picture = f'<img alt="{html.escape(verdict.path.name)}" src="data:image/jpeg;base64,{data}">'
    return f"<figure>{picture}<figcaption>{''.join(lines)}</figcaption></figure>"
