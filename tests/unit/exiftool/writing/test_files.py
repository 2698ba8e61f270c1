"""Locks, temporaries, attributes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from phototagger.domain.errors import WriteError
from phototagger.exiftool.writing import files

linux = pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as Linux has them")


def photo(folder: Path, name: str = "a.jpg") -> Path:
    path = folder / name
    path.write_bytes(b"content")
    return path


def test_only_one_writer_at_a_time(tmp_path: Path) -> None:
    path = photo(tmp_path)
    with (
        files.locked(path, tmp_path / "locks"),
        pytest.raises(WriteError, match="being written by another"),
        files.locked(path, tmp_path / "locks", patience=0.05),
    ):
        pass
    with files.locked(path, tmp_path / "locks", patience=0):
        pass


def test_waiting_ends_when_the_other_is_done(tmp_path: Path) -> None:
    path = photo(tmp_path)
    entered = threading.Event()
    order = []

    def other() -> None:
        entered.set()
        with files.locked(path, tmp_path / "locks", patience=10):
            order.append("other")

    thread = threading.Thread(target=other)
    with files.locked(path, tmp_path / "locks"):
        thread.start()
        entered.wait()
        order.append("first")
    thread.join()
    assert order == ["first", "other"]


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = photo(tmp_path)
    code = (
        "import os, sys; from pathlib import Path; from phototagger.exiftool.writing import files\n"
        "with files.locked(Path(sys.argv[1]), Path(sys.argv[2])): os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path), str(tmp_path / "locks")], check=False)
    with files.locked(path, tmp_path / "locks", patience=0):
        pass


def test_temporaries_lie_beside_the_photo_and_go(tmp_path: Path) -> None:
    path = photo(tmp_path, "x" * 251 + ".jpg")
    with files.temporary_beside(path, ".jpg") as temporary:
        temporary.write_bytes(b"half")
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".ptag-")
        assert temporary.suffix == ".jpg"
        assert files.remove_stale([tmp_path]) == []  # in use
        assert files.remove_stale([tmp_path / ".." / tmp_path.name]) == []  # however its folder is called
    assert os.listdir(tmp_path) == [path.name]  # noqa: PTH208


def test_temporaries_of_dead_processes_go_and_nothing_else(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from phototagger.exiftool.writing import files\n"
        "with files.temporary_beside(Path(sys.argv[1]), '.jpg') as path:\n"
        "    path.write_bytes(b'half'); print(path, flush=True); os._exit(9)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(photo(tmp_path))], capture_output=True, text=True, check=False
    )
    stale = Path(answer.stdout.strip())
    living = tmp_path / f".ptag-{files._MACHINE}{os.getppid():x}-00112233.jpg"
    elsewhere = tmp_path / f".ptag-{'0' * 4 if files._MACHINE != '0000' else '1111'}1-00112233.jpg"
    foreign = [tmp_path / name for name in ("a.jpg_exiftool_tmp", ".ptag-notes.jpg", ".ptag-.jpg")]
    for path in (living, elsewhere, *foreign):
        path.write_bytes(b"x")
    folder = tmp_path / ".ptag-00001-44556677.jpg"
    folder.mkdir()
    assert files.remove_stale([tmp_path, tmp_path, tmp_path / "gone"]) == [stale]
    assert not stale.exists()
    assert all(path.exists() for path in (living, elsewhere, folder, *foreign))
    os.utime(elsewhere, (0, 0))  # from another machine, and old by now
    assert files.remove_stale([tmp_path]) == [elsewhere]


@linux
def test_mode_time_and_attributes_go_with_the_copy(tmp_path: Path) -> None:
    source, copy = photo(tmp_path), photo(tmp_path, "b.jpg")
    source.chmod(0o640)
    os.utime(source, ns=(1, 1_714_550_400_123_456_789))
    os.setxattr(source, "user.stars", b"five")
    files.copy_attributes(source, source.stat(), copy, keep_time=True)
    assert copy.stat().st_mode == source.stat().st_mode
    assert copy.stat().st_mtime_ns == 1_714_550_400_123_456_789
    assert os.getxattr(copy, "user.stars") == b"five"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    source, copy = photo(tmp_path), photo(tmp_path, "b.jpg")
    os.chown(source, 1234, 5678)
    files.copy_attributes(source, source.stat(), copy, keep_time=False)
    assert (copy.stat().st_uid, copy.stat().st_gid) == (1234, 5678)


def test_a_foreign_owner_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, copy = photo(tmp_path), photo(tmp_path, "b.jpg")
    made = list(source.stat())
    made[4] += 1  # as if it belonged to somebody else ...

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)  # ... and we were not root
    with pytest.raises(WriteError, match="belongs to another user"):
        files.copy_attributes(source, os.stat_result(made), copy, keep_time=False)


def test_a_lock_that_the_system_refuses_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")  # as network file systems do

    monkeypatch.setattr(pytest.importorskip("fcntl"), "flock", refuse)
    with pytest.raises(WriteError, match=r"No locks available.*Nothing was changed\. Make"):
        files.locked(tmp_path / "photo.jpg", tmp_path / "locks").__enter__()


def test_a_lock_folder_that_cannot_be_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file of that name")
    with (
        pytest.raises(WriteError, match="was not written: the lock folder"),
        files.locked(tmp_path / "photo.jpg", tmp_path / "locks"),
    ):
        pass
