"""The metadata writer on each exiftool at hand.

``PHOTOTAGGER_TEST_EXIFTOOLS`` may name further exiftool programs (separated as in PATH): the writer's tests run
on each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.exiftool.process.locate import find_exiftool, shipped_config
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.photos import (
    make_photo,
)

PROGRAMS = ["", *filter(None, os.environ.get("PHOTOTAGGER_TEST_EXIFTOOLS", "").split(os.pathsep))]


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda name: name or "found")
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def tool(program: str) -> Iterator[ExifTool]:
    driver = ExifTool(find_exiftool(program), shipped_config())
    yield driver
    driver.close()


@pytest.fixture(scope="module")
def writer(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExifToolWriter]:
    made = ExifToolWriter(
        WriteSettings(exiftool=program, preset="lightroom", sidecar_names="full"),
        lock_folder=tmp_path_factory.mktemp("locks"),
        spare_bytes=0,
    )
    yield made
    made.close()


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return make_photo(folder / "a.jpg")
