"""Which keyword a person means by a word: one of the program's, by whatever name it goes, or one of their own.

Pure. Words are compared without case and composition. A word, or the end of a path
(``dog``, ``dog|poodle``), stands for the one keyword that ends so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from phototagger.catalog.words import keywords
from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR, keyword_leaf, keyword_lineage, keyword_parents
from phototagger.domain.sentences import either, said
from phototagger.domain.spelling import fold

TOP = KEYWORD_SEPARATOR  # before a word: that word at the top of the tree, whatever else is called so


@dataclass(frozen=True, slots=True)
class Meant:
    """Keywords of the program and of the person's own that are meant by one word."""

    program: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tree:
    """All keywords. ``called``: the program's, by its English path, and what it is called; ``synonyms``: the same
    with other names for it in the person's language, the most certain first in a list of lists; ``own``: the
    person's with their synonyms."""

    called: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    own: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def own_nodes(self) -> frozenset[str]:
        """The person's keywords and their parents, those that are the program's left out."""
        theirs = {*self.called, *self.called.values()}
        return frozenset(path for word in self.own for path in keyword_lineage(word) if path not in theirs)

    # --- a word for a photo -----------------------------------------------------------------------------------

    def named(self, typed: str) -> list[str]:
        """The keywords, by the names they have now, that this word may stand for; none where it is a new one.

        Raises UsageError for what is no keyword.
        """
        typed = keywords.kept_keyword(typed)
        folded = fold(typed)
        paths = {*self.called.values(), *self.own}
        if typed in paths:
            return [typed]
        same = sorted(path for path in paths if fold(path) == folded)
        if not same and KEYWORD_SEPARATOR in typed:
            same = [name for keyword, name in self.called.items() if fold(keyword) == folded]
        if same:
            return same[:1]
        return _ending(paths, folded) or self._synonyms(folded)

    def _synonyms(self, folded: str) -> list[str]:
        """Names before synonyms; of the person's own words, too."""
        found = {keyword for keyword, more in self.own.items() if folded in map(fold, more)}
        depth = max(map(len, self.synonyms.values()), default=0)
        for rank in range(depth):
            found |= {
                self.called[keyword]
                for keyword, ranks in self.synonyms.items()
                if rank < len(ranks) and folded in map(fold, ranks[rank])
            }
            if found:
                break
        return sorted(found)

    def one(self, typed: str, here: Iterable[str] = (), *, here_first: bool = False) -> str:
        """The keyword meant for photos that have, or are offered, the keywords ``here``, which tell of several the
        right one (``here_first``: those alone, where one of them is called so). What was typed where it is a new
        one, or begins with a bar (``|dog``: at the top, as it stands).

        Raises UsageError for what is no keyword and for what may be several.
        """
        typed = typed.strip()
        if typed.startswith(TOP):
            return keywords.kept_keyword(typed[len(TOP) :])
        typed = keywords.kept_keyword(typed)
        near = Tree(own=dict.fromkeys(here, ())).named(typed)
        found = self.named(typed)
        if near and (here_first or len(found) > 1):
            found = near
        if len(found) > 1:
            bare = f"{TOP}{typed}"
            raise UsageError(
                said(
                    "{typed} may be {choices}. Give the whole path, or {bare} for a keyword of its own.",
                    typed=repr(typed),
                    choices=either(found),
                    bare=repr(bare),
                )
            )
        return found[0] if found else self._below_known(typed)

    def _below_known(self, typed: str) -> str:
        """A new path, with the part of it that is known as it is called now: ``Animal|dog|Bello`` stands below
        ``animal|dog``, or what that is called."""
        names = {*self.called.values(), *self.own, *self.own_nodes}
        for parent in reversed(keyword_parents(typed)):
            folded = fold(parent)
            same = sorted(path for path in names if fold(path) == folded)
            if not same and (self.synonyms or KEYWORD_SEPARATOR in parent):  # in English, or surely so
                same = [name for keyword, name in self.called.items() if fold(keyword) == folded]
            if same:
                return (parent if parent in same else same[0]) + typed[len(parent) :]
        return typed

    # --- a word to be renamed ---------------------------------------------------------------------------------

    def meant(self, name: str) -> Meant:
        """What a person wants renamed: the program's keyword, their own, or both where they have one at the top
        that is called as one of the program's.

        Raises UsageError when there is none, or more than one.
        """
        name = keywords.kept_keyword(name)
        folded = fold(name)
        if name in self.called:
            return Meant((name,))
        meant = self._by_path({name}) or self._by_path(
            {path for path in (*self.called.values(), *self.own_nodes) if fold(path) == folded}
        )
        if meant is not None:
            return meant
        program = self._program_ending(folded)
        own = _ending(self.own_nodes, folded)
        if len(program) + len(own) > 1:
            raise UsageError(
                said(
                    "{name} may be {choices}. Give the whole path.",
                    name=repr(name),
                    choices=either([*program, *own]),
                )
            )
        if program or own:
            return Meant(tuple(program), tuple(own))
        raise UsageError(
            said(
                "The program knows no keyword {name}, and you have none of that name. `phototagger "
                "keywords list --all` shows all.",
                name=repr(name),
            )
        )

    def _by_path(self, paths: Collection[str]) -> Meant | None:
        """The program's keywords that have one of these whole paths, else the person's own."""
        program = [word for word, goes_by in self.called.items() if goes_by in paths]
        if program:
            # A name that several have is renamed as it is; the rules for them follow.
            return Meant(tuple(program)) if len(program) == 1 else Meant((), (self.called[program[0]],))
        own = tuple(sorted(self.own_nodes & set(paths)))
        if not own:
            return None
        ends = self._program_ending(fold(own[0]))
        return Meant(tuple(ends) if len(ends) == 1 else (), own)

    def program(self, name: str) -> str:
        """The program's keyword, by its English path, that a person means. Raises UsageError when there is none, or
        more than one."""
        meant = self.meant(name)
        if len(meant.program) == 1:
            return meant.program[0]
        (own,) = meant.own[:1]
        shared = [word for word, goes_by in self.called.items() if goes_by == own]
        if shared:
            raise UsageError(
                said("{name} may be {choices}. Give the whole path.", name=repr(name), choices=either(shared))
            )
        raise UsageError(
            said(
                "{own} is a word of your own, and the program knows no keyword of that name. Take it off "
                "photos with `phototagger keywords remove`.",
                own=repr(own),
            )
        )

    def _program_ending(self, folded: str) -> list[str]:
        """The program's keywords that end so, in English or, where none does, by what they are called."""
        found = [word for word in self.called if fold(word) == folded] or _ending(self.called, folded)
        return found or sorted(
            word
            for word, goes_by in self.called.items()
            if fold(goes_by).endswith(KEYWORD_SEPARATOR + folded)
        )

    def target(self, typed: str, meant: Iterable[str]) -> tuple[str, bool]:
        """What keywords ``meant`` (by the names they have now) are to be called, and whether that is another
        keyword already, with which they become one.

        Raises UsageError for what is no keyword.
        """
        typed = typed.strip()
        as_given = typed.startswith(TOP)
        typed = keywords.kept_keyword(typed.removeprefix(TOP))
        folded = fold(typed)
        mine = set(meant)
        there = {*self.called.values(), *self.own_nodes, *self.own} - mine
        if typed in there:
            return typed, True
        if folded not in map(fold, mine):
            same = sorted(path for path in there if fold(path) == folded)
            if not same and not as_given and folded not in map(fold, map(keyword_leaf, mine)):
                same = _ending(there, folded)
            if len(same) == 1:
                return same[0], True
        return typed, False


def _ending(paths: Iterable[str], folded: str) -> list[str]:
    return sorted(path for path in paths if fold(path).endswith(KEYWORD_SEPARATOR + folded))
