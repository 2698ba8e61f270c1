"""What all tests share. No test touches the person's own catalog, settings or cache, and none needs a network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pi_heif
import pillow_heif
import pytest
from hypothesis import settings

# The program decodes HEIC with pi_heif, which has no encoder; tests make such photos with its bigger sister. The
# order matters: the one registered last opens files.
pillow_heif.register_heif_opener()
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "photos" / "open"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A busy machine is slow at times, which proves nothing.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """User data, settings and cache of the whole run in one folder of its own; exported networks are kept
    between runs, for they depend on the weights alone."""
    home = tmp_path_factory.mktemp("home")
    before = {name: os.environ.get(name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    os.environ["XDG_DATA_HOME"] = str(home / "data")
    os.environ["XDG_CONFIG_HOME"] = str(home / "config")
    os.environ["XDG_CACHE_HOME"] = str(ROOT / ".pytest_cache" / "phototagger")
    yield home
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """The folder of real photos with ground truth beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the real photos with ground truth are not beside this checkout (shared/photos/open)")
    return SHARED


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample photos that ship with the program."""
    return ROOT / "resources" / "samples"
