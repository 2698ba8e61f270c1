"""The real exiftool, one process for a whole run of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from phototagger.exiftool.process.locate import find_exiftool, shipped_config
from phototagger.exiftool.process.pool import ExifTool


@pytest.fixture(scope="session")
def tool() -> Iterator[ExifTool]:
    """An exiftool for the tests' own preparing and looking."""
    driver = ExifTool(find_exiftool(), shipped_config())
    yield driver
    driver.close()
