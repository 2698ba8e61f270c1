"""Networks and photos that the tests of this room share."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.inference.analyser import Analyser
from phototagger.inference.loading import load_analyser
from phototagger.settings.locations import default_cache_folder, resources_folder


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return resources_folder() / "models"


@pytest.fixture(scope="session")
def cache_dir(own_folders: Path) -> Path:
    """Exported networks, kept between runs."""
    return default_cache_folder() / "networks"


@pytest.fixture(scope="session")
def analyser(models_dir: Path, cache_dir: Path) -> Analyser:
    """All networks on the CPU."""
    return load_analyser(models_dir, cache_dir, "cpu")
