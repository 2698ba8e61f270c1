"""Text in photos, read by PaddleOCR's mobile networks through the package rapidocr-onnxruntime (Apache-2.0, both).

The package is optional (``pip install 'phototagger[text]'``); its networks lie inside its wheel, so nothing is
fetched. It reads Latin and Chinese letters; between Latin words it often loses the blank, so what it reads is good
to search for a word in, not to be quoted.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import TextLine
from phototagger.domain.records import Box
from phototagger.domain.sentences import said
from phototagger.settings.locations import can_read_text

__all__ = ["TextReader", "make_text_reader"]

LEAST_SCORE = 0.6
"""Of a line: below it is mostly texture that looks like letters."""
MOST_LINES = 200
Pixels = NDArray[np.uint8]
Read = Callable[[Pixels], tuple[Sequence[Any] | None, Any]]


class TextReader:
    """Reads the lines of text in a photo. ``read`` takes BGR pixels and gives rows of (four corners in pixels,
    text, score), or None, and what it took."""

    def __init__(self, read: Read, identifier: str) -> None:
        self._read = read
        self.identifier = identifier

    def lines(self, photo: Pixels) -> tuple[TextLine, ...]:
        """The lines of an upright RGB photo, as they follow one another; boxes are in 0..1."""
        rows, columns = photo.shape[:2]
        found, _ = self._read(np.ascontiguousarray(photo[:, :, ::-1]))
        lines: list[TextLine] = []
        for corners, text, score in (found or ())[:MOST_LINES]:
            points = np.clip(np.asarray(corners, np.float64) / (columns, rows), 0.0, 1.0)
            (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
            words = " ".join(str(text).split())
            if words and float(score) >= LEAST_SCORE:
                box = Box(float(left), float(top), float(right - left), float(bottom - top))
                lines.append(TextLine(words, float(score), box))
        return tuple(lines)


def make_text_reader(threads: int | None = None) -> TextReader:
    """Raises:
    ModelError: The package is not installed, or does not start.
    """
    if not can_read_text():
        raise ModelError(
            said(
                "Text in photos is switched on, but what reads it is not installed. Run `pip install "
                "'phototagger[text]'`, or set analysis.text to false in the settings."
            )
        )
    try:
        from rapidocr_onnxruntime import RapidOCR

        read: Read = RapidOCR(**({"intra_op_num_threads": threads} if threads else {}))
        version = importlib.metadata.version("rapidocr-onnxruntime")
    except (ImportError, OSError, RuntimeError, ValueError, importlib.metadata.PackageNotFoundError) as error:
        raise ModelError(
            said("What reads text in photos does not start ({reason}). Install it again.", reason=error)
        ) from error
    return TextReader(read, f"rapidocr@{version}")
