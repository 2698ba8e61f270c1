"""What a person decides about photos: one history step each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from phototagger.app.session import Session
from phototagger.catalog.analysis import offers
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Changes
from phototagger.domain.sentences import Said, joined
from phototagger.jobs import review
from phototagger.jobs.progress import Cancel, Job, run_to_end
from phototagger.jobs.words.given_values import GivenValue, give_value, kept_sentence


class Review:
    """Decisions on suggestions, keywords and captions, and the way back. What is learnt from them changes other
    suggestions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.confirm(self._session.catalog, self._whole_folders(suggestion_ids)))

    def reject(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.reject(self._session.catalog, self._whole_folders(suggestion_ids)))

    def reset(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.reset(self._session.catalog, self._whole_folders(suggestion_ids)))

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes:
        return self._learn(review.accept_above(self._session.catalog, score, photo_ids))

    def accept_keyword(self, keyword: str, photo_ids: Sequence[int] | None, score: float = 0.0) -> Changes:
        return self._learn(review.accept_keyword(self._session.catalog, keyword, photo_ids, score))

    def nearest_offered(self, keyword: str, photo_ids: Sequence[int] | None) -> list[str]:
        return review.nearest_offered(self._session.catalog, keyword, photo_ids)

    def reject_keyword(self, keyword: str, photo_ids: Sequence[int] | None) -> Changes:
        return self._learn(review.reject_keyword(self._session.catalog, keyword, photo_ids))

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        """Adds a keyword by hand; a word that the tree or the person's list knows joins the keyword there (see
        :meth:`KeywordBook.named`). Raises UsageError."""
        keyword = self._session.keywords.named(keyword, photo_ids)
        return self._learn(review.add_keyword(self._session.catalog, photo_ids, keyword))

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        """Takes a keyword off photos, by its path or by what these photos have of that name. Raises UsageError."""
        keyword = self._session.keywords.named(keyword, photo_ids, on_them=True)
        return self._learn(review.remove_keyword(self._session.catalog, photo_ids, keyword))

    def accept_values(self, kind: str, photo_ids: Sequence[int] | None) -> Changes:
        """Accepts the values of one kind (captions) that wait on these photos, or on all."""
        return review.accept_values(self._session.catalog, kind, photo_ids)

    def give_value(
        self, kind: str, photo_ids: Sequence[int], text: str, over: Collection[str] | None = ()
    ) -> Changes:
        """Gives photos a value of the person's own, where no file says something else (see :meth:`give_values`).
        Raises UsageError where none can be given it."""
        given = run_to_end(self.give_values(kind, photo_ids, text, over, Cancel()))
        if given.kept and not given.changes:
            raise UsageError(joined((kept_sentence(kind, *one) for one in given.kept), "\n"))
        return given.changes

    def give_values(
        self,
        kind: str,
        photo_ids: Sequence[int],
        text: str,
        over: Collection[str] | None,
        cancel: Cancel,
    ) -> Job[GivenValue]:
        """A value of the person's own for these photos, where their files have no other, or one that the person
        agreed to replace; see ``given_values.give_value``.

        Raises UsageError for what is no such value.
        """
        with self._session.reader() as reader:
            return (yield from give_value(self._session.catalog, reader, kind, photo_ids, text, over, cancel))

    def reject_values(self, kind: str, photo_ids: Sequence[int] | None) -> Changes:
        return review.reject_values(self._session.catalog, kind, photo_ids)

    def reset_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return review.reset_values(self._session.catalog, kind, photo_ids)

    def undo(self) -> tuple[Changes, Said] | None:
        return self._learn_after(review.undo(self._session.catalog))

    def redo(self) -> tuple[Changes, Said] | None:
        return self._learn_after(review.redo(self._session.catalog))

    def _learn(self, changes: Changes) -> Changes:
        """What an edit changed, with the suggestions that follow from it where it gave or took an example."""
        return changes | self._session.keywords.learn(changes.photos) if changes else changes

    def _whole_folders(self, suggestion_ids: Sequence[int]) -> list[int]:
        """A folder's word is decided on once, for all its photos."""
        return self._session.catalog.read(lambda c: offers.whole_folders(c, suggestion_ids))

    def _learn_after(self, done: tuple[Changes, Said] | None) -> tuple[Changes, Said] | None:
        if done is None:
            return None
        # Where a change of languages was undone, new suggestions must speak as the photos do.
        languages, set_ones = self._session.keywords.languages(), self._session.settings.words.languages
        if languages and (languages[0], set(languages)) != (set_ones[0], set(set_ones)):
            words = replace(self._session.settings.words, language=", ".join(languages))
            self._session.update_settings(replace(self._session.settings, words=words))
        return self._learn(done[0]), done[1]
