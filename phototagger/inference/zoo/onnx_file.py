"""Networks that come as an ONNX file: ONNX Runtime on the CPU, whatever the device.

A graph's own shape and type say how it wants photos: N x 3 x H x W or N x H x W x 3; numbers, which get the spec's
mean and std, or bytes, which do not. Data outside the file is not read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import Said, said
from phototagger.inference.zoo.backends import Batch, Outputs, joined_outputs, new_session
from phototagger.inference.zoo.models import check_model
from phototagger.specs.spec import NetworkSpec

__all__ = ["OnnxFileBackend"]

_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
_LIMIT = 8


class OnnxFileBackend:
    """Runs a graph of somebody's making.

    Args:
        spec: The network.
        outputs: What its task wants, in order.
        optional: Which of those the graph need not have.
        threads: Threads within one operation; by default as many as the process may use.

    Raises:
        ModelError: The file is missing or damaged, or its graph does not fit the spec.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        outputs: Sequence[str],
        optional: Collection[str] = (),
        threads: int | None = None,
    ) -> None:
        self.spec = spec
        check = check_model(spec)
        if not check.ok:
            raise ModelError(
                said("The network {name} cannot be loaded: {message}", name=spec.name, message=check.message)
            )
        session = new_session(spec.path.read_bytes(), threads)
        if session is None:
            raise ModelError(
                said("ONNX Runtime does not take {path}. {mend}", path=spec.path, mend=spec.mend)
            )
        self._session = session
        self._input, self._dtype, self._channels_first, self._fixed = self._read_input()
        self._names = self._read_outputs(outputs, optional)
        self._activated = bool(outputs) and outputs[0] == "probabilities"

    def _read_input(self) -> tuple[str, type[np.generic], bool, int | None]:
        """Its name, type, whether channels come before rows, and the number of photos where that is fixed."""
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _TYPES or len(inputs[0].shape) != 4:
            there = ", ".join(f"{one.name}: {one.type}, {one.shape}" for one in inputs)
            raise self._misfit(
                said(
                    "it takes {inputs}; it should take one batch of photos, of numbers or bytes", inputs=there
                )
            )
        photos, *rest = inputs[0].shape
        first = rest[0] == 3
        sides = tuple(rest[1:] if first else rest[:2])
        fits = all(
            not isinstance(has, int) or has == want for has, want in zip(sides, self.spec.size, strict=True)
        )
        if not (first or rest[2] == 3) or not fits:
            height, width = self.spec.size
            wish = f"N x 3 x {height} x {width} or N x {height} x {width} x 3"
            raise self._misfit(
                said(
                    "it takes photos of {shape}; by its spec they are {wish}",
                    shape=str(inputs[0].shape),
                    wish=wish,
                )
            )
        return inputs[0].name, _TYPES[inputs[0].type], first, photos if isinstance(photos, int) else None

    def _read_outputs(self, outputs: Sequence[str], optional: Collection[str]) -> list[str]:
        there = [one.name for one in self._session.get_outputs()]
        names: list[str] = []
        for wanted in outputs:
            name = self.spec.outputs.get(wanted, wanted)
            if name not in there and wanted not in self.spec.outputs and len(there) == 1 and not names:
                (name,) = there
            if name in there:
                names.append(name)
            elif wanted in optional:
                break
            else:
                raise self._misfit(
                    said(
                        "its outputs are {outputs}; say in [onnx.outputs] which of them is {wanted}",
                        outputs=", ".join(there),
                        wanted=wanted,
                    )
                )
        return names

    def _misfit(self, what: Said) -> ModelError:
        return ModelError(
            said(
                "The graph {path} does not fit: {what}. {mend}",
                path=self.spec.path,
                what=what,
                mend=self.spec.mend,
            )
        )

    def run(self, batch: Batch) -> Outputs:
        """See :meth:`Backend.run`."""
        limit = self._fixed or _LIMIT
        return joined_outputs([self._some(batch[at : at + limit]) for at in range(0, len(batch), limit)])

    def _some(self, batch: Batch) -> Outputs:
        count = len(batch)
        if self._fixed and count < self._fixed:
            batch = np.concatenate([batch, np.repeat(batch[-1:], self._fixed - count, axis=0)])
        answers = self._session.run(self._names, {self._input: self._given(batch)})
        arrays = [np.asarray(answer, np.float32)[:count] for answer in answers]
        if self._activated:
            arrays[0] = activated(arrays[0], self.spec.activation)
        return tuple(arrays)

    def _given(self, batch: Batch) -> NDArray[np.generic]:
        given: NDArray[np.generic] = batch
        if self._dtype is not np.uint8:
            mean, std = np.array(self.spec.mean, np.float32), np.array(self.spec.std, np.float32)
            given = ((batch.astype(np.float32) - mean) / std).astype(self._dtype)
        if self._channels_first:
            given = given.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(given)


def activated(scores: NDArray[np.float32], activation: str) -> NDArray[np.float32]:
    """Scores (N x classes) as probabilities: by ``softmax`` (one of the classes is right), ``sigmoid`` (any number
    of them are) or ``none``."""
    if activation == "softmax":
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
    if activation == "sigmoid":
        return np.asarray(1.0 / (1.0 + np.exp(-scores.clip(-60, 60))), np.float32)
    return scores
