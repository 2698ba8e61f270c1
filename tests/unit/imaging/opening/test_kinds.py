from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.files.suffixes import is_photo_name
from phototagger.imaging.opening.kinds import sniff
from tests.support.made_photos import corners, encoded


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a.jpg",
            "A.JPG",
            "a.jpeg",
            "a.jpe",
            "a.jfif",
            "a.mpo",
            "a.png",
            "a.webp",
            "a.tif",
            "a.TIFF",
            "a.gif",
        ),
        *(
            "a.bmp",
            "IMG_1.HEIC",
            "a.heif",
            "a.hif",
            "a.avif",
            "two words.jpg",
            "-rf.jpg",
            "été 🎂.jpg",
            "a\nb.jpg",
        ),
        "sub.folder/a.jpg",
        "a.CR2",
        "a.psd",
        *("a.jp2", "a.J2K", "a.jpf", "a.jpx", "a.j2c", "a.jpc", "a.jpm", "VID_1.insp", "a.jps", "a.jfi"),
        "a.jxl",  # not decoded, but the person shall hear of it
    ],
)
def test_taken_by_a_scan(name: str) -> None:
    assert is_photo_name(Path(name))


@pytest.mark.parametrize(
    "name",
    [
        *("._a.jpg", ".hidden.jpg", ".ptag-1234.jpg", "a.txt", "a.xmp", "a.jpg.xmp", "jpg", ".jpg", "a.mov"),
        *("a.thm", "a.psb", "a.docx", "a.jpg~", "a.raw"),
    ],
)
def test_left_alone_by_a_scan(name: str) -> None:
    assert not is_photo_name(Path(name))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(
            ("JPEG", "JPEG"),
            ("PNG", "PNG"),
            ("WEBP", "WebP"),
            ("TIFF", "TIFF"),
            ("GIF", "GIF"),
            ("BMP", "BMP"),
        ),
        *(("HEIF", "HEIF"), ("AVIF", "AVIF")),
    ],
)
def test_sniff_names_what_the_bytes_are(kind: str, name: str) -> None:
    assert sniff(encoded(corners(), kind)[:32]) == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        *((b"\xff\x0aabcdefgh", "JPEG XL"), (b"8BPS\0\1", "Photoshop"), (b"hello, world", None), (b"", None)),
        (b"\0\0\0\x18ftypcrx \0\0", "Canon raw"),
    ],
)
def test_sniff_knows_other_files(head: bytes, name: str | None) -> None:
    assert sniff(head) == name
