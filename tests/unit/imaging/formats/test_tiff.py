"""TIFFs of every kind show the picture that was put in, or say that they cannot be read here; never noise, and
never "damaged" of a sound file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.imaging.decode import PillowDecoder
from tests.support.made_photos import assert_corners, corners, with_orientation

Pixels = NDArray[Any]

DEPTHS: dict[str, Callable[[Pixels], Pixels]] = {
    "u8": lambda eight: eight,
    "u16": lambda eight: eight.astype(np.uint16) * 257,
    "u32": lambda eight: eight.astype(np.uint32) * 16843009,
    "i16": lambda eight: eight.astype(np.int16) * 128,
    "f16": lambda eight: (eight / 255).astype(np.float16),
    "f32": lambda eight: (eight / 255).astype(np.float32),
    "f64": lambda eight: eight / 255,
}


def colours() -> NDArray[np.uint8]:
    """(64, 96, 3): the corners with a soft ramp over them, so that a wrong byte order or predictor shows."""
    pixels = np.asarray(corners()).astype(int)
    ramp = np.linspace(-20, 0, 96).astype(int)[None, :, None]
    return np.asarray((pixels + ramp).clip(0, 255), np.uint8)


def grey() -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(colours()).convert("L"))


def three(values: Pixels) -> Pixels:
    return np.repeat(values[..., None], 3, axis=2)


def write(path: Path, values: Pixels, **options: Any) -> Path:
    tifffile.imwrite(path, values, **options)
    return path


def shows(path: Path, wanted: Pixels, tolerance: float = 4) -> None:
    decoded = PillowDecoder().decode(path, 4096)
    assert decoded.pixels.shape == wanted.shape
    assert float(np.abs(decoded.pixels.astype(int) - wanted.astype(int)).mean()) < tolerance
    assert (decoded.facts.format, decoded.facts.width, decoded.facts.height) == (
        "TIFF",
        wanted.shape[1],
        wanted.shape[0],
    )


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [None, "deflate", "lzw", "packbits"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_colours_of_every_depth(
    tmp_path: Path, depth: str, packed: str | None, order: Any, planes: Any
) -> None:
    values = DEPTHS[depth](colours())
    stored = np.moveaxis(values, -1, 0) if planes == "separate" else values
    options: dict[str, Any] = {"photometric": "rgb", "planarconfig": planes, "compression": packed}
    shows(write(tmp_path / "a.tif", stored, byteorder=order, **options), colours())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [None, "deflate", "lzw"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_grey_of_every_depth(tmp_path: Path, depth: str, packed: str | None, order: Any) -> None:
    values = DEPTHS[depth](grey())
    path = write(tmp_path / "a.tif", values, photometric="minisblack", compression=packed, byteorder=order)
    shows(path, three(grey()))


@pytest.mark.parametrize("depth", ["u8", "u16"])
def test_white_may_be_zero(tmp_path: Path, depth: str) -> None:
    path = write(tmp_path / "a.tif", DEPTHS[depth](255 - grey()), photometric="miniswhite")
    shows(path, three(grey()))


@pytest.mark.parametrize("tile", [None, (32, 48)])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("alpha", ["unassalpha", "assocalpha", "unspecified"])
@pytest.mark.parametrize("depth", ["u8", "u16", "f32"])
def test_a_fourth_channel(tmp_path: Path, depth: str, alpha: str, planes: Any, tile: Any) -> None:
    values = DEPTHS[depth](np.dstack([colours(), np.full((64, 96), 255, np.uint8)]))
    stored = np.moveaxis(values, -1, 0) if planes == "separate" else values
    path = write(
        tmp_path / "a.tif", stored, photometric="rgb", extrasamples=[alpha], planarconfig=planes, tile=tile
    )
    shows(path, colours())


@pytest.mark.parametrize("alpha", ["unassalpha", "assocalpha"])
def test_what_is_transparent_is_white(tmp_path: Path, alpha: str) -> None:
    cover = np.full((64, 96), 65535, np.uint16)
    cover[:8] = 0
    values = DEPTHS["u16"](colours()) * (cover[..., None] > 0 if alpha == "assocalpha" else 1)
    wanted = colours().copy()
    wanted[:8] = 255
    path = write(tmp_path / "a.tif", np.dstack([values, cover]), photometric="rgb", extrasamples=[alpha])
    shows(path, wanted)


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("extra", [[], ["unassalpha"]])
@pytest.mark.parametrize("depth", ["u8", "u16"])
def test_inks(tmp_path: Path, depth: str, extra: list[str], planes: Any) -> None:
    inks = np.asarray(Image.fromarray(colours()).convert("CMYK"))
    values = DEPTHS[depth](np.dstack([inks, np.full((64, 96), 255, np.uint8)]) if extra else inks)
    stored = np.moveaxis(values, -1, 0) if planes == "separate" else values
    path = write(
        tmp_path / "a.tif", stored, photometric="separated", extrasamples=extra or None, planarconfig=planes
    )
    shows(path, colours())


@pytest.mark.parametrize("depth", ["u8", "u16"])
def test_grey_with_alpha(tmp_path: Path, depth: str) -> None:
    for alpha in ("unassalpha", "assocalpha"):
        values = DEPTHS[depth](np.dstack([grey(), np.full((64, 96), 255, np.uint8)]))
        options: dict[str, Any] = {"photometric": "minisblack", "planarconfig": "contig"}
        shows(write(tmp_path / "a.tif", values, extrasamples=[alpha], **options), three(grey()))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("dim", [False, True])
def test_palettes(tmp_path: Path, bits: int, dim: bool) -> None:
    quantized = Image.fromarray(colours()).quantize(16)
    table = np.zeros((3, 2**bits), np.uint16)
    listed = np.array((quantized.getpalette() or [])[:48], np.uint16).reshape(-1, 3).T
    table[:, : listed.shape[1]] = listed if dim else listed * 257
    places = np.asarray(quantized).astype(np.uint16 if bits == 16 else np.uint8)
    path = write(tmp_path / "a.tif", places, photometric="palette", colormap=table)
    shows(path, np.asarray(quantized.convert("RGB")))


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
def test_depths_between(tmp_path: Path, bits: int) -> None:
    values = grey().astype(np.uint16) << (bits - 8) if bits > 8 else grey() >> (8 - bits)
    stored = values.astype(bool) if bits == 1 else values
    path = write(
        tmp_path / "a.tif", stored, photometric="minisblack", bitspersample=None if bits == 1 else bits
    )
    wanted = grey() if bits > 8 else (grey() >> (8 - bits)).astype(int) * 255 // (2**bits - 1)
    shows(path, three(wanted))


def test_lab(tmp_path: Path) -> None:
    made = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(Image.fromarray(colours()), made)
    assert lab is not None
    eight = np.array(lab)  # a and b signed, as in TIFF
    shows(write(tmp_path / "a.tif", eight, photometric="cielab"), colours(), 6)
    middle = eight.copy()
    middle[..., 1:] ^= 0x80
    shows(write(tmp_path / "b.tif", middle, photometric="icclab"), colours(), 6)
    deep = eight.astype(np.uint16) << 8
    shows(write(tmp_path / "c.tif", deep, photometric="cielab"), colours(), 6)


def test_light_brighter_than_white_is_cut_off(tmp_path: Path) -> None:
    light = (colours() / 255).astype(np.float32)
    light[0, 0] = 40.0
    wanted = colours().copy()
    wanted[0, 0] = 255
    shows(write(tmp_path / "a.tif", light, photometric="rgb"), wanted)


def test_the_photo_counts_and_not_its_thumbnail_or_mask(tmp_path: Path) -> None:
    for depth in ("u8", "f32"):
        photo = DEPTHS[depth](colours())
        small = np.ascontiguousarray(photo[::8, ::8])
        for number, below in enumerate((False, True)):
            path = tmp_path / f"{depth}{number}.tif"
            with tifffile.TiffWriter(path) as pages:
                pages.write(small, photometric="rgb", subfiletype=1, subifds=int(below))
                pages.write(photo, photometric="rgb", subfiletype=0)
            shows(path, colours())
    masked = tmp_path / "mask.tif"
    with tifffile.TiffWriter(masked) as pages:
        pages.write(grey() > 128, photometric="minisblack", subfiletype=4)
        pages.write(colours(), photometric="rgb", subfiletype=0)
    shows(masked, colours())


def test_the_first_of_equal_pages_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as pages:
        pages.write(colours(), photometric="rgb", subfiletype=2)
        pages.write(colours()[:, ::-1].copy(), photometric="rgb", subfiletype=2)
    shows(path, colours())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_upright_whoever_reads_it(tmp_path: Path, orientation: int, planes: Any) -> None:
    stored, _ = with_orientation(corners(192, 128), orientation)
    values = DEPTHS["u16" if planes == "separate" else "f32"](np.asarray(stored))
    if planes == "separate":
        values = np.moveaxis(values, -1, 0)
    extra: Any = [(274, 3, 1, orientation, True)]
    path = write(tmp_path / "a.tif", values, photometric="rgb", planarconfig=planes, extratags=extra)
    decoded = PillowDecoder().decode(path, 100)
    assert_corners(decoded.pixels)
    facts = decoded.facts
    assert (facts.width, facts.height, facts.orientation) == (192, 128, orientation)


def test_bits_from_the_other_end(tmp_path: Path) -> None:
    """FillOrder 2, which fax programs write."""
    lines = Image.fromarray(grey()).convert("1")
    path = tmp_path / "a.tif"
    lines.save(path)
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages.first
        spans = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        entry = page.tags[284].offset
    data = bytearray(path.read_bytes())
    data[entry : entry + 12] = (266).to_bytes(2, "little") + bytes((3, 0, 1, 0, 0, 0, 2, 0, 0, 0))
    for start, length in spans:
        data[start : start + length] = bytes(
            int(f"{one:08b}"[::-1], 2) for one in data[start : start + length]
        )
    path.write_bytes(data)
    shows(path, np.asarray(lines.convert("RGB")))


def test_facts_of_a_kind_that_pillow_does_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", DEPTHS["f32"](colours()), photometric="rgb")
    said = ["-DateTimeOriginal=2024:05:01 10:20:30", "-GPSLatitude=48.2", "-GPSLatitudeRef=N"]
    said += ["-GPSLongitude=16.4", "-GPSLongitudeRef=E", "-Orientation#=6"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *said, path], check=True)
    facts = PillowDecoder().decode(path, 100).facts
    assert (facts.taken_at, facts.latitude, facts.longitude) == ("2024-05-01T10:20:30", 48.2, 16.4)
    assert (facts.orientation, facts.width, facts.height) == (6, 64, 96)


def test_its_profile_is_heeded(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    plain = write(tmp_path / "a.tif", DEPTHS["f32"](colours()), photometric="rgb", iccprofile=profile)
    shows(plain, colours())  # one of another kind of colours is left aside


@pytest.mark.parametrize(
    "photometric", [4, 10, 32803, 32844, 32845, 34892, 77], ids=lambda number: f"photometric {number}"
)
def test_what_cannot_be_shown_is_unsupported_and_not_damaged(tmp_path: Path, photometric: int) -> None:
    path = write(tmp_path / "a.tif", DEPTHS["u16"](colours()), photometric="rgb")
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tiff.pages.first.tags[262].overwrite(photometric)
    with pytest.raises(PhotoError) as caught:
        PillowDecoder().decode(path, 100)
    assert caught.value.kind is ErrorKind.UNSUPPORTED
    assert str(path) in str(caught.value)
    assert "damaged" not in str(caught.value)


def test_a_strip_that_unpacks_to_more_than_its_pixels_is_refused_before_it_is_unpacked(
    tmp_path: Path,
) -> None:
    path = write(
        tmp_path / "a.tif", np.zeros((4000, 4000, 3), np.float32), photometric="rgb", compression="deflate"
    )
    with tifffile.TiffFile(path, mode="r+") as tiff:
        for tag, value in ((256, 10), (257, 10), (278, 10)):
            tiff.pages.first.tags[tag].overwrite(value)
    with pytest.raises(PhotoError, match="unpacks to more than its pixels"):
        PillowDecoder().decode(path, 100)


def test_the_digest_of_a_kind_that_pillow_misreads_follows_its_pixels_alone(tmp_path: Path) -> None:
    decoder = PillowDecoder()
    stored = np.moveaxis(DEPTHS["u16"](colours()), -1, 0)
    options: dict[str, Any] = {"photometric": "rgb", "planarconfig": "separate"}
    one = write(tmp_path / "a.tif", stored, **options)
    other = write(tmp_path / "b.tif", stored, description="another text", **options)
    changed = stored.copy()
    changed[2, 5, 5] += 1
    third = write(tmp_path / "c.tif", changed, **options)
    assert decoder.pixel_digest(one) == decoder.pixel_digest(other)
    assert decoder.pixel_digest(one) != decoder.pixel_digest(third)


WITHOUT = """
import sys
from pathlib import Path

class Away:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "imagecodecs":
            raise ImportError(name)

import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "imagecodecs" else found(name, package)
sys.meta_path.insert(0, Away())
from phototagger.domain.errors import PhotoError
from phototagger.imaging.decode import PillowDecoder
for name in sys.argv[1:]:
    try:
        print(PillowDecoder().decode(Path(name), 4096).pixels.astype(int).mean(axis=(0, 1)).round().tolist())
    except PhotoError as error:
        print(error.kind, str(error))
"""


def test_without_the_optional_package_it_is_read_or_named(tmp_path: Path) -> None:
    values = DEPTHS["f32"](colours())
    paths = [
        write(tmp_path / f"{packed}.tif", values, photometric="rgb", compression=packed, predictor=predictor)
        for packed, predictor in ((None, None), ("deflate", None), ("packbits", None), ("lzw", None))
    ]
    paths.append(write(tmp_path / "p.tif", values, photometric="rgb", compression="deflate", predictor=3))
    deep = np.moveaxis(DEPTHS["u16"](colours()), -1, 0)
    paths.append(
        write(tmp_path / "z.tif", deep, photometric="rgb", planarconfig="separate", compression="lzw")
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    told = ran.stdout.splitlines()
    mean = str(colours().astype(int).mean(axis=(0, 1)).round().tolist())
    assert [line == mean for line in told] == [True, True, True, False, False, True]
    for line in told[3:5]:
        assert line.startswith("unsupported")
        assert "pip install imagecodecs" in line
