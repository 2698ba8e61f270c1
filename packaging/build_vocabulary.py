"""Builds ``resources/vocabulary/keywords.csv`` from the hand-made overlay, the networks' classes and WordNet.

The overlay (``packaging/vocabulary_overlay.csv``) says which everyday keyword each class stands for; it is
edited by hand, one row a class: keyword path, label, id where WordNet's is not found by rule, ``no`` under
``use`` for what is never suggested, a threshold at normal strictness, synonyms split by ``;``, and the class's
raw name for the reader. A row without a label speaks of the keyword itself. WordNet 3.0 (Debian's
``wordnet-base``) gives every keyword an id that outlives rewording, and a second opinion: ``--review`` prints
each keyword whose place in the tree WordNet does not share. ``packaging/vocabulary_translations.csv`` has the words
in other languages, made by hand and by name; they become ``translations.csv``, by id.

    python packaging/build_vocabulary.py [--wordnet /usr/share/wordnet/data.noun] [--check] [--review]

``--check`` writes nothing and exits with 1 when the file is not what would be written.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OVERLAY = ROOT / "packaging" / "vocabulary_overlay.csv"
TRANSLATIONS = ROOT / "packaging" / "vocabulary_translations.csv"
VOCABULARY = ROOT / "resources" / "vocabulary"
LANGUAGES = ("de", "fr", "es", "zh")
NETWORKS = ("imagenet1k.csv", "coco80.csv")
COLUMNS = ("id", "keyword", "labels", "use", "threshold", "synonyms")
MAXIMUM_DEPTH = 4
MAXIMUM_ROOTS = 16
ALLOWED = re.compile(r"[A-Za-z][A-Za-z' -]*[A-Za-z]")


@dataclass
class Draft:
    """One keyword on its way into the list."""

    keyword: str
    labels: list[str] = field(default_factory=list)
    use: str = ""
    threshold: str = ""
    synonyms: list[str] = field(default_factory=list)
    id: str = ""

    @property
    def word(self) -> str:
        return self.keyword.rsplit("|", 1)[-1]


class WordNet:
    """The nouns of WordNet 3.0: words of a synset, synsets of a word (commonest sense first), hypernyms."""

    def __init__(self, data_noun: Path) -> None:
        self.words: dict[str, list[str]] = {}
        self._parents: dict[str, list[str]] = {}
        self._of_word: dict[str, list[str]] = {}
        for line in data_noun.read_text(encoding="ascii").splitlines():
            if not line.startswith("  "):
                self._take(line.split(" | ", 1)[0].split())
        for line in data_noun.with_name("index.noun").read_text(encoding="ascii").splitlines():
            if not line.startswith("  "):
                parts = line.split()
                self._of_word[parts[0].replace("_", " ")] = parts[-int(parts[2]) :]

    def _take(self, parts: list[str]) -> None:
        """One synset line, see wndb(5WN): offset, file, type, word count in hex, words, pointers."""
        offset, count = parts[0], int(parts[3], 16)
        self.words[offset] = [parts[4 + 2 * place].replace("_", " ") for place in range(count)]
        pointers = parts[5 + 2 * count :]
        self._parents[offset] = [
            pointers[place + 1] for place in range(0, len(pointers) - 3, 4) if pointers[place] in ("@", "@i")
        ]

    def senses(self, word: str) -> list[str]:
        return self._of_word.get(word.casefold(), [])

    def ancestors(self, offset: str) -> set[str]:
        """The synset itself and everything above it."""
        found: set[str] = set()
        todo = [offset]
        while todo:
            here = todo.pop()
            if here not in found:
                found.add(here)
                todo += self._parents.get(here, [])
        return found


def read_overlay(path: Path) -> dict[str, Draft]:
    """Keyword -> draft, parents that have no row of their own included."""
    drafts: dict[str, Draft] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts = row["keyword"].split("|")
            for depth in range(1, len(parts) + 1):
                drafts.setdefault("|".join(parts[:depth]), Draft("|".join(parts[:depth])))
            draft = drafts[row["keyword"]]
            draft.labels += [row["label"]] if row["label"] else []
            draft.id = row["id"] or draft.id
            draft.use = row["use"] or draft.use
            draft.threshold = row["threshold"] or draft.threshold
            draft.synonyms += [word.strip() for word in row["synonyms"].split(";") if word.strip()]
    return dict(sorted(drafts.items(), key=lambda item: item[0].casefold().split("|")))


def network_labels() -> set[str]:
    labels: set[str] = set()
    for name in NETWORKS:
        with (VOCABULARY / name).open(encoding="utf-8", newline="") as file:
            labels |= {row["label"] for row in csv.DictReader(file)}
    return labels


def faults(drafts: dict[str, Draft], labels: set[str]) -> list[str]:
    """What is wrong with the overlay, one sentence each."""
    found: list[str] = []
    counts = Counter(label for draft in drafts.values() for label in draft.labels)
    found += [f"{label} has no keyword" for label in sorted(labels - counts.keys())]
    found += [f"{label} is no network's label" for label in sorted(counts.keys() - labels)]
    found += [f"{label} has {count} keywords" for label, count in counts.items() if count > 1]
    folded = Counter(keyword.casefold() for keyword in drafts)
    found += [f"{keyword} stands there twice" for keyword, count in folded.items() if count > 1]
    for keyword, draft in drafts.items():
        if not ALLOWED.fullmatch(draft.word):
            found.append(f"{keyword} has characters that are not allowed")
        if keyword.count("|") >= MAXIMUM_DEPTH:
            found.append(f"{keyword} is deeper than {MAXIMUM_DEPTH}")
    roots = {keyword.split("|")[0] for keyword in drafts}
    if len(roots) > MAXIMUM_ROOTS:
        found.append(f"{len(roots)} roots, more than {MAXIMUM_ROOTS}")
    return found


def set_ids(drafts: dict[str, Draft], wordnet: WordNet) -> None:
    """Gives each keyword the WordNet sense that its classes are kinds of, else its own class, else a made id."""
    above: dict[str, set[str]] = {}
    below: defaultdict[str, set[str]] = defaultdict(set)
    for keyword, draft in drafts.items():
        synsets = {label[3:] for label in draft.labels if label.startswith("wn:")}
        parts = keyword.split("|")
        for depth in range(1, len(parts) + 1):
            below["|".join(parts[:depth])] |= synsets
        above.update((synset, wordnet.ancestors(synset)) for synset in synsets)
    taken = {draft.id for draft in drafts.values() if draft.id}
    for keyword, draft in drafts.items():
        if draft.id:
            continue
        senses = wordnet.senses(draft.word)
        cover = {sense: sum(sense in above[synset] for synset in below[keyword]) for sense in senses}
        best = max(senses, key=lambda sense: cover[sense], default="")
        own = next((label for label in draft.labels if label.startswith("wn:")), "")
        if best and below[keyword] and 2 * cover[best] >= len(below[keyword]):
            draft.id = f"wn:{best}"
        elif not below[keyword]:
            draft.id = _sense_under(senses, drafts, keyword, wordnet)
        if not draft.id or draft.id in taken:
            made = "pt:" + keyword.casefold().replace(" ", "-").replace("|", "/")
            draft.id = own if own and own not in taken else made
        taken.add(draft.id)


def _sense_under(senses: Iterable[str], drafts: dict[str, Draft], keyword: str, wordnet: WordNet) -> str:
    """For a keyword without a WordNet class: the commonest sense that is a kind of its parent; "" if none."""
    parent = drafts[keyword.rsplit("|", 1)[0]].id.removeprefix("wn:")
    return next((f"wn:{sense}" for sense in senses if parent in wordnet.ancestors(sense)), "")


def review(drafts: dict[str, Draft], wordnet: WordNet) -> list[str]:
    """Keywords that WordNet would not put below their parent, for a person to look at."""
    lines: list[str] = []
    for keyword, draft in drafts.items():
        parent = drafts.get(keyword.rsplit("|", 1)[0])
        if parent is None or parent is draft:
            continue
        if not (draft.id.startswith("wn:") and parent.id.startswith("wn:")):
            lines.append(f"{keyword}  ({draft.id} below {parent.id})")
        elif parent.id[3:] not in wordnet.ancestors(draft.id[3:]):
            lines.append(f"{keyword}  ({', '.join(wordnet.words[draft.id[3:]])})")
    return lines


def as_csv(drafts: dict[str, Draft]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for draft in drafts.values():
        labels = " ".join(draft.labels)
        synonyms = "; ".join(draft.synonyms)
        writer.writerow((draft.id, draft.keyword, labels, draft.use, draft.threshold, synonyms))
    return text.getvalue()


def translations(drafts: dict[str, Draft]) -> tuple[str, list[str]]:
    """The words in other languages as CSV by id, and what is wrong with them, one sentence each."""
    with TRANSLATIONS.open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    names = {draft.word for draft in drafts.values()}
    wrong = [f"{name} has no translation" for name in sorted(names - rows.keys())]
    wrong += [f"{name} is translated but is no keyword" for name in sorted(rows.keys() - names)]
    for language in LANGUAGES:
        counts = Counter(row[language].casefold() for row in rows.values())
        wrong += [f"{word!r} stands for {n} keywords in {language}" for word, n in counts.items() if n > 1]
        wrong += [f"{name} has no word in {language}" for name, row in rows.items() if not row[language]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", *LANGUAGES))
    for draft in drafts.values():
        if row := rows.get(draft.word):
            writer.writerow((draft.id, *(row[language] for language in LANGUAGES)))
    return text.getvalue(), wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet/data.noun"))
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if the file is not up to date")
    parser.add_argument("--review", action="store_true", help="print where WordNet sees the tree otherwise")
    options = parser.parse_args()
    if not options.wordnet.is_file():
        print(
            f"{options.wordnet} is not there; install it with: apt-get install wordnet-base", file=sys.stderr
        )
        return 2
    drafts = read_overlay(OVERLAY)
    if wrong := faults(drafts, network_labels()):
        print("\n".join(wrong), file=sys.stderr)
        return 2
    wordnet = WordNet(options.wordnet)
    set_ids(drafts, wordnet)
    if options.review:
        print("\n".join(review(drafts, wordnet)))
    translated, wrong = translations(drafts)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    files = {VOCABULARY / "keywords.csv": as_csv(drafts), VOCABULARY / "translations.csv": translated}
    if options.check:
        return int(any(not path.is_file() or path.read_text("utf-8") != text for path, text in files.items()))
    for path, text in files.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.relative_to(ROOT)}: {len(drafts)} keywords")
    return 0


if __name__ == "__main__":
    sys.exit(main())
