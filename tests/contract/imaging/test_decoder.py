"""The port Decoder, kept by PillowDecoder: what comes out for every format, orientation and fault."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.imaging import PillowDecoder
from phototagger.jobs.ports import Decoder
from tests.support.made_photos import RED, assert_corners, corners, encoded, save, with_orientation

FORMATS = {
    "a.jpg": "JPEG",
    "a.png": "PNG",
    "a.webp": "WEBP",
    "a.tif": "TIFF",
    "a.gif": "GIF",
    "a.bmp": "BMP",
    "a.heic": "HEIF",
    "a.avif": "AVIF",
    "a.jp2": "JPEG2000",
    "a.j2k": "JPEG2000",
    "a.jpx": "JPEG2000",
}


@pytest.fixture
def decoder() -> Decoder:
    return PillowDecoder()


def refused(decoder: Decoder, path: Path) -> PhotoError:
    with pytest.raises(PhotoError) as caught:
        decoder.decode(path, 1600)
    message = str(caught.value)
    assert str(path) in message  # which file
    assert message.endswith(".")
    assert message.count(". ") >= 1  # and a second sentence: what to do
    return caught.value


@pytest.mark.parametrize(("name", "kind"), FORMATS.items())
def test_formats(decoder: Decoder, tmp_path: Path, name: str, kind: str) -> None:
    path = save(corners(), tmp_path / name, kind)
    decoded = decoder.decode(path, 1600)
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.shape == (64, 96, 3)
    assert decoded.pixels.flags.c_contiguous
    assert decoded.pixels.flags.writeable  # torch would warn otherwise
    assert_corners(decoded.pixels)
    facts = decoded.facts
    assert (facts.format, facts.width, facts.height, facts.orientation) == (kind, 96, 64, 1)
    assert facts.fingerprint is not None
    assert decoder.can_decode(path)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("longest_side", [1600, 40])
def test_orientation(
    decoder: Decoder, tmp_path: Path, kind: str, orientation: int, longest_side: int
) -> None:
    stored, exif = with_orientation(corners(192, 128), orientation)
    decoded = decoder.decode(save(stored, tmp_path / "a", kind, exif=exif), longest_side)
    assert decoded.pixels.shape == ((128, 192, 3) if longest_side > 192 else (27, 40, 3))
    assert_corners(decoded.pixels)
    assert (decoded.facts.width, decoded.facts.height) == (192, 128)
    assert decoded.facts.orientation == orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg"])
def test_tiff_orientation_with_and_without_libtiff(
    decoder: Decoder, tmp_path: Path, compression: str, orientation: int
) -> None:
    stored, exif = with_orientation(corners(), orientation)
    path = save(stored, tmp_path / "a.tif", "TIFF", exif=exif, compression=compression)
    decoded = decoder.decode(path, 1600)
    assert_corners(decoded.pixels)
    assert (decoded.facts.width, decoded.facts.height, decoded.facts.orientation) == (96, 64, orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_heif_and_avif_are_not_turned_twice(
    decoder: Decoder, tmp_path: Path, kind: str, orientation: int
) -> None:
    """Their encoders write the orientation as a transform box, their decoders apply that or report it."""
    stored, exif = with_orientation(corners(), orientation)
    decoded = decoder.decode(save(stored, tmp_path / "a", kind, exif=exif.tobytes(), quality=95), 1600)
    assert_corners(decoded.pixels, tolerance=25)
    assert (decoded.facts.width, decoded.facts.height) == (96, 64)


def test_an_orientation_in_xmp_does_not_turn_an_avif(decoder: Decoder, tmp_path: Path) -> None:
    """Only its transform boxes count. (The encoder turns such an XMP into a box when it encodes.)"""
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    decoded = decoder.decode(save(corners(), tmp_path / "a", "AVIF", xmp=xmp, quality=95), 1600)
    assert_corners(decoded.pixels, tolerance=25)


def test_an_impossible_orientation_is_upright(decoder: Decoder, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    decoded = decoder.decode(save(corners(), tmp_path / "a.jpg", "JPEG", exif=exif), 1600)
    assert_corners(decoded.pixels)
    assert decoded.facts.orientation == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("longest_side", [1600, 1000, 999, 256, 7, 1])
def test_longest_side(decoder: Decoder, tmp_path: Path, kind: str, longest_side: int) -> None:
    path = save(corners(1200, 801), tmp_path / "a", kind)
    decoded = decoder.decode(path, longest_side)
    height, width = decoded.pixels.shape[:2]
    assert width == min(1200, longest_side)
    assert abs(height - max(1.0, width * 801 / 1200)) <= 1
    assert (decoded.facts.width, decoded.facts.height) == (1200, 801)
    if longest_side >= 256:
        assert_corners(decoded.pixels)


def test_scaling_down_does_not_alias(decoder: Decoder, tmp_path: Path) -> None:
    """A fine chequer board must become an even grey, at each of JPEG's reduced scales and without them."""
    board = (np.indices((2400, 3200)).sum(axis=0) % 2 * 255).astype(np.uint8)
    for name, kind in (("a.jpg", "JPEG"), ("a.png", "PNG")):
        path = save(Image.fromarray(board), tmp_path / name, kind)
        for side in (1600, 1100, 500, 300):
            inner = decoder.decode(path, side).pixels[20:-20, 20:-20].astype(int)
            assert np.ptp(inner) <= 24, f"{kind} at {side}"
            assert abs(inner.mean() - 127.5) < 3


def test_reduced_jpeg_is_like_the_full_one(decoder: Decoder, samples: Path, tmp_path: Path) -> None:
    temple = Image.open(samples / "temple.jpg").resize((3200, 2136))
    jpeg = save(temple, tmp_path / "a.jpg", "JPEG", quality=95)
    png = save(Image.open(jpeg), tmp_path / "a.png", "PNG")
    fast, slow = (decoder.decode(path, 1000).pixels.astype(int) for path in (jpeg, png))
    assert np.abs(fast - slow).mean() < 1.5


def test_first_frame(decoder: Decoder, tmp_path: Path) -> None:
    black = Image.new("RGB", (96, 64))
    for kind in ("GIF", "WEBP", "PNG", "TIFF", "MPO"):
        path = save(corners(), tmp_path / kind, kind, save_all=True, append_images=[black, black])
        assert_corners(decoder.decode(path, 1600).pixels, tolerance=25)


def test_content_counts_not_the_name(decoder: Decoder, tmp_path: Path) -> None:
    decoded = decoder.decode(save(corners(), tmp_path / "a.heic", "JPEG"), 1600)
    assert decoded.facts.format == "JPEG"
    assert_corners(decoded.pixels)


def test_thumbnail(decoder: Decoder, tmp_path: Path) -> None:
    pixels = decoder.decode(save(corners(1000, 500), tmp_path / "a.png", "PNG"), 1600).pixels
    jpeg = tmp_path / "thumbnail.jpg"
    jpeg.write_bytes(decoder.thumbnail(pixels, 256))
    with Image.open(jpeg) as small:
        assert small.format == "JPEG"
        assert small.size == (256, 128)
        assert_corners(np.asarray(small))
    tiny = decoder.thumbnail(pixels[:10, :10].copy(), 256)
    jpeg.write_bytes(tiny)
    with Image.open(jpeg) as small:
        assert small.size == (10, 10)  # never enlarged


# --- faults -------------------------------------------------------------------------------------------------


def test_empty(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    assert refused(decoder, path).kind is ErrorKind.EMPTY


def test_gone(decoder: Decoder, tmp_path: Path) -> None:
    assert refused(decoder, tmp_path / "a.jpg").kind is ErrorKind.GONE
    (tmp_path / "file").touch()
    assert refused(decoder, tmp_path / "file" / "a.jpg").kind is ErrorKind.GONE


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="permissions bind neither root nor Windows"
)
def test_not_permitted(decoder: Decoder, tmp_path: Path) -> None:
    path = save(corners(), tmp_path / "a.jpg", "JPEG")
    path.chmod(0)
    assert refused(decoder, path).kind is ErrorKind.UNREADABLE
    path.chmod(stat.S_IRUSR)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.EACCES, ErrorKind.UNREADABLE),
        (errno.EIO, ErrorKind.UNREADABLE),
        (errno.ENOENT, ErrorKind.GONE),
    ],
)
def test_what_the_system_says_on_opening(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: ErrorKind
) -> None:
    path = save(corners(), tmp_path / "a.jpg", "JPEG")

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(Path, "open", fail)
    assert refused(decoder, path).kind is kind


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_waited_for(decoder: Decoder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert refused(decoder, tmp_path / "a.jpg").kind is ErrorKind.UNREADABLE


def test_a_folder_named_like_a_photo(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()
    assert refused(decoder, tmp_path / "a.jpg").kind is ErrorKind.UNREADABLE


@pytest.mark.parametrize("content", [b"hello", b"\0" * 5000, b"%PDF-1.7 and so on", b"\x89PN"])
def test_not_a_photo(decoder: Decoder, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert refused(decoder, path).kind is ErrorKind.NOT_A_PHOTO


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", b"8BPS\0\1" + b"\0" * 100),
        ("a.jpg", b"\xff\xd8\xff\xc1\0\x11\x0c\0\x40\0\x60\3" + b"\0" * 100),  # 12 bits
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc3\0\x11\x08\0\x40\0\x60\3" + b"\0" * 100),  # lossless
        ("a.jpg", b"\xff\xd8\xff\xff\xcb\0\x11\x08\0\x40\0\x60\3" + b"\0" * 100),  # lossless, arithmetic
        ("a.jpg", b"\xff\xd8\xff\xf7\0\x11\x08\0\x40\0\x60\3" + b"\0" * 100),  # JPEG-LS
        ("a.nef", None),  # a TIFF inside
    ],
)
def test_unsupported(decoder: Decoder, tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(corners(), "TIFF") if content is None else content)
    assert refused(decoder, path).kind is ErrorKind.UNSUPPORTED


@pytest.mark.parametrize(("place", "value"), [(14, 99), (28, 7), (30, 9)])
def test_a_rare_bmp_is_not_called_damaged(decoder: Decoder, tmp_path: Path, place: int, value: int) -> None:
    data = bytearray(encoded(corners(), "BMP"))
    data[place] = value  # size of its header, bits, packing
    (tmp_path / "a.bmp").write_bytes(data)
    assert refused(decoder, tmp_path / "a.bmp").kind is ErrorKind.UNSUPPORTED


@pytest.mark.parametrize("name", ["a.insp", "a.jps", "a.jfif", "a.jfi", "a.mpo"])
def test_jpegs_under_other_names(decoder: Decoder, tmp_path: Path, name: str) -> None:
    path = save(corners(), tmp_path / name, "JPEG")
    assert decoder.can_decode(path)
    assert_corners(decoder.decode(path, 1600).pixels)


def test_a_large_jpeg_2000_is_reduced_while_it_is_decoded(decoder: Decoder, tmp_path: Path) -> None:
    path = save(corners(1920, 1280), tmp_path / "a.jp2", "JPEG2000")
    decoded = decoder.decode(path, 300)
    assert decoded.pixels.shape == (200, 300, 3)
    assert_corners(decoded.pixels)
    assert (decoded.facts.width, decoded.facts.height) == (1920, 1280)


def deep_png(values: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], hole: bytes = b"") -> bytes:
    """A PNG of 16 bits, grey or RGB, with one transparent colour."""
    height, width = values.shape[:2]
    colour = 0 if values.ndim == 2 else 2
    rows = values.astype(">u2").reshape(height, -1).view(np.uint8)
    packed = zlib.compress(np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes())
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"tRNS", hole), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
        if body or kind == b"IEND"
    )


@pytest.mark.parametrize("colour", [(1234,), (1234, 5, 60000)])
def test_the_transparent_colour_of_a_png_of_16_bits(
    decoder: Decoder, tmp_path: Path, colour: tuple[int, ...]
) -> None:
    eight = np.asarray(corners().convert("L" if len(colour) == 1 else "RGB"))
    values = eight.astype(np.uint16) * 257
    values[:10] = colour if len(colour) > 1 else colour[0]
    (tmp_path / "a.png").write_bytes(deep_png(values, struct.pack(f">{len(colour)}H", *colour)))
    pixels = decoder.decode(tmp_path / "a.png", 1600).pixels
    assert (pixels[:10] == 255).all()
    assert (pixels[10:] == np.asarray(Image.fromarray(eight).convert("RGB"))[10:]).all()


def test_a_png_with_a_long_history_in_its_xmp_is_sound(decoder: Decoder, tmp_path: Path) -> None:
    text = "".join(map(chr, np.random.default_rng(1).integers(65, 90, 3_000_000)))
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", text, zip=True)
    assert_corners(decoder.decode(save(corners(), tmp_path / "a.png", "PNG", pnginfo=info), 1600).pixels)


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated(decoder: Decoder, tmp_path: Path, kind: str, share: float) -> None:
    content = encoded(noise(), kind)
    path = tmp_path / "a.jpg"
    path.write_bytes(content[: int(len(content) * share)])
    error = refused(decoder, path)
    assert error.kind in (ErrorKind.TRUNCATED, ErrorKind.DAMAGED)
    if kind in ("JPEG", "PNG", "BMP"):
        assert error.kind is ErrorKind.TRUNCATED


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_in_formats_whose_decoders_say_no_more(
    decoder: Decoder, tmp_path: Path, kind: str, share: float
) -> None:
    content = encoded(noise(), kind)
    path = tmp_path / "a.heic"
    path.write_bytes(content[: int(len(content) * share)])
    assert refused(decoder, path).kind in (ErrorKind.TRUNCATED, ErrorKind.DAMAGED)


@pytest.mark.parametrize("kind", [*FORMATS.values()])
def test_scrambled_bytes_never_end_in_anything_but_a_photo_or_a_photo_error(
    decoder: Decoder, tmp_path: Path, kind: str
) -> None:
    content = encoded(corners(), kind)
    random = np.random.default_rng(7)
    path = tmp_path / "a.jpg"
    for _ in range(60):
        scrambled = bytearray(content)
        for place in random.integers(0, len(content), 6):
            scrambled[place] = int(random.integers(0, 256))
        path.write_bytes(scrambled)
        try:
            pixels = decoder.decode(path, 200).pixels
        except PhotoError:
            continue
        assert pixels.shape[2] == 3


def test_pixel_limit_is_checked_before_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(Image.new("L", (2000, 1001)), tmp_path / "a.png", "PNG")
    assert PillowDecoder(pixel_limit_megapixels=3).decode(path, 100).pixels.shape == (50, 100, 3)

    def load(_: object) -> None:
        raise AssertionError("decoded all the same")

    monkeypatch.setattr(Image.Image, "load", load)
    error = refused(PillowDecoder(pixel_limit_megapixels=2), path)
    assert error.kind is ErrorKind.TOO_LARGE
    assert "2000 x 1001" in str(error)


def test_photos_between_pillows_limit_and_ours_are_read(tmp_path: Path) -> None:
    """Pillow would refuse 200 megapixels."""
    path = save(Image.new("1", (20000, 10000), 1), tmp_path / "a.png", "PNG")
    assert PillowDecoder().decode(path, 100).pixels.min() == 255


def test_a_giant_with_transparency_is_scaled_like_any_other(decoder: Decoder, tmp_path: Path) -> None:
    photo = corners(9000, 7000)
    photo.putalpha(255)
    photo.paste((0, 0, 0, 0), (0, 0, 4500, 3500))
    pixels = decoder.decode(save(photo, tmp_path / "a.png", "PNG", compress_level=1), 900).pixels
    assert pixels.shape == (700, 900, 3)
    assert pixels[10:340, 10:440].min() == 255  # clear: white
    pixels[:350, :450] = RED
    assert_corners(pixels)
    assert pixels[355:, 455:].min() >= 248  # no seams between strips


def test_out_of_memory(decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(corners(), tmp_path / "a.jpg", "JPEG")

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", no_memory)
    assert refused(decoder, path).kind is ErrorKind.NO_MEMORY


def test_damaged_metadata_hurts_nothing(decoder: Decoder, tmp_path: Path) -> None:
    path = save(corners(), tmp_path / "a.jpg", "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\xff" + b"\xee" * 300)
    assert_corners(decoder.decode(path, 1600).pixels)


def test_warnings_of_pillow_are_no_errors(decoder: Decoder, shared_photos: Path) -> None:
    """Warnings are errors in these tests; a photo of which Pillow warns is decoded all the same."""
    path = shared_photos / "oddities" / "hopper_bad_exif.jpg"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decoder.decode(path, 1600).pixels.shape == (500, 500, 3)


def test_several_threads_see_the_same(decoder: Decoder, tmp_path: Path) -> None:
    paths = [save(corners(300, 200), tmp_path / name, kind) for name, kind in FORMATS.items()]
    alone = [decoder.decode(path, 150).pixels for path in paths]
    start = threading.Barrier(4)

    def all_of_them(_: int) -> bool:
        start.wait(10)
        return all(
            np.array_equal(decoder.decode(path, 150).pixels, pixels)
            for path, pixels in zip(paths, alone, strict=True)
            for _ in range(3)
        )

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(all_of_them, range(4))) == [True] * 4


def open_files() -> set[str]:
    """Names of this process's open descriptors; empty where the system does not tell."""
    listing = Path("/proc/self/fd")
    return {entry.name for entry in listing.iterdir()} if listing.is_dir() else set()


@pytest.mark.parametrize("operate", [lambda d, p: d.decode(p, 100), lambda d, p: d.pixel_digest(p)])
def test_the_file_is_neither_changed_nor_kept_open(
    tmp_path: Path, samples: Path, operate: Callable[[PillowDecoder, Path], object]
) -> None:
    for sample in (path for path in samples.iterdir() if path.suffix != ".md"):
        path = tmp_path / sample.name
        shutil.copyfile(sample, path)
        before = (path.read_bytes(), path.stat().st_mtime_ns)
        open_before = open_files()
        operate(PillowDecoder(), path)
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before
        assert open_files() <= open_before


def test_a_refused_photo_is_told_by_its_sentence_alone(
    decoder: Decoder, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Pillow's own remark on such a TIFF names no file."""
    entries = [
        (256, 4, 3000),
        (257, 4, 3000),
        (258, 3, 8),
        (259, 3, 8),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 65535),
    ]
    entries += [(278, 4, 3000), (279, 4, 8)]
    packed = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    (tmp_path / "a.tif").write_bytes(
        b"II*\0" + struct.pack("<I", 16) + bytes(8) + struct.pack("<H", len(entries)) + packed + bytes(4)
    )
    refused(decoder, tmp_path / "a.tif")
    assert caplog.messages == []
    assert capfd.readouterr() == ("", "")
