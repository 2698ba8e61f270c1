"""A new file never takes the name of another, on whatever disk."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.exiftool.writing import in_place
from phototagger.exiftool.writing.in_place import put_in_place

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has one way, which refuses by itself")


def refusing(number: int) -> Callable[[Path, Path], None]:
    def refuse(made: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.fixture
def lacking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of the ways this disk does not have."""
    count = int(request.param)
    answers = [refusing(errno.EPERM), refusing(errno.EINVAL)]  # as FAT and old kernels answer
    monkeypatch.setattr(in_place, "_WAYS", (*answers[:count], *in_place._WAYS[count:]))
    return count


@pytest.mark.parametrize("lacking", [0, 1, 2] if os.name == "posix" else [0], indirect=True)
def test_a_new_file_gets_its_name_and_takes_none(tmp_path: Path, lacking: int) -> None:
    made, target = tmp_path / ".ptag-1.xmp", tmp_path / "a.jpg.xmp"
    made.write_bytes(b"ours")
    put_in_place(made, target)
    assert target.read_bytes() == b"ours"
    made.unlink(missing_ok=True)
    assert target.read_bytes() == b"ours"
    made.write_bytes(b"later")
    with pytest.raises(WriteError, match="appeared") as caught:
        put_in_place(made, target)
    assert caught.value.kind is ErrorKind.CHANGED
    assert target.read_bytes() == b"ours"
    assert made.read_bytes() == b"later"


@posix
@pytest.mark.parametrize("lacking", [0, 1, 2], indirect=True)
def test_a_link_that_leads_nowhere_is_a_name_that_is_taken(tmp_path: Path, lacking: int) -> None:
    made, target = tmp_path / ".ptag-1.xmp", tmp_path / "a.jpg.xmp"
    made.write_bytes(b"ours")
    target.symlink_to(tmp_path / "elsewhere.xmp")
    with pytest.raises(WriteError, match="appeared"):
        put_in_place(made, target)
    assert not (tmp_path / "elsewhere.xmp").exists()


@pytest.mark.parametrize("lacking", [0, 1, 2] if os.name == "posix" else [0], indirect=True)
def test_a_fault_of_the_disk_is_no_missing_way(tmp_path: Path, lacking: int) -> None:
    """Nothing else is tried where the folder is gone, and the reason is the true one."""
    made = tmp_path / ".ptag-1.xmp"
    made.write_bytes(b"ours")
    with pytest.raises(FileNotFoundError):
        put_in_place(made, tmp_path / "gone" / "a.jpg.xmp")


@posix
def test_a_full_disk_tries_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, target = tmp_path / ".ptag-1.xmp", tmp_path / "a.jpg.xmp"
    made.write_bytes(b"ours")
    monkeypatch.setattr(in_place, "_WAYS", (refusing(errno.ENOSPC), *in_place._WAYS[1:]))
    with pytest.raises(OSError, match="No space left"):
        put_in_place(made, target)
    assert not target.exists()


@posix
def test_the_reason_of_the_last_way_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / ".ptag-1.xmp"
    made.write_bytes(b"ours")
    monkeypatch.setattr(in_place, "_WAYS", (refusing(errno.ENOTSUP), refusing(errno.EPERM)))
    with pytest.raises(PermissionError):
        put_in_place(made, tmp_path / "a.jpg.xmp")


@posix
def test_half_a_copy_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, target = tmp_path / ".ptag-1.xmp", tmp_path / "a.jpg.xmp"
    made.write_bytes(b"ours")
    monkeypatch.setattr(in_place, "_WAYS", in_place._WAYS[2:])
    monkeypatch.setattr(os, "fsync", lambda handle: refusing(errno.EIO)(made, target))
    with pytest.raises(OSError, match="Input/output"):
        put_in_place(made, target)
    assert not target.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_a_system_without_the_call_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the next way is tried."""
    made, target = tmp_path / ".ptag-1.xmp", tmp_path / "a.jpg.xmp"
    made.write_bytes(b"ours")
    monkeypatch.setattr(ctypes, "CDLL", lambda name, use_errno: object())
    monkeypatch.setattr(in_place, "_WAYS", in_place._WAYS[1:])
    put_in_place(made, target)
    assert target.read_bytes() == b"ours"
    assert made.exists()
