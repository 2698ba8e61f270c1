"""RetinaFace on MobileNet v1 at a quarter of its width: faces with five landmarks.

Written from the paper (arXiv:1905.00641). Plain torch rather than a timm backbone: the source's graph
has batch normalisation folded into biased convolutions and leaky rectifiers throughout, so nothing but
the order of the layers would be left of timm's MobileNet.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from phototagger.inference.networks.base import Network, conv_leaky

__all__ = ["ANCHOR_SIZES", "STRIDES", "RetinaFace"]

STRIDES = (8, 16, 32)
ANCHOR_SIZES = ((16, 32), (64, 128), (256, 512))
"""Sides of the two square anchors of each cell at each stride, in pixels."""
_ANCHORS = 2
_WIDTH = 64


def _separable(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(conv_leaky(inside, inside, 3, stride, inside), conv_leaky(inside, outside, 1))


class _Context(nn.Module):
    """Three receptive fields side by side ("single stage headless" context module)."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter = _WIDTH // 2, _WIDTH // 4
        self.near = nn.Conv2d(_WIDTH, half, 3, 1, 1)
        self.shared = conv_leaky(_WIDTH, quarter, 3)
        self.middle = nn.Conv2d(quarter, quarter, 3, 1, 1)
        self.further = conv_leaky(quarter, quarter, 3)
        self.far = nn.Conv2d(quarter, quarter, 3, 1, 1)

    def forward(self, level: Tensor) -> Tensor:
        shared = self.shared(level)
        fields = [self.near(level), self.middle(shared), self.far(self.further(shared))]
        return functional.relu(torch.cat(fields, dim=1))


class RetinaFace(Network):
    """Face detector; height and width are free, in multiples of 32.

    Outputs, anchors running row by row, the two anchors of a cell next to each other, over strides 8, 16
    and 32: `scores` N x anchors in 0..1; `offsets` N x anchors x 4 and `landmarks` N x anchors x 10,
    relative to the anchors (decoded by :func:`phototagger.inference.reading.boxes.decode_faces`). Landmarks are
    x, y of the eye on the left in the photo, the other eye, the nose, the left and right mouth corner.
    """

    output_names: ClassVar[tuple[str, ...]] = ("scores", "offsets", "landmarks")
    example_size: ClassVar[tuple[int, int]] = (480, 640)
    dynamic_size: ClassVar[bool] = True
    size_step: ClassVar[int] = 32

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__(mean, std)
        self.fine = nn.Sequential(
            conv_leaky(3, 8, 3, 2),
            _separable(8, 16),
            _separable(16, 32, 2),
            _separable(32, 32),
            _separable(32, 64, 2),
            _separable(64, 64),
        )
        self.middle = nn.Sequential(_separable(64, 128, 2), *(_separable(128, 128) for _ in range(5)))
        self.coarse = nn.Sequential(_separable(128, 256, 2), _separable(256, 256))
        self.laterals = nn.ModuleList([conv_leaky(channels, _WIDTH, 1) for channels in (64, 128, 256)])
        self.merge_middle = conv_leaky(_WIDTH, _WIDTH, 3)
        self.merge_fine = conv_leaky(_WIDTH, _WIDTH, 3)
        self.contexts = nn.ModuleList([_Context() for _ in STRIDES])
        self.classes = nn.ModuleList([nn.Conv2d(_WIDTH, _ANCHORS * 2, 1) for _ in STRIDES])
        self.offsets = nn.ModuleList([nn.Conv2d(_WIDTH, _ANCHORS * 4, 1) for _ in STRIDES])
        self.points = nn.ModuleList([nn.Conv2d(_WIDTH, _ANCHORS * 10, 1) for _ in STRIDES])

    def pyramid(self, batch: Tensor) -> list[Tensor]:
        """Features at strides 8, 16 and 32, each N x 64 x H x W."""
        first = self.fine(batch)
        second = self.middle(first)
        third = self.coarse(second)
        fine, middle, coarse = (
            lateral(level) for lateral, level in zip(self.laterals, (first, second, third), strict=True)
        )
        middle = self.merge_middle(middle + functional.interpolate(coarse, scale_factor=2.0, mode="nearest"))
        fine = self.merge_fine(fine + functional.interpolate(middle, scale_factor=2.0, mode="nearest"))
        levels = zip(self.contexts, (fine, middle, coarse), strict=True)
        return [context(level) for context, level in levels]

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        levels = self.pyramid(batch)
        classes = _gathered(self.classes, levels, 2).float()
        scores = classes.softmax(dim=2)[..., 1]
        return scores, _gathered(self.offsets, levels, 4), _gathered(self.points, levels, 10)


def _gathered(heads: nn.ModuleList, levels: list[Tensor], numbers: int) -> Tensor:
    """Run one head a level and line the anchors up: N x anchors x numbers."""
    answers = [head(level).permute(0, 2, 3, 1) for head, level in zip(heads, levels, strict=True)]
    return torch.cat([answer.reshape(answer.shape[0], -1, numbers) for answer in answers], dim=1)
