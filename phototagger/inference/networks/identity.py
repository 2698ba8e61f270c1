"""MobileFaceNet: a face as 192 numbers.

Written from the paper (arXiv:1804.07573), in the dimensions of the source's graph. Batch normalisation
is folded into the convolutions; strided convolutions pad at the right and bottom only, as TensorFlow does.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from phototagger.inference.networks.base import Network

__all__ = ["EMBEDDING_WIDTH", "MobileFaceNet"]

EMBEDDING_WIDTH = 192
_SHORTEST = 1e-6
"""Keeps a length that is divided by above zero."""

_BOTTLENECKS = (
    *((64, 128, 64, 2 if index == 0 else 1) for index in range(5)),
    (64, 256, 128, 2),
    *((128, 256, 128, 1) for _ in range(6)),
    (128, 512, 128, 2),
    *((128, 256, 128, 1) for _ in range(2)),
)
"""Channels in, expanded and out, and the stride, of every bottleneck in order."""


class _Conv(nn.Module):
    """Convolution with TensorFlow's "same" padding on even sizes, and a rectifier with learnt slopes."""

    def __init__(self, inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, kernel, stride, groups=groups)
        self.slopes = nn.PReLU(outside)
        self.padding = (0, 1, 0, 1) if stride == 2 else (kernel // 2,) * 4

    def forward(self, batch: Tensor) -> Tensor:
        answer: Tensor = self.slopes(self.conv(functional.pad(batch, self.padding)))
        return answer


class _Bottleneck(nn.Module):
    """Expand, convolve each channel by itself, project; added to its input where the shapes agree."""

    def __init__(self, inside: int, expanded: int, outside: int, stride: int) -> None:
        super().__init__()
        self.expand = _Conv(inside, expanded, 1)
        self.depthwise = _Conv(expanded, expanded, 3, stride, expanded)
        self.project = nn.Conv2d(expanded, outside, 1)
        self.adds = stride == 1 and inside == outside

    def forward(self, batch: Tensor) -> Tensor:
        answer: Tensor = self.project(self.depthwise(self.expand(batch)))
        return answer + batch if self.adds else answer


class MobileFaceNet(Network):
    """Embedding of faces aligned to the five-point template, 112 x 112.

    Outputs: `embeddings` N x 192, the sum over the face and its mirrored copy, of length 1; `lengths` N, half
    the sum's length before (it falls with blur, occlusion and wrong detections).
    """

    output_names: ClassVar[tuple[str, ...]] = ("embeddings", "lengths")
    example_size: ClassVar[tuple[int, int]] = (112, 112)

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__(mean, std)
        self.stem = _Conv(3, 64, 3, 2)
        self.stem_depthwise = _Conv(64, 64, 3, 1, 64)
        self.stem_project = nn.Conv2d(64, 64, 1)
        self.bottlenecks = nn.Sequential(*(_Bottleneck(*shape) for shape in _BOTTLENECKS))
        self.widen = _Conv(128, 512, 1)
        self.pool = nn.Conv2d(512, 512, 7, groups=512)
        self.mix = nn.Conv2d(512, 512, 1)
        self.embed = nn.Conv2d(512, EMBEDDING_WIDTH, 1)

    def single(self, batch: Tensor) -> Tensor:
        """Embedding of the faces as they are, N x 192, not normalised: what the source's graph answers."""
        batch = self.stem_project(self.stem_depthwise(self.stem(batch)))
        batch = self.widen(self.bottlenecks(batch))
        answer: Tensor = self.embed(self.mix(self.pool(batch)))
        return answer.flatten(1)

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        total = self.single(batch).float() + self.single(batch.flip(3)).float()
        return functional.normalize(total, dim=1, eps=_SHORTEST), total.norm(dim=1) / 2
