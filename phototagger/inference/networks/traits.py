"""How old a face looks, whether it looks like a man's or a woman's, and whether it smiles.

Two small networks of face-api.js, written from their published code's structure: an Xception of depthwise separable
convolutions (arXiv:1610.02357) for age and sex, and four dense blocks (after arXiv:1608.06993, summed instead of
concatenated) for the expression. Both pad as TensorFlow's ``SAME`` does.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from phototagger.inference.networks.base import Network

__all__ = ["EXPRESSIONS", "FaceTraits"]

EXPRESSIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
_HAPPY = EXPRESSIONS.index("happy")
_AGE_SCALE = 255.0 / 256.0
"""The network for age divides by 256 what the one for the expression, and so this module, divides by 255."""


def _padded(batch: Tensor, kernel: int, stride: int, value: float = 0.0) -> Tensor:
    """As TensorFlow pads for ``SAME``: the odd pixel right and below."""
    height, width = batch.shape[2:]
    down = max((-(-height // stride) - 1) * stride + kernel - height, 0)
    across = max((-(-width // stride) - 1) * stride + kernel - width, 0)
    sides = (across // 2, across - across // 2, down // 2, down - down // 2)
    return functional.pad(batch, sides, value=value)


class _Conv(nn.Module):
    """A convolution padded as TensorFlow does."""

    def __init__(self, inside: int, outside: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, kernel, stride)

    def forward(self, batch: Tensor) -> Tensor:
        answer: Tensor = self.conv(_padded(batch, self.conv.kernel_size[0], self.conv.stride[0]))
        return answer


class _Separable(nn.Module):
    """Each channel by itself, then all together."""

    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inside, inside, 3, stride, groups=inside, bias=False)
        self.pointwise = nn.Conv2d(inside, outside, 1)

    def forward(self, batch: Tensor) -> Tensor:
        answer: Tensor = self.pointwise(self.depthwise(_padded(batch, 3, self.depthwise.stride[0])))
        return answer


class _Reduction(nn.Module):
    """Half the height and width, more channels, beside a plain convolution that does the same."""

    def __init__(self, inside: int, outside: int, *, rectified: bool = True) -> None:
        super().__init__()
        self.rectified = rectified
        self.first = _Separable(inside, outside)
        self.second = _Separable(outside, outside)
        self.short = _Conv(inside, outside, 1, 2)

    def forward(self, batch: Tensor) -> Tensor:
        inner = functional.relu(batch) if self.rectified else batch
        inner = self.second(functional.relu(self.first(inner)))
        pooled = functional.max_pool2d(_padded(inner, 3, 2, -1e4), 3, 2)
        answer: Tensor = pooled + self.short(batch)
        return answer


class _Middle(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.steps = nn.ModuleList([_Separable(width, width) for _ in range(3)])

    def forward(self, batch: Tensor) -> Tensor:
        inner = batch
        for step in self.steps:
            inner = step(functional.relu(inner))
        return inner + batch


class _AgeAndSex(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = _Conv(3, 32, 3, 2)
        self.body = nn.Sequential(
            _Reduction(32, 64, rectified=False),
            _Reduction(64, 128),
            _Middle(128),
            _Middle(128),
            _Reduction(128, 256),
        )
        self.last = _Separable(256, 512)
        self.age = nn.Linear(512, 1)
        self.sex = nn.Linear(512, 2)

    def forward(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        batch = functional.relu(self.last(self.body(functional.relu(self.stem(batch)))))
        pooled = functional.avg_pool2d(batch, 7).flatten(1)
        return self.age(pooled).flatten(), self.sex(pooled)


class _Dense(nn.Module):
    """Four convolutions, each on the sum of those before it."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        first = _Conv(inside, outside, 3, 2) if inside == 3 else _Separable(inside, outside, 2)
        self.steps = nn.ModuleList([first, *(_Separable(outside, outside) for _ in range(3))])

    def forward(self, batch: Tensor) -> Tensor:
        first, *others = self.steps
        total = functional.relu(first(batch))
        for number, step in enumerate(others):
            total = total + step(functional.relu(total) if number else total)
        return functional.relu(total)


class _Expression(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(_Dense(3, 32), _Dense(32, 64), _Dense(64, 128), _Dense(128, 256))
        self.head = nn.Linear(256, len(EXPRESSIONS))

    def forward(self, batch: Tensor) -> Tensor:
        answer: Tensor = self.head(functional.avg_pool2d(self.body(batch), 7).flatten(1))
        return answer


class FaceTraits(Network):
    """Faces aligned to the five-point template, 112 x 112.

    Outputs: `ages` N, years; `male` N, the probability 0..1 that people would take it for a man's; `smiles` N, the
    probability 0..1 of a happy face.
    """

    output_names: ClassVar[tuple[str, ...]] = ("ages", "male", "smiles")
    example_size: ClassVar[tuple[int, int]] = (112, 112)

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__(mean, std)
        self.age_and_sex = _AgeAndSex()
        self.expression = _Expression()

    def raw(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Years N, probabilities of man and woman N x 2, and of the expressions N x 7."""
        ages, sexes = self.age_and_sex(batch * _AGE_SCALE)
        expressions = self.expression(batch)
        return ages, torch.softmax(sexes.float(), dim=1), torch.softmax(expressions.float(), dim=1)

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        ages, sexes, expressions = self.raw(batch)
        return ages, sexes[:, 0], expressions[:, _HAPPY]
