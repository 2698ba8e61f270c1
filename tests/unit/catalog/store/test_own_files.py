"""What phototagger keeps is for its owner alone, whatever the umask was and is; and is never anything but files."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.app.program import Program
from phototagger.catalog.connection import Catalog
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.catalog.writing import locks
from phototagger.diagnostics.log import logs_folder
from phototagger.diagnostics.session import with_log
from phototagger.domain.errors import CatalogError, WriteError
from phototagger.domain.records import FileSignature
from phototagger.exiftool.writing import files
from phototagger.files.whole_file import put_file
from phototagger.settings.declared import Settings
from phototagger.settings.locations import default_cache_folder, default_catalog_path, default_settings_path
from phototagger.settings.store import save_settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="on Windows the profile's folder keeps others out")
OLD = Path(__file__).parents[3] / "fixtures" / "catalogs" / "v1.sqlite"


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o177], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folders, with nothing of ours in them yet."""
    for name in ("DATA", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return tmp_path


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


def check_private(folder: Path) -> None:
    found = modes(folder)
    assert len(found) > 1
    for name, mode in found.items():
        assert mode == (0o700 if (folder / name).is_dir() else 0o600), f"{name}: {mode:o}"


def use_all(catalog: Path) -> None:
    """Everything that is kept: catalog and its log, thumbnails, locks, settings, the log."""
    app = Program.open(catalog)
    try:
        app._session.thumbnails.put(1, FileSignature(1, 1), b"jpeg")
        with (
            locks.writing(app._session.catalog),
            files.locked(catalog, default_catalog_path().parent / "locks"),
        ):
            app.preferences.update(app.preferences.settings)
            put_file(b"graph", default_cache_folder() / "graphs" / "one.onnx")
            with with_log("window"):
                check_private(logs_folder())
            for folder in (
                default_catalog_path().parent,
                default_settings_path().parent,
                default_cache_folder(),
            ):
                check_private(folder)
    finally:
        app.close()


def test_all_that_is_made_is_for_its_owner_alone(home: Path, umask: int) -> None:
    use_all(default_catalog_path())
    names = {path.name for path in default_catalog_path().parent.rglob("*")}
    assert {"catalog.sqlite", "catalog.sqlite.thumbs", "catalog.sqlite.writing", "phototagger.log"} <= names
    check_private(default_catalog_path().parent)


def test_what_an_earlier_version_made_for_all_to_read_is_mended(home: Path, umask: int) -> None:
    data, settings = default_catalog_path().parent, default_settings_path()
    for folder in (data / "logs", data / "locks", settings.parent, default_cache_folder()):
        folder.mkdir(parents=True)
    shutil.copyfile(OLD, default_catalog_path())
    save_settings(Settings(), settings)
    for path in (data / "logs" / "window.log", data / "logs" / "window.log.1", data / "locks" / "00.lock"):
        path.touch()
    for name in ("catalog.sqlite.thumbs", "catalog.sqlite.writing", "catalog.sqlite.backup-v3"):
        (data / name).touch()
    for folder in (data, settings.parent, default_cache_folder()):
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
    use_all(default_catalog_path())
    assert default_catalog_path().with_name("catalog.sqlite.backup-v1").exists()
    check_private(data)


def test_the_folder_of_a_catalog_that_somebody_named_is_not_ours(home: Path, umask: int) -> None:
    folder = home / "photos"
    folder.mkdir()
    folder.chmod(0o775)
    photo, other = folder / "c.sqlite.jpg", folder / "c.sqlite-notes.txt"
    for path in (photo, other):
        path.touch()
        path.chmod(0o644)
    app = Program.open(folder / "c.sqlite", home / "s.toml")
    try:
        app._session.thumbnails.put(1, FileSignature(1, 1), b"jpeg")
        found = modes(folder)
        assert found.pop(".") == 0o775
        assert {found.pop(photo.name), found.pop(other.name)} == {0o644}
        assert {"c.sqlite", "c.sqlite-wal", "c.sqlite-shm", "c.sqlite.thumbs"} <= set(found)
        assert set(found.values()) == {0o600}
    finally:
        app.close()


def test_a_folder_that_is_a_link_is_the_persons_own_choice(home: Path) -> None:
    elsewhere = home / "big disk"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    default_catalog_path().parent.parent.mkdir(parents=True)
    default_catalog_path().parent.symlink_to(elsewhere)
    Program.open().close()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    assert stat.S_IMODE((elsewhere / "catalog.sqlite").stat().st_mode) == 0o600


def test_a_catalog_behind_a_link_is_private_where_it_lies(home: Path, umask: int) -> None:
    folder = home / "real"
    folder.mkdir()
    folder.chmod(0o755)
    link = home / "c.sqlite"
    link.symlink_to(folder / "c.sqlite")
    catalog = Catalog.open(link)
    try:
        assert modes(folder) == {
            ".": 0o755,
            "c.sqlite": 0o600,
            "c.sqlite-wal": 0o600,
            "c.sqlite-shm": 0o600,
        }
    finally:
        catalog.close()


def test_another_programs_file_keeps_its_mode(home: Path) -> None:
    path = home / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    path.chmod(0o644)
    with pytest.raises(CatalogError, match="belongs to another program"):
        Catalog.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_what_a_person_asks_for_is_as_their_umask_has_it(tmp_path: Path, umask: int) -> None:
    target = tmp_path / "report.html"
    put_file(b"a report", target, private=False)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask
    target.chmod(0o640)
    put_file(b"another", target, private=False)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [target]


# --- what is no file ----------------------------------------------------------------------------------------------


def make_odd(path: Path, kind: str) -> None:
    match kind:
        case "a named pipe":
            os.mkfifo(path)
        case "a socket":
            # A socket is bound to a path of some hundred bytes at most, but may be renamed to a longer one.
            with socket.socket(socket.AF_UNIX) as made, tempfile.TemporaryDirectory(dir="/tmp") as short:
                made.bind(f"{short}/made")
                Path(short, "made").rename(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case _:
            path.mkdir()
            (path / "kept").touch()


ODD = ["a named pipe", "a socket", "a device", "a folder"]


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ODD)
def test_a_catalog_that_is_no_file_is_told_at_once(kind: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    Catalog.open(path).close()
    odd = path.with_name(path.name + suffix)
    odd.unlink(missing_ok=True)
    make_odd(odd, kind)
    before = odd.lstat()
    with pytest.raises(
        CatalogError, match=rf"catalog {path} cannot be opened: \S+ is {kind}, not a file"
    ) as told:
        Catalog.open(path)
    assert "Move that away, or name another file with --catalog." in str(told.value)
    if suffix:
        with pytest.raises(CatalogError, match=f"is {kind}"):
            locks.is_in_use(path)
    assert odd.lstat().st_mode == before.st_mode


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
@pytest.mark.parametrize("kind", ODD)
def test_thumbnails_that_are_no_file_are_told_at_once(kind: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "c.thumbs"
    odd = path.with_name(path.name + suffix)
    make_odd(odd, kind)
    with pytest.raises(CatalogError, match=rf"is {kind}, not a file.*Delete that file"):
        ThumbnailStore.open(path)
    assert odd.is_symlink() or odd.exists()


@pytest.mark.parametrize("kind", ODD)
def test_locks_that_are_no_file_are_told_at_once(kind: str, tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "c.sqlite")
    try:
        make_odd(tmp_path / "c.sqlite.writing", kind)
        with pytest.raises(CatalogError, match=f"is {kind}, not a file"), locks.writing(catalog):
            pass
    finally:
        catalog.close()
    folder = tmp_path / "locks"
    folder.mkdir()
    for slot in range(256):
        make_odd(folder / f"{slot:02x}.lock", kind)
    with pytest.raises(WriteError, match=f"is {kind}, not a file"), files.locked(tmp_path / "a.jpg", folder):
        pass


@pytest.mark.parametrize("kind", ODD)
def test_a_copy_before_a_new_version_is_never_made_into_what_is_no_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    shutil.copyfile(OLD, path)
    before = path.read_bytes()
    make_odd(tmp_path / "c.sqlite.backup-v1", kind)
    with pytest.raises(CatalogError, match=f"backup-v1 cannot be opened: .* is {kind}"):
        Catalog.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["phototagger.log", "phototagger.log.lock"])
def test_a_log_that_is_no_file_costs_the_log_not_the_program(kind: str, name: str, home: Path) -> None:
    logs = default_catalog_path().parent / "logs"
    logs.mkdir(parents=True)
    make_odd(logs / name, kind)
    with with_log("command"):
        logging.getLogger("phototagger").info("a line")
    assert not (logs / "phototagger.log").is_file()
