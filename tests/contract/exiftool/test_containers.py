"""Files that hold more than one photo (gain maps, second images, films), and formats never written into."""

from __future__ import annotations

import io
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import WriteError
from phototagger.exiftool.containers.parts import jpeg_segments
from phototagger.exiftool.process.locate import FoundExifTool
from phototagger.exiftool.process.pool import ExifTool, ExifToolPool
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
    write,
)

needs_exiv2 = pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is the second reader")

# A film of one empty frame, as far as anybody looks here.
FILM = (
    struct.pack(">I", 24)
    + b"ftypmp42\0\0\0\0mp42isom"
    + struct.pack(">I", 4096)
    + b"mdat"
    + bytes(range(256)) * 15
)
FILM += bytes(24 + 4096 - len(FILM))


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def xmp(attributes: str, inside: str = "") -> bytes:
    """An XMP segment whose description has these attributes and elements."""
    return segment(
        0xE1,
        b"http://ns.adobe.com/xap/1.0/\0<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>"
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description rdf:about='' "
        + attributes.encode()
        + b">"
        + inside.encode()
        + b"</rdf:Description>"
        b"</rdf:RDF></x:xmpmeta><?xpacket end='w'?>",
    )


def directory(*items: tuple[str, str, int]) -> str:
    """Google's list of what a file holds: (type, meaning, bytes)."""
    entries = "".join(
        f"<rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='{mime}' Item:Semantic='{meaning}'"
        f" Item:Length='{size}'/></rdf:li>"
        for mime, meaning, size in items
    )
    return f"<Container:Directory><rdf:Seq>{entries}</rdf:Seq></Container:Directory>"


SPACES = (
    "xmlns:Container='http://ns.google.com/photos/1.0/container/'"
    " xmlns:Item='http://ns.google.com/photos/1.0/container/item/'"
)


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with these segments behind those it has before its tables."""
    at = 2
    while data[at + 1] & 0xF0 == 0xE0:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return data[:at] + b"".join(segments) + data[at:]


def with_second_image(data: bytes, second: bytes) -> bytes:
    """A multi-picture file: the directory in the first names place and size of the second behind it."""

    def mpf(size: int, offset: int) -> bytes:
        head = b"MPF\0MM\0*" + struct.pack(">IH", 8, 3)
        head += struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
        head += struct.pack(">HHII", 0xB002, 7, 32, 50) + struct.pack(">I", 0)
        entries = struct.pack(">IIIHH", 0x030000, size, 0, 0, 0)
        entries += struct.pack(">IIIHH", 0, len(second), offset, 0, 0)
        return segment(0xE2, head + entries)

    size = len(with_segments(data, mpf(0, 0)))
    at = with_segments(data, mpf(0, 0)).index(b"MPF\0") + 4
    return with_segments(data, mpf(size, size - at)) + second


def second_image(data: bytes) -> bytes:
    """What the directory in the first image leads to."""
    head = data.index(b"MPF\0") + 4
    order = "<" if data[head : head + 2] == b"II" else ">"
    at = data.index(struct.pack(order + "HHI", 0xB002, 7, 32), head)
    (entries,) = struct.unpack_from(order + "I", data, at + 8)
    size, offset = struct.unpack_from(order + "II", data, head + entries + 16 + 4)
    return data[head + offset : head + offset + size]


def small_jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("L", (16, 12), 90).save(made, "JPEG")
    return made.getvalue()


def gain_map(photo: bytes) -> bytes:
    """As Android's Ultra HDR photos: a second image of gains, told of in XMP of both."""
    gains = with_segments(
        small_jpeg(), xmp("xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:GainMapMax='2.5'")
    )
    told = xmp(
        f"xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0' {SPACES}",
        directory(("image/jpeg", "Primary", 0), ("image/jpeg", "GainMap", len(gains))),
    )
    return with_second_image(with_segments(photo, told), gains)


def two_pictures(photo: bytes) -> bytes:
    return with_second_image(photo, small_jpeg())


def google_motion(photo: bytes) -> bytes:
    told = xmp(
        f"xmlns:GCamera='http://ns.google.com/photos/1.0/camera/' GCamera:MotionPhoto='1' {SPACES}"
        f" GCamera:MicroVideoOffset='{len(FILM)}'",
        directory(("image/jpeg", "Primary", 0), ("video/mp4", "MotionPhoto", len(FILM))),
    )
    return with_segments(photo, told) + FILM


def samsung_motion(photo: bytes) -> bytes:
    name = b"MotionPhoto_Data"
    block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + FILM
    index = b"SEFH" + struct.pack("<IIHHII", 106, 1, 0, 0x0A30, len(block), len(block))
    return photo + block + index + struct.pack("<I", len(index)) + b"SEFT"


# --- more than one in a file (cases 2, 28, 29) --------------------------------------------------------------------


@needs_exiv2
@pytest.mark.parametrize("build", [gain_map, two_pictures, google_motion, samsung_motion])
def test_what_hangs_on_a_photo_stays_and_is_found(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, build: Callable[[bytes], bytes]
) -> None:
    path = make_photo(tmp_path / "a.jpg", exif=camera_exif())
    path.write_bytes(build(path.read_bytes()))
    data = path.read_bytes()
    before = Snapshot.of(path, tool)
    made = write(writer, path, ["animal|dog", "Möwe"])
    for _ in range(2):
        now = path.read_bytes()
        assert (
            now[jpeg_segments(now)[1] :] == before.scan
        )  # to the end of the file, with all that hangs on it
        after = Snapshot.of(path, tool)
        moving = {name for name in before.fields if name.endswith("MPImageStart")}
        assert {name: after.fields[name] for name in before.fields if name not in moving} == {
            name: value for name, value in before.fields.items() if name not in moving
        }
        if b"MPF\0" in data:
            assert second_image(now) == second_image(data)
        assert (b"hdrgm:Version" in now, b"GCamera:MotionPhoto" in now) == (
            b"hdrgm:Version" in data,
            b"GCamera:MotionPhoto" in data,
        )
        if build is google_motion:
            offset = int(exiftool(tool, "-s3", "-n", "-XMP-GCamera:MicroVideoOffset", path))
            assert now[-offset:] == FILM
        if build is samsung_motion:
            assert exiftool(tool, "-a", "-s3", "-EmbeddedVideoType", path).strip() == "MotionPhoto_Data"
        if made.changes:
            assert exiv2(path, "Xmp.dc.subject") == ["dog, Möwe"]
            writer.write(writer.restore_plan(made, read(writer, path)))
            made = plan(writer, path, [])


@pytest.mark.parametrize("name", ["apple_gainmap_new.jpg", "*.mpo", "*.psd", "Samsung*.jpg"])
def test_real_photos_with_more_in_them(
    writer: ExifToolWriter, tool: ExifTool, shared_photos: Path, tmp_path: Path, name: str
) -> None:
    found = sorted((shared_photos / "oddities").glob(name))
    if not found:
        pytest.skip(f"no {name} among the real photos")
    written = 0
    for source in found:
        path = Path(shutil.copyfile(source, tmp_path / source.name))
        data = source.read_bytes()
        try:
            write(writer, path, ["animal|dog"])
        except WriteError:  # damaged on purpose
            assert path.read_bytes() == data
            continue
        assert "dog" in read(writer, path).keywords()
        assert path.read_bytes()[-500:] == data[-500:]
        if b"MPF\0" in data:
            assert second_image(path.read_bytes()) == second_image(data)
        written += 1
    assert written


# --- captions, ratings, labels (case 24) --------------------------------------------------------------------------


@needs_exiv2
@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".png"])
def test_captions_and_ratings_are_never_touched(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str
) -> None:
    path = make_photo(tmp_path / f"a{suffix}")
    args = ["-XMP-dc:Description=A caption,\nof two lines", "-XMP-dc:Title=Möwe", "-XMP-xmp:Rating=4"]
    args += ["-XMP-xmp:Label=Red", "-IFD0:ImageDescription=theirs", "-IFD0:Rating=4", "-XMP-dc:Creator=Ann"]
    args += ["-IPTC:Caption-Abstract=a caption"] if suffix != ".png" else []
    prepare(tool, path, *args)
    before = Snapshot.of(path, tool)
    assert before.fields["XMP-dc:Description"] == "A caption,\nof two lines"
    keys = [
        "Xmp.dc.description",
        "Xmp.dc.title",
        "Xmp.xmp.Rating",
        "Xmp.xmp.Label",
        "Exif.Image.ImageDescription",
    ]
    old = [exiv2(path, key) for key in keys]
    assert old[2] == ["4"]
    write(writer, path, ["animal|dog"])
    assert [exiv2(path, key) for key in keys] == old
    rating = Snapshot.of(path, tool).fields
    assert {name: rating[name] for name in before.fields} == before.fields
    write(writer, path, [], ["animal|dog"])
    before.check(tool)


# --- never written into (cases 25, 27, 49) ------------------------------------------------------------------------

JXL_BOX = b"\0\0\0\x0cJXL \r\n\x87\n" + struct.pack(">I", 20) + b"ftypjxl \0\0\0\0jxl "
FILMS_AND_JXL = {
    "a.mp4": FILM,
    "a.mov": FILM.replace(b"mp42", b"qt  "),
    # A bare stream, and a container whose metadata only a perl with Brotli can read.
    "bare.jxl": b"\xff\x0a" + bytes(range(64)),
    "brotli.jxl": JXL_BOX
    + struct.pack(">I", 32)
    + b"brobxml "
    + bytes(20)
    + struct.pack(">I", 16)
    + b"jxlc\xff\x0a"
    + bytes(6),
}


@pytest.mark.parametrize("name", FILMS_AND_JXL)
def test_films_and_jxl_get_a_sidecar(writer: ExifToolWriter, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILMS_AND_JXL[name])
    made = write(writer, path, ["animal|dog"])
    assert (made.target.name, made.creates) == (f"{name}.xmp", True)
    assert path.read_bytes() == FILMS_AND_JXL[name]
    assert read(writer, path).keywords() == ("dog", "animal|dog")


class _Versioned(ExifToolPool):
    """The exiftool there is, said to be of another version."""

    version = ""

    def found(self) -> FoundExifTool:
        return FoundExifTool(super().found().command, self.version)


@pytest.mark.parametrize("suffix", [".avif", ".heic"])
@pytest.mark.parametrize(("version", "embedded"), [("12.57", False), ("13.24", False), ("13.25", True)])
def test_heif_goes_into_a_sidecar_before_exiftool_13_25(
    program: str, tmp_path: Path, suffix: str, version: str, embedded: bool
) -> None:
    pool = _Versioned(program, 1)
    pool.version = version
    path = make_photo(tmp_path / f"a{suffix}")
    writer = ExifToolWriter(WriteSettings(preset="lightroom"), pool=pool, lock_folder=tmp_path / "locks")
    made = plan(writer, path, ["dog"])
    writer.close()
    assert made.refused is None
    assert (made.target == path) is embedded
    assert made.creates is not embedded
