"""Small builders for a real catalog: photos, answers and findings with the values a test cares for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from phototagger.catalog.analysis import suggestions
from phototagger.catalog.analysis.suggestions import Saved, SavedAnswer
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import regions
from phototagger.catalog.photos import photos
from phototagger.domain.findings import (
    Answer,
    FaceFinding,
    Findings,
    LabelScore,
    ObjectFinding,
    PhotoFacts,
    Task,
)
from phototagger.domain.records import Box, Failure, FileSignature, FoundFile, Region
from phototagger.keywords.scoring.suggest import NewSuggestion

NETWORKS: dict[str, str] = {
    Task.CLASSIFY: "classifier@1",
    Task.OBJECTS: "objects@1",
    Task.FACES: "faces@1",
    Task.IDENTITY: "identity@1",
}
SIGNATURE = FileSignature(1000, 1_700_000_000_123_456_789)
LANDMARKS = ((0.2, 0.2), (0.3, 0.2), (0.25, 0.25), (0.2, 0.3), (0.3, 0.3))


def add_photos(catalog: Catalog, root: Path, *names: str, signature: FileSignature = SIGNATURE) -> list[int]:
    """Takes up photos below ``root`` as a scan would; ids in the order of the names."""

    def work(c: sqlite3.Connection) -> list[int]:
        root_id = photos.add_root(c, root)
        files = [FoundFile(root / name, signature) for name in names]
        photos.upsert(c, root_id, files, photos.next_scan(c))
        return [photo.id for photo in photos.by_path(c, [root / name for name in names])]

    return catalog.write(work)


def vector(*numbers: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A unit vector of 192 numbers that begins with these."""
    whole = np.zeros(192, np.float32)
    whole[: len(numbers)] = numbers
    return whole / np.float32(np.linalg.norm(whole))


def face(x: float = 0.1, embedding: Sequence[float] | None = (1.0,), quality: float = 0.9) -> FaceFinding:
    identity = None if embedding is None else vector(*embedding)
    return FaceFinding(0.99, Box(x, 0.1, 0.2, 0.2), LANDMARKS, quality, identity)


def dog(score: float = 0.8) -> ObjectFinding:
    return ObjectFinding("coco:18", "dog", score, Box(0.5, 0.5, 0.25, 0.25))


def answer(
    photo_id: int,
    *keywords: tuple[str, float],
    faces: Sequence[FaceFinding] = (),
    objects: Sequence[ObjectFinding] = (),
    networks: dict[str, str] | None = None,
    signature: FileSignature = SIGNATURE,
    fingerprint: bytes | None = None,
    orientation: int = 6,
    sketch: bytes | None = None,
) -> SavedAnswer:
    """An analysed photo with suggestions (keyword, score) by the classifier."""
    ran = NETWORKS if networks is None else networks
    labels = tuple(LabelScore(f"wn:{keyword}", keyword, score) for keyword, score in keywords)
    findings = Findings(labels, tuple(objects), tuple(faces), ran, b"\0\1")
    facts = PhotoFacts(
        "JPEG", 400, 300, orientation, "2024-05-01T10:20:30", 52.5, 13.4, fingerprint, sketch=sketch
    )
    proposals = [
        NewSuggestion(keyword, f"wn:{keyword}", score, ran.get(Task.CLASSIFY, ""))
        for keyword, score in keywords
    ]
    return SavedAnswer(Answer(photo_id, signature, facts, findings, b"jpeg"), proposals)


def failed(photo_id: int, failure: Failure, signature: FileSignature = SIGNATURE) -> SavedAnswer:
    return SavedAnswer(Answer(photo_id, signature, failure=failure))


def save(catalog: Catalog, *answers: SavedAnswer) -> Saved:
    return catalog.write(lambda c: suggestions.save(c, answers))


def regions_of(catalog: Catalog, photo_id: int) -> list[Region]:
    """Faces, then objects, surest first."""
    return catalog.read(lambda c: regions.for_photos(c, [photo_id])).get(photo_id, [])


def suggestion_ids(catalog: Catalog, photo_id: int) -> dict[str, int]:
    """Keyword to suggestion id."""
    found = catalog.read(lambda c: suggestions.for_photos(c, [photo_id]))
    return {suggestion.keyword: suggestion.id for suggestion in found}


def states(catalog: Catalog, photo_id: int) -> dict[str, str]:
    """Keyword to review state."""
    found = catalog.read(lambda c: suggestions.for_photos(c, [photo_id]))
    return {suggestion.keyword: str(suggestion.state) for suggestion in found}


def wanted(catalog: Catalog, photo_id: int) -> set[str]:
    found = catalog.read(lambda c: suggestions.keywords(c, photo_id))
    return {keyword.keyword for keyword in found if keyword.wanted}
