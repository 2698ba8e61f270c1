"""What the review panel shows, computed from the details of the selected photos. No widgets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from phototagger.domain.records import PhotoState, ReviewState, Suggestion
from phototagger.jobs.library import FOLDERS, PhotoDetails

LINES_MAX = 80  # of a merged list; the rest waits until these are reviewed


@dataclass(frozen=True, slots=True)
class KeywordLine:
    """One suggested keyword over all selected photos; ``score`` is the best of them."""

    keyword: str
    score: float
    suggestion_ids: tuple[int, ...]
    photos: int
    of_folder: bool = False  # a folder's word: what is decided holds for all its photos


@dataclass(frozen=True, slots=True)
class KeywordCount:
    """A keyword and on how many of the selected photos it is wanted."""

    keyword: str
    photos: int
    unwritten: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything to show for a selection."""

    photos: int = 0
    to_review: tuple[KeywordLine, ...] = ()
    rejected: tuple[KeywordLine, ...] = ()
    keywords: tuple[KeywordCount, ...] = ()
    hidden: int = 0  # lines beyond LINES_MAX
    waiting: int = 0  # of the photos: not analysed yet
    values: Mapping[str, int] = field(default_factory=dict)  # by kind: on so many photos one waits for review

    def without(self, suggestion_ids: set[int]) -> Lines:
        """The same with these suggestions gone: they are being reviewed this moment."""
        if not suggestion_ids:
            return self
        kept = tuple(entry for entry in self.to_review if not suggestion_ids.issuperset(entry.suggestion_ids))
        return replace(self, to_review=kept)


@dataclass(slots=True)
class _Pile:
    score: float = 0.0
    ids: list[int] = field(default_factory=list)
    photos: set[int] = field(default_factory=set)
    of_folder: bool = False

    def add(self, suggestion: Suggestion) -> None:
        self.score = max(self.score, suggestion.score)
        self.ids.append(suggestion.id)
        self.photos.add(suggestion.photo_id)
        self.of_folder |= suggestion.network == FOLDERS


def merge(details: Sequence[PhotoDetails]) -> Lines:
    """One line a keyword: those on most photos first, then the most certain."""
    piles: dict[tuple[ReviewState, str], _Pile] = {}
    words: dict[str, KeywordCount] = {}
    for one in details:
        for suggestion in one.suggestions:
            piles.setdefault((suggestion.state, suggestion.keyword), _Pile()).add(suggestion)
        for word in one.keywords:
            if word.wanted:
                before = words.get(word.keyword, KeywordCount(word.keyword, 0, False))
                unwritten = before.unwritten or not word.written
                words[word.keyword] = KeywordCount(word.keyword, before.photos + 1, unwritten)

    def of(state: ReviewState) -> list[KeywordLine]:
        lines = [
            KeywordLine(keyword, pile.score, tuple(pile.ids), len(pile.photos), pile.of_folder)
            for (its_state, keyword), pile in piles.items()
            if its_state is state
        ]
        return sorted(lines, key=lambda entry: (-entry.photos, -entry.score, entry.keyword.casefold()))

    open_lines = of(ReviewState.SUGGESTED)
    return Lines(
        photos=len(details),
        to_review=tuple(open_lines[:LINES_MAX]),
        rejected=tuple(of(ReviewState.REJECTED)[:LINES_MAX]),
        keywords=tuple(sorted(words.values(), key=lambda word: (-word.photos, word.keyword.casefold()))),
        hidden=max(0, len(open_lines) - LINES_MAX),
        waiting=sum(one.photo.state is PhotoState.PENDING for one in details),
        values=Counter(
            value.kind
            for one in details
            for value in one.values.values()
            if value.state is ReviewState.SUGGESTED
        ),
    )


def resolve(typed: str, known: Sequence[str]) -> str:
    """The keyword a person means: what was typed, or the known path whose last word it is, if it is the only
    one. Spaces round the parts are dropped, empty parts too; a bar before them stays (``|dog`` takes no other
    ``dog``)."""
    keyword = "|".join(part.strip() for part in typed.split("|") if part.strip())
    if keyword and typed.strip().startswith("|"):
        return f"|{keyword}"
    if not keyword or "|" in keyword:
        return keyword
    wanted = keyword.casefold()
    matches = [path for path in known if path.rsplit("|", 1)[-1].casefold() == wanted]
    return matches[0] if len(matches) == 1 else keyword
