"""The keyword tree in other languages: the same ids, other words. Nothing is analysed again for them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from phototagger.domain.errors import ModelError
from phototagger.domain.records import KEYWORD_SEPARATOR, keyword_lineage
from phototagger.domain.sentences import said
from phototagger.keywords.tree.vocabulary import Vocabulary

WORDS, FACTS, COUNTRIES = "translations.csv", "fact_words.csv", "countries.csv"
PLACE = "location"  # countries stand below it; regions and towns are called as they are there


def names(vocabulary_folder: Path, vocabulary: Vocabulary, language: str) -> dict[str, str]:
    """The program's keyword (English) -> its path in that language; empty for English.

    Raises ModelError when the lists are missing or damaged.
    """
    if language == "en":
        return {}
    words = {row["id"]: row[language] for row in _rows(vocabulary_folder / WORDS, language)}
    found = {row["keyword"]: row[language] for row in _rows(vocabulary_folder / FACTS, language)}
    for row in _rows(vocabulary_folder / COUNTRIES, language):
        found[f"{PLACE}{KEYWORD_SEPARATOR}{row['en']}"] = KEYWORD_SEPARATOR.join(
            (found[PLACE], row[language])
        )
    for node in vocabulary:
        parts = []
        for path in keyword_lineage(node.keyword):
            part = vocabulary.of_keyword(path)
            parts.append(words.get(part.id, part.name) if part else path.split(KEYWORD_SEPARATOR)[-1])
        found[node.keyword] = KEYWORD_SEPARATOR.join(parts)
    return found


def country_names(vocabulary_folder: Path) -> dict[str, str]:
    """A country's name in any language of the program, or its code of two letters, in small letters -> its English
    name. Raises ModelError when the list is missing or damaged."""
    return {
        name.casefold(): row["en"]
        for row in _rows(vocabulary_folder / COUNTRIES, "en")
        for name in row.values()
        if name
    }


def fact_keywords(vocabulary_folder: Path) -> list[str]:
    """The keywords that need no network, in English. Raises ModelError when the list is missing or damaged."""
    return [row["keyword"] for row in _rows(vocabulary_folder / FACTS, "keyword")]


def translated(keyword: str, names: Mapping[str, str]) -> str:
    """The keyword by its own name or that of its nearest known parent; as it is where there is none."""
    for path in reversed(keyword_lineage(keyword)):
        if path in names:
            return names[path] + keyword[len(path) :]
    return keyword


def _rows(path: Path, language: str) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ModelError(
            said(
                "The word list {path} cannot be read ({reason}). Install the program again.",
                path=path,
                reason=error,
            )
        ) from error
    if not rows or language not in rows[0]:
        raise ModelError(
            said(
                "The word list {path} has no words in {language}. Install the program again.",
                path=path,
                language=repr(language),
            )
        )
    return rows
