"""Networks and decoder by importable names, for the engine's child makes its own from them."""

from __future__ import annotations

from pathlib import Path

from phototagger.findings import Task
from phototagger.imaging.decode import PillowDecoder
from phototagger.inference.analyser import Analyser, load_analyser
from phototagger.settings import default_cache_folder, resources_folder


def models_folder() -> Path:
    return resources_folder() / "models"


def make_analyser(device: str, tasks: tuple[Task, ...]) -> Analyser:
    """The embedded networks on one device. Module-level, so that the engine's child can import it."""
    return load_analyser(models_folder(), default_cache_folder() / "networks", device, tasks)


def make_plain_analyser(device: str) -> Analyser:
    """The same networks as a first sketch would run them: torch, full precision."""
    return load_analyser(models_folder(), default_cache_folder() / "networks", device, plain=True)


def make_decoder(pixel_limit_megapixels: int) -> PillowDecoder:
    """The decoder, by an importable name for the engine's child."""
    return PillowDecoder(pixel_limit_megapixels)
