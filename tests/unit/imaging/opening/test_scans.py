"""JPEGs of thousands of scans are refused at once, with a kind and a sentence; others are decoded as before."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.imaging import PillowDecoder
from phototagger.imaging.child_decoder import ApartDecoder
from phototagger.imaging.opening import source

SIDE = 1500


def jpeg_of_scans(path: Path, more: int, *, progressive: bool = True, trailer: bytes = b"") -> Path:
    """A plain grey JPEG whose last scan is there so many times more, with something after its end."""
    made = io.BytesIO()
    Image.new("L", (SIDE, SIDE), 90).save(made, "JPEG", progressive=progressive)
    data = made.getvalue()
    assert data.endswith(b"\xff\xd9")
    scan = data[data.rindex(b"\xff\xda") : -2]
    path.write_bytes(data[:-2] + scan * more + b"\xff\xd9" + trailer)
    return path


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("read_whole", [True, False])
def test_thousands_of_scans_are_refused(
    tmp_path: Path, progressive: bool, read_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not read_whole:  # as a file too large for that
        monkeypatch.setattr(source, "_READ_WHOLE", 0)
    path = jpeg_of_scans(tmp_path / "bomb.jpg", 5000, progressive=progressive)
    for decode in (lambda: PillowDecoder().decode(path, 256), lambda: PillowDecoder().pixel_digest(path)):
        with pytest.raises(PhotoError, match="scans") as caught:
            decode()
        assert caught.value.kind is ErrorKind.TIMED_OUT
        assert str(path) in str(caught.value)


def test_the_big_view_says_the_same(tmp_path: Path) -> None:
    viewer = ApartDecoder(PillowDecoder)
    try:
        with pytest.raises(PhotoError, match="scans"):
            viewer.decode(jpeg_of_scans(tmp_path / "bomb.jpg", 5000), 800, 300)
    finally:
        viewer.close()


@pytest.mark.parametrize("read_whole", [True, False])
def test_ordinary_ones_and_what_only_looks_like_scans_are_decoded(
    tmp_path: Path, read_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not read_whole:
        monkeypatch.setattr(source, "_READ_WHOLE", 0)
    for path in (
        jpeg_of_scans(tmp_path / "plain.jpg", 0, progressive=False),
        jpeg_of_scans(tmp_path / "fine.jpg", 60),
        jpeg_of_scans(tmp_path / "film.jpg", 10, trailer=b"\xff\xda\0\x02" * 10_000),
    ):
        assert PillowDecoder().decode(path, 256).pixels.shape == (256, 256, 3)
