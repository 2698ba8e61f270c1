"""NanoDet-Plus-m: eighty kinds of everyday objects, fast on a CPU.

Written from the published description of the network: ShuffleNetV2 (arXiv:1807.11164), path aggregation with ghost
blocks (arXiv:1911.11907), one small head a level, box sides as expectations over eight bins ("Generalized Focal
Loss", arXiv:2006.04388). Batch normalisation is folded into the convolutions, as in the source's graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from phototagger.inference.networks.base import Network, conv_leaky

if TYPE_CHECKING:
    from phototagger.specs.spec import NetworkSpec

__all__ = ["BINS", "CLASSES", "STRIDES", "NanoDetPlus"]

CLASSES = 80
BINS = 8
"""A box side is the expectation over this many distances: 0 .. 7 strides."""
STRIDES = (8, 16, 32, 64)
_STAGES = ((24, 116, 4), (116, 232, 8), (232, 464, 4))
"""Channels in, channels out and units of the backbone's stages."""
_WIDTH = 96
"""Channels of the neck and the heads."""


def _conv(inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """A padded convolution without a rectifier."""
    return nn.Conv2d(inside, outside, kernel, stride, kernel // 2, groups=groups)


class _Shuffle(nn.Module):
    """A unit of ShuffleNetV2: two halves, of which one is worked on, with their channels mixed after it."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        half = outside // 2
        self.whole = stride > 1  # both halves begin with all channels
        if self.whole:
            self.short: nn.Module = nn.Sequential(
                _conv(inside, inside, 3, stride, inside), conv_leaky(inside, half, 1)
            )
        else:
            self.short = nn.Identity()
        self.long = nn.Sequential(
            conv_leaky(inside if self.whole else half, half, 1),
            _conv(half, half, 3, stride, half),
            conv_leaky(half, half, 1),
        )

    def forward(self, batch: Tensor) -> Tensor:
        first, second = (batch, batch) if self.whole else batch.chunk(2, dim=1)
        joined = torch.cat([self.short(first), self.long(second)], dim=1)
        count, channels, height, width = joined.shape
        mixed = joined.view(count, 2, channels // 2, height, width).transpose(1, 2)
        return mixed.reshape(count, channels, height, width)


class _Ghost(nn.Module):
    """Two ghost modules (half the channels are cheap copies of the other half) beside a separable shortcut."""

    def __init__(self) -> None:
        super().__init__()
        half = _WIDTH // 2
        self.first = conv_leaky(2 * _WIDTH, half, 1)
        self.first_copy = conv_leaky(half, half, 3, groups=half)
        self.second = _conv(_WIDTH, half, 1)
        self.second_copy = _conv(half, half, 3, groups=half)
        self.short = nn.Sequential(
            _conv(2 * _WIDTH, 2 * _WIDTH, 5, groups=2 * _WIDTH), _conv(2 * _WIDTH, _WIDTH, 1)
        )

    def forward(self, batch: Tensor) -> Tensor:
        first: Tensor = self.first(batch)
        inner = torch.cat([first, self.first_copy(first)], dim=1)
        second: Tensor = self.second(inner)
        answer: Tensor = torch.cat([second, self.second_copy(second)], dim=1) + self.short(batch)
        return answer


def _separable(stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        conv_leaky(_WIDTH, _WIDTH, 5, stride, groups=_WIDTH),
        conv_leaky(_WIDTH, _WIDTH, 1),
    )


class NanoDetPlus(Network):
    """Object detector on a photo stretched to a square.

    Outputs: `scores` N x cells x 80 in 0..1; `boxes` N x cells x 4 as left, top, right, bottom in pixels of the
    input. Cells run row by row over strides 8, 16, 32 and 64.
    """

    output_names: ClassVar[tuple[str, ...]] = ("scores", "boxes")
    example_size: ClassVar[tuple[int, int]] = (416, 416)
    size_step: ClassVar[int] = 32

    corners: Tensor
    strides: Tensor
    bins: Tensor

    def __init__(
        self,
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
        size: tuple[int, int] = (416, 416),
    ) -> None:
        super().__init__(mean, std)
        self.stem = conv_leaky(3, 24, 3, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(
                *(
                    _Shuffle(*((inside, outside, 2) if at == 0 else (outside, outside, 1)))
                    for at in range(units)
                )
            )
            for inside, outside, units in _STAGES
        )
        self.laterals = nn.ModuleList([conv_leaky(outside, _WIDTH, 1) for _, outside, _ in _STAGES])
        self.down_the_pyramid = nn.ModuleList([_Ghost(), _Ghost()])
        self.up_the_pyramid = nn.ModuleList([_separable(2), _Ghost(), _separable(2), _Ghost()])
        self.coarsest = nn.ModuleList([_separable(2), _separable(2)])
        self.heads = nn.ModuleList(
            [nn.Sequential(_separable(), _separable(), _conv(_WIDTH, CLASSES + 4 * BINS, 1)) for _ in STRIDES]
        )
        corners, strides = _cells(size)
        self.register_buffer("corners", corners, persistent=False)
        self.register_buffer("strides", strides, persistent=False)
        self.register_buffer("bins", torch.arange(BINS, dtype=torch.float32), persistent=False)

    @classmethod
    def of(cls, spec: NetworkSpec) -> Self:
        """See :meth:`Network.of`."""
        return cls(spec.mean, spec.std, spec.size)

    def levels(self, batch: Tensor) -> Tensor:
        """The heads' raw answers, N x cells x (80 + 32), before sigmoid and softmax."""
        batch = functional.max_pool2d(self.stem(batch), 3, 2, 1)
        found: list[Tensor] = []
        for stage, lateral in zip(self.stages, self.laterals, strict=True):
            batch = stage(batch)
            found.append(lateral(batch))
        fine, middle, coarse = found
        to_middle, to_fine = self.down_the_pyramid
        middle = to_middle(torch.cat([_enlarged(coarse), middle], dim=1))
        fine = to_fine(torch.cat([_enlarged(middle), fine], dim=1))
        shrink, again, shrink_more, and_again = self.up_the_pyramid
        middle = again(torch.cat([shrink(fine), middle], dim=1))
        outward = and_again(torch.cat([shrink_more(middle), coarse], dim=1))
        before, after = self.coarsest
        answers = (fine, middle, outward, before(coarse) + after(outward))
        return torch.cat(
            [head(level).flatten(2).transpose(1, 2) for head, level in zip(self.heads, answers, strict=True)],
            dim=1,
        )

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        raw = self.levels(batch).float()
        scores = raw[..., :CLASSES].sigmoid()
        shares = raw[..., CLASSES:].reshape(raw.shape[0], -1, 4, BINS).softmax(dim=3)
        sides = (shares * self.bins.float()).sum(dim=3) * self.strides.float()
        corners = self.corners.float()
        boxes = torch.cat([corners - sides[..., :2], corners + sides[..., 2:]], dim=2)
        return scores, boxes


def _enlarged(level: Tensor) -> Tensor:
    return functional.interpolate(level, scale_factor=2.0, mode="bilinear", align_corners=False)


def _cells(size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Where each cell counts from (1 x cells x 2: x, y; its top-left corner, as the network was trained) and its
    stride (1 x cells x 1), in pixels."""
    corners: list[Tensor] = []
    strides: list[Tensor] = []
    for stride in STRIDES:
        rows, columns = (torch.arange(-(-side // stride)) * float(stride) for side in size)
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        corners.append(torch.stack([x.flatten(), y.flatten()], dim=1))
        strides.append(torch.full((rows.numel() * columns.numel(), 1), float(stride)))
    return torch.cat(corners)[None], torch.cat(strides)[None]
