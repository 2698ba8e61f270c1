"""What is asked of a file before it is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.exiftool.writing import checks
from tests.unit.exiftool.writing.test_files import photo


def test_what_may_not_be_replaced_is_told(tmp_path: Path) -> None:
    def reason(path: Path) -> tuple[ErrorKind, str]:
        with pytest.raises(WriteError) as caught:
            checks.check_writable(path)
        return caught.value.kind, str(caught.value)

    assert reason(tmp_path / "none.jpg")[0] is ErrorKind.GONE
    assert "not an ordinary file" in reason(tmp_path)[1]
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert reason(empty)[0] is ErrorKind.EMPTY
    protected = photo(tmp_path, "protected.jpg")
    protected.chmod(0o444)
    assert "is read-only" in reason(protected)[1]
    linked = photo(tmp_path, "linked.jpg")
    os.link(linked, tmp_path / "other name.jpg")
    assert "hard links" in reason(linked)[1]
    assert checks.check_writable(photo(tmp_path)).st_size == 7


@pytest.mark.skipif(os.name != "posix", reason="folders have no such bit elsewhere")
def test_a_read_only_folder_is_respected(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = photo(folder)
    folder.chmod(0o555)
    try:
        with pytest.raises(WriteError, match="folder that is read-only"):
            checks.check_writable(path)
    finally:
        folder.chmod(0o755)
