"""All networks on a batch of decoded photos: each task's network in turn, its answers merged into findings."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.findings import Findings, PhotoFacts, Task
from phototagger.inference.reading.pixels import check_photo
from phototagger.inference.tasks import FacesTask, FaceTask, NetworkTask, PhotoTask
from phototagger.inference.zoo.device import Device

__all__ = ["Analyser", "PreparedPhoto"]

Pixels = NDArray[np.uint8]
Item = TypeVar("Item")
Result = TypeVar("Result")

_OURS = frozenset(map(str, Task))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """One photo, scaled for every network. Made by :meth:`Analyser.prepare` on any thread.

    ``looks``: what each task made of it, by the task's key; an exception for a task of others that could not."""

    looks: dict[str, Any]


class Analyser:
    """Runs the networks of some tasks. Only :meth:`prepare` may be called from several threads.

    Args:
        tasks: What is to be done, in this order, each with its network; those on faces by the one that finds them.
        device: Where.
    """

    def __init__(self, tasks: Sequence[NetworkTask], device: Device) -> None:
        self.device = device.kind
        self.device_name = device.name
        self.networks = {task.key: task.identifier for task in tasks}
        self.tasks = [task for task in tasks if isinstance(task, PhotoTask)]
        for finder in tasks:
            if isinstance(finder, FacesTask):
                finder.beside = [task for task in tasks if isinstance(task, FaceTask)]

    def analyse(self, photos: Sequence[Pixels]) -> list[Findings | Exception]:
        """One Findings, or the exception that only this photo raised, for each photo, in order.

        Args:
            photos: Upright, uint8, H x W x 3, RGB; a longer side of up to 1600 pixels is of use.
        """
        return self.analyse_prepared(_each(self.prepare, photos))

    def prepare(self, photo: Pixels, facts: PhotoFacts | None = None) -> PreparedPhoto:
        """Scale a photo for every network. Thread-safe: a decoding thread can do it.

        Raises:
            PhotoError: Not a photo's pixels (kind ``INTERNAL``).
        """
        check_photo(photo)
        return PreparedPhoto({task.key: _look(task, photo, facts) for task in self.tasks})

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
        found = [Findings(networks=dict(self.networks)) for _ in photos]
        for task in self.tasks:
            looks = [photo.looks[task.key] for photo in photos]
            if task.name in _OURS:
                found = [task.merge(*pair) for pair in zip(found, task.run(looks), strict=True)]
            else:
                found = _of_others(task, looks, found)
        return found


def _look(task: PhotoTask, photo: Pixels, facts: PhotoFacts | None) -> Any:
    if task.name in _OURS:
        return task.prepare(photo, facts)
    try:
        return task.prepare(photo, facts)
    except Exception as error:  # noqa: BLE001 - code of others, without which the photo is analysed all the same
        return error


def _of_others(task: PhotoTask, looks: Sequence[Any], found: Sequence[Findings]) -> list[Findings]:
    """With what a task of others says; photos on which it fails go on without it."""
    try:
        for look in looks:
            if isinstance(look, Exception):
                raise look
        merged = [task.merge(*pair) for pair in zip(found, task.run(looks), strict=True)]
        json.dumps([one.more for one in merged], allow_nan=False)  # so that the catalog can keep it
    except Exception as error:  # noqa: BLE001 - code of others
        if len(looks) > 1:
            return [_of_others(task, [look], [one])[0] for look, one in zip(looks, found, strict=True)]
        _log.warning("the network %s failed on a photo, which goes on without it: %r", task.identifier, error)
        return [found[0]]
    return merged


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result | Exception]:
    """The result of each item's work, or the exception it raised."""
    answers: list[Result | Exception] = []
    for item in items:
        try:
            answers.append(work(item))
        except Exception as error:  # noqa: BLE001 - it belongs to this photo alone
            answers.append(error)
    return answers
