"""The records between the decoder, the networks and the jobs: what is asked of the engine, what it answers.

Pixels are ``uint8`` arrays of shape (height, width, 3), RGB, upright. Boxes are fractions 0..1 of the **upright**
photo, origin top left. Scores are probabilities in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phototagger.domain.records import Box, Failure, FileSignature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Vector = NDArray[np.float32]


class Task(StrEnum):
    """What a network is for."""

    CLASSIFY = "classify"
    OBJECTS = "objects"
    FACES = "faces"
    IDENTITY = "identity"
    TRAITS = "traits"  # age, sex and smile of faces
    TEXT = "text"  # only where the optional package for it is installed and switched on


@dataclass(frozen=True, slots=True)
class PhotoLook:
    """What the pixels as a whole look like, by ``imaging/photo_look.py``; shares in 0..1, all but ``sharpness``."""

    chroma: float  # the 98th percentile of how far a pixel is from grey
    colours: tuple[float, ...]  # share of each of COLOURS
    dark: float  # nearly black
    bright: float  # nearly white
    flat: float  # pixels exactly like their neighbour: drawn, not photographed
    brightness: float  # mean luma
    sharpness: float  # of the sharpest part, in grey levels (0..255) of the Laplacian


@dataclass(frozen=True, slots=True)
class PhotoShot:
    """What the camera says of how the photo was taken; empty or None where it does not."""

    camera: str = ""
    exposure_s: float | None = None
    distance_m: float | None = None  # to the subject
    comment: str = ""  # EXIF's UserComment


COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "turquoise",
    "blue",
    "purple",
    "pink",
    "brown",
    "white",
    "black",
    "grey",
)


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What the decoder learns from the file beside its pixels; width and height of the upright full photo."""

    format: str
    width: int
    height: int
    orientation: int = 1
    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    fingerprint: bytes | None = None  # content hash that survives a move, not an edit of the pixels
    look: PhotoLook | None = None
    shot: PhotoShot | None = None
    named_place: tuple[str, ...] = ()  # country, region, town, as the file says them
    more: bool = False  # XMP or IPTC in the file may tell a time or a place that is missing here
    sketch: bytes | None = None  # of the upright pixels, see ``frames``


@dataclass(frozen=True, slots=True)
class FileFacts:
    """When and where a photo was taken, by all that its file and its sidecars say; as in :class:`PhotoFacts`."""

    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    named_place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoded photo: upright RGB pixels, longer side at most what was asked for, and its facts."""

    pixels: Pixels
    facts: PhotoFacts


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One class of a network's vocabulary and its probability. ``name`` is the raw English class name."""

    label: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class ObjectFinding:
    label: str
    name: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Traits:
    """What a face looks like, whoever it is: ``age`` in years, ``male`` and ``smile`` as probabilities 0..1. Said
    of photos only, never of a person."""

    age: float
    male: float
    smile: float


@dataclass(frozen=True, slots=True)
class FaceFinding:
    """``landmarks``: five (x, y) in 0..1 of the upright photo: eyes (viewer's left first), nose, mouth corners.
    ``embedding``: unit-length vector (192,), or None where identity was not asked for. ``traits``: None where they
    were not asked for."""

    score: float
    box: Box
    landmarks: tuple[tuple[float, float], ...]
    quality: float
    embedding: Vector | None = None
    traits: Traits | None = None


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text that was read in a photo."""

    text: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Findings:
    """What the networks found on one photo.

    ``labels`` holds every class with probability at least 0.001, best first. ``networks`` maps the tasks that
    ran to the network's name and revision (``efficientnet_lite2.in1k@1``). ``more``: what tasks of others found, in
    values that JSON has, by names of their own.
    """

    labels: tuple[LabelScore, ...] = ()
    objects: tuple[ObjectFinding, ...] = ()
    faces: tuple[FaceFinding, ...] = ()
    networks: dict[str, str] = field(default_factory=dict)
    features: bytes | None = None  # float16 little-endian, the classifier's penultimate layer
    text: tuple[TextLine, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WantedNetworks:
    """By which networks photos should have been analysed, as analyses name them. A photo waits again where one of
    ``lacking`` did not run, a task (``text``) or a network (``labels:birds=birds@1``), or where one of ``outdated``
    did, whatever its revision (``classify=birds@``)."""

    lacking: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalyseRequest:
    photo_id: int
    path: Path
    signature: FileSignature


@dataclass(frozen=True, slots=True)
class Answer:
    """The engine's word on one request: findings, or a failure. Exactly one answer comes for each request."""

    photo_id: int
    signature: FileSignature
    facts: PhotoFacts | None = None
    findings: Findings | None = None
    thumbnail: bytes | None = None  # a small JPEG, upright
    failure: Failure | None = None
    quarantined: bool = False
