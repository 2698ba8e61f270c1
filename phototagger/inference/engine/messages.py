"""What engine and child process say to each other: only paths go in, only answers come out."""

from __future__ import annotations

from dataclasses import dataclass, field

from phototagger.domain.errors import DeviceError, EngineError, ModelError, PhotoTaggerError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.sentences import Said


@dataclass(frozen=True, slots=True)
class Setup:
    """All the child needs to know. ``factories`` is the pickled pair (make_analyser, make_decoder): unpickled in
    the child, where the heavy imports then happen under the heartbeat."""

    factories: bytes
    batch: int
    decode_threads: int
    longest_side: int
    thumbnail_side: int
    photo_seconds: float
    beat_seconds: float


# --- to the child -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    token: int  # names this request for the life of the engine; never used twice
    request: AnalyseRequest


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget all work with tokens up to this one that is not in the device yet."""

    last_token: int


@dataclass(frozen=True, slots=True)
class Stop:
    pass


# --- from the child -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    description: dict[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine itself cannot go on. ``kind`` names the class of error."""

    kind: str
    message: Said

    def as_error(self) -> PhotoTaggerError:
        kinds = {kind.__name__: kind for kind in (ModelError, DeviceError, EngineError)}
        return kinds.get(self.kind, EngineError)(self.message)


@dataclass(frozen=True, slots=True)
class Beat:
    """Every ``beat_seconds``. ``overdue``: tokens whose decoding or batch has exceeded its time."""

    stats: dict[str, float]
    overdue: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Busy:
    """These photos are being worked on from now (a decoder, or the networks, has them in its hands)."""

    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Idle:
    """This photo has been decoded and waits for the networks."""

    token: int


@dataclass(frozen=True, slots=True)
class Done:
    answers: tuple[tuple[int, Answer], ...]
    stats: dict[str, float] = field(default_factory=dict)


ToEngine = Work | Drop | Stop
FromEngine = Started | Failed | Beat | Busy | Idle | Done
