from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from phototagger.imaging import PillowDecoder
from phototagger.imaging.opening.convert import flatten_depth, to_rgb
from tests.support.made_photos import assert_corners, corners, save


def decoded(path: Path) -> NDArray[np.uint8]:
    pixels = PillowDecoder().decode(path, 100).pixels
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    return pixels


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_deep_greys_keep_their_brightness(tmp_path: Path, dtype: type[np.generic]) -> None:
    ramp: NDArray[np.generic] = np.tile(np.linspace(0, 65535, 64), (8, 1)).astype(dtype)
    path = save(Image.fromarray(ramp), tmp_path / "ramp.tif", "TIFF")
    pixels = decoded(path)
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, -1].tolist() == [255, 255, 255]
    assert abs(int(pixels[0, 32, 0]) - 129) <= 1


def test_sixteen_bit_png(tmp_path: Path) -> None:
    path = save(Image.fromarray(np.full((8, 8), 0x8000, np.uint16)), tmp_path / "grey.png", "PNG")
    assert decoded(path)[4, 4].tolist() == [128, 128, 128]


def test_floats_of_0_to_1() -> None:
    half = Image.fromarray(np.full((4, 4), 0.5, np.float32))
    half.putpixel((0, 0), 1.0)
    assert flatten_depth(half).getpixel((1, 1)) == 128


def test_floats_without_a_number_do_not_crash() -> None:
    odd = Image.fromarray(np.array([[np.nan, np.inf], [-5.0, 5.0]], np.float32))
    assert flatten_depth(odd).mode == "L"


@pytest.mark.parametrize(("mode", "kind"), [("1", "PNG"), ("L", "JPEG"), ("L", "WEBP"), ("1", "TIFF")])
def test_greys_become_rgb(tmp_path: Path, mode: str, kind: str) -> None:
    photo = Image.new("L", (40, 20), 255).convert(mode)
    assert decoded(save(photo, tmp_path / f"grey.{kind}", kind)).min() >= 254


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "BMP"])
def test_palette(tmp_path: Path, kind: str) -> None:
    assert_corners(decoded(save(corners().quantize(16), tmp_path / "palette", kind)))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(tmp_path: Path, kind: str) -> None:
    assert_corners(decoded(save(corners().convert("CMYK"), tmp_path / "cmyk", kind)))


def test_ycbcr_and_lab_tiff(tmp_path: Path) -> None:
    assert_corners(decoded(save(corners().convert("YCbCr"), tmp_path / "a.tif", "TIFF")))
    lab = ImageCms.profileToProfile(
        corners(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    assert decoded(save(lab, tmp_path / "lab.tif", "TIFF")).shape == (64, 96, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_transparency_becomes_white(tmp_path: Path, kind: str) -> None:
    photo = corners()
    alpha = Image.new("L", photo.size, 255)
    alpha.paste(0, (0, 0, 48, 32))
    photo.putalpha(alpha)
    pixels = decoded(save(photo, tmp_path / "clear", kind, quality=95))
    assert pixels[10, 10].min() >= 245
    assert pixels[10, 80, 1] > 150
    assert pixels[10, 80, 0] < 80


def test_transparent_palette_and_colour_key(tmp_path: Path) -> None:
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.paste(0, (0, 0, 10, 20))
    pixels = decoded(save(palette, tmp_path / "a.gif", "GIF", transparency=0))
    assert pixels[5, 5].tolist() == [255, 255, 255]
    assert pixels[5, 15].tolist() == [200, 0, 0]
    keyed = Image.new("RGB", (20, 20), (1, 2, 3))
    assert decoded(save(keyed, tmp_path / "b.png", "PNG", transparency=(1, 2, 3))).min() == 255


def test_grey_with_alpha(tmp_path: Path) -> None:
    photo = Image.new("LA", (20, 20), (0, 0))
    assert decoded(save(photo, tmp_path / "a.png", "PNG")).min() == 255


def test_edges_of_transparency_stay_clean_when_scaled_down(tmp_path: Path) -> None:
    """Black hidden under transparency must not bleed into the rest."""
    photo = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    photo.paste((255, 255, 255, 255), (200, 0, 400, 400))
    path = save(photo, tmp_path / "a.png", "PNG")
    assert PillowDecoder().decode(path, 50).pixels.min() >= 250


def wide_profile() -> bytes:
    """sRGB with red and green exchanged: a profile whose effect cannot be overlooked."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    names = {data.index(b"rXYZ"): b"gXYZ", data.index(b"gXYZ"): b"rXYZ"}
    for place, name in names.items():
        data[place : place + 4] = name
    description = b"s\0R\0G\0B" if b"s\0R\0G\0B" in data else b"sRGB"
    return bytes(data).replace(description, description.replace(b"s", b"x", 1))


def test_an_embedded_profile_is_applied(tmp_path: Path) -> None:
    path = save(corners(), tmp_path / "a.png", "PNG", icc_profile=wide_profile())
    pixels = decoded(path)
    assert pixels[10, 10, 1] > pixels[10, 10, 0] + 80  # red is shown as green
    plain = decoded(save(corners(), tmp_path / "b.png", "PNG"))
    assert plain[10, 10, 0] > plain[10, 10, 1] + 80


def test_srgb_is_left_as_it_is(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = decoded(save(corners(), tmp_path / "a.png", "PNG", icc_profile=srgb))
    assert np.array_equal(pixels, np.asarray(corners()))


@pytest.mark.parametrize("profile", [b"", b"nonsense", b"\0" * 400])
def test_a_damaged_profile_is_left_aside(profile: bytes) -> None:
    assert np.array_equal(np.asarray(to_rgb(corners(), profile)), np.asarray(corners()))


def test_a_profile_for_other_colours_is_left_aside() -> None:
    grey = Image.new("L", (4, 4), 77)
    assert to_rgb(grey, wide_profile()).getpixel((1, 1)) == (77, 77, 77)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert np.array_equal(np.asarray(to_rgb(corners(), lab)), np.asarray(corners()))


def test_a_half_transparent_photo_with_profile(tmp_path: Path) -> None:
    photo = corners()
    photo.putalpha(255)
    file = io.BytesIO()
    photo.save(file, "PNG", icc_profile=wide_profile())
    path = tmp_path / "a.png"
    path.write_bytes(file.getvalue())
    pixels = decoded(path)
    assert pixels[10, 10, 1] > pixels[10, 10, 0] + 80
