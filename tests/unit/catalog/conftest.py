from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "data" / "catalog.sqlite")
    yield opened
    opened.close()
