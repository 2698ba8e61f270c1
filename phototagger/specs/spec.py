"""What a spec folder says of its network. The types are the rules: :mod:`phototagger.specs.reading` holds files to
them, and the descriptions are what a person is told to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from phototagger.domain.sentences import Said, said

__all__ = [
    "ROLES",
    "BoxWeights",
    "Calibration",
    "ClassWeights",
    "Line",
    "NetworkSpec",
    "OnnxGraph",
    "Origin",
    "Runtime",
    "SpecFile",
]


ROLES = {"person": "coco:1"}
"""What the program's rules speak of, by the label under which it is reported, whatever a network calls it."""


class Runtime(StrEnum):
    """What a network is made of: a name in timm's registry, a torch module that is installed, or an ONNX graph.
    Weights are safetensors, or inside the graph: nothing that is read can run code."""

    TIMM = "timm"
    TORCH = "torch"
    ONNX = "onnx"


_Side = Annotated[int, Meta(ge=8, le=2048)]
_Size = Annotated[
    tuple[_Side, _Side], Meta(description="height and width in pixels, such as [224, 224]; 8 to 2048 each")
]
_Level = Annotated[float, Meta(ge=-1e6, le=1e6)]
_Colours = Annotated[
    tuple[_Level, _Level, _Level], Meta(description="three numbers, for R, G and B in 0..255")
]
_Spread = Annotated[float, Meta(gt=0, le=1e6)]
_Spreads = Annotated[
    tuple[_Spread, _Spread, _Spread], Meta(description="three numbers above 0, for R, G and B in 0..255")
]
_Share = Annotated[float, Meta(gt=0, le=1, description="a share above 0 and up to 1")]
_Line = Annotated[str, Meta(max_length=500, description="a line of text")]
_FileName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^/\\:\x00-\x1f]+$",
        description="the name of a file in this folder",
    ),
]
_Number = Annotated[float, Meta(ge=-1e9, le=1e9, description="a number")]
_Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="small letters, digits and _")]


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """How a photo becomes the network's input."""

    size: _Size
    crop_share: _Share = 0.875  # of the shorter side, that classifiers see
    # "sampled" averages areas down to twice the size and is bilinear without averaging from there.
    interpolation: Annotated[
        str,
        Meta(
            pattern="^(sampled|bilinear|bicubic|lanczos)$",
            description="one of sampled, bilinear, bicubic, lanczos",
        ),
    ] = "bicubic"
    mean: _Colours = (123.675, 116.28, 103.53)  # ImageNet's
    std: _Spreads = (58.395, 57.12, 57.375)


class OnnxGraph(Struct, frozen=True, forbid_unknown_fields=True):
    """How a graph is to be used. Its input is told by its own shape and type: N x 3 x H x W or N x H x W x 3,
    numbers (which get ``mean`` and ``std``) or bytes (which do not)."""

    outputs: Annotated[
        dict[str, _Line], Meta(description="a table of the task's outputs, each with its name in the graph")
    ] = {}


class BoxWeights(Struct, frozen=True, forbid_unknown_fields=True):
    """Log-odds that a box's label is right: ``score`` times the box's own log-odds, ``trace`` times the decimal
    logarithm of the classifier's probability of its keyword (0.01 to 1), ``rival`` times that of the best other
    class times the box's share of the photo, ``company`` times the natural logarithm of one more than the photo's
    boxes, and ``offset``."""

    score: _Number
    trace: _Number
    rival: _Number
    company: _Number
    offset: _Number


class ClassWeights(Struct, frozen=True, forbid_unknown_fields=True):
    """Log-odds that a keyword of the classifier's is right: ``score`` times those of its classes' sum, and
    ``offset``. Where boxes could tell as well, ``box`` times those of the best one's raw score is added; elsewhere
    ``inner``, if the keyword has narrower ones."""

    score: _Number
    offset: _Number
    box: _Number = 0.0
    inner: _Number = 0.0


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """The probability that a score is right has log-odds of ``slope`` times the score's own, plus ``offset``."""

    slope: _Number = 1.0
    offset: _Number = 0.0


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """What the network's scores are worth, as in :class:`Line`. ``person``: the same for boxes of people;
    ``boxes``: for other boxes, with a classifier asked; ``boxed`` and ``unboxed``: for a classifier's keywords that
    boxes could tell, and for the others, where objects were looked for."""

    slope: _Number = 1.0
    offset: _Number = 0.0
    person: Line | None = None
    boxes: BoxWeights | None = None
    boxed: ClassWeights | None = None
    unboxed: ClassWeights | None = None


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a network is from. ``max_difference`` from its source's own outputs; ``compared_with``: those."""

    licence: _Line = ""
    licence_file: _FileName | None = None
    source: _Line = ""
    project: _Line = ""
    source_order: _Line = ""
    compared_with: _Line = ""
    max_difference: _Number | None = None


class SpecFile(Struct, frozen=True, forbid_unknown_fields=True):
    """``spec.toml`` as it is written; :class:`NetworkSpec` as it is used."""

    task: _Name
    runtime: Annotated[Runtime, Meta(description="one of timm, torch, onnx")]
    weights: _FileName
    input: Input
    revision: Annotated[int, Meta(ge=0, le=9999, description="a whole number from 0 to 9999")] = 1
    # No colon: timm would fetch what stands behind one.
    architecture: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=r"^[A-Za-z0-9_.-]*$",
            description="timm's name of the architecture, or that of a torch module",
        ),
    ] = ""
    labels: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=r"^[^/\\:\x00-\x1f]*$",
            description="a .csv or .txt file in this folder, or imagenet1k or coco80",
        ),
    ] = ""
    under: _Line = ""
    activation: Annotated[
        str, Meta(pattern="^(softmax|sigmoid|none)$", description="one of softmax, sigmoid, none")
    ] = "softmax"
    sha256: Annotated[
        str, Meta(pattern="^([0-9a-f]{64})?$", description="64 hexadecimal digits, or leave it out")
    ] = ""
    bytes: Annotated[int, Meta(ge=0, description="a whole number")] = 0
    calibration: Calibration = Calibration()
    roles: Annotated[
        dict[str, tuple[_Line, ...]], Meta(description='lists of labels, such as person = ["coco:1"]')
    ] = {}
    thresholds: dict[str, _Number] = {}
    onnx: OnnxGraph = OnnxGraph()
    origin: Origin = Origin()
    measured: dict[str, _Number] = {}


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """One network, as its spec folder describes it. ``mean`` and ``std`` are R, G, B in 0..255; ``size`` is height
    and width in pixels; ``thresholds`` are the defaults that post-processing starts from, by name."""

    name: str
    folder: Path
    kind: str  # what brought it: "shipped", "own", or the name of an extension
    task: str
    runtime: Runtime
    architecture: str
    path: Path  # of the weights
    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    revision: int = 1
    sha256: str = ""
    bytes: int = 0
    labels: str = ""
    under: str = ""
    activation: str = "softmax"
    crop_share: float = 0.875
    interpolation: str = "bicubic"
    calibration: Calibration = field(default_factory=Calibration)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Name of the weights' file."""
        return self.path.name

    @property
    def identifier(self) -> str:
        """Name and revision, as findings carry them: ``efficientnet_lite2.in1k@1``."""
        return f"{self.name}@{self.revision}"

    @property
    def mend(self) -> Said:
        """What a person does when a file of this network is damaged."""
        if self.kind == "shipped":
            return said("Reinstall.")
        if self.kind == "own":
            return said("Put it into {folder} again, or take that folder away.", folder=self.folder)
        return said("Install {package} again, or remove it.", package=self.kind)
