"""Faces, and what is said of each of them by the networks that look at faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.findings import FaceFinding, Findings, PhotoFacts, Task, Traits
from phototagger.inference.reading.face_search import FaceSearch, SearchedPhoto
from phototagger.inference.reading.faces import FoundFace, face_view
from phototagger.inference.reading.pixels import align_face
from phototagger.inference.tasks.base import FaceTask, PhotoTask, Pixels

__all__ = ["FacesTask", "IdentityTask", "TraitsTask"]

_AT_ONCE = 32


class FacesTask(PhotoTask):
    """``scores``, ``offsets`` and ``landmarks`` as ``reading/boxes.py`` decodes them. ``beside``: what looks at the
    faces that are found; it is set once, before the first photo."""

    name = Task.FACES
    outputs = ("scores", "offsets", "landmarks")
    beside: Sequence[FaceTask] = ()

    def prepare(self, photo: Pixels, facts: PhotoFacts | None) -> SearchedPhoto:
        """The photo at the first look's scale. An orientation of 1 says nothing: cameras without a sense of
        direction write it as well, and files without any count as 1."""
        return SearchedPhoto(photo, face_view(photo), facts is not None and facts.orientation != 1)

    def run(self, looks: Sequence[SearchedPhoto]) -> list[tuple[FaceFinding, ...]]:
        """The faces of each photo, strongest first."""
        found = FaceSearch(self.backend, self.spec.thresholds).find(list(looks))
        faces = [(look.photo, face) for look, some in zip(looks, found, strict=True) for face in some]
        seen: list[FoundFace] = []
        for start in range(0, len(faces), _AT_ONCE):
            seen += self._looked_at(faces[start : start + _AT_ONCE])
        each = iter(seen)
        return [tuple(next(each).finding() for _ in some) for some in found]

    def _looked_at(self, faces: Sequence[tuple[Pixels, FoundFace]]) -> list[FoundFace]:
        """These faces, each with the photo it is in, with what the tasks beside say of them."""
        seen = [face for _, face in faces]
        if not self.beside:
            return seen
        crops = np.stack([align_face(photo, face.points_in(photo)) for photo, face in faces])
        for task in self.beside:
            seen = [task.merge(face, answer) for face, answer in zip(seen, task.run(crops), strict=True)]
        return seen

    def merge(self, findings: Findings, answer: tuple[FaceFinding, ...]) -> Findings:
        """See :meth:`PhotoTask.merge`."""
        return replace(findings, faces=answer)


class IdentityTask(FaceTask):
    """``embeddings`` N x 192 of length 1; ``lengths`` N, of the vectors before that."""

    name = Task.IDENTITY
    outputs = ("embeddings", "lengths")

    def run(self, crops: Pixels) -> list[tuple[NDArray[np.float32], float]]:
        """Each face's embedding and its length."""
        vectors, lengths = self.answers(crops)
        return [
            (vector.copy(), float(length))
            for vector, length in zip(vectors, lengths.reshape(-1), strict=True)
        ]

    def merge(self, face: FoundFace, answer: tuple[NDArray[np.float32], float]) -> FoundFace:
        """See :meth:`FaceTask.merge`."""
        return replace(face.seen_clearly(answer[1]), embedding=answer[0])


class TraitsTask(FaceTask):
    """``ages`` N in years; ``male`` and ``smiles`` N in 0..1."""

    name = Task.TRAITS
    outputs = ("ages", "male", "smiles")

    def run(self, crops: Pixels) -> list[Traits]:
        """How each face looks."""
        columns = self.answers(crops)
        return [
            Traits(*row) for row in zip(*(column.reshape(-1).tolist() for column in columns), strict=True)
        ]

    def merge(self, face: FoundFace, answer: Any) -> FoundFace:
        """See :meth:`FaceTask.merge`."""
        return replace(face, traits=answer)
