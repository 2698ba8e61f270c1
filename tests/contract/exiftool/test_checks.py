"""The preview promises what a write then does: whatever is refused is refused in both, in the same words."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.writing import checks
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.photos import make_photo, plan, temporaries, values, with_settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX files")
ROOT = sys.platform == "linux" and os.geteuid() == 0


def read_only(path: Path) -> None:
    path.chmod(0o444)


def in_a_read_only_folder(path: Path) -> None:
    path.parent.chmod(0o555)


def hard_linked(path: Path) -> None:
    os.link(path, path.with_name("b.jpg"))


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def immutable(path: Path) -> None:
    if not ROOT or subprocess.run(["chattr", "+i", path], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be made immutable here")


@pytest.fixture
def photo(jpeg: Path) -> Iterator[Path]:
    yield jpeg
    subprocess.run(["chattr", "-i", jpeg], check=False, capture_output=True)
    jpeg.parent.chmod(0o755)


def refusal_of(writer: ExifToolWriter, made: WritePlan) -> tuple[ErrorKind, str]:
    """Why the write is refused, which must be what the check said beforehand."""
    promised = writer.check(made)
    with pytest.raises(WriteError) as caught:
        writer.write(made)
    assert promised == caught.value.failure
    return caught.value.kind, str(caught.value)


@pytest.mark.parametrize(
    ("happens", "kind", "words"),
    [
        (read_only, ErrorKind.WRITE_REFUSED, "is read-only"),
        (in_a_read_only_folder, ErrorKind.WRITE_REFUSED, "in a folder that is read-only"),
        (hard_linked, ErrorKind.WRITE_REFUSED, "hard links"),
        (immutable, ErrorKind.WRITE_REFUSED, "is read-only"),
        (cut_off, ErrorKind.WRITE_REFUSED, "cut off"),
        (emptied, ErrorKind.EMPTY, "is empty"),
        (gone, ErrorKind.GONE, "not there any more"),
    ],
)
def test_what_a_write_refuses_the_check_tells(
    writer: ExifToolWriter, photo: Path, happens: Callable[[Path], None], kind: ErrorKind, words: str
) -> None:
    made = plan(writer, photo, ["dog"])
    assert writer.check(made) is None
    happens(photo)
    found, sentence = refusal_of(writer, made)
    assert found is kind
    assert words in sentence
    assert str(photo) in sentence


def test_the_file_behind_a_link_is_the_one_that_counts(writer: ExifToolWriter, photo: Path) -> None:
    link = photo.parent.parent / "link.jpg"
    link.symlink_to(photo)
    made = plan(writer, link, ["dog"])
    read_only(photo)
    assert str(photo) in refusal_of(writer, made)[1]


def test_no_room_is_told_beforehand(program: str, jpeg: Path, tmp_path: Path) -> None:
    for settings in (
        WriteSettings(exiftool=program),
        WriteSettings(exiftool=program, sidecar_formats="JPEG"),
    ):
        full = ExifToolWriter(settings, lock_folder=tmp_path / "locks", spare_bytes=1 << 62)
        made = plan(full, jpeg, ["dog"])
        assert "nearly full" in refusal_of(full, made)[1]
        full.close()
    assert list(jpeg.parent.iterdir()) == [jpeg]


def test_a_folder_that_exiftool_cannot_name_is_told_beforehand(
    writer: ExifToolWriter, tmp_path: Path
) -> None:
    folder = tmp_path / "50%d\n"
    folder.mkdir()
    made = plan(writer, make_photo(folder / "a.jpg"), ["dog"])
    assert "Rename it" in refusal_of(writer, made)[1]


def test_a_new_sidecar_that_cannot_be_made_is_told_beforehand(
    program: str, photo: Path, tmp_path: Path
) -> None:
    beside = with_settings(program, tmp_path / "locks", sidecar_formats="JPEG")
    made = plan(beside, photo, ["dog"])
    read_only(photo)  # which does not matter: it is not written
    assert beside.check(made) is None
    in_a_read_only_folder(photo)
    assert "read-only" in refusal_of(beside, made)[1]
    photo.parent.chmod(0o755)
    made.target.mkdir()
    kind, sentence = refusal_of(beside, made)
    assert kind is ErrorKind.WRITE_REFUSED
    assert f"{made.target} is a folder" in sentence
    beside.close()


@contextlib.contextmanager
def as_user(user: int) -> Iterator[None]:
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not ROOT, reason="only root can be somebody else")
def test_a_file_of_another_user_is_told_beforehand(program: str) -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        for path in (folder, photos := folder / "photos", locks := folder / "locks"):
            path.mkdir(exist_ok=True)
            path.chmod(0o777)
        real = make_photo(photos / "a.jpg")
        real.chmod(0o666)
        link = folder / "link.jpg"
        link.symlink_to(real)
        writer = with_settings(program, locks)
        made = plan(writer, link, ["dog"])
        with as_user(1234):
            kind, sentence = refusal_of(writer, made)
            assert temporaries(photos) == []
        assert kind is ErrorKind.WRITE_REFUSED
        assert f"{real} belongs to another user" in sentence
        # Root may give files away, so the owner stays who it is.
        os.chown(real, 1234, 1234)
        assert writer.check(made) is None
        writer.write(made)
        assert real.stat().st_uid == 1234
        assert values(writer, real, "XMP-dc:Subject") == ("dog",)
        writer.close()


@pytest.mark.skipif(not ROOT, reason="only root can be somebody else")
def test_where_files_have_no_owner_of_their_own_none_is_missed(
    jpeg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a stick or a share all files belong to whoever it was mounted for, and so does the new one."""
    status = os.stat_result((*jpeg.stat()[:4], 4321, *jpeg.stat()[5:]))
    with as_user(1234):
        with pytest.raises(WriteError, match="another user"):
            checks.check_owner(jpeg, status)
        monkeypatch.setattr(checks, "_file_system", lambda path: "vfat")
        checks.check_owner(jpeg, status)
