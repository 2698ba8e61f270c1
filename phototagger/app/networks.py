"""Networks and decoder by importable names, for the engine's child makes its own from them."""

from __future__ import annotations

import sys
from pathlib import Path

from phototagger.domain.findings import Task
from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.opening.budget import limit_memory
from phototagger.inference.analyser import Analyser
from phototagger.inference.loading import load_analyser
from phototagger.settings.locations import default_cache_folder, resources_folder


def models_folder() -> Path:
    return resources_folder() / "models"


def make_analyser(device: str, tasks: tuple[Task, ...], networks: tuple[str, ...] = ()) -> Analyser:
    """The embedded networks, and those of these names, on one device. Module-level, so that the engine's child can
    import it."""
    cache = default_cache_folder() / "networks"
    return load_analyser(models_folder(), cache, device, tasks, networks=networks)


def make_plain_analyser(device: str) -> Analyser:
    """The same networks as a first sketch would run them: torch, full precision."""
    return load_analyser(models_folder(), default_cache_folder() / "networks", device, plain=True)


def make_decoder(pixel_limit_megapixels: int) -> PillowDecoder:
    """The decoder, by an importable name."""
    return PillowDecoder(pixel_limit_megapixels)


def make_child_decoder(pixel_limit_megapixels: int) -> PillowDecoder:
    """The decoder for the engine's child, made when the networks are there: from now on the system refuses that
    process more memory than photos may take. Not beside CUDA, whose driver's own needs are not known."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        limit_memory(pixel_limit_megapixels * 1_000_000)
    return make_decoder(pixel_limit_megapixels)
