"""One file that kills or stalls exiftool fails alone, with a sentence; the others are read and written."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phototagger.domain.errors import ExifToolError, PhotoError, WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.writing import FileFields
from phototagger.exiftool.process import process
from phototagger.exiftool.process.pool import ExifToolPool
from phototagger.exiftool.process.xml_check import MOST_DEPTH, fault_of_xml
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.hostile import (
    HEAD,
    TAIL,
    deep_xmp,
    faulty_config,
    meetings,
    png_with_huge_xmp,
    with_xmp,
)
from tests.support.photos import make_photo, plan, read, write

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")
MakeWriter = Callable[[Path], ExifToolWriter]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return faulty_config(tmp_path)


@pytest.fixture
def faulty(config: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExifToolWriter]:
    """A writer whose exiftool stops at names that ask for it, and has a second of work for each file."""
    monkeypatch.setattr(process, "BASE_TIMEOUT", 3.0)
    writer = ExifToolWriter(WriteSettings(), pool=ExifToolPool(config=config), spare_bytes=0)
    yield writer
    writer.close()


@pytest.fixture
def writer() -> Iterator[ExifToolWriter]:
    made = ExifToolWriter(WriteSettings(), spare_bytes=0)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


def photos(folder: Path, *bad: str) -> list[Path]:
    """Nine sound photos with these among them, by name."""
    names = sorted([*bad, *(f"{letter}.jpg" for letter in "abcmnopyz")])
    return [make_photo(folder / name, seed) for seed, name in enumerate(names)]


def faults(writer: ExifToolWriter, paths: list[Path]) -> dict[str, ErrorKind]:
    found = {path: it for path, it in writer.read(paths).items() if isinstance(it, Exception)}
    assert all(isinstance(it, PhotoError) and str(path) in str(it) for path, it in found.items())
    return {path.name: it.kind for path, it in found.items() if isinstance(it, PhotoError)}


@pytest.mark.parametrize(
    ("name", "kind", "tries"),
    [
        ("read-stalls.jpg", ErrorKind.TIMED_OUT, 1),
        ("read-sleeps.jpg", ErrorKind.TIMED_OUT, 1),
        ("read-talks.jpg", ErrorKind.TOO_LARGE, 1),
        ("read-dies.jpg", ErrorKind.CRASHED, 2),  # it may have been killed by somebody
        ("read-eats.jpg", ErrorKind.NO_MEMORY, 2),
    ],
)
def test_a_file_that_stops_exiftool_fails_alone_and_costs_one_time_limit(
    faulty: ExifToolWriter, config: Path, folder: Path, name: str, kind: ErrorKind, tries: int
) -> None:
    paths = photos(folder, name)
    assert faults(faulty, paths) == {name: kind}
    assert meetings(config, "read", name) == tries
    assert faults(faulty, paths) == {name: kind}
    names = faulty.face_names(paths)
    assert [path.name for path, found in names.items() if isinstance(found, PhotoError)] == [name]
    assert meetings(config, "read", name) == tries  # it is remembered while it stays as it is


def test_first_last_and_neighbours_are_found_out_alike(faulty: ExifToolWriter, folder: Path) -> None:
    paths = photos(folder, "Aread-stalls.jpg", "d-read-dies.jpg", "e-read-stalls.jpg", "zread-dies.jpg")
    assert faults(faulty, paths) == {
        "Aread-stalls.jpg": ErrorKind.TIMED_OUT,
        "d-read-dies.jpg": ErrorKind.CRASHED,
        "e-read-stalls.jpg": ErrorKind.TIMED_OUT,
        "zread-dies.jpg": ErrorKind.CRASHED,
    }


@posix
def test_names_that_are_no_text_and_files_that_vanish_lead_to_no_false_blame(
    faulty: ExifToolWriter, folder: Path
) -> None:
    strange = folder / os.fsdecode(b"c\xff\xfe.jpg")
    paths = photos(folder, "k-read-stalls.jpg")
    os.replace(paths[1], strange)
    paths[1] = strange
    assert faults(faulty, paths) == {"k-read-stalls.jpg": ErrorKind.TIMED_OUT}


def test_an_exiftool_ended_from_outside_costs_no_photo(
    faulty: ExifToolWriter, config: Path, folder: Path
) -> None:
    assert faults(faulty, photos(folder, "read-once.jpg")) == {}
    assert meetings(config, "read", "read-once.jpg") == 2


def test_a_changed_file_is_tried_anew(faulty: ExifToolWriter, config: Path, folder: Path) -> None:
    paths = photos(folder, "read-dies.jpg")
    faults(faulty, paths)
    make_photo(folder / "read-dies.jpg", seed=99, side=96)
    faults(faulty, paths)
    assert meetings(config, "read", "read-dies.jpg") == 4


@pytest.mark.parametrize("name", ["write-stalls.jpg", "write-dies.png", "write-eats.tif"])
def test_a_file_that_stops_a_write_is_left_as_it_is(
    faulty: ExifToolWriter, config: Path, folder: Path, name: str
) -> None:
    bad, good = make_photo(folder / name), make_photo(folder / "good.jpg")
    before = bad.read_bytes()
    with pytest.raises(WriteError, match=r"was not written: .*Nothing was changed") as caught:
        write(faulty, bad, ["dog"])
    assert str(bad) in str(caught.value)
    assert bad.read_bytes() == before
    assert [entry.name for entry in folder.iterdir() if entry.name.startswith(".ptag")] == []
    write(faulty, good, ["dog"])
    assert "dog" in read(faulty, good).keywords()


def test_a_write_that_was_killed_from_outside_is_made_again(faulty: ExifToolWriter, folder: Path) -> None:
    path = make_photo(folder / "write-once.jpg")
    write(faulty, path, ["dog"])
    assert "dog" in read(faulty, path).keywords()


def test_an_exiftool_that_always_dies_is_no_photos_fault(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "phototagger")
    broken = tmp_path / "broken.config"
    broken.write_text("kill 'KILL', $$; 1;")
    writer = ExifToolWriter(WriteSettings(), pool=ExifToolPool(config=broken), spare_bytes=0)
    with pytest.raises(ExifToolError, match="ended unexpectedly"):
        writer.read(photos(folder))
    writer.close()
    assert re.search(r"exiftool [\d.]+ has started as process \d+", caplog.text)
    assert re.search(r"exiftool, process \d+, ended: died", caplog.text)


# --- sidecars -----------------------------------------------------------------------------------------------------


def laughs() -> bytes:
    lines = ["<!DOCTYPE x [<!ENTITY a0 'ha'>"]
    lines += [f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)]
    return ("".join(lines) + f"]>{HEAD}<dc:title>&a9;</dc:title>{TAIL}").encode()


DEEP = deep_xmp(50_000)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(DEEP.encode(), id="deep"),
        pytest.param(DEEP.encode("utf-8-sig"), id="deep, byte-order mark"),
        pytest.param(DEEP.encode("utf-16"), id="deep, UTF-16"),
        pytest.param(b"\xfe\xff" + DEEP.encode("utf-16-be"), id="deep, UTF-16 the other way round"),
        pytest.param(DEEP.encode("utf-32"), id="deep, UTF-32"),
        pytest.param(DEEP.replace(TAIL, "").encode(), id="deep, cut off"),
        pytest.param(DEEP.replace("</a:b>", "").encode(), id="deep, never closed"),
        pytest.param(b"<a b=c>" + DEEP.encode(), id="deep, not well-formed before"),
        pytest.param(b"<?xml version='1.0' encoding='klingon'?>" + DEEP.encode(), id="deep, odd encoding"),
        pytest.param(laughs(), id="entities"),
    ],
)
def test_a_sidecar_built_to_stop_programs_never_reaches_exiftool(
    faulty: ExifToolWriter, config: Path, folder: Path, content: bytes
) -> None:
    photo, other = make_photo(folder / "a.bmp"), make_photo(folder / "b.bmp")
    sidecar = folder / "a.bmp.xmp"
    sidecar.write_bytes(content)
    fields = faulty.read([photo, other])
    assert all(isinstance(found, FileFields) for found in fields.values())
    refused = plan(faulty, photo, ["dog"]).refused
    assert refused is not None
    assert str(sidecar) in refused.message
    assert meetings(config, "read", sidecar.name) == 0
    assert isinstance(faulty.face_names([photo])[photo], PhotoError)
    assert sidecar.read_bytes() == content
    write(faulty, other, ["dog"])


def test_a_giant_sidecar_is_not_read(faulty: ExifToolWriter, config: Path, folder: Path) -> None:
    photo, sidecar = make_photo(folder / "a.bmp"), folder / "a.bmp.xmp"
    with sidecar.open("wb") as file:
        file.write(HEAD.encode())
        file.truncate(200 * 2**20)
    refused = plan(faulty, photo, ["dog"]).refused
    assert refused is not None
    assert "is 200 MiB large" in refused.message
    assert meetings(config, "read", sidecar.name) == 0


def test_what_programs_really_write_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    deep = MOST_DEPTH - 4
    for content in (
        deep_xmp(deep).encode(),
        f"<?xpacket begin='\ufeff'?>{deep_xmp(deep)}<?xpacket end='w'?>\n  ".encode("utf-16"),
        f"<!DOCTYPE x>{deep_xmp(3)}".encode(),
        (HEAD + "<a:b/><a:b></a:b>" * 5000 + TAIL).encode(),
        b"not xml at all",
        b"",
    ):
        path.write_bytes(content)
        assert fault_of_xml(path) is None
    path.write_text(deep_xmp(MOST_DEPTH))
    assert fault_of_xml(path) is not None


@posix
def test_pipes_and_folders_called_as_photo_or_sidecar_hold_nobody_up(
    faulty: ExifToolWriter, folder: Path
) -> None:
    good, pipe, directory = make_photo(folder / "good.bmp"), folder / "pipe.bmp", folder / "dir.jpg"
    os.mkfifo(pipe)
    directory.mkdir()
    os.mkfifo(folder / "good.bmp.xmp")
    os.mkfifo(folder / ".picasa.ini")
    fields = faulty.read([good, pipe, directory])
    assert isinstance(fields[good], FileFields)
    for path in (pipe, directory):
        assert isinstance(fields[path], PhotoError)
        assert "not an ordinary file" in str(fields[path])
    names = faulty.face_names([good, pipe, directory])
    assert names[good] == ()
    made = plan(faulty, good, ["dog"])
    failure = faulty.check(made)
    assert failure is not None
    assert "is a pipe or a device" in failure.message


# --- metadata inside photos ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_xmp_nested_without_end_inside_a_photo_is_given_up_at_once(
    faulty: ExifToolWriter, folder: Path, name: str
) -> None:
    bad = with_xmp(folder / name, deep_xmp(5_000 if name == "a.jpg" else 50_000))
    good = make_photo(folder / "good.jpg")
    before = bad.read_bytes()
    assert all(isinstance(found, FileFields) for found in faulty.read([bad, good]).values())
    refused = plan(faulty, bad, ["dog"]).refused
    assert refused is not None
    assert "nested more than 200 levels deep" in refused.message
    assert bad.read_bytes() == before
    write(faulty, good, ["dog"])


def test_ordinary_xmp_is_read_as_before(faulty: ExifToolWriter, folder: Path) -> None:
    words = "<dc:subject><rdf:Bag><rdf:li>Rex</rdf:li></rdf:Bag></dc:subject>"
    path = with_xmp(folder / "a.png", HEAD + words + "<a:b>" * 50 + "</a:b>" * 50 + TAIL)
    assert read(faulty, path).keywords() == ("Rex",)


def test_a_small_photo_that_unpacks_without_end_takes_no_memory(writer: ExifToolWriter, folder: Path) -> None:
    bomb, good = png_with_huge_xmp(folder / "bomb.png", 400), make_photo(folder / "good.png")
    assert faults(writer, [bomb, good]) == {"bomb.png": ErrorKind.NO_MEMORY}
    write(writer, good, ["dog"])
