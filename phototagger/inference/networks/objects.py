"""NanoDet-g: eighty kinds of everyday objects, fast on a CPU.

Written from the published description of the network (cross-stage partial backbone of plain 3 x 3
convolutions, path aggregation without convolutions, one small head a level, box sides as expectations
over eleven bins: "Generalized Focal Loss", arXiv:2006.04388). Batch normalisation is folded into the
convolutions, as in the source's graph.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from phototagger.inference.networks.base import Network, conv_leaky

__all__ = ["BINS", "CLASSES", "STRIDES", "NanoDet"]

CLASSES = 80
BINS = 11
"""A box side is the expectation over this many distances: 0 .. 10 strides."""
STRIDES = (8, 16, 32)
_WIDTH = 128
"""Channels of the neck and the heads."""


class _CrossStage(nn.Module):
    """Enter, some half-width pairs that are concatenated, leave, concatenate with what entered."""

    def __init__(self, inside: int, width: int, stride: int, pairs: int) -> None:
        super().__init__()
        half = width // 2
        self.enter = conv_leaky(inside, width, 3, stride)
        self.pairs = nn.ModuleList()
        for _ in range(pairs):
            self.pairs.append(nn.ModuleList([conv_leaky(width, half, 3), conv_leaky(half, half, 3)]))
        self.leave = conv_leaky(width, width, 3)

    def forward(self, batch: Tensor) -> Tensor:
        entered: Tensor = self.enter(batch)
        inner = entered
        for pair in self.pairs:
            first, second = pair.children()
            narrowed = first(inner)
            inner = torch.cat([second(narrowed), narrowed], dim=1)
        return torch.cat([self.leave(inner), entered], dim=1)


class NanoDet(Network):
    """Object detector on a letterboxed square.

    Outputs: `scores` N x cells x 80 in 0..1; `boxes` N x cells x 4 as left, top, right, bottom in pixels
    of the input. Cells run row by row over strides 8, 16 and 32.
    """

    output_names: ClassVar[tuple[str, ...]] = ("scores", "boxes")
    example_size: ClassVar[tuple[int, int]] = (416, 416)
    size_step: ClassVar[int] = 32

    centres: Tensor
    strides: Tensor
    bins: Tensor

    def __init__(
        self,
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
        size: tuple[int, int] = (416, 416),
    ) -> None:
        super().__init__(mean, std)
        self.stem = conv_leaky(3, 32, 3, 2)
        self.stages = nn.ModuleList(
            [
                _CrossStage(32, 32, 1, 1),
                _CrossStage(64, 64, 2, 2),
                _CrossStage(128, 128, 2, 2),
                _CrossStage(256, 256, 2, 3),
            ]
        )
        self.laterals = nn.ModuleList([nn.Conv2d(channels, _WIDTH, 1) for channels in (128, 256, 512)])
        self.heads = nn.ModuleList(
            [
                nn.Sequential(conv_leaky(_WIDTH, _WIDTH, 3), nn.Conv2d(_WIDTH, CLASSES + 4 * BINS, 1))
                for _ in STRIDES
            ]
        )
        centres, strides = _cells(size)
        self.register_buffer("centres", centres, persistent=False)
        self.register_buffer("strides", strides, persistent=False)
        self.register_buffer("bins", torch.arange(BINS, dtype=torch.float32), persistent=False)

    def levels(self, batch: Tensor) -> list[Tensor]:
        """The three heads' raw answers, each N x cells x (80 + 44), before sigmoid and softmax."""
        batch = functional.max_pool2d(self.stem(batch), 3, 2, 1)
        found: list[Tensor] = []
        for stage in self.stages:
            batch = stage(batch)
            found.append(batch)
        fine, middle, coarse = (
            lateral(level) for lateral, level in zip(self.laterals, found[1:], strict=True)
        )
        middle = middle + _resized(coarse, 2.0)
        fine = fine + _resized(middle, 2.0)
        middle = middle + _resized(fine, 0.5)
        coarse = coarse + _resized(middle, 0.5)
        return [
            head(level).flatten(2).transpose(1, 2)
            for head, level in zip(self.heads, (fine, middle, coarse), strict=True)
        ]

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        raw = torch.cat(self.levels(batch), dim=1).float()
        scores = raw[..., :CLASSES].sigmoid()
        shares = raw[..., CLASSES:].reshape(raw.shape[0], -1, 4, BINS).softmax(dim=3)
        sides = (shares * self.bins.float()).sum(dim=3) * self.strides.float()
        centres = self.centres.float()
        boxes = torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], dim=2)
        return scores, boxes


def _resized(level: Tensor, factor: float) -> Tensor:
    return functional.interpolate(level, scale_factor=factor, mode="bilinear", align_corners=False)


def _cells(size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Centres (1 x cells x 2: x, y) and strides (1 x cells x 1) of all cells, in pixels."""
    centres: list[Tensor] = []
    strides: list[Tensor] = []
    for stride in STRIDES:
        rows = (torch.arange(size[0] // stride) + 0.5) * stride
        columns = (torch.arange(size[1] // stride) + 0.5) * stride
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        centres.append(torch.stack([x.flatten(), y.flatten()], dim=1))
        strides.append(torch.full((rows.numel() * columns.numel(), 1), float(stride)))
    return torch.cat(centres)[None], torch.cat(strides)[None]
