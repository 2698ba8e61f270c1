"""The person's own words in the place of the program's: rename, merge, hide, lists in and out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import keywords, languages, words
from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR, Changes
from phototagger.domain.sentences import Said, said
from phototagger.jobs.words.word_names import Tree
from phototagger.keywords.rules import Rules
from phototagger.keywords.tree.lists import ListedWord, matches, read_list, write_list
from phototagger.keywords.tree.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class LanguageChange:
    """The languages until now and from now on, and what the program's words are called in each (meaning -> language
    -> keyword), for which one language alone has no need. ``places``: what each place on photos is called from now
    on."""

    before: Sequence[str]
    after: Sequence[str]
    names: Mapping[str, Mapping[str, str]]
    places: Mapping[str, str] = field(default_factory=dict)


def rules(catalog: Catalog) -> Rules:
    return Rules(catalog.read(words.rules))


def change_names(
    catalog: Catalog, before: Rules, after: Rules, keywords: Iterable[str], text: Said, change: LanguageChange
) -> Changes:
    """What photos have under the names of ``before`` they have under those of ``after``, with the words of
    the other languages beside them: one history step."""
    pairs = {before.renamed(keyword): after.renamed(keyword) for keyword in keywords} | dict(change.places)

    def rename_all(c: sqlite3.Connection) -> Changes:
        languages.begin(c, change.before)
        if change.names:
            languages.name_words(c, change.names)
        return words.rename_each(c, pairs, text, change.after)

    return catalog.write(rename_all)


def tree_of(vocabulary: Vocabulary) -> Tree:
    """The program's keywords alone, in English."""
    return Tree({node.keyword: node.keyword for node in vocabulary})


@dataclass(frozen=True, slots=True)
class Renaming:
    """One keyword that gets a new name: the program's ``keyword`` (which is called ``called`` until now, where that
    may go along), or one of the person's own."""

    keyword: str
    own: bool = False
    called: str | None = None


def rename(catalog: Catalog, renamings: Sequence[Renaming], target: str) -> Changes:
    """From now on these keywords and what is below them are called ``target``, on photos that have them too: one
    history step. Two keywords with one target are merged. Raises UsageError for a target below one of them."""
    for one in renamings:
        _not_below(one.keyword, target)
    edits = [
        partial(words.rename_own, old=one.keyword, new=target)
        if one.own
        else partial(words.rename, old=one.keyword, new=target, called=one.called)
        for one in renamings
    ]
    some = ", ".join(dict.fromkeys(one.keyword for one in renamings))
    return catalog.write(
        lambda c: history.together(c, edits, said("Renamed {some} to {target}", some=some, target=target))
    )


def _not_below(keyword: str, target: str) -> str:
    if target.startswith(keyword + KEYWORD_SEPARATOR):
        raise UsageError(
            said(
                "{target} is below {keyword} itself. Choose another name.",
                target=repr(target),
                keyword=repr(keyword),
            )
        )
    return target


def hide(catalog: Catalog, keyword: str) -> Changes:
    """One history step: neither ``keyword`` nor what is below it is suggested any more. What is on photos stays."""
    return catalog.write(lambda c: words.hide(c, keyword))


def restore(catalog: Catalog, keyword: str) -> Changes:
    """Forgets the rule for a keyword, in one history step; no changes when there was none. Photos keep what they
    have."""
    return catalog.write(lambda c: words.drop_rule(c, keyword))


@dataclass(frozen=True, slots=True)
class Imported:
    """Keywords in the list, how many of them are new, and which of the program's are called by them now; what that
    changed."""

    words: int
    new: int
    renamed: Mapping[str, str]
    changes: Changes = field(default=Changes(), compare=False)


def import_list(catalog: Catalog, vocabulary: Vocabulary, path: Path, match: bool) -> Imported:
    """Takes a list of keywords up. Its column ``replaces`` names keywords of the program that get the listed
    one; with ``match`` those of the same name or synonym do so too. Raises UsageError."""
    listed = [replace(word, keyword=keywords.kept_keyword(word.keyword)) for word in read_list(path)]
    return take_words(catalog, vocabulary, listed, match)


def take_words(
    catalog: Catalog, vocabulary: Vocabulary, listed: Sequence[ListedWord], match: bool
) -> Imported:
    """As :func:`import_list`, for keywords met elsewhere. One history step."""
    tree = tree_of(vocabulary)
    renamed = {tree.program(word.replaces): word.keyword for word in listed if word.replaces}
    if match:
        names = {node.keyword: (node.name, *node.synonyms) for node in vocabulary if node.usable}
        renamed = {**matches(listed, names), **renamed}
    renamed = {
        keyword: _not_below(keyword, target) for keyword, target in renamed.items() if keyword != target
    }
    text = said("Imported %n keyword(s)", "", len(listed))
    taken = {word.keyword: word.synonyms for word in listed}

    def take(c: sqlite3.Connection) -> Imported:
        new = len(taken.keys() - words.own_words(c).keys())
        edits = [partial(words.add_own_words, words=taken, text=text)]
        edits += [partial(words.rename, old=old, new=name) for old, name in renamed.items()]
        return Imported(len(listed), new, renamed, history.together(c, edits, text))

    return catalog.write(take)


def export_list(catalog: Catalog, path: Path) -> int:
    """Writes the person's list and every keyword on a photo into a file; how many. Raises UsageError."""
    own = catalog.read(words.own_words)
    replaced: dict[str, str] = {}
    for keyword, target in catalog.read(words.rules).items():
        if target is not None:
            replaced.setdefault(target, keyword)
    paths = sorted({*own, *catalog.read(keywords.wanted_anywhere), *replaced}, key=str.casefold)
    listed = [ListedWord(entry, own.get(entry, ()), replaced.get(entry, "")) for entry in paths]
    write_list(path, listed)
    return len(listed)
