"""Keywords from the text in a photo. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.domain.findings import PhotoFacts, Task, TextLine
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.sources.source import PhotoContext
from phototagger.settings.declared import WordSettings

DOCUMENT = "format|document"
# A page is a photo with many lines, spread over most of its height, that fill a good part of it. Of 90 open
# photos, none of them a page, none passes; the label of a hard disk comes nearest, with a cover of 0.13.
LEAST_LINES = 8
LEAST_COVER = 0.15
LEAST_HEIGHT = 0.4
SCORE = 0.8


def text_words(
    lines: Sequence[TextLine], network: str, facts: PhotoFacts | None, switches: WordSettings
) -> list[NewSuggestion]:
    """``document`` for a photo of a page; nothing for a screenshot that says so itself."""
    comment = facts.shot.comment if facts is not None and facts.shot is not None else ""
    if not switches.document or len(lines) < LEAST_LINES or comment.casefold() == "screenshot":
        return []
    cover = sum(line.box.w * line.box.h for line in lines)
    top, bottom = min(line.box.y for line in lines), max(line.box.y + line.box.h for line in lines)
    if cover < LEAST_COVER or bottom - top < LEAST_HEIGHT:
        return []
    return [NewSuggestion(DOCUMENT, f"fact:{DOCUMENT}", SCORE, network)]


class TextWords:
    """See :class:`KeywordSource`."""

    name = "texts"
    needs = frozenset({"text"})

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :func:`text_words`."""
        network = photo.findings.networks.get(Task.TEXT, "facts@1")
        return text_words(photo.findings.text, network, photo.facts, photo.switches)
