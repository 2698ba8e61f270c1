"""Text in the photo, by an optional package that brings networks of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phototagger.domain.findings import Findings, PhotoFacts, Task, TextLine
from phototagger.inference.reading.text import TextReader
from phototagger.inference.tasks.base import PhotoTask, Pixels

__all__ = ["TextTask"]


class TextTask(PhotoTask):
    """Made from a reader, not from a network's spec; always on the CPU."""

    name = Task.TEXT
    outputs = ()

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader

    @property
    def key(self) -> str:
        """No spec stands behind it."""
        return self.name

    @property
    def identifier(self) -> str:
        """The package and its version."""
        return self._reader.identifier

    def prepare(self, photo: Pixels, facts: PhotoFacts | None) -> Pixels:
        """The photo as it is."""
        return photo

    def run(self, looks: Sequence[Pixels]) -> list[tuple[TextLine, ...]]:
        """The lines of each photo."""
        return [self._reader.lines(photo) for photo in looks]

    def merge(self, findings: Findings, answer: tuple[TextLine, ...]) -> Findings:
        """See :meth:`PhotoTask.merge`."""
        return replace(findings, text=answer)
