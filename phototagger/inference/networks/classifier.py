"""Whole-photo classification by a timm network."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import timm
from torch import Tensor

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import said
from phototagger.inference.networks.base import Network
from phototagger.specs.labels import labels_of
from phototagger.specs.spec import NetworkSpec

__all__ = ["Classifier"]


class Classifier(Network):
    """Any timm classifier, answering probabilities and the features they were made from.

    Outputs: `probabilities` N x classes, summing to 1 where the activation is softmax; `features` N x width, after
    the last pooling and before the last linear layer.

    Args:
        architecture: Name in timm's registry. Weights are never downloaded.
        size: Height and width of the input in pixels.
        mean, std: See :class:`Network`.
        classes: Length of the vocabulary.
        activation: softmax, sigmoid or none.
    """

    output_names: ClassVar[tuple[str, ...]] = ("probabilities", "features")
    prefix: ClassVar[str] = "body."

    def __init__(
        self,
        architecture: str,
        size: tuple[int, int],
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
        classes: int,
        activation: str = "softmax",
    ) -> None:
        super().__init__(mean, std)
        self.activation = activation
        self.example_size = size  # type: ignore[misc]  # a class constant for all other networks
        # Any: what timm's networks can do beyond nn.Module has no type.
        self.body: Any = timm.create_model(architecture, pretrained=False, num_classes=classes)

    @classmethod
    def of(cls, spec: NetworkSpec) -> Self:
        """See :meth:`Network.of`.

        Raises:
            ModelError: timm knows no such architecture.
        """
        classes = len(labels_of(spec))
        try:
            return cls(spec.architecture, spec.size, spec.mean, spec.std, classes, spec.activation)
        except (RuntimeError, TypeError, ValueError, AssertionError) as error:
            fault = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                said(
                    "timm cannot make the network {name}, {architecture} ({reason}). {mend}",
                    name=spec.name,
                    architecture=spec.architecture,
                    reason=fault,
                    mend=spec.mend,
                )
            ) from error

    def infer(self, batch: Tensor) -> tuple[Tensor, ...]:
        """See :meth:`Network.infer`."""
        features: Tensor = self.body.forward_head(self.body.forward_features(batch), pre_logits=True)
        logits: Tensor = self.body.get_classifier()(features)
        scores = logits.float()
        if self.activation == "softmax":
            scores = scores.softmax(dim=1)
        elif self.activation == "sigmoid":
            scores = scores.sigmoid()
        return scores, features
