"""Films through the decoder, the scan and the write path, with av and without."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import Box, ErrorKind, RegionKind
from phototagger.domain.writing import PlacedRegion, RegionChanges, placed
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.files.pairs import live_films
from phototagger.imaging import PillowDecoder
from phototagger.imaging.formats import film
from tests.support.made_photos import assert_corners, corners
from tests.support.photos import exiv2, read
from tests.support.said import wanted

decoder = PillowDecoder()
IDENTITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
CLOCKWISE = struct.pack(
    ">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000
)  # as a phone held upright writes


def encoded(frames: list[Image.Image], **tags: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mov", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 2_000_000
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(frame), format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


FILM = encoded([corners(192, 128)] * 12)


def made(folder: Path, data: bytes, name: str = "a.mp4") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_frame_stands_for_the_film(tmp_path: Path) -> None:
    path = made(tmp_path, FILM)
    decoded = decoder.decode(path, 1600)
    assert_corners(decoded.pixels, 40)
    facts = decoded.facts
    assert (facts.format, facts.width, facts.height, facts.orientation) == ("MP4", 192, 128, 1)
    assert facts.fingerprint is not None
    assert decoder.decode(path, 96).pixels.shape == (64, 96, 3)


def test_a_film_taken_upright_is_shown_upright(tmp_path: Path) -> None:
    stored = corners(128, 192).transpose(Image.Transpose.ROTATE_90)
    data = encoded([stored] * 3)
    assert data.count(IDENTITY) == 2  # of the whole film, then of its track
    first, second, third = data.split(IDENTITY)
    decoded = decoder.decode(made(tmp_path, first + IDENTITY + second + CLOCKWISE + third), 1600)
    assert decoded.pixels.shape == (192, 128, 3)
    assert_corners(decoded.pixels, 40)
    assert (decoded.facts.width, decoded.facts.height) == (128, 192)


def test_a_fade_in_is_passed_over(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (192, 128))] * 30 + [corners(192, 128)] * 60
    assert_corners(decoder.decode(made(tmp_path, encoded(frames)), 1600).pixels, 40)


def test_time_and_place_of_a_film(tmp_path: Path) -> None:
    tags = {
        "com.apple.quicktime.creationdate": "2024-05-01T10:20:30+0200",
        "com.apple.quicktime.location.ISO6709": "+48.8577+002.2950+035/",
    }
    facts = decoder.decode(made(tmp_path, encoded([corners()] * 2, **tags)), 1600).facts
    assert facts.taken_at == "2024-05-01T10:20:30"
    assert (facts.latitude, facts.longitude) == (48.8577, 2.295)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"no film at all" * 99, ErrorKind.DAMAGED),
        (FILM[: len(FILM) // 2], ErrorKind.DAMAGED),  # its index stood at the end
        (b"", ErrorKind.EMPTY),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, data: bytes, kind: ErrorKind) -> None:
    path = made(tmp_path, data)
    with pytest.raises(PhotoError) as caught:
        decoder.decode(path, 1600)
    assert caught.value.kind is kind
    assert str(path) in str(caught.value)


def test_the_pixel_limit_holds_for_films(tmp_path: Path) -> None:
    path = made(tmp_path, encoded([Image.new("RGB", (1280, 800))]))
    with pytest.raises(PhotoError) as caught:
        PillowDecoder(1).decode(path, 1600)
    assert caught.value.kind is ErrorKind.TOO_LARGE


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    film.films_are_read.cache_clear()
    monkeypatch.setattr(film, "find_spec", lambda name: None)
    yield
    film.films_are_read.cache_clear()


@pytest.mark.usefixtures("without")
def test_without_the_package_films_are_left_alone(tmp_path: Path) -> None:
    path = made(tmp_path, FILM)
    assert not decoder.can_decode(path)
    with pytest.raises(PhotoError, match="pip install av"):
        decoder.decode(path, 1600)


def test_which_films_are_scanned(tmp_path: Path) -> None:
    assert decoder.can_decode(tmp_path / "a.MOV")
    assert not decoder.can_decode(tmp_path / ".a.mov")
    names = ["IMG_1.HEIC", "IMG_1.MOV", "IMG_2.MOV", "c.dng", "c.mp4", "d.png", "d.mp4"]
    assert live_films(names) == {"IMG_1.MOV"}


def test_words_go_to_a_sidecar_and_boxes_nowhere(writer: ExifToolWriter, tmp_path: Path) -> None:
    path = made(tmp_path, FILM, "a.mov")
    anna = PlacedRegion(RegionKind.FACE, "Anna", Box(0.2, 0.15, 0.2, 0.1))
    (plan,) = writer.plans(1, read(writer, path), wanted(["dog"], [], RegionChanges((anna,), ())))
    assert (plan.target.name, plan.creates, placed(plan.added)) == ("a.mov.xmp", True, ())
    writer.write(plan)
    assert path.read_bytes() == FILM
    assert exiv2(plan.target, "Xmp.dc.subject") == ["dog"]
    assert np.all([change.field.startswith("XMP-") for change in plan.changes])
