"""What the tests of write-back share: real exiftool and real photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.exiftool.process.locate import find_exiftool, shipped_config
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.write_world import World, open_world


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    driver = ExifTool(find_exiftool(), shipped_config())
    yield driver
    driver.close()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ExifToolWriter]:
    made = ExifToolWriter(
        WriteSettings(preset="lightroom", sidecar_names="full"), lock_folder=tmp_path / "locks", spare_bytes=0
    )
    yield made
    made.close()


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[ExifToolWriter]:
    """Writes sidecars only."""
    settings = WriteSettings(preset="lightroom", sidecar_names="full", sidecar_formats="JPEG")
    made = ExifToolWriter(settings, lock_folder=tmp_path / "locks", spare_bytes=0)
    yield made
    made.close()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def thumbnails(tmp_path: Path) -> Iterator[ThumbnailStore]:
    opened = ThumbnailStore.open(tmp_path / "catalog.sqlite.thumbs")
    yield opened
    opened.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path / "photos", tmp_path / "catalog.sqlite")
    yield made
    made.catalog.close()
