"""All that an extension needs of this program: import from here, and from nowhere else of it."""

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Findings, PhotoFacts
from phototagger.domain.records import Box
from phototagger.inference.tasks import FaceTask, NetworkTask, PhotoTask
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.sources.source import KeywordSource, PhotoContext
from phototagger.specs.extensions import NetworkPack
from phototagger.specs.spec import NetworkSpec

__all__ = [
    "Box",
    "FaceTask",
    "Findings",
    "KeywordSource",
    "ModelError",
    "NetworkPack",
    "NetworkSpec",
    "NetworkTask",
    "NewSuggestion",
    "PhotoContext",
    "PhotoFacts",
    "PhotoTask",
]
