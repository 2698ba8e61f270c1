"""What people would want said of photos: lists made by eye, without a look at any program's words.

``wanted.csv`` has a row a photo: ``file``, and words joined by ``;`` that nearly everybody would want (``must``),
that are welcome (``fine``) and that are wrong (``never``). It lies with the photos, or, for photos in
``FOLDER/NAME``, in ``FOLDER/wanted/NAME``. Beside it, or one folder up, may lie:

==============  ======================================================================================
synonyms.csv    canonical, synonym: words of one meaning
kinds.csv       word, kind: ``animal``, ``scene/place``, ...
broader.csv     word, broader: what is said as well by a wanted word, and so is welcome
judged.csv      file, word, verdict (``fine`` or ``wrong``): of words in no list, judged later
==============  ======================================================================================
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR
from phototagger.domain.sentences import said

FILE_NAME = "wanted.csv"
# Plurals that no rule makes of their singular.
_ODD_PLURALS = {
    "men": "man", "women": "woman", "children": "child", "people": "people", "leaves": "leaf", "knives": "knife",
    "shelves": "shelf", "bookshelves": "bookshelf", "wolves": "wolf", "loaves": "loaf", "calves": "calf",
    "scarves": "scarf", "wives": "wife", "feet": "foot", "teeth": "tooth", "geese": "goose", "mice": "mouse",
    "skis": "ski", "taxis": "taxi", "movies": "movie", "cookies": "cookie", "selfies": "selfie", "pies": "pie",
    "ties": "tie", "hoodies": "hoodie", "shoes": "shoe", "canoes": "canoe", "horses": "horse", "houses": "house",
    "roses": "rose", "noses": "nose", "axes": "axe", "glasses": "glasses", "sunglasses": "sunglasses",
    "species": "species", "series": "series", "lens": "lens", "news": "news", "fries": "fries", "jeans": "jeans",
    "headphones": "headphones", "buses": "bus", "businesses": "business", "christmas": "christmas",
}  # fmt: skip
_ES_ENDINGS = ("ches", "shes", "xes", "sses", "zzes", "oes")


@dataclass(frozen=True, slots=True)
class WantedWords:
    """The keys of one photo's words; a word is in one of the sets at most."""

    must: frozenset[str]
    fine: frozenset[str]
    never: frozenset[str]
    judged: dict[str, bool] = field(default_factory=dict)  # key to whether it is fine


@dataclass(slots=True)
class WantedTruth:
    """The lists, by absolute path of the photo, and what their words mean."""

    photos: dict[Path, WantedWords] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # key to a word as it is written
    _synonyms: dict[str, str] = field(default_factory=dict)
    _broader: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def key(self, word: str) -> str:
        """What all spellings and synonyms of a word have in common."""
        folded = fold_word(word)
        return self._synonyms.get(folded, folded)

    def broader(self, keys: Iterable[str]) -> set[str]:
        """Everything that is said as well where these are, at any remove."""
        found: set[str] = set()
        waiting = list(keys)
        while waiting:
            for key in self._broader.get(waiting.pop(), ()):
                if key not in found:
                    found.add(key)
                    waiting.append(key)
        return found

    def said(self, keywords: Iterable[str]) -> dict[str, str]:
        """Key to word of every level of these keywords' paths, each once, in order."""
        levels = (level for path in keywords for level in path.split(KEYWORD_SEPARATOR))
        return {self.key(level): level for level in reversed([*levels])}


def fold_word(text: str) -> str:
    """A word without capitals, accents, blanks, hyphens and what is in brackets, its last part in the singular."""
    plain = unicodedata.normalize("NFKD", text).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"\([^)]*\)", " ", plain)
    plain = re.sub(r"[’'`]s\b", "s", plain)
    parts = re.sub(r"[^0-9a-z&]+", " ", plain).split()
    return "".join([*parts[:-1], *map(_singular, parts[-1:])])


def _singular(word: str) -> str:
    if word in _ODD_PLURALS:
        return _ODD_PLURALS[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(_ES_ENDINGS) else word[:-1]


def find_wanted(dataset: Path) -> WantedTruth:
    """The lists for the photos in ``dataset``. Raises UsageError when there are none or one is damaged."""
    beside = dataset.absolute().parent / "wanted" / dataset.absolute().name
    lists = next((folder for folder in (dataset, beside) if (folder / FILE_NAME).is_file()), None)
    if lists is None:
        raise UsageError(
            said(
                "There is no {file_name} in {dataset} or in {beside}. It says, a row a photo, which words "
                "people want.",
                file_name=FILE_NAME,
                dataset=dataset,
                beside=beside,
            )
        )
    truth = WantedTruth()
    tables = [lists, lists.parent]
    for row in _rows(tables, "synonyms.csv"):
        canonical = fold_word(row["canonical"])
        truth.names.setdefault(canonical, row["canonical"])
        truth._synonyms.setdefault(fold_word(row["synonym"]), canonical)
    for canonical in truth.names:  # is no synonym of another word
        truth._synonyms.pop(canonical, None)
    truth.kinds.update({truth.key(row["word"]): row["kind"] for row in _rows(tables, "kinds.csv")})
    for row in _rows(tables, "broader.csv"):
        truth._broader[truth.key(row["word"])].add(truth.key(row["broader"]))
    judged: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for row in _rows([lists], "judged.csv"):
        judged[row["file"]][truth.key(row["word"])] = row["verdict"].strip().lower() == "fine"
    for row in _rows([lists], FILE_NAME):
        if "\0" in row["file"]:
            raise UsageError(
                said(
                    "The list {path} names {name}, as no file can be called.",
                    path=lists / FILE_NAME,
                    name=repr(row["file"]),
                )
            )
        truth.photos[dataset / row["file"]] = _wanted(truth, row, judged[row["file"]])
    return truth


def _wanted(truth: WantedTruth, row: dict[str, str], judged: dict[str, bool]) -> WantedWords:
    must, fine, never = (
        frozenset(_key(truth, word) for word in row[column].split(";") if word.strip())
        for column in ("must", "fine", "never")
    )
    return WantedWords(must, fine - must, never - must - fine, judged)


def _key(truth: WantedTruth, word: str) -> str:
    key = truth.key(word)
    if fold_word(word) == key:
        truth.names.setdefault(key, word.strip())
    return key


def _rows(folders: Iterable[Path], name: str) -> Iterator[dict[str, str]]:
    """The rows of the first of these tables that is there. Raises UsageError."""
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if path is None:
        return
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if None in row or None in row.values():
                    raise ValueError(f"a row of another length: {row}")
                yield row
    except OSError as error:
        raise UsageError(
            said("The list {path} cannot be read ({reason}).", path=path, reason=error.strerror)
        ) from error
    except (KeyError, ValueError, csv.Error) as error:
        raise UsageError(
            said(
                "The list {path} is not in the layout that its name promises ({reason}).",
                path=path,
                reason=repr(error),
            )
        ) from error
