from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.imaging import PillowDecoder
from tests.support.made_photos import corners, save

digest = PillowDecoder().pixel_digest


def test_same_pixels_other_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "words"
    plain = save(corners(), tmp_path / "a.jpg", "JPEG", quality=90)
    described = save(corners(), tmp_path / "b.jpg", "JPEG", quality=90, exif=exif, comment=b"more words")
    assert plain.read_bytes() != described.read_bytes()
    assert digest(plain) == digest(described)
    assert len(digest(plain)) == 32


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "HEIF", "AVIF"])
def test_one_changed_place_is_seen(tmp_path: Path, kind: str) -> None:
    other = corners()
    other.paste((0, 0, 0), (90, 60, 96, 64))
    assert digest(save(corners(), tmp_path / "a", kind)) != digest(save(other, tmp_path / "b", kind))


def test_full_size_pixels_count_not_reduced_ones(tmp_path: Path) -> None:
    photo = corners(3000, 2000)
    path = save(photo, tmp_path / "a.png", "PNG")
    photo.putpixel((1999, 1501), (0, 0, 0))
    assert digest(path) != digest(save(photo, tmp_path / "b.png", "PNG"))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG", "MPO"])
def test_all_frames_count(tmp_path: Path, kind: str) -> None:
    first, second, third = (Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue"))

    def movie(name: str, last: Image.Image) -> Path:
        return save(first, tmp_path / name, kind, save_all=True, append_images=[second, last])

    same, again, other = movie("a", third), movie("b", third), movie("c", second.rotate(0).convert("L"))
    assert digest(same) == digest(again)
    assert digest(same) != digest(other)


def test_palette_counts(tmp_path: Path) -> None:
    photo = Image.new("P", (8, 8), 0)
    photo.putpalette([10, 20, 30])
    other = photo.copy()
    other.putpalette([11, 20, 30])
    assert digest(save(photo, tmp_path / "a.png", "PNG")) != digest(save(other, tmp_path / "b.png", "PNG"))


def test_a_later_frame_that_cannot_be_read_is_part_of_the_digest(shared_photos: Path, tmp_path: Path) -> None:
    broken = shared_photos / "oddities" / "sugarshack_no_data.mpo"
    copy = tmp_path / "copy.mpo"
    shutil.copyfile(broken, copy)
    assert digest(broken) == digest(copy)


def test_a_photo_that_cannot_be_read_has_no_digest(tmp_path: Path) -> None:
    path = save(corners(), tmp_path / "a.jpg", "JPEG")
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(PhotoError) as caught:
        digest(path)
    assert caught.value.kind is ErrorKind.TRUNCATED


def test_an_endless_animation_is_bounded(tmp_path: Path) -> None:
    frames = [Image.new("L", (1000, 1000), shade) for shade in range(8)]
    path = save(frames[0], tmp_path / "a.gif", "GIF", save_all=True, append_images=frames[1:])
    small = PillowDecoder(pixel_limit_megapixels=2)
    other = save(frames[0], tmp_path / "b.gif", "GIF", save_all=True, append_images=[*frames[1:7], frames[1]])
    assert small.pixel_digest(path) == small.pixel_digest(other)  # the last frame lies beyond the bound
    assert digest(path) != digest(other)
