"""What every measure of ``evaluate`` has in common."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from phototagger.domain.findings import Findings, PhotoFacts


@dataclass(frozen=True, slots=True)
class Analysed:
    """One photo as the networks saw it; ``width`` and ``height`` in pixels of the upright photo."""

    path: Path
    width: int
    height: int
    findings: Findings
    facts: PhotoFacts | None = None


def held_out(path: Path) -> bool:
    """Is this photo, of the open ones, of the half that nothing was fitted on? By a hash of its name, so that the
    halves stay as they are when photos come or go."""
    return bool(hashlib.sha256(path.name.encode(errors="surrogateescape")).digest()[0] & 1)


class Measure(Protocol):
    """One measure: is shown every analysed photo, takes those it has ground truth for."""

    name: str

    def add(self, photo: Analysed) -> None: ...

    def result(self) -> dict[str, float]:
        """The figures by name, each 0..1 unless its name says otherwise; empty when no photo with ground truth
        for it was shown."""
