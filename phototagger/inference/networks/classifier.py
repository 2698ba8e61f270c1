"""Whole-photo classification by a timm network."""

from __future__ import annotations

from typing import Any, ClassVar

import timm
from torch import Tensor

from phototagger.inference.networks.base import Network

__all__ = ["Classifier"]


class Classifier(Network):
    """Any timm classifier, answering probabilities and the features they were made from.

    Outputs: `probabilities` N x classes, summing to 1; `features` N x width, after the last pooling and
    before the last linear layer.

    Args:
        architecture: Name in timm's registry. Weights are never downloaded.
        size: Height and width of the input in pixels.
        mean, std: See :class:`Network`.
        classes: Length of the vocabulary.
    """

    output_names: ClassVar[tuple[str, ...]] = ("probabilities", "features")

    def __init__(
        self,
        architecture: str,
        size: tuple[int, int],
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
        classes: int,
    ) -> None:
        super().__init__(mean, std)
        self.example_size = size  # type: ignore[misc]  # a class constant for all other networks
        # Any: what timm's networks can do beyond nn.Module has no type.
        self.body: Any = timm.create_model(architecture, pretrained=False, num_classes=classes)

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        features: Tensor = self.body.forward_head(self.body.forward_features(batch), pre_logits=True)
        logits: Tensor = self.body.get_classifier()(features)
        return logits.float().softmax(dim=1), features
