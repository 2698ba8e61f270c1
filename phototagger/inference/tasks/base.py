"""What every task of a network has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Findings, PhotoFacts
from phototagger.domain.sentences import said
from phototagger.inference.reading.pixels import FACE_SIDE

if TYPE_CHECKING:
    from phototagger.inference.reading.faces import FoundFace
    from phototagger.inference.zoo.backends import Backend, Outputs
    from phototagger.specs.spec import NetworkSpec

__all__ = ["FaceTask", "NetworkTask", "PhotoTask", "Pixels"]

Pixels = NDArray[np.uint8]
"""Height x width x 3, RGB."""


class NetworkTask(ABC):
    """What a network is for, and how its outputs become findings.

    Args:
        spec: The network.
        backend: What runs it.
    """

    name: ClassVar[str]
    """As specs and findings carry it."""

    outputs: ClassVar[tuple[str, ...]]
    """The network's outputs, in the order in which the backend answers them."""

    optional: ClassVar[frozenset[str]] = frozenset()
    """Of the outputs, the last ones, which a network of somebody else's need not have."""

    brings: ClassVar[tuple[str, ...]] = ()
    """Tasks without which this one has nothing to look at."""

    several: ClassVar[bool] = False
    """Whether more than one network can do this at once; else a network that is chosen takes the place of ours."""

    def __init__(self, spec: NetworkSpec, backend: Backend) -> None:
        self.spec = spec
        self.backend = backend

    @classmethod
    def key_of(cls, spec: NetworkSpec) -> str:
        """Under what findings name the network: by the task, and by its own name where several do that."""
        return f"{cls.name}:{spec.name}" if cls.several else cls.name

    @property
    def key(self) -> str:
        """See :meth:`key_of`."""
        return self.key_of(self.spec)

    @property
    def identifier(self) -> str:
        """Name and revision of what does it."""
        return self.spec.identifier

    def answers(self, batch: Pixels) -> Outputs:
        """The network's outputs for a batch (uint8, N x H x W x 3), each with N as its first dimension.

        Raises:
            ModelError: A number is infinite or none: half precision may overflow, which must never become a score.
            PhotoError: Not even one photo fits into the device's memory.
        """
        arrays = self.backend.run(batch)
        if not all(np.isfinite(array).all() for array in arrays):
            raise ModelError(said("A network answered with numbers that are none. Choose the device cpu."))
        return arrays

    @abstractmethod
    def trial(self) -> None:
        """Does all of it once, on a photo of nothing. Whatever is raised says that the network cannot be used."""


class PhotoTask(NetworkTask):
    """A task on whole photos."""

    @abstractmethod
    def prepare(self, photo: Pixels, facts: PhotoFacts | None) -> Any:
        """What :meth:`run` needs of a photo. Called from several threads."""

    @abstractmethod
    def run(self, looks: Sequence[Any]) -> Sequence[Any]:
        """One answer for each of what :meth:`prepare` made, in order."""

    @abstractmethod
    def merge(self, findings: Findings, answer: Any) -> Findings:
        """The photo's findings so far with this answer in them. What none of their fields is for goes into
        ``more``, as values that JSON has."""

    def trial(self) -> None:
        """See :meth:`NetworkTask.trial`."""
        grey = np.full((96, 128, 3), 128, np.uint8)
        (answer,) = self.run([self.prepare(grey, None)])
        merged = self.merge(Findings(), answer)
        if not isinstance(merged, Findings):
            raise TypeError(f"merge gave {type(merged).__name__}, not Findings")


class FaceTask(NetworkTask):
    """A task on faces that another one found."""

    brings = ("faces",)

    @abstractmethod
    def run(self, crops: Pixels) -> Sequence[Any]:
        """One answer for each face, aligned to the five-point template (N x 112 x 112 x 3)."""

    @abstractmethod
    def merge(self, face: FoundFace, answer: Any) -> FoundFace:
        """The face with this answer in it."""

    def trial(self) -> None:
        """See :meth:`NetworkTask.trial`."""
        self.run(np.full((1, FACE_SIDE, FACE_SIDE, 3), 128, np.uint8))
