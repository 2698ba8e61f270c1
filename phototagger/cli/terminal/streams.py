"""The program's own streams when nobody is at their other end."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO


def abandon(stream: TextIO) -> None:
    """What is left in the stream, and what still comes, goes nowhere: Python flushes it once more at its exit, and
    would complain there."""
    with suppress(OSError, ValueError):  # ValueError: no file behind it, or closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    with suppress(OSError, ValueError):
        stream.flush()
