"""All networks on a batch of decoded photos: labels, objects, faces with embeddings, and features."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.errors import DeviceError, ModelError
from phototagger.domain.findings import (
    FaceFinding,
    Findings,
    LabelScore,
    ObjectFinding,
    PhotoFacts,
    Task,
    TextLine,
    Traits,
)
from phototagger.inference.reading.boxes import decode_objects
from phototagger.inference.reading.face_search import FaceSearch, SearchedPhoto
from phototagger.inference.reading.faces import FaceView, FoundFace, face_view
from phototagger.inference.reading.pixels import View, align_face, centre_crop, check_photo, stretch
from phototagger.inference.reading.text import TextReader, make_text_reader
from phototagger.inference.zoo.backends import Backend, TorchBackend, make_backend
from phototagger.inference.zoo.device import Device, pick_device
from phototagger.inference.zoo.models import ModelInfo, read_models
from phototagger.inference.zoo.vocabulary import Label, read_vocabulary

__all__ = ["Analyser", "PreparedPhoto", "load_analyser"]

Pixels = NDArray[np.uint8]
Item = TypeVar("Item")
Result = TypeVar("Result")

_CROP_SHARE = 0.89
"""Share of the shorter side that the classifier sees: timm's evaluation setting for EfficientNet-Lite2."""
_FACES_AT_ONCE = 32
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """One photo, scaled for every network. Made by :meth:`Analyser.prepare` on any thread."""

    photo: Pixels
    classify: Pixels | None
    objects: View | None
    faces: FaceView | None
    upright: bool = False
    """The file says which way up the photo is."""


class Analyser:
    """Runs the networks of some tasks. Only :meth:`prepare` may be called from several threads.

    Args:
        infos: The networks, one a task.
        backends: What runs each of them.
        device: Where.
        reader: What reads text, where that is wanted; always on the CPU.
    """

    def __init__(
        self,
        infos: dict[Task, ModelInfo],
        backends: dict[Task, Backend],
        device: Device,
        reader: TextReader | None = None,
    ) -> None:
        self.device = device.kind
        self.device_name = device.name
        self.networks = {task: info.identifier for task, info in infos.items()}
        if reader is not None:
            self.networks[Task.TEXT] = reader.identifier
        self._reader = reader
        self._infos = infos
        self._backends = backends
        self._labels = {
            task: read_vocabulary(infos[task].vocabulary)
            for task in (Task.CLASSIFY, Task.OBJECTS)
            if task in infos
        }

    def analyse(self, photos: Sequence[Pixels]) -> list[Findings | Exception]:
        """One Findings, or the exception that only this photo raised, for each photo, in order.

        Args:
            photos: Upright, uint8, H x W x 3, RGB; a longer side of up to 1600 pixels is of use.
        """
        return self.analyse_prepared(_each(self.prepare, photos))

    def prepare(self, photo: Pixels, facts: PhotoFacts | None = None) -> PreparedPhoto:
        """Scale a photo for every network. Thread-safe: a decoding thread can do it.

        An orientation of 1 in ``facts`` says nothing: cameras without a sense of direction write it as well, and
        files without any count as 1.

        Raises:
            PhotoError: Not a photo's pixels (kind ``INTERNAL``).
        """
        check_photo(photo)
        infos = self._infos
        classify = infos.get(Task.CLASSIFY)
        objects = infos.get(Task.OBJECTS)
        return PreparedPhoto(
            photo,
            centre_crop(photo, classify.size, _CROP_SHARE) if classify else None,
            stretch(photo, objects.size) if objects else None,
            face_view(photo) if Task.FACES in infos else None,
            facts is not None and facts.orientation != 1,
        )

    def analyse_prepared(self, photos: Sequence[PreparedPhoto | Exception]) -> list[Findings | Exception]:
        """As :meth:`analyse`, for photos that went through :meth:`prepare`; exceptions are passed on.

        A batch that fails as a whole is run again one photo at a time, so that only the photo at fault fails.
        """
        answers: list[Findings | Exception] = [
            photo if isinstance(photo, Exception) else Findings() for photo in photos
        ]
        good = [(at, photo) for at, photo in enumerate(photos) if not isinstance(photo, Exception)]
        for (at, _), answer in zip(good, self._batch([photo for _, photo in good]), strict=True):
            answers[at] = answer
        return answers

    def _batch(self, photos: list[PreparedPhoto]) -> list[Findings | Exception]:
        if not photos:
            return []
        try:
            return list(self._findings(photos))
        except Exception as error:  # noqa: BLE001 - what one photo does must not reach the others
            if len(photos) == 1:
                return [error]
            _log.warning("a batch of %d failed, one at a time now: %r", len(photos), error)
        return [answer for photo in photos for answer in self._batch([photo])]

    def _findings(self, photos: list[PreparedPhoto]) -> list[Findings]:
        nothing: list[tuple[()]] = [()] * len(photos)
        labels: Sequence[tuple[LabelScore, ...]] = nothing
        features: Sequence[bytes | None] = [None] * len(photos)
        objects: Sequence[tuple[ObjectFinding, ...]] = nothing
        faces: Sequence[tuple[FaceFinding, ...]] = nothing
        if Task.CLASSIFY in self._backends:
            labels, features = self._classify(photos)
        if Task.OBJECTS in self._backends:
            objects = self._find_objects(photos)
        if Task.FACES in self._backends:
            faces = self._find_faces(photos)
        text: Sequence[tuple[TextLine, ...]] = nothing
        if self._reader is not None:
            text = [self._reader.lines(photo.photo) for photo in photos]
        columns = zip(labels, objects, faces, features, text, strict=True)
        return [Findings(*row[:3], dict(self.networks), *row[3:]) for row in columns]

    def _classify(self, photos: list[PreparedPhoto]) -> tuple[list[tuple[LabelScore, ...]], list[bytes]]:
        batch = np.stack([photo.classify for photo in photos if photo.classify is not None])
        probabilities, features = self._backends[Task.CLASSIFY].run(batch)
        _must_be_finite(probabilities, features)
        floor = self._infos[Task.CLASSIFY].thresholds["floor"]
        names = self._labels[Task.CLASSIFY]
        kept = [row.astype("<f2").tobytes() for row in features]
        return [_named(row, names, floor) for row in probabilities], kept

    def _find_objects(self, photos: list[PreparedPhoto]) -> list[tuple[ObjectFinding, ...]]:
        views = [photo.objects for photo in photos if photo.objects is not None]
        scores, boxes = self._backends[Task.OBJECTS].run(np.stack([view.canvas for view in views]))
        _must_be_finite(scores, boxes)
        limits = self._infos[Task.OBJECTS].thresholds
        names = self._labels[Task.OBJECTS]
        answers: list[tuple[ObjectFinding, ...]] = []
        for view, some_scores, some_boxes in zip(views, scores, boxes, strict=True):
            found = decode_objects(some_scores, some_boxes, limits["floor"], limits["overlap"])
            placed = zip(found.kinds, found.scores, found.boxes, strict=True)
            objects = [
                ObjectFinding(names[kind].label, names[kind].name, float(score), box)
                for kind, score, corners in placed
                if (box := view.box(corners)) is not None
            ]
            answers.append(tuple(objects))
        return answers

    def _find_faces(self, photos: list[PreparedPhoto]) -> list[tuple[FaceFinding, ...]]:
        search = FaceSearch(self._backends[Task.FACES], self._infos[Task.FACES].thresholds)
        searched = [
            SearchedPhoto(photo.photo, photo.faces, photo.upright)
            for photo in photos
            if photo.faces is not None
        ]
        return self._identify(photos, search.find(searched))

    def _identify(
        self, photos: list[PreparedPhoto], found: list[list[FoundFace]]
    ) -> list[tuple[FaceFinding, ...]]:
        """Faces as findings, with embeddings and traits where they were asked for."""
        faces = [(photo.photo, face) for photo, some in zip(photos, found, strict=True) for face in some]
        findings: list[FaceFinding] = []
        for start in range(0, len(faces), _FACES_AT_ONCE):
            findings += self._look_at(faces[start : start + _FACES_AT_ONCE])
        each = iter(findings)
        return [tuple(next(each) for _ in some) for some in found]

    def _look_at(self, faces: Sequence[tuple[Pixels, FoundFace]]) -> list[FaceFinding]:
        """Faces, each with the photo it is in, as findings."""
        if not self._backends.keys() & {Task.IDENTITY, Task.TRAITS}:
            return [face.finding(None) for _, face in faces]
        crops = np.stack([align_face(photo, face.points_in(photo)) for photo, face in faces])
        some = [face for _, face in faces]
        embeddings: list[NDArray[np.float32] | None] = [None] * len(faces)
        traits: list[Traits | None] = [None] * len(faces)
        if Task.IDENTITY in self._backends:
            vectors, lengths = self._backends[Task.IDENTITY].run(crops)
            _must_be_finite(vectors, lengths)
            embeddings = [vector.copy() for vector in vectors]
            seen = zip(some, lengths.reshape(-1), strict=True)
            some = [face.seen_clearly(float(length)) for face, length in seen]
        if Task.TRAITS in self._backends:
            columns = self._backends[Task.TRAITS].run(crops)
            _must_be_finite(*columns)
            rows = zip(*(column.reshape(-1).tolist() for column in columns), strict=True)
            traits = [Traits(*row) for row in rows]
        both = zip(embeddings, traits, strict=True)
        return [face.finding(*what) for face, what in zip(some, both, strict=True)]


def load_analyser(
    models_dir: Path,
    cache_dir: Path,
    device: str = "auto",
    tasks: Collection[Task] | None = None,
    *,
    threads: int | None = None,
    plain: bool = False,
) -> Analyser:
    """Everything needed to analyse photos, ready to run.

    The first start on a CPU exports the networks to `cache_dir` (7 to 20 s); later starts take well under a
    second and do not import torch.

    Args:
        models_dir: Folder with models.toml and the weights.
        cache_dir: Folder for exported graphs.
        device: auto, cpu, cuda, mps or xpu.
        tasks: What to run, by default all but text; identity and traits bring faces with them.
        threads: Threads within one operation on the CPU; by default as many as the process may use.
        plain: torch in full precision on every device, as one would write it first: what ``benchmark``
            compares with.

    Raises:
        DeviceError: The device cannot be had.
        ModelError: A network is missing or damaged, or there is none for a task.
    """
    chosen = pick_device(device)
    wanted = set(Task) - {Task.TEXT} if tasks is None else set(tasks)
    if wanted & {Task.IDENTITY, Task.TRAITS}:
        wanted.add(Task.FACES)
    reader = make_text_reader(threads) if Task.TEXT in wanted else None
    wanted.discard(Task.TEXT)
    infos = {info.task: info for info in read_models(models_dir) if info.task in wanted}
    missing = sorted(task.value for task in wanted - infos.keys())
    if missing:
        raise ModelError(f"There is no network for {', '.join(missing)} in {models_dir}. Reinstall.")
    try:
        backends: dict[Task, Backend] = {
            task: TorchBackend(info, chosen.kind) if plain else make_backend(info, chosen, cache_dir, threads)
            for task, info in infos.items()
        }
    except RuntimeError as error:
        raise DeviceError(f"The networks cannot be put on {chosen.name} ({error}). Choose cpu.") from error
    return Analyser(infos, backends, chosen, reader)


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result | Exception]:
    """The result of each item's work, or the exception it raised."""
    answers: list[Result | Exception] = []
    for item in items:
        try:
            answers.append(work(item))
        except Exception as error:  # noqa: BLE001 - it belongs to this photo alone
            answers.append(error)
    return answers


def _named(
    probabilities: NDArray[np.float32], names: tuple[Label, ...], floor: float
) -> tuple[LabelScore, ...]:
    kept = np.flatnonzero(probabilities >= floor)
    kept = kept[np.argsort(-probabilities[kept], kind="stable")]
    return tuple(LabelScore(names[at].label, names[at].name, float(probabilities[at])) for at in kept)


def _must_be_finite(*arrays: NDArray[np.float32]) -> None:
    """Half precision may overflow; an infinity must never become a score.

    Raises:
        ModelError: A number is infinite or none.
    """
    if not all(np.isfinite(array).all() for array in arrays):
        raise ModelError("A network answered with numbers that are none. Choose the device cpu.")
