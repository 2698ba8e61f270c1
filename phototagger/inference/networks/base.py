"""What every embedded network has in common: bytes in, float32 numbers out."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

if TYPE_CHECKING:
    from phototagger.specs.spec import NetworkSpec

__all__ = ["LEAKY_SLOPE", "Network", "conv_leaky", "load_weights"]

LEAKY_SLOPE = 0.1
"""Slope of the leaky rectifiers in both detectors, as in their source graphs."""


class Network(nn.Module):
    """A network that takes uint8 RGB photos and answers a tuple of float32 tensors.

    Normalisation happens inside, so that only bytes cross to the device and every backend starts from
    the same numbers. Subclasses implement :meth:`infer` on the normalised batch.

    Args:
        mean: What is subtracted from each of R, G and B, in 0..255.
        std: What the difference is divided by, in 0..255.
    """

    output_names: ClassVar[tuple[str, ...]]
    """One name for each tensor that :meth:`forward` answers, in order."""

    dynamic_size: ClassVar[bool] = False
    """Whether height and width may change from batch to batch (else they are those of `example`)."""

    prefix: ClassVar[str] = ""
    """What the names of weights begin with here, and need not in a file."""

    size_step: ClassVar[int] = 1
    """Height and width must be multiples of this."""

    example_size: ClassVar[tuple[int, int]]
    """Height and width of a representative input, in pixels."""

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", 1.0 / torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    @classmethod
    def of(cls, spec: NetworkSpec) -> Self:
        """The network that a spec describes, with random weights."""
        return cls(spec.mean, spec.std)

    def forward(self, photos: Tensor) -> tuple[Tensor, ...]:
        """Run the network.

        Args:
            photos: uint8, N x H x W x 3, RGB.

        Returns:
            float32 tensors, one for each of `output_names`, each with N as its first dimension.
        """
        batch = photos.permute(0, 3, 1, 2).float()
        batch = (batch - self.mean) * self.scale
        answers = self.infer(batch.to(self.dtype))
        return tuple(answer.float() for answer in answers)

    @abstractmethod
    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """Run the network on a normalised batch, N x 3 x H x W, in the precision of the weights."""

    def halved(self) -> Self:
        """Turn the weights into float16 in place; bytes are still normalised in float32."""
        mean, scale = self.mean, self.scale
        self.half()
        self.mean, self.scale = mean, scale
        return self

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the weights."""
        return next(self.parameters()).dtype


def conv_leaky(inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """A padded convolution with a bias (batch normalisation is folded in) and a leaky rectifier."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, stride, kernel // 2, groups=groups),
        nn.LeakyReLU(LEAKY_SLOPE),
    )


def load_weights(network: Network, path: Path) -> None:
    """Fill `network` in float32 from a safetensors file, every tensor accounted for.

    Raises:
        RuntimeError: A tensor is missing, left over or of another shape.
        OSError, safetensors.SafetensorError: The file cannot be read.
    """
    state = {
        f"{network.prefix}{name}" if not name.startswith(network.prefix) else name: tensor.float()
        for name, tensor in load_file(path).items()
    }
    expected = network.state_dict()
    for name, tensor in expected.items():
        if name.endswith("num_batches_tracked"):
            state.setdefault(name, tensor)
    network.load_state_dict(state, strict=True)
