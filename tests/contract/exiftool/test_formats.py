"""Every format that is written, as the plainest and the richest file of its kind, by more than one encoder."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from phototagger.domain.errors import WriteError
from phototagger.exiftool.containers import parts
from phototagger.exiftool.process.locate import WRITES_HEIC, version_number
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing import verify
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging import PillowDecoder
from phototagger.settings.declared import WriteSettings
from tests.support.made_photos import psd
from tests.support.made_raws import dng
from tests.support.photos import camera_exif, plan, prepare, read, write

RGBA = np.random.default_rng(0).integers(0, 255, (49, 65, 4), dtype=np.uint8)  # odd sides need filling bytes
RGB = np.ascontiguousarray(RGBA[..., :3])
PHOTO, SEE_THROUGH = Image.fromarray(RGB), Image.fromarray(RGBA)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='3'/></rdf:RDF></x:xmpmeta>"
)
RICH = ["-XMP-xmp:Rating=4", "-XMP-dc:Title=Möwe", "-XMP-mwg-kw:KeywordInfo={Hierarchy=[{Keyword=theirs}]}"]


def pillow(image: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def by_ffmpeg(codec: str, pixel_format: str, **options: str) -> bytes:
    """One frame, as FFmpeg encodes it."""
    av = pytest.importorskip("av")
    try:
        context = av.CodecContext.create(codec, "w")
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this FFmpeg has no {codec}")
    context.width, context.height, context.pix_fmt = 64, 48, pixel_format
    context.time_base = Fraction(1, 25)
    context.options = options
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(RGB[:48, :64]), "rgb24").reformat(
        format=pixel_format
    )
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode(None)))


def by_imagecodecs(
    name: str, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], **options: object
) -> bytes:
    codecs = pytest.importorskip("imagecodecs")
    return bytes(getattr(codecs, f"{name}_encode")(pixels, **options))


# --- JPEG ---------------------------------------------------------------------------------------------------------


def bare_jpeg() -> bytes:
    """Without even JFIF's header: tables, frame, scan."""
    data = pillow(PHOTO.convert("L"), "JPEG")
    at = 2
    while data[at + 1] & 0xF0 == 0xE0:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return data[:2] + data[at:]


JPEGS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: pillow(PHOTO, "JPEG"),
    "bare": bare_jpeg,
    "ffmpeg": lambda: by_ffmpeg("mjpeg", "yuvj420p"),
    "imagecodecs": lambda: by_imagecodecs("jpeg8", RGB),
    "cmyk": lambda: pillow(PHOTO.convert("CMYK"), "JPEG"),
    "rich": lambda: (
        pillow(
            PHOTO,
            "JPEG",
            progressive=True,
            icc_profile=ICC,
            exif=camera_exif(),
            xmp=XMP,
            comment=b"dear",
            dpi=(72, 72),
        )
        + b"a trailer"
    ),
}


# --- PNG ----------------------------------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bare_png() -> bytes:
    """One black pixel."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def rich_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "one")
    texts.add_text("Comment", "two", zip=True)
    texts.add_itxt("Author", "Möwe", "de", "Autor")
    texts.add(b"prVt", b"private")
    data = pillow(SEE_THROUGH, "PNG", pnginfo=texts, icc_profile=ICC, exif=camera_exif(), dpi=(72, 72))
    end = data.index(b"IDAT") - 4
    late = chunk(b"tEXt", b"Late\0after the pixels") + chunk(b"tIME", b"\x07\xe8\x05\x01\x0a\x14\x1e")
    last = data.index(b"IEND") - 4
    return data[:end] + chunk(b"gAMA", b"\0\0\xb1\x8f") + data[end:last] + late + data[last:] + b"a trailer"


def animated_png() -> bytes:
    return pillow(PHOTO, "PNG", save_all=True, append_images=[PHOTO.rotate(180)], duration=50)


PNGS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: pillow(PHOTO, "PNG"),
    "bare": bare_png,
    "ffmpeg": lambda: by_ffmpeg("png", "rgb24"),
    "imagecodecs": lambda: by_imagecodecs("png", RGBA),
    "palette": lambda: pillow(PHOTO.convert("P"), "PNG", transparency=3),
    "16 bits": lambda: pillow(Image.fromarray(RGB[..., 0].astype(np.uint16) * 257), "PNG"),
    "animated": animated_png,
    "rich": rich_png,
}


# --- WebP ---------------------------------------------------------------------------------------------------------


WEBPS: dict[str, Callable[[], bytes]] = {
    "lossy": lambda: pillow(PHOTO, "WEBP"),
    "lossless": lambda: pillow(PHOTO, "WEBP", lossless=True),
    "see-through": lambda: pillow(SEE_THROUGH, "WEBP"),
    "see-through lossless": lambda: pillow(SEE_THROUGH, "WEBP", lossless=True),
    "imagecodecs": lambda: by_imagecodecs("webp", RGB, level=80, lossless=False),
    "imagecodecs lossless": lambda: by_imagecodecs("webp", RGBA, lossless=True),
    "ffmpeg": lambda: by_ffmpeg("libwebp", "yuv420p"),
    "animated": lambda: pillow(
        SEE_THROUGH,
        "WEBP",
        save_all=True,
        append_images=[SEE_THROUGH.rotate(180)],
        duration=50,
        lossless=True,
    ),
    "exif": lambda: pillow(PHOTO, "WEBP", exif=camera_exif()),
    "rich": lambda: pillow(SEE_THROUGH, "WEBP", icc_profile=ICC, exif=camera_exif(), xmp=XMP),
}


# --- TIFF, DNG ----------------------------------------------------------------------------------------------------


def bare_tiff() -> bytes:
    """Big-endian, one grey strip of 2 by 2, no more tags than must be, pixels before the directory."""
    tags = [
        (256, 3, 2),
        (257, 3, 2),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 3, 2),
        (279, 4, 4),
    ]
    entries = b"".join(
        struct.pack(">HHIHH", tag, kind, 1, value, 0)
        if kind == 3
        else struct.pack(">HHII", tag, kind, 1, value)
        for tag, kind, value in tags
    )
    return (
        b"MM\0*"
        + struct.pack(">I", 12)
        + bytes([1, 2, 3, 4])
        + struct.pack(">H", len(tags))
        + entries
        + bytes(4)
    )


def tiled_tiff() -> bytes:
    """Four tiles, the last first in the file."""
    side = 16
    tiles = [bytes([40 * number]) * side * side for number in range(4)]
    places = [8 + (3 - number) * side * side for number in range(4)]
    directory = 8 + 4 * side * side
    tags = [
        (256, 3, 1, 32),
        (257, 3, 1, 32),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (322, 3, 1, side),
    ]
    tags += [
        (323, 3, 1, side),
        (324, 4, 4, directory + 2 + 12 * 9 + 4),
        (325, 4, 4, directory + 2 + 12 * 9 + 20),
    ]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    lists = struct.pack("<4I", *places) + struct.pack("<4I", *[side * side] * 4)
    head = b"II*\0" + struct.pack("<I", directory) + b"".join(reversed(tiles))
    return head + struct.pack("<H", len(tags)) + entries + bytes(4) + lists


TIFFS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: pillow(PHOTO, "TIFF"),
    "bare": bare_tiff,
    "tiled": tiled_tiff,
    "ffmpeg": lambda: by_ffmpeg("tiff", "rgb24"),
    "lzw": lambda: pillow(SEE_THROUGH, "TIFF", compression="tiff_lzw"),
    "jpeg inside": lambda: pillow(PHOTO, "TIFF", compression="jpeg"),
    "pages": lambda: pillow(PHOTO, "TIFF", save_all=True, append_images=[PHOTO.rotate(180)]),
    "rich": lambda: pillow(
        PHOTO, "TIFF", compression="tiff_adobe_deflate", icc_profile=ICC, exif=camera_exif(), dpi=(300, 300)
    ),
}
DNGS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: dng(PHOTO.resize((64, 48))),
    "rich": lambda: dng(PHOTO.resize((240, 160)), 6, PHOTO.resize((240, 160))),
}


# --- GIF, PSD, HEIC, AVIF -----------------------------------------------------------------------------------------


def bare_gif() -> bytes:
    """One pixel, 87a, with no colours of its own."""
    return b"GIF87a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"


def gif_by_ffmpeg() -> bytes:
    av = pytest.importorskip("av")
    made = io.BytesIO()
    with av.open(made, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb8"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(RGB[:48, :64]), "rgb24").reformat(
            format="rgb8"
        )
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return made.getvalue()


def rich_gif() -> bytes:
    frames = [SEE_THROUGH.rotate(90 * turn).convert("P") for turn in range(3)]
    data = pillow(
        frames[0],
        "GIF",
        save_all=True,
        append_images=frames[1:],
        loop=0,
        comment=b"dear",
        transparency=3,
        duration=50,
    )
    private = b"!\xff\x0bPRIVATE 1.0\x03abc\0"
    return data[:-1] + private + b";a trailer"


GIFS: dict[str, Callable[[], bytes]] = {
    "bare": bare_gif,
    "plain": lambda: pillow(PHOTO.convert("P"), "GIF"),
    "ffmpeg": gif_by_ffmpeg,
    "rich": rich_gif,
}
PSDS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: psd(PHOTO),
    "rich": lambda: psd(
        PHOTO,
        (1057, struct.pack(">IB", 1, 1)),
        (1005, struct.pack(">IHHIHH", 72 << 16, 1, 1, 72 << 16, 1, 1)),
        (1058, camera_exif().tobytes()[6:]),
        (1060, XMP),
    ),
}


def two_heics() -> bytes:
    heif = pytest.importorskip("pillow_heif")
    made = io.BytesIO()
    file = heif.from_pillow(PHOTO)
    file.add_from_pillow(PHOTO.rotate(180))
    file.save(made, quality=90, exif=camera_exif().tobytes())
    return made.getvalue()


HEICS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: pillow(PHOTO, "HEIF"),
    "two": two_heics,
    "rich": lambda: pillow(PHOTO, "HEIF", exif=camera_exif().tobytes(), icc_profile=ICC, xmp=XMP),
}
AVIFS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: pillow(PHOTO, "AVIF"),
    "imagecodecs": lambda: by_imagecodecs("avif", RGBA),
    "rich": lambda: pillow(SEE_THROUGH, "AVIF", exif=camera_exif(), icc_profile=ICC, xmp=XMP),
}
FORMATS = {
    ".jpg": JPEGS, ".png": PNGS, ".webp": WEBPS, ".tif": TIFFS, ".dng": DNGS, ".gif": GIFS, ".psd": PSDS,
    ".heic": HEICS, ".avif": AVIFS,
}  # fmt: skip
ALL = [(suffix, name) for suffix, kinds in FORMATS.items() for name in kinds]


@pytest.fixture(scope="module")
def embedder(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExifToolWriter]:
    """Writes into all that can be written into."""
    made = ExifToolWriter(
        WriteSettings(exiftool=program, preset="all", embed_formats="DNG GIF"),
        pixel_digest=PillowDecoder().pixel_digest,
        lock_folder=tmp_path_factory.mktemp("locks"),
        spare_bytes=0,
    )
    yield made
    made.close()


def frames(path: Path) -> list[bytes]:
    """The pixels of every frame or page, see-through or not."""
    if path.suffix == ".dng":
        return [PillowDecoder().pixel_digest(path)]
    with Image.open(path) as image:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(image)]


def made(folder: Path, suffix: str, name: str, writer: ExifToolWriter) -> Path:
    if suffix in (".heic", ".avif") and version_number(writer.version()) < WRITES_HEIC:
        pytest.skip("this exiftool does not write HEIC and AVIF")
    path = folder / f"a{suffix}"
    path.write_bytes(FORMATS[suffix][name]())
    return path


@pytest.mark.parametrize(("suffix", "name"), ALL)
def test_the_plainest_and_the_richest_file_are_written_and_given_back(
    embedder: ExifToolWriter, tmp_path: Path, suffix: str, name: str
) -> None:
    path = made(tmp_path, suffix, name, embedder)
    pixels, before, data = frames(path), read(embedder, path), path.read_bytes()
    done = write(embedder, path, ["animal|dog", "Möwe"])
    assert done.target == path
    assert set(read(embedder, path).values["XMP-dc:Subject"]) == {"dog", "Möwe"}
    assert frames(path) == pixels
    embedder.write(embedder.restore_plan(done, read(embedder, path)))
    assert read(embedder, path).values == before.values
    assert frames(path) == pixels
    late_texts = suffix == ".png" and name == "rich"  # which move before the pixels
    others_xmp = "XMP-xmp:Rating" in before.values
    if suffix in (".jpg", ".png", ".webp") and not late_texts and not others_xmp:
        assert path.read_bytes() == data
    # And what we added goes by itself.
    write(embedder, path, ["animal|dog", "Möwe"])
    write(embedder, path, [], ["animal|dog", "Möwe"])
    assert read(embedder, path).values == before.values
    assert frames(path) == pixels


@pytest.mark.parametrize(("suffix", "name"), [(suffix, list(kinds)[-1]) for suffix, kinds in FORMATS.items()])
def test_a_file_full_of_others_metadata_keeps_all_of_it(
    embedder: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str, name: str
) -> None:
    path = made(tmp_path, suffix, name, embedder)
    args = list(RICH)
    if suffix != ".gif":
        args += ["-IFD0:XPKeywords=autumn;tree", "-IFD0:Artist=Ann", "-GPSLatitude=48.1", "-GPSLatitudeRef=N"]
    if suffix in (".jpg", ".tif", ".psd"):
        args += ["-IPTC:Keywords=autumn", "-IPTC:City=Bonn", "-IPTCDigest=new"]
    prepare(tool, path, *args)
    pixels, before = frames(path), read(embedder, path)
    done = write(embedder, path, ["animal|dog", "Möwe"])
    assert {"dog", "Möwe"} <= set(read(embedder, path).values["XMP-dc:Subject"])
    assert frames(path) == pixels
    embedder.write(embedder.restore_plan(done, read(embedder, path)))
    assert read(embedder, path).values == before.values
    assert frames(path) == pixels


def test_a_see_through_webp_is_marked_so(embedder: ExifToolWriter, tmp_path: Path) -> None:
    """Browsers follow the mark in the header, which older exiftools leave out."""
    path = made(tmp_path, ".webp", "see-through lossless", embedder)
    write(embedder, path, ["dog"])
    data = path.read_bytes()
    assert data[12:16] == b"VP8X"
    assert data[20] == 0x14


# --- a copy that was spoiled on its way ---------------------------------------------------------------------------


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def in_png(kind: bytes) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        at = data.index(kind)
        (length,) = struct.unpack_from(">I", data, at - 4)
        return flip(data, at + 4 + length)  # the checksum

    return spoil


def in_webp_length(data: bytes) -> bytes:
    return data[:4] + struct.pack("<I", len(data)) + data[8:]


def in_webp_marks(mark: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:20] + bytes([data[20] ^ mark]) + data[21:]


def in_webp_canvas(data: bytes) -> bytes:
    return flip(data, 24)


def without_gif_end(data: bytes) -> bytes:
    return data[:-1]


def in_gif_trailer(data: bytes) -> bytes:
    """The run of numbers after XMP that lets readers find its end."""
    at = data.index(b"<?xpacket end") + 19
    return data[: at + 100] + b"\x01" * 20 + data[at + 120 :]


def in_tiff_places(data: bytes) -> bytes:
    """The place of the strip."""
    order = "<" if data[:2] == b"II" else ">"
    at = data.index(struct.pack(order + "HHI", 273, 4, 1))
    return flip(data, at + 8)


def in_jpeg_segment(data: bytes) -> bytes:
    """The length of the XMP block."""
    at = data.index(b"http://ns.adobe.com/xap") - 2
    return data[:at] + struct.pack(">H", struct.unpack_from(">H", data, at)[0] - 3) + data[at + 2 :]


def in_heif_places(data: bytes) -> bytes:
    at = data.index(b"iloc") + 4 + 8
    return flip(data, at + 8 + 3)


SPOILED = {
    "PNG, XMP": (".png", "rich", in_png(b"iTXtXML:com")),
    "PNG, header": (".png", "rich", in_png(b"IHDR")),
    "PNG, pixels": (".png", "rich", in_png(b"IDAT")),
    "PNG, end": (".png", "plain", in_png(b"IEND")),
    "PNG, text": (".png", "rich", in_png(b"tEXt")),
    "PNG, EXIF": (".png", "rich", in_png(b"eXIf")),
    "PNG, profile": (".png", "rich", in_png(b"iCCP")),
    "WebP, length": (".webp", "lossy", in_webp_length),
    "WebP, XMP's mark": (".webp", "lossy", in_webp_marks(0x04)),
    "WebP, EXIF's mark": (".webp", "lossy", in_webp_marks(0x08)),
    "WebP, alpha's mark": (".webp", "see-through lossless", in_webp_marks(0x10)),
    "WebP, profile's mark": (".webp", "rich", in_webp_marks(0x20)),
    "WebP, size": (".webp", "lossless", in_webp_canvas),
    "GIF, end": (".gif", "plain", without_gif_end),
    "GIF, XMP's trailer": (".gif", "plain", in_gif_trailer),
    "TIFF, places": (".tif", "plain", in_tiff_places),
    "JPEG, length": (".jpg", "plain", in_jpeg_segment),
    "HEIC, places": (".heic", "plain", in_heif_places),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_copy_never_takes_the_place_of_the_photo(program: str, tmp_path: Path, what: str) -> None:
    suffix, name, spoil = SPOILED[what]
    writer = ExifToolWriter(
        WriteSettings(exiftool=program, preset="all", embed_formats="GIF"),
        pixel_digest=lambda path: b"",
        lock_folder=tmp_path / "locks",
        spare_bytes=0,
    )
    path = made(tmp_path, suffix, name, writer)
    data = path.read_bytes()
    spoiled: list[Path] = []

    def meddle(step: Step, copy: Path) -> None:
        if step is Step.COPIED:
            copy.write_bytes(spoil(copy.read_bytes()))
            spoiled.append(copy)

    writer.on_step = meddle
    with pytest.raises(WriteError):
        write(writer, path, ["animal|dog"])
    writer.close()
    assert spoiled
    assert path.read_bytes() == data


def test_a_wrong_checksum_that_the_photo_has_already_does_not_matter(tmp_path: Path) -> None:
    """As far as it is not in what a write makes again."""
    source, copy = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(in_png(b"tIME")(rich_png()))
    copy.write_bytes(source.read_bytes())
    verify.same_photo(source, copy, "PNG", xmp=True, iptc=False)
    copy.write_bytes(rich_png())  # mended: another file all the same
    with pytest.raises(WriteError, match="tIME"):
        verify.same_photo(source, copy, "PNG", xmp=True, iptc=False)


def test_a_gif_is_the_same_in_either_version() -> None:
    old = bare_gif()
    assert parts.gif_parts(old) == parts.gif_parts(old.replace(b"87a", b"89a"))


def test_a_png_whose_xmp_has_a_wrong_checksum_is_told_and_left(
    embedder: ExifToolWriter, tmp_path: Path
) -> None:
    """exiftool reads such a block and would write another beside its words, not with them."""
    path = tmp_path / "a.png"
    path.write_bytes(bare_png())
    write(embedder, path, ["mine"])
    path.write_bytes(in_png(b"iTXtXML:com")(path.read_bytes()))
    data = path.read_bytes()
    refused = plan(embedder, path, ["dog"]).refused
    assert refused is not None
    assert "the checksum of its XMP is wrong" in refused.message
    assert path.read_bytes() == data


@pytest.mark.parametrize("tag", [256, 282, 305, 34675])
def test_a_tag_of_a_tiff_that_is_another_does_not_pass(tmp_path: Path, tag: int) -> None:
    source, copy = tmp_path / "a.tif", tmp_path / "b.tif"
    image = PHOTO.copy()
    options: dict[str, object] = {"dpi": (300, 300), "software": "one", "icc_profile": ICC}
    image.save(source, **options)  # type: ignore[arg-type]
    data = source.read_bytes()
    at = data.index(struct.pack("<H", tag), struct.unpack_from("<I", data, 4)[0])
    kind, length, value = struct.unpack_from("<HII", data, at + 2)
    size = {2: 1, 3: 2, 4: 4, 5: 8, 7: 1}[kind] * length
    copy.write_bytes(flip(data, at + 8 if size <= 4 else value))
    with pytest.raises(WriteError, match=f"TIFF tag {tag}"):
        verify.same_photo(source, copy, "TIFF", xmp=True, iptc=True)
