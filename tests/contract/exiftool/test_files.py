"""The MetadataWriter port on real files: formats, names, protection, and accidents at every step of a write."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from phototagger.domain.errors import ExifToolError, PhotoError, WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.writing import FieldChange, FileFields, WritePlan
from phototagger.exiftool.process.locate import WRITES_HEIC, find_exiftool, version_number
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing import files
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.photos import (
    Snapshot,
    camera_exif,
    exiftool,
    exiv2,
    make_photo,
    plan,
    prepare,
    read,
    temporaries,
    values,
    with_settings,
    write,
)

needs_exiv2 = pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is the second reader")
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


# --- formats (cases 25, 30 to 33, 48) -----------------------------------------------------------------------------


@needs_exiv2
@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".jpg"])
def test_formats_that_are_written(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str
) -> None:
    path = make_photo(tmp_path / f"a{suffix}", exif=camera_exif() if suffix != ".tif" else None)
    before = Snapshot.of(path, tool)
    made = write(writer, path, ["animal|dog", "Möwe"])
    before.check(tool)
    assert exiv2(path, "Xmp.dc.subject") == ["dog, Möwe"]
    writer.write(writer.restore_plan(made, read(writer, path)))
    before.check(tool)
    assert read(writer, path).keywords() == ()


@pytest.mark.parametrize(("suffix", "kind"), [(".avif", "AVIF"), (".heic", "HEIC")])
def test_heif_is_written_only_by_a_safe_exiftool(
    writer: ExifToolWriter, tmp_path: Path, suffix: str, kind: str
) -> None:
    path = make_photo(tmp_path / f"a{suffix}")
    data = path.read_bytes()
    made = plan(writer, path, ["dog"])
    if version_number(writer.version()) < WRITES_HEIC:
        assert made.target.name == f"{path.name}.xmp"
        with pytest.raises(WriteError, match=r"13\.25"):
            writer.write(WritePlan(1, path, path, made.changes))
        writer.write(made)
        assert path.read_bytes() == data
        assert values(writer, made.target, "XMP-dc:Subject") == ("dog",)
    else:
        writer.write(made)
        assert values(writer, path, "XMP-dc:Subject") == ("dog",)


FILM = struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom"
FILM += struct.pack(">I", 1008) + b"mdat" + bytes(range(250)) * 4
GOOGLE = (
    "-XMP-GCamera:MotionPhoto=1",
    "-XMP-GCamera:MotionPhotoVersion=1",
    f"-XMP-GCamera:MicroVideoOffset={len(FILM)}",  # from the end of the file
)


def samsung_trailer() -> bytes:
    """The film in Samsung's trailer: the block, then a directory that counts back from its own start."""
    name = b"MotionPhoto_Data"
    block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + FILM
    directory = b"SEFH" + struct.pack("<IIHHII", 106, 1, 0, 0x0A30, len(block), len(block))
    return block + directory + struct.pack("<I", len(directory)) + b"SEFT"


@pytest.mark.parametrize("maker", ["Google", "Samsung"])
def test_the_film_of_a_motion_photo_survives(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path, maker: str
) -> None:
    trailer = FILM
    if maker == "Google":
        prepare(tool, jpeg, *GOOGLE)
    else:
        trailer = samsung_trailer()
    jpeg.write_bytes(jpeg.read_bytes() + trailer)
    before = Snapshot.of(jpeg, tool)
    made = write(writer, jpeg, ["animal|dog"])
    before.check(tool)
    assert made.target == jpeg
    assert values(writer, jpeg, "XMP-dc:Subject") == ("dog",)
    assert jpeg.read_bytes().endswith(trailer)
    if maker == "Google":
        offset = int(exiftool(tool, "-s3", "-XMP-GCamera:MicroVideoOffset", jpeg))
        assert jpeg.read_bytes()[-offset:] == FILM
    else:
        assert f"{len(FILM)} bytes" in exiftool(tool, "-EmbeddedVideoFile", jpeg)  # still found
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert jpeg.read_bytes().endswith(trailer)
    assert read(writer, jpeg).keywords() == ()


def test_a_png_named_jpg_is_not_written_into_but_beside(writer: ExifToolWriter, tmp_path: Path) -> None:
    path = make_photo(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    made = plan(writer, path, ["dog"])
    assert made.refused is None
    assert made.target == tmp_path / "a.jpg.xmp"
    assert any("is called .jpg but holds PNG" in note for note in made.notes)


def test_files_that_are_no_photos(writer: ExifToolWriter, tmp_path: Path) -> None:
    empty, text, gone = (tmp_path / name for name in ("empty.jpg", "text.jpg", "gone.jpg"))
    empty.touch()
    text.write_text("hello")
    answers = writer.read([empty, text, gone])
    assert [getattr(answers[path], "kind", None) for path in (empty, gone)] == [
        ErrorKind.EMPTY,
        ErrorKind.GONE,
    ]
    assert isinstance(answers[empty], PhotoError)
    refused = plan(writer, text, ["dog"]).refused
    assert refused is not None
    assert "TXT" in refused.message


@pytest.mark.parametrize("cut", [2, 500])
def test_a_jpeg_without_its_end_is_refused(writer: ExifToolWriter, jpeg: Path, cut: int) -> None:
    jpeg.write_bytes(jpeg.read_bytes()[:-cut])
    data = jpeg.read_bytes()
    with pytest.raises(WriteError, match="cut off"):
        writer.write(plan(writer, jpeg, ["dog"]))
    assert jpeg.read_bytes() == data


def test_a_damaged_xmp_packet_is_refused(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=mine", "-XMP-dc:Title=mine too")
    jpeg.write_bytes(jpeg.read_bytes().replace(b"</rdf:RDF>", b"</rdf:RDX>"))
    made = plan(writer, jpeg, ["dog"])
    assert made.refused is not None
    assert "damaged metadata" in made.refused.message
    # Even a plan from before the damage is stopped.
    data = jpeg.read_bytes()
    with pytest.raises(WriteError, match="damaged metadata"):
        writer.write(WritePlan(1, jpeg, jpeg, (FieldChange("XMP-dc:Subject", (), ("dog",)),)))
    assert jpeg.read_bytes() == data


STANDARD, STRAY = b"http://ns.adobe.com/xap/1.0/", b"XMP\0://ns.adobe.com/xap/1.0/"


def test_xmp_under_an_odd_header_stays_beside_ours(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    """Seen on one photo in twenty from a photo-sharing site."""
    prepare(tool, jpeg, "-XMP-dc:Title=an old title")
    jpeg.write_bytes(jpeg.read_bytes().replace(STANDARD, STRAY))
    data = jpeg.read_bytes()
    stray = data[data.index(b"XMP\0") : data.index(b"<?xpacket end")]
    for word in ("dog", "cat"):
        write(writer, jpeg, [word])
        assert stray in jpeg.read_bytes()
    assert set(values(writer, jpeg, "XMP-dc:Subject")) == {"dog", "cat"}
    assert plan(writer, jpeg, ["dog"]).changes == ()


def test_keywords_under_an_odd_header_are_not_divided(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=mine")
    jpeg.write_bytes(jpeg.read_bytes().replace(STANDARD, STRAY))
    refused = plan(writer, jpeg, ["dog"]).refused
    assert refused is not None
    assert "wrong header" in refused.message


def test_more_xmp_than_one_segment_holds(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-XMP-dc:Description=" + "long " * 20000)
    before = Snapshot.of(jpeg, tool)
    write(writer, jpeg, ["dog"])
    before.check(tool)
    assert values(writer, jpeg, "XMP-dc:Subject") == ("dog",)


def test_long_lists_are_read_whole(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    many = [f"word {number}" for number in range(1500)]
    write(writer, jpeg, many)
    assert values(writer, jpeg, "XMP-dc:Subject") == tuple(many)


@needs_exiv2
def test_our_record_outlives_other_programs(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    write(writer, jpeg, ["animal|dog"])
    subprocess.run(["exiv2", "-M", "set Xmp.dc.title Lang x-default Hi", jpeg], check=True)
    prepare(tool, jpeg, "-XMP-dc:Subject+=mine")
    write(writer, jpeg, [], ["animal|dog"])
    assert read(writer, jpeg).keywords() == ("mine",)


# --- files (cases 34 to 38, 44) -----------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    "name",
    [
        "-dash.jpg", "#hash.jpg", " blank.jpg", "line\nbreak.jpg", "per%f%%d.jpg", "👍 é.jpg", "e\u0301.jpg",
        b"bytes \xff\xfe.jpg", "x" * 251 + ".jpg", "a.JPG", "[a]*?.jpg", "back\\slash.jpg",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["50%d [x] #", "line\nbreak [x] 🐕"])
def test_any_name_in_any_folder(
    writer: ExifToolWriter, tmp_path: Path, name: str | bytes, place: str
) -> None:
    folder = tmp_path / place
    folder.mkdir()
    path, twin = folder / os.fsdecode(name), folder / "é.jpg"
    make_photo(path)
    make_photo(twin)
    data = twin.read_bytes()
    write(writer, path, ["dog"])
    assert values(writer, path, "XMP-dc:Subject") == ("dog",)
    assert twin.read_bytes() == data
    assert len(os.listdir(folder)) == 2  # noqa: PTH208


@posix
def test_a_folder_that_exiftool_cannot_name_is_refused(writer: ExifToolWriter, tmp_path: Path) -> None:
    folder = tmp_path / "50%d\n"
    folder.mkdir()
    with pytest.raises(WriteError, match="Rename it"):
        write(writer, make_photo(folder / "a.jpg"), ["dog"])


@posix
def test_a_symlink_stays_one_and_its_target_is_written(writer: ExifToolWriter, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = make_photo(tmp_path / "real" / "a.jpg"), tmp_path / "link.jpg"
    link.symlink_to(real)
    write(writer, link, ["dog"])
    assert link.is_symlink()
    assert values(writer, real, "XMP-dc:Subject") == ("dog",)


@posix
def test_protected_files_are_refused(writer: ExifToolWriter, jpeg: Path) -> None:
    data = jpeg.read_bytes()
    made = plan(writer, jpeg, ["dog"])
    os.link(jpeg, jpeg.with_name("b.jpg"))
    with pytest.raises(WriteError, match="hard links"):
        writer.write(made)
    jpeg.with_name("b.jpg").unlink()
    jpeg.chmod(0o444)
    with pytest.raises(WriteError, match="read-only"):
        writer.write(made)
    jpeg.chmod(0o644)
    jpeg.parent.chmod(0o555)
    try:
        with pytest.raises(WriteError, match="read-only"):
            writer.write(made)
    finally:
        jpeg.parent.chmod(0o755)
    assert jpeg.read_bytes() == data


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as Linux has them")
@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [(0o600, 0o600), (0o640, 0o640), (0o644, 0o644), (0o664, 0o664), (0o444, 0o644), (0o755, 0o644)],
)
def test_a_new_sidecar_is_for_those_that_the_photo_is_for(
    writer: ExifToolWriter, tmp_path: Path, photo: int, sidecar: int, umask: int
) -> None:
    path = make_photo(tmp_path / "a.bmp")
    path.chmod(photo)
    before = os.umask(umask)
    try:
        made = write(writer, path, ["dog"])
    finally:
        os.umask(before)
    assert made.target.suffix == ".xmp"
    assert made.target.stat().st_mode & 0o777 == sidecar
    assert path.stat().st_mode & 0o777 == photo


def test_attributes_mode_and_time_stay(writer: ExifToolWriter, jpeg: Path) -> None:
    os.setxattr(jpeg, "user.stars", b"five")
    jpeg.chmod(0o604)
    os.utime(jpeg, ns=(1, 1_714_550_400_123_456_789))
    write(writer, jpeg, ["dog"])
    assert os.getxattr(jpeg, "user.stars") == b"five"
    assert jpeg.stat().st_mode & 0o777 == 0o604
    assert jpeg.stat().st_mtime_ns == 1_714_550_400_123_456_789


def test_the_time_moves_on_request(program: str, jpeg: Path, tmp_path: Path) -> None:
    writer = with_settings(program, tmp_path, keep_modified_time=False)
    os.utime(jpeg, ns=(1, 1))
    signature = writer.write(plan(writer, jpeg, ["dog"]))
    writer.close()
    assert signature is not None
    assert signature.mtime_ns > 1
    assert (signature.size, signature.mtime_ns) == (jpeg.stat().st_size, jpeg.stat().st_mtime_ns)


def test_a_full_disk_is_told_before_anything_is_written(program: str, jpeg: Path, tmp_path: Path) -> None:
    writer = ExifToolWriter(WriteSettings(exiftool=program), lock_folder=tmp_path, spare_bytes=1 << 62)
    data = jpeg.read_bytes()
    with pytest.raises(WriteError, match="nearly full"):
        writer.write(plan(writer, jpeg, ["dog"]))
    writer.close()
    assert jpeg.read_bytes() == data


@posix
def test_a_disk_that_fills_up_leaves_the_original(program: str, tmp_path: Path) -> None:
    """exiftool may write so much and no more, as on a full disk."""
    folder = tmp_path / "photos"
    folder.mkdir()
    path = make_photo(folder / "a.jpg", side=600)
    data = path.read_bytes()
    assert len(data) > 100_000
    script = tmp_path / "exiftool"
    script.write_text(f'#!/bin/sh\nulimit -f 50\nexec {" ".join(find_exiftool(program).command)} "$@"\n')
    script.chmod(0o755)
    writer = ExifToolWriter(WriteSettings(exiftool=str(script)), lock_folder=tmp_path / "locks")
    with pytest.raises((WriteError, ExifToolError)):
        writer.write(plan(writer, path, ["dog"]))
    writer.close()
    assert path.read_bytes() == data
    assert os.listdir(folder) == ["a.jpg"]  # noqa: PTH208


def test_foreign_temporaries_do_not_matter(writer: ExifToolWriter, jpeg: Path) -> None:
    foreign = jpeg.with_name("a.jpg_exiftool_tmp")
    foreign.write_bytes(b"left by somebody")
    write(writer, jpeg, ["dog"])
    assert foreign.read_bytes() == b"left by somebody"
    assert writer.recover([jpeg.parent]) == []


# --- accidents (cases 39 to 43) -----------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.exiftool.writing.steps import Step
from phototagger.settings.declared import WriteSettings
from tests.support.said import wanted
program, locks, photo, step = sys.argv[1:]
writer = ExifToolWriter(WriteSettings(exiftool=program), lock_folder=Path(locks), spare_bytes=0)
writer.on_step = lambda now, path: os.kill(os.getpid(), signal.SIGKILL) if now == step else None
writer.write(writer.plans(1, writer.read([Path(photo)])[Path(photo)], wanted(["animal|dog"]))[-1])
"""


@posix
@pytest.mark.parametrize("step", list(Step))
def test_a_kill_at_any_step_leaves_old_or_new(
    program: str, writer: ExifToolWriter, tool: ExifTool, jpeg: Path, tmp_path: Path, step: Step
) -> None:
    prepare(tool, jpeg, "-IPTC:Keywords=Möwe")  # Latin-1, so that it is recoded as well
    before, data = Snapshot.of(jpeg, tool), jpeg.read_bytes()
    child = subprocess.run(
        [sys.executable, "-c", KILLED, program, str(tmp_path / "locks"), str(jpeg), step], check=False
    )
    assert child.returncode == -9
    swapped = step in (Step.SWAPPED, Step.DONE)
    if not swapped:
        assert jpeg.read_bytes() == data
    left = temporaries(jpeg.parent)
    assert [path.name for path in writer.recover([jpeg.parent])] == left
    assert bool(left) is (step not in (Step.CHECKED, Step.DONE))
    before.check(tool)
    assert values(writer, jpeg, "IPTC:Keywords") == (("Möwe", "dog") if swapped else ("Möwe",))
    assert os.listdir(jpeg.parent) == ["a.jpg"]  # noqa: PTH208
    # And the next run simply does what is left to do.
    assert bool(write(writer, jpeg, ["animal|dog"]).changes) is not swapped


@pytest.mark.parametrize("step", [step for step in Step if step not in (Step.SWAPPED, Step.DONE)])
def test_a_fault_at_any_step_leaves_the_original(
    program: str, jpeg: Path, tmp_path: Path, step: Step
) -> None:
    writer = with_settings(program, tmp_path)

    def fault(now: Step, path: Path) -> None:
        if now is step:
            raise OSError(28, "No space left on device")

    prepare_latin1 = ExifTool(find_exiftool(program))
    prepare(prepare_latin1, jpeg, "-IPTC:Keywords=Möwe")
    prepare_latin1.close()
    data = jpeg.read_bytes()
    writer.on_step = fault
    with pytest.raises(WriteError, match="No space left on device"):
        writer.write(plan(writer, jpeg, ["dog"]))
    writer.close()
    assert jpeg.read_bytes() == data
    assert os.listdir(jpeg.parent) == ["a.jpg"]  # noqa: PTH208


@posix
def test_an_exiftool_that_is_killed_mid_write_costs_no_file(program: str, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    met, other = make_photo(folder / "met.jpg"), make_photo(folder / "other.jpg")
    writer = with_settings(program, tmp_path)
    writer.on_step = lambda step, path: (
        os.kill(writer._pool._tools[0]._process.popen.pid, 9)  # type: ignore[union-attr]
        if step in (Step.CHECKED, Step.COPIED)
        else None
    )
    for path in (met, other):
        write(writer, path, ["dog"])
        assert read(writer, path).keywords() == ("dog",)
    writer.close()
    assert sorted(os.listdir(folder)) == ["met.jpg", "other.jpg"]  # noqa: PTH208


def test_a_change_by_others_between_read_and_swap_is_not_lost(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path
) -> None:
    writer = with_settings(program, tmp_path)
    made = plan(writer, jpeg, ["dog"])
    meddled: list[Path] = []

    def meddle(step: Step, path: Path) -> None:
        if step is Step.SYNCED and not meddled:
            meddled.append(prepare(tool, jpeg, "-XMP-dc:Title=theirs"))

    writer.on_step = meddle
    writer.write(made)
    writer.close()
    assert meddled
    assert exiftool(tool, "-s3", "-XMP-dc:Title", "-XMP-dc:Subject", jpeg).split() == ["theirs", "dog"]


def test_a_change_that_no_time_tells_of_is_not_lost(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a program that edits in place and sets the time back, on a system that keeps no other."""
    prepare(tool, jpeg, "-XMP-dc:Title=old")
    identity_of = files.identity_of
    monkeypatch.setattr(files, "identity_of", lambda path, status: identity_of(path, status)[5:])
    writer = with_settings(program, tmp_path)
    made = plan(writer, jpeg, ["dog"])
    old = jpeg.stat()

    def meddle(step: Step, path: Path) -> None:
        if step is Step.SYNCED and b">old<" in jpeg.read_bytes():
            jpeg.write_bytes(jpeg.read_bytes().replace(b">old<", b">new<"))
            os.utime(jpeg, ns=(old.st_atime_ns, old.st_mtime_ns))

    writer.on_step = meddle
    writer.write(made)
    writer.close()
    assert exiftool(tool, "-s3", "-XMP-dc:Title", "-XMP-dc:Subject", jpeg).split() == ["new", "dog"]


def test_a_sidecar_edited_while_it_is_taken_back_stays(program: str, tool: ExifTool, tmp_path: Path) -> None:
    writer = with_settings(program, tmp_path / "locks")
    path = make_photo(tmp_path / "a.gif")
    made = write(writer, path, ["dog"])
    undo = writer.restore_plan(made, read(writer, made.target))
    assert undo.deletes

    def meddle(step: Step, path: Path) -> None:
        if step is Step.CHECKED:
            prepare(tool, made.target, "-XMP-dc:Title=theirs")

    writer.on_step = meddle
    with pytest.raises(WriteError, match="changed meanwhile") as caught:
        writer.write(undo)
    writer.close()
    assert caught.value.kind is ErrorKind.CHANGED
    assert exiftool(tool, "-s3", "-XMP-dc:Title", made.target).strip() == "theirs"


def test_a_plan_that_the_file_has_outgrown_is_refused(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    made = plan(writer, jpeg, ["dog"])
    prepare(tool, jpeg, "-XMP-dc:Subject=mine")
    with pytest.raises(WriteError, match="after the write was planned") as caught:
        writer.write(made)
    assert caught.value.kind is ErrorKind.CHANGED
    assert values(writer, jpeg, "XMP-dc:Subject") == ("mine",)


ADDING = """
import sys
from pathlib import Path
from phototagger.domain.records import ErrorKind
from phototagger.domain.errors import WriteError
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.said import wanted
program, locks, photo, *words = sys.argv[1:]
photo = Path(photo)
writer = ExifToolWriter(WriteSettings(exiftool=program), lock_folder=Path(locks), spare_bytes=0)
for word in words:
    while True:
        try:
            writer.write(writer.plans(1, writer.read([photo])[photo], wanted([word]))[-1])
            break
        except WriteError as error:
            if error.kind is not ErrorKind.CHANGED:
                raise
writer.close()
"""


def test_many_writers_on_one_file_lose_nothing(
    program: str, writer: ExifToolWriter, jpeg: Path, tmp_path: Path
) -> None:
    sets = [[f"word {process} {number}" for number in range(4)] for process in range(3)]
    children = [
        subprocess.Popen([sys.executable, "-c", ADDING, program, str(tmp_path / "locks"), str(jpeg), *words])
        for words in sets
    ]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert set(values(writer, jpeg, "XMP-dc:Subject")) == {word for words in sets for word in words}
    assert temporaries(jpeg.parent) == []


def test_two_threads_on_many_files(writer: ExifToolWriter, tmp_path: Path) -> None:
    paths = [make_photo(tmp_path / f"{number}.jpg", seed=number) for number in range(12)]
    faults: list[BaseException] = []

    def work(mine: list[Path]) -> None:
        try:
            for path in mine:
                write(writer, path, ["animal|dog"])
        except BaseException as error:  # noqa: BLE001 - handed to the test
            faults.append(error)

    threads = [threading.Thread(target=work, args=(paths[start::2],)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    gone = [tmp_path / f"gone {number}.jpg" for number in range(12)]
    read_back = writer.read([*paths, *gone])  # so many that two exiftools read them
    assert list(read_back) == [*paths, *gone]
    assert all(isinstance(read_back[path], PhotoError) for path in gone)
    assert all(
        isinstance(fields := read_back[path], FileFields) and fields.keywords() == ("dog", "animal|dog")
        for path in paths
    )
