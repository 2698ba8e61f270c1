"""Working out the smallest difference that adds and removes keywords. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from phototagger.domain.facets import FIELDS
from phototagger.domain.facets.books import AUTO_TAGS, CREATED_FIELDS
from phototagger.domain.facets.keyword import CATEGORIES, IPTC_KEYWORDS, SUBJECT, XP_KEYWORDS, XP_SEPARATOR
from phototagger.domain.records import keyword_leaf
from phototagger.domain.writing import FieldChange
from phototagger.plan.draft import Draft
from phototagger.plan.fields.categories import with_category, without_category
from phototagger.plan.fields.fields import (
    CREATED_BY_PRESET,
    FLAT_FIELDS,
    IPTC_WRITTEN,
    PATH_FIELDS,
    IptcText,
    PhotoFields,
    fits_iptc,
    from_field,
    holds_one,
    keywords_in,
    needs_declaration,
    to_field,
    word_key,
    written_keyword,
)
from phototagger.plan.fields.regions import REGION_LISTS
from phototagger.plan.iptc_block import declare, note_block, tidy_block
from phototagger.plan.old_words import OldWords, old_words, old_words_of, spelled_as_held
from phototagger.plan.shortfalls import Shortfalls
from phototagger.settings.declared import WriteSettings


class Planner:
    """Makes one file's plan. ``iptc_fits``: the file's format may carry an IPTC block. ``seeds``: what a sidecar
    that is to be made must hold from the start. ``owner``: the photo that a sidecar is of."""

    def __init__(
        self,
        fields: PhotoFields,
        settings: WriteSettings,
        *,
        iptc_fits: bool,
        seeds: Mapping[str, tuple[str, ...]] | None = None,
        owner: PhotoFields | None = None,
    ) -> None:
        self._fields = fields
        self._settings = settings
        self.draft = self._draft = Draft(fields.values)
        self.writes_iptc = self._iptc = iptc_fits and (
            fields.iptc_text not in (IptcText.NONE, IptcText.UNSURE, IptcText.MISDECLARED)
            or (fields.iptc_text is IptcText.NONE and _makes_iptc(settings))
        )
        for name, values in (seeds or {}).items():
            self._draft.now[name] = list(values)
        self._owner = owner if owner is not fields else None
        self._old = OldWords()
        self._seeded: set[str] = set()  # words that dc:Subject begins with
        self._held_words: set[str] = set()
        self._held_paths: set[str] = set()
        self.added: list[str] = []
        self.removed: list[str] = []
        self.shortfalls = Shortfalls()

    def changes(self, add: Sequence[str], remove: Sequence[str]) -> tuple[FieldChange, ...]:
        """The difference. Keywords in both lists are added; one that only changes its spelling (capitals) is
        written again where the record names it. All must be writable (``fault_of``)."""
        wanted = [written_keyword(keyword) for keyword in add]
        filled = [name for name in (XP_KEYWORDS, *PATH_FIELDS) if self._draft.exists(name)]
        for keyword in remove:
            if written_keyword(keyword) not in wanted and self._remove(written_keyword(keyword)):
                self.removed.append(keyword)
        self._note_held()
        self._old = old_words(self._draft.now, self._fields.raw, self._fields.iptc_text)
        if wanted and not self._draft.exists(SUBJECT):
            self._make_subject(
                [written_keyword(keyword) for keyword in remove if written_keyword(keyword) not in wanted]
            )
        for name in filled if wanted else ():
            if not self._draft.exists(name):  # it held nothing but words that go: it gets those that come
                self._draft.made.add(name)
                if name in PATH_FIELDS:
                    self._make_paths(name)
        paths_come = any("|" in keyword for keyword in wanted)
        if self._settings.hierarchy and paths_come:
            for name in CREATED_BY_PRESET[self._settings.preset]:
                if name in PATH_FIELDS and not self._draft.exists(name):
                    self._make_paths(name)
        for original, keyword in zip(add, wanted, strict=True):
            if self._add(keyword):
                self.added.append(original)
        if self._draft.changes():
            self._forget_gone()
        self._tidy()
        if self.removed and self._iptc:
            tidy_block(self._draft, self._fields)
        return self._draft.changes()

    def _note_held(self) -> None:
        """What some keyword field holds, words anywhere, paths as paths: once those that go are gone, so that a
        word of ours that comes back with another path is ours again."""
        held = self._draft.now
        self._held_words = {word_key(word) for name in FLAT_FIELDS for word in held[name]}
        self._held_paths = set(self._held_words)
        for name in (*PATH_FIELDS, CATEGORIES):
            for path in keywords_in(held, name):
                self._held_paths.add(word_key(path))
                self._held_words.add(word_key(keyword_leaf(path)))

    # --- adding -----------------------------------------------------------------------------------------

    def _add(self, keyword: str) -> bool:
        draft = self._draft
        steps = keyword.split("|")
        words = steps if self._settings.parents_too else steps[-1:]
        short = Shortfalls()
        changed = False
        for word in words:
            changed |= draft.add(SUBJECT, word) or word_key(word) in self._seeded
            changed |= self._add_iptc(word, short)
            if draft.exists(XP_KEYWORDS) and XP_SEPARATOR in word:
                short.add(XP_KEYWORDS, word)
            elif draft.exists(XP_KEYWORDS):
                changed |= draft.add(XP_KEYWORDS, word)
        placed = False
        for name in filter(draft.exists, PATH_FIELDS):
            spelled = to_field(name, keyword)
            if spelled is None:
                short.add(name, keyword)
            else:
                placed |= draft.add(name, spelled)
        placed |= self._edit_categories(with_category, keyword)
        if draft.exists(CATEGORIES) and word_key(keyword) not in map(
            word_key, keywords_in(draft.now, CATEGORIES)
        ):
            short.add(CATEGORIES, keyword)
        changed |= placed
        for word in words:
            if word_key(word) not in self._held_words:
                draft.add(AUTO_TAGS, word)
        if word_key(keyword) not in self._held_paths and (
            placed or word_key(steps[-1]) not in self._held_words
        ):
            draft.add(AUTO_TAGS, keyword)
        if changed:
            self.shortfalls.update(short)
        return changed

    def _add_iptc(self, word: str, short: Shortfalls) -> bool:
        draft = self._draft
        if not self._iptc:
            return False
        if not fits_iptc(word):
            short.add(IPTC_KEYWORDS, word)
            return False
        if not draft.exists(IPTC_KEYWORDS):
            self._make_iptc_keywords()
        if not draft.add(IPTC_KEYWORDS, word):
            return False
        if needs_declaration(self._fields.iptc_text, word):
            declare(draft, self._fields)
        return True

    def _make_subject(self, going: Sequence[str]) -> None:
        """Nearly all programs read dc:Subject, and many of them nothing else once it is there. That of a sidecar
        begins with the words of its photo too, of which ours are ours there as well."""
        draft = self._draft
        draft.made.add(SUBJECT)
        if self._owner is not None:
            gone = {word_key(step) for keyword in going for step in (keyword, *keyword.split("|"))}
            theirs = old_words_of(self._owner)
            recorded = {word_key(word) for word in self._owner.values.get(AUTO_TAGS, ())}
            self._old += OldWords(
                tuple(word for word in theirs.words if word_key(word) not in gone & recorded),
                tuple(path for path in theirs.paths if word_key(path) not in gone & recorded),
                theirs.doubtful,
            )
            for word in self._old.words:
                if word_key(word) in recorded and word_key(word) not in self._held_words:
                    draft.add(AUTO_TAGS, word)
        draft.now[SUBJECT] = list(self._old.words)
        self._seeded = {word_key(word) for word in self._old.words}
        for word in self._old.doubtful:
            self.shortfalls.add(SUBJECT, word)
        if self._old.words:
            draft.add(CREATED_FIELDS, SUBJECT)

    def _make_iptc_keywords(self) -> None:
        """Old readers stop at IPTC, so a new field must hold the keywords that were there before."""
        draft = self._draft
        seeds = [word for word in self._old.words if fits_iptc(word)]
        for word in self._old.words:
            if not fits_iptc(word):
                self.shortfalls.add(IPTC_KEYWORDS, word)
        draft.now[IPTC_KEYWORDS] = list(seeds)
        text = self._fields.iptc_text
        if text is IptcText.NONE or (text is not IptcText.UTF8 and not all(map(str.isascii, seeds))):
            declare(draft, self._fields)
        note_block(draft, self._fields)
        draft.add(CREATED_FIELDS, IPTC_KEYWORDS)

    def _make_paths(self, made: str) -> None:
        """Readers stop at the first field that is filled, so a new one must hold what the others hold. What is
        ours, and cannot stand there as it is, stays out of it."""
        draft = self._draft
        ours = {word_key(word) for word in draft.now[AUTO_TAGS]}
        for path in self._old.paths:
            if to_field(made, path) is None and word_key(path) in ours:
                self.shortfalls.add(made, path)
            else:
                draft.add(made, spelled_as_held(made, path))
        draft.made.add(made)
        draft.add(CREATED_FIELDS, made)

    def _edit_categories(self, edit: Callable[[str, str], str | None], keyword: str) -> bool:
        """ACDSee's text with this keyword edited in; False where there is none or it cannot be edited exactly."""
        held = self._draft.now[CATEGORIES]
        edited = edit(held[0], keyword) if len(held) == 1 else None
        if edited is None:
            return False
        self._draft.now[CATEGORIES] = [edited]
        return True

    # --- removing ---------------------------------------------------------------------------------------

    def _remove(self, keyword: str) -> bool:
        """Takes away what the file's own record says is ours. Without it there is no telling: a file put back from
        a copy may hold the same word by the person's own hand, so it stays."""
        draft = self._draft
        recorded = {word_key(value): written_keyword(value) for value in draft.now[AUTO_TAGS]}
        steps = keyword.split("|")
        changed = False
        path = recorded.get(word_key(keyword))
        if path is not None:
            for name in PATH_FIELDS:
                spelled = to_field(name, path)
                if spelled is not None:
                    changed |= draft.drop(name, spelled)
            changed |= self._edit_categories(without_category, path)
            if len(steps) > 1:
                draft.drop(AUTO_TAGS, path)
        needed = self._needed_words()
        for word in dict.fromkeys(reversed(steps)):
            ours = recorded.get(word_key(word))
            if ours is None or word_key(word) in needed or self._stands_alone(word):
                continue
            for name in FLAT_FIELDS:
                if name != IPTC_KEYWORDS or self._iptc:
                    changed |= draft.drop(name, ours)
            draft.drop(AUTO_TAGS, ours)
        return changed

    def _stands_alone(self, word: str) -> bool:
        """Whether a word is a keyword in its own right, not only a step of others."""
        return any(
            word_key(word) == word_key(value) for name in PATH_FIELDS for value in self._draft.now[name]
        )

    def _needed_words(self) -> set[str]:
        """Words that paths still in the file stand for, so that removing one path leaves the others whole."""
        paths = [from_field(name, value) for name in PATH_FIELDS for value in self._draft.now[name]]
        paths += self._draft.now[AUTO_TAGS]
        needed: set[str] = set()
        for path in paths:
            steps = path.split("|")
            if len(steps) > 1:
                needed.update(
                    word_key(step) for step in (steps if self._settings.parents_too else steps[-1:])
                )
        return needed

    def _forget_gone(self) -> None:
        """What the record lists and no field holds was taken out elsewhere: the same word may come back by the
        person's own hand, and is theirs then."""
        self._note_held()
        recorded = self._draft.now[AUTO_TAGS]
        held = self._held_words | {word_key(keyword_leaf(word)) for word in self._held_words}
        self._draft.now[AUTO_TAGS] = [word for word in recorded if word_key(keyword_leaf(word)) in held]

    def _tidy(self) -> None:
        """Once nothing of ours is left, the fields that we made go too, unless they say something of their own."""
        draft = self._draft
        if draft.exists(AUTO_TAGS) or not self.removed:
            return
        made = [name for name in draft.now[CREATED_FIELDS] if name in (SUBJECT, *PATH_FIELDS, IPTC_KEYWORDS)]
        elsewhere = old_words(draft.now, self._fields.raw, self._fields.iptc_text, leave_out=made)
        if self._owner is not None:
            elsewhere += old_words_of(self._owner)
        for name in made:
            others = elsewhere.words
            if name in PATH_FIELDS:
                others = tuple(spelled_as_held(name, path) for path in (*elsewhere.paths, *others))
            if {word_key(value) for value in draft.now[name]} <= {word_key(value) for value in others}:
                draft.now[name] = []
                draft.drop(CREATED_FIELDS, name)


def _makes_iptc(settings: WriteSettings) -> bool:
    return settings.iptc_always or IPTC_KEYWORDS in CREATED_BY_PRESET[settings.preset]


def arguments(changes: Sequence[FieldChange], *, iptc_utf8: bool) -> list[str]:
    """exiftool's arguments for these changes, without file names.

    ``iptc_utf8``: the file's IPTC block is (or with these changes becomes) UTF-8. Values are added and removed
    one by one, so that the others are never rewritten; a whole list of words is given only where its order
    demands it, a list of boxes never, because our reading of a foreign box may not be all there is in it.
    """
    result = ["-m", "-charset", "filename=UTF8"]
    if iptc_utf8 and any(change.field in IPTC_WRITTEN for change in changes):
        result += ["-charset", "iptc=UTF8"]
    for change in changes:
        name = change.field
        kept = tuple(value for value in change.before if value in change.after)
        if holds_one(name):
            address = FIELDS[name].address if name in FIELDS else ""
            result.append(f"-{name}{address}={XP_SEPARATOR.join(change.after)}")
        elif not change.after:
            result.append(f"-{name}=")
        elif name in REGION_LISTS or (*kept, *change.added) == change.after:
            for value in change.removed:
                result.append(f"-{name}-={value}")
            for value in change.added:
                result += [f"-{name}-={value}", f"-{name}+={value}"]
        else:
            result += [f"-{name}={value}" for value in change.after]
    return result
