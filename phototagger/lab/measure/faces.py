"""How well faces are found, and how well they are told apart."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people.face_index import FaceIndex
from phototagger.domain.findings import FaceFinding
from phototagger.lab.measure.measure import Analysed
from phototagger.lab.measure.metrics import Floats, bcubed_f, iou_matrix, match_boxes, rank1, tpr_at_fpr
from phototagger.lab.truth.ground_truth import GroundTruth, PixelBox

if TYPE_CHECKING:
    from phototagger.domain.findings import Vector

# A labelled face is found when a found box overlaps it this much (IoU) and no other face took that box. Low,
# for labels come from several projects: some end at brow and chin, some take hair and neck.
LEAST_OVERLAP = 0.3
RECALL_WIDTHS = (20, 40)  # pixels of the file, as labelled
TINY = (10, 20)  # reported on its own: at least, less than
FALSE_POSITIVE_RATE = 0.001


class FacesPart:
    """``recall_20``, ``recall_40``: share of labelled faces at least that many pixels wide that were found;
    ``recall_10_20``: the same of those 10 to 20 pixels wide;
    ``false_per_photo``: faces found on photos without people; ``count_exact``: share of photos, where the
    number is known exactly, with as many faces found."""

    name = "faces"

    def __init__(self, truth: GroundTruth) -> None:
        self._truth = truth
        self._found: dict[int, list[bool]] = {width: [] for width in RECALL_WIDTHS}
        self._tiny: list[bool] = []
        self._false: list[int] = []
        self._exact: list[bool] = []

    def add(self, photo: Analysed) -> None:
        faces = photo.findings.faces
        if photo.path in self._truth.no_person:
            self._false.append(len(faces))
        truth = self._truth.faces.get(photo.path)
        if truth is not None and truth.count is not None:
            self._exact.append(len(faces) == truth.count)
        if truth is not None and truth.boxes:
            hits = found_faces(photo, faces, truth.boxes)
            for width, found in self._found.items():
                found += [hit for hit, box in zip(hits, truth.boxes, strict=True) if box[2] >= width]
            sized = zip(hits, truth.boxes, strict=True)
            self._tiny += [hit for hit, box in sized if TINY[0] <= box[2] < TINY[1]]

    def result(self) -> dict[str, float]:
        figures = {
            f"recall_{width}": sum(found) / len(found) for width, found in self._found.items() if found
        }
        if self._tiny:
            figures["recall_10_20"] = sum(self._tiny) / len(self._tiny)
        if self._false:
            figures["false_per_photo"] = sum(self._false) / len(self._false)
        if self._exact:
            figures["count_exact"] = sum(self._exact) / len(self._exact)
        return figures


def found_faces(photo: Analysed, faces: tuple[FaceFinding, ...], true: tuple[PixelBox, ...]) -> list[bool]:
    """For each labelled face: did a found one take it? Surest first, one to one; see ``LEAST_OVERLAP``."""
    by_score = sorted(faces, key=lambda face: -face.score)
    scale = np.array([photo.width, photo.height, photo.width, photo.height], dtype=np.float64)
    found = np.array([(f.box.x, f.box.y, f.box.w, f.box.h) for f in by_score], dtype=np.float64)
    ious = iou_matrix(found.reshape(-1, 4) * scale, np.array(true, dtype=np.float64).reshape(-1, 4))
    taken = set(match_boxes(ious, np.zeros(len(true), dtype=bool), LEAST_OVERLAP).tolist())
    return [number in taken for number in range(len(true))]


class IdentitiesPart:
    """Over all pairs of photos of one person each: ``tpr_at_fpr_0_001`` (share of same-person pairs accepted
    where one in a thousand different-person pairs is), ``rank1`` (the most similar other photo is of the same
    person) and ``bcubed_f`` of the groups that a new catalog makes of the faces, photos taken by name. A photo in
    which no face was found counts as never accepted, never recognised, and a group of its own."""

    name = "identities"

    def __init__(self, truth: GroundTruth) -> None:
        self._truth = truth
        self._seen: dict[Path, FaceFinding | None] = {}

    def add(self, photo: Analysed) -> None:
        name = self._truth.identities.get(photo.path)
        if name is not None:
            face = main_face(photo.findings.faces)
            unknown = face is None or face.embedding is None
            self._seen[photo.path] = None if unknown else face

    def result(self) -> dict[str, float]:
        if not self._seen:
            return {}
        names = [self._truth.identities[path] for path in sorted(self._seen)]
        faces = [self._seen[path] for path in sorted(self._seen)]
        vectors = [None if face is None else face.embedding for face in faces]
        similarity = _similarity(vectors)
        upper = np.triu_indices(len(names), 1)
        same = np.array([names[one] == names[other] for one, other in zip(*upper, strict=True)], dtype=bool)
        scores = similarity[upper]
        others = scores[~same & np.isfinite(scores)]
        return {
            "tpr_at_fpr_0_001": tpr_at_fpr(scores[same], others, FALSE_POSITIVE_RATE),
            "rank1": rank1(similarity, names),
            "bcubed_f": bcubed_f(catalog_clusters(faces), names),
        }


def catalog_clusters(faces: Sequence[FaceFinding | None]) -> list[int]:
    """The group number that a new catalog gives each face, in this order; a negative one of its own for None."""
    index = FaceIndex()
    with tempfile.TemporaryDirectory(prefix="phototagger-evaluate-") as folder:
        catalog = Catalog.open(Path(folder) / "catalog.db")
        try:
            return catalog.write(
                lambda c: [
                    -1 - place
                    if face is None or face.embedding is None
                    else index.assign(c, face.embedding, quality=face.quality)
                    for place, face in enumerate(faces)
                ]
            )
        finally:
            catalog.close()


def _similarity(vectors: Sequence[Vector | None]) -> Floats:
    """Cosine similarity of all pairs of unit vectors, (n, n); -inf where a photo had no face."""
    length = next((len(vector) for vector in vectors if vector is not None), 1)
    table = np.array([np.zeros(length) if vector is None else vector for vector in vectors], dtype=np.float64)
    missing = np.array([vector is None for vector in vectors])
    similarity: Floats = table @ table.T
    similarity[missing, :] = -np.inf
    similarity[:, missing] = -np.inf
    return similarity


def main_face(faces: tuple[FaceFinding, ...]) -> FaceFinding | None:
    """The face a photo of one person is of: of those at least half as large as the largest, the most central."""
    if not faces:
        return None
    largest = max(face.box.w * face.box.h for face in faces)
    large = [face for face in faces if face.box.w * face.box.h * 2 >= largest]
    return min(
        large,
        key=lambda face: math.hypot(face.box.x + face.box.w / 2 - 0.5, face.box.y + face.box.h / 2 - 0.5),
    )
