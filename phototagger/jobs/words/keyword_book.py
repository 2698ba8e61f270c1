"""The person's keyword book: their words, the rules for the program's, and what is learnt from their photos."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from phototagger.catalog.analysis import examples
from phototagger.catalog.analysis.examples import LEAST_EXAMPLES
from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import keywords
from phototagger.catalog.words import languages as language_rows
from phototagger.catalog.words import words as word_rows
from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR, Changes, keyword_leaf, keyword_lineage
from phototagger.domain.sentences import said
from phototagger.jobs.words import learn
from phototagger.jobs.words import own_words as words
from phototagger.jobs.words.offers import Offers, by_name, own_by_name
from phototagger.jobs.words.own_words import Imported, LanguageChange
from phototagger.jobs.words.word_names import Tree
from phototagger.keywords.examples.standins import standins_for
from phototagger.keywords.propose import Proposer
from phototagger.keywords.registry import place_sources
from phototagger.keywords.rules import Rules
from phototagger.keywords.scoring.suggest import FACE_WORDS, Suggester
from phototagger.keywords.sources import activities, people
from phototagger.keywords.sources.everyday import Everyday
from phototagger.keywords.sources.facts import FACT_ROOTS
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.sources.source import KeywordSource
from phototagger.keywords.tree import translate
from phototagger.keywords.tree.lists import ListedWord
from phototagger.settings.declared import LANGUAGES, WordSettings, languages_named

if TYPE_CHECKING:
    from phototagger.keywords.examples.prototypes import Vectors


OF_ONE_PHOTO = (
    "look",
    "format",
    "technique",
    "flaw",
    "time of day",
)  # branches of which its neighbours say nothing
LEAST_PHOTOS = LEAST_EXAMPLES  # that teach a word


class NotLearnt(StrEnum):
    """Why a word of the person's own is not suggested on further photos."""

    TOO_FEW = "too_few"  # photos that have it
    NOT_ANALYSED = "not_analysed"  # too few of them are, by the classifier in use
    TOO_UNLIKE = "too_unlike"  # they are each other for others to be found by them


@dataclass(frozen=True, slots=True)
class BookRow:
    """One keyword: on how many photos it is wanted and waiting for review; ``examples`` if it is learnt by example
    (else 0); ``instead_of``: the program's keyword that has this name; ``hidden``: never suggested; ``own``: the
    program has no such word; ``not_learnt``: why photos that have it teach nothing."""

    keyword: str
    photos: int = 0
    waiting: int = 0
    examples: int = 0
    instead_of: str = ""
    hidden: bool = False
    own: bool = False
    not_learnt: NotLearnt | None = None


@dataclass(frozen=True, slots=True)
class Renamed:
    """What was renamed, by its path until now; ``joined``: it became one with a keyword that was there already."""

    keywords: tuple[str, ...]
    target: str
    joined: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class KnownWords:
    """What is not learnt by example, under the program's names and the person's: keywords that the networks, faces
    or things seen together tell, and all below the roots of what facts tell."""

    keywords: frozenset[str]
    roots: frozenset[str]

    def __contains__(self, keyword: object) -> bool:
        if not isinstance(keyword, str):
            return False
        return keyword in self.keywords or not self.roots.isdisjoint(keyword_lineage(keyword))


def _places_in_english(used: Iterable[str], rules: Rules) -> dict[str, str]:
    """The program's names of those of these keywords that are places under these rules."""
    root, below = rules.renamed(translate.PLACE), translate.PLACE + KEYWORD_SEPARATOR
    countries = {rules.renamed(name): name for name in rules.names if name.startswith(below)}
    places = {}
    for keyword in used:
        if keyword.startswith(root + KEYWORD_SEPARATOR):
            known = next((path for path in keyword_lineage(keyword) if path in countries), root)
            places[keyword] = countries.get(known, translate.PLACE) + keyword[len(known) :]
    return places


def _of_one_photo(rules: Rules) -> list[str]:
    return [name for root in OF_ONE_PHOTO for name in (root, rules.renamed(root))]


class KeywordBook:
    """All methods read or write SQL: none is for the GUI thread."""

    def __init__(
        self,
        catalog: Catalog,
        suggester: Suggester,
        switches: WordSettings | None = None,
        gazetteer: Gazetteer | None = None,
        vocabulary_folder: Path | None = None,
        everyday: Everyday | None = None,
        further: Sequence[KeywordSource] = (),
    ) -> None:
        self._everyday = everyday
        self._further = further
        self._called: list[dict[str, set[str]]] | None = None
        self._folder = vocabulary_folder
        self._switches = switches or WordSettings()
        self._gazetteer = gazetteer
        self._catalog = catalog
        self._suggester = suggester
        self._vocabulary = suggester.vocabulary

    def proposer(self) -> Proposer:
        """All sources of suggestions as they are now."""
        rules = self._rules()
        learnt = learn.load(self._catalog, self._suggester.strictness, self._known(rules), self._standins)
        suggester = self._suggester.hiding(rules.hidden)
        further = self._further if self._switches.extensions else ()
        return Proposer(suggester, learnt, rules, self._switches, self._gazetteer, self._everyday, further)

    def learn(self, edited: Collection[int] = ()) -> Changes:
        """Learns from what the latest edits changed and suggests it on other photos, at once; offers what most have
        of the days that the ``edited`` ones are of."""
        rules = self._rules()
        known = self._known(rules)
        learnt = learn.update(self._catalog, self._suggester.strictness, known, self._standins)
        days = Offers(self._catalog, self._switches, rules, unseen=_of_one_photo(rules))
        return learnt | days.refresh_days(edited)

    def offers(self) -> Offers:
        """What is offered by folders and days, with the words of now."""
        rules = self._rules()
        listed = self._catalog.read(word_rows.own_words)
        used = self._catalog.read(keywords.wanted_anywhere)
        program = {rules.renamed(node.keyword) for node in self._vocabulary}
        own = {word for word in (*listed, *used) if word not in program and not self._is_fact(word, rules)}
        names, mine = self._names(), own_by_name(own)
        further = self._further if self._switches.extensions else ()
        unseen, sources = _of_one_photo(rules), place_sources(further)
        return Offers(self._catalog, self._switches, rules, names, mine, unseen, sources)

    def _is_fact(self, word: str, rules: Rules) -> bool:
        return keyword_lineage(word)[0] in {
            name for root in FACT_ROOTS for name in (root, rules.renamed(root))
        }

    def _names(self) -> list[dict[str, set[str]]]:
        """What the program's keywords are called, in the person's languages, English, the others, by synonyms."""
        if self._folder is None:
            return []
        if self._called is None:
            every = self._all_names()
            english = {keyword: (keyword_leaf(keyword),) for keyword in every}
            tongues = dict.fromkeys((*self._switches.languages, "en"))
            others = tuple(language for language in LANGUAGES if language not in tongues)

            def leaves(languages: Iterable[str]) -> dict[str, tuple[str, ...]]:
                return {
                    keyword: tuple(keyword_leaf(names[one]) for one in languages if one in names)
                    for keyword, names in every.items()
                }

            lists = [english if one == "en" else leaves([one]) for one in tongues]
            synonyms = {node.keyword: node.synonyms for node in self._vocabulary if node.usable}
            self._called = [by_name(one) for one in (*lists, leaves(others), synonyms)]
        return self._called

    # --- what keywords are called ---------------------------------------------------------------------------

    def named(self, typed: str, photo_ids: Sequence[int] = (), *, on_them: bool = False) -> str:
        """The keyword that a person means on these photos: one of the program's or of their own whose name, end of
        path or synonym this is, or a new one. A bar before it (``|dog``) takes it as it stands. ``on_them``: what
        these photos have, or are offered, comes first.

        Raises UsageError for what is no keyword and, with the candidates, for what may be several.
        """
        here = self._catalog.read(lambda c: keywords.on_photos(c, photo_ids))
        return self._tree().one(typed, here, here_first=on_them)

    def rename(self, names: Sequence[str], target: str) -> Renamed:
        """These keywords, the program's or the person's own, are called ``target`` from now on, with all below
        them, on photos too: one history step. Suggestions that wait follow with the next ``resuggest``.

        Raises UsageError.
        """
        rules = self._rules()
        tree = self._tree(rules)
        renamings: dict[str, words.Renaming] = {}
        called: list[str] = []
        for name in names:
            meant = tree.meant(name)
            renamings |= {keyword: self._of_program(keyword, rules) for keyword in meant.program}
            renamings |= {keyword: words.Renaming(keyword, own=True) for keyword in meant.own}
            called += [*map(rules.renamed, meant.program), *meant.own]
        target, joined = tree.target(target, called)
        renamings = {
            keyword: one
            for keyword, one in renamings.items()
            if (keyword if one.own else rules.renamed(keyword)) != target
        }
        if not renamings:
            raise UsageError(
                said("{called} is called {target} already.", called=repr(called[0]), target=repr(target))
            )
        changes = words.rename(self._catalog, list(renamings.values()), target)
        return Renamed(tuple(renamings), target, joined or len(renamings) > 1, changes | self.learn())

    def _of_program(self, keyword: str, rules: Rules) -> words.Renaming:
        called = rules.renamed(keyword)
        lone = all(
            rules.renamed(node.keyword) != called for node in self._vocabulary if node.keyword != keyword
        )
        # A name that several were merged into stays: which of them a photo has it from, nobody knows.
        return words.Renaming(keyword, called=called if lone else None)

    def hide(self, name: str) -> tuple[str, Changes]:
        """The program's keyword is suggested no more, nor what is below it; gives its path. Raises UsageError."""
        keyword = self._tree().program(name)
        return keyword, words.hide(self._catalog, keyword)

    def restore(self, name: str) -> tuple[str, Changes]:
        """Takes a rename or hide back; gives the path, and no changes where there was none. Raises UsageError."""
        keyword = self._tree().program(name)
        return keyword, words.restore(self._catalog, keyword)

    def _tree(self, rules: Rules | None = None) -> Tree:
        """All keywords by the names they have now."""
        rules = rules or self._rules()
        program = [node.keyword for node in self._vocabulary]
        program += translate.fact_keywords(self._folder) if self._folder is not None else FACT_ROOTS
        called = {keyword: rules.renamed(keyword) for keyword in program}
        listed = self._catalog.read(word_rows.own_words)
        used = self._catalog.read(keywords.wanted_anywhere)
        for place in _places_in_english(used, rules).values():
            called |= {path: rules.renamed(path) for path in keyword_lineage(place)}
        theirs = {*called, *called.values()}
        own = {word: listed.get(word, ()) for word in (*listed, *used) if word not in theirs}
        english = self._switches.languages[0] == "en"
        synonyms = {
            node.keyword: ((node.name,), node.synonyms) for node in (self._vocabulary if english else ())
        }
        return Tree(called, synonyms, own)

    def change_language(self, language: str) -> Changes:
        """What photos have of the program's keywords gets its name in that language from now on; where it names
        several (``"de, en"``), in the first, and its names in the others stand beside it, come and go with it and
        are written too: one history step. Words that a person renamed, and those that are no language's (regions
        and towns), have none. The settings are the caller's to save, and ``resuggest`` brings what waits for
        review after it.
        """
        languages = languages_named(language)
        known = self._catalog.read(language_rows.chosen)
        before, after = self._rules(known[0] if known else None), self._rules(languages[0])
        program = {*(node.keyword for node in self._vocabulary), *before.names, *after.names}
        used = self._catalog.read(keywords.counts)
        places = {word: after.renamed(path) for word, path in _places_in_english(used, before).items()}
        names = self._all_names() if len(languages) > 1 else {}
        change = LanguageChange(known or self._switches.languages, languages, names, places)
        text = said("Changed keywords to {languages}", languages=", ".join(languages))
        return words.change_names(self._catalog, before, after, program, text, change)

    def start_languages(self) -> None:
        """At the start: a catalog without languages gets those of the settings, and one with several of them the
        words of this version. Nothing is done for one language, which most people have."""
        languages = self._switches.languages
        known = self._catalog.read(language_rows.chosen)
        if len(known or languages) < 2:
            return
        names = self._all_names()
        if known and self._catalog.read(language_rows.names) == names:
            return

        def start(c: sqlite3.Connection) -> None:
            language_rows.begin(c, languages)
            language_rows.name_words(c, names)
            language_rows.refresh(c)

        self._catalog.write(start)

    def languages(self) -> tuple[str, ...]:
        """Those of the catalog, which after an undo may not be the settings'; empty while nobody changed them."""
        return self._catalog.read(language_rows.chosen)

    def _all_names(self) -> dict[str, dict[str, str]]:
        """The program's keyword -> language -> what it is called there."""
        if self._folder is None:
            return {}
        found: dict[str, dict[str, str]] = {}
        for language in LANGUAGES:
            for keyword, name in translate.names(self._folder, self._vocabulary, language).items():
                found.setdefault(keyword, {"en": keyword})[language] = name
        return found

    def program_words(self) -> list[str]:
        """The program's keywords that may be suggested, as they are called now."""
        rules = self._rules()
        return [rules.renamed(keyword) for keyword in self._vocabulary.keywords()]

    def import_list(self, path: Path, match: bool) -> Imported:
        """See :func:`words.import_list`."""
        return words.import_list(self._catalog, self._vocabulary, path, match)

    def take_words(self, found: Sequence[str], match: bool) -> Imported:
        """Takes up keywords met in files; flat words that stand in a path too are left out."""
        paths = {keywords.kept_keyword(word) for word in found}
        leaves = {part.casefold() for path in paths if "|" in path for part in path.split("|")}
        kept = sorted(path for path in paths if "|" in path or path.casefold() not in leaves)
        return words.take_words(self._catalog, self._vocabulary, [ListedWord(path) for path in kept], match)

    def export_list(self, path: Path) -> int:
        """See :func:`words.export_list`."""
        return words.export_list(self._catalog, path)

    def own_words(self) -> list[str]:
        return list(self._catalog.read(word_rows.own_words))

    def rows(self, everything: bool = False, parents: bool = False) -> list[BookRow]:
        """Keywords in use, of the person's list and with a rule, by path; ``everything``: the program's too;
        ``parents``: those of the person's own words that are on no photo themselves, too."""
        rules = self._rules()
        counts = self._catalog.read(keywords.counts)
        network = self._catalog.read(examples.classifier)
        known = self._known(rules)
        sets = (
            [] if network is None else self._catalog.read(lambda c: examples.example_sets(c, network, known))
        )
        taught = {entry.keyword: len(entry.examples) for entry in sets}
        instead = {target: keyword for keyword, target in rules.targets.items() if target is not None}
        paths = {*counts, *taught, *instead, *rules.hidden, *self.own_words()}
        if everything:
            paths |= {rules.renamed(keyword) for keyword in self._vocabulary.keywords()}
        tree = self._tree(rules)
        if parents:
            paths |= tree.own_nodes
        theirs = {*tree.called, *tree.called.values()}
        unlike = learn.unlike(self._catalog, self._suggester.strictness, known, self._standins)
        told_by_faces = self._catalog.read(examples.persons)

        def not_learnt(path: str) -> NotLearnt | None:
            photos = counts.get(path, (0, 0))[0]
            if path in taught:
                return NotLearnt.TOO_UNLIKE if path in unlike else None
            if not photos or path in known or path in told_by_faces:
                return None
            return NotLearnt.TOO_FEW if photos < LEAST_EXAMPLES else NotLearnt.NOT_ANALYSED

        return [
            BookRow(
                path,
                *counts.get(path, (0, 0)),
                taught.get(path, 0),
                instead.get(path, ""),
                path in rules.hidden,
                path not in theirs,
                not_learnt(path),
            )
            for path in sorted(paths, key=str.casefold)
        ]

    def _standins(self, network: str) -> Vectors | None:
        return None if self._folder is None else standins_for(self._folder, network)

    def _rules(self, language: str | None = None) -> Rules:
        language = language or self._switches.languages[0]
        rules = words.rules(self._catalog)
        if self._folder is None:
            return rules
        return replace(rules, names=translate.names(self._folder, self._vocabulary, language))

    def _known(self, rules: Rules) -> KnownWords:
        # How many people there are, and who smiles, no likeness of photos tells; and what was accepted of the
        # program's own guesses is no lesson for more of them.
        everyday = self._everyday.keywords if self._everyday else ()
        rules_say = activities.WORDS | people.WORDS | FACE_WORDS | {*everyday}
        own = [
            node.keyword
            for node in self._vocabulary
            if self._vocabulary.is_seen(node.keyword) or node.keyword in rules_say
        ]
        facts = {root for name in FACT_ROOTS for root in (name, rules.renamed(name))}
        return KnownWords(frozenset((*own, *map(rules.renamed, own))), frozenset(facts))
