"""A BigTIFF stands under a TIFF's name rightly: exiftool does not write it, so its words go beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from phototagger.domain.writing import FileFields
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.said import wanted


@pytest.mark.parametrize("name", ["a.tif", "a.tiff"])
def test_its_words_go_to_a_sidecar(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    tifffile.imwrite(path, np.zeros((48, 64, 3), np.uint8), photometric="rgb", bigtiff=True)
    before = path.read_bytes()
    writer = ExifToolWriter(WriteSettings())
    try:
        fields = writer.read([path])[path]
        assert isinstance(fields, FileFields)
        (plan,) = writer.plans(1, fields, wanted(["animal|zebra"], []))
        assert plan.refused is None
        assert not plan.notes
        writer.write(plan)
        read = writer.read([path])[path]
    finally:
        writer.close()
    assert path.read_bytes() == before
    assert isinstance(read, FileFields)
    assert "animal|zebra" in {
        word.keyword if hasattr(word, "keyword") else str(word) for word in read.keywords()
    }
    assert (tmp_path / f"{name}.xmp").is_file()
