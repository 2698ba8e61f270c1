"""Captions in real files of each format: written beside what cameras put there, read by others, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.writing import values_of
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.plan.value_plan import ValueChange
from tests.support.photos import Snapshot, exiftool, exiv2, make_photo, prepare, read
from tests.support.said import wanted

TEXT = "Zum Löwen\nsince 1723 | täglich, 7 = 8"
JUNK = "OLYMPUS DIGITAL CAMERA"
FIELDS = ("XMP-dc:Description", "IPTC:Caption-Abstract", "IFD0:ImageDescription")


def captions(writer: ExifToolWriter, path: Path) -> list[tuple[str, ...]]:
    return [read(writer, path).values.get(name, ()) for name in FIELDS]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_caption_takes_the_place_of_a_camera_s_text_in_every_format(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str
) -> None:
    photo = make_photo(tmp_path / f"a{suffix}")
    prepare(tool, photo, f"-IFD0:ImageDescription={JUNK}", "-IFD0:Make=Maker", "-XMP-dc:Title=Inn")
    before, held = Snapshot.of(photo, tool), read(writer, photo)
    assert held.said(CAPTION) == ()
    (plan,) = writer.plans(1, held, wanted(["sign"], [], caption=ValueChange(add=TEXT)))
    assert (plan.refused, values_of(plan.added, CAPTION)) == (None, (TEXT,))
    writer.write(plan)
    assert captions(writer, photo) == [(TEXT,), (), (TEXT,)]
    assert read(writer, photo).said(CAPTION) == (TEXT,)
    (again,) = writer.plans(1, read(writer, photo), wanted(["sign"], [], caption=ValueChange(add=TEXT)))
    assert again.changes == ()
    writer.write(writer.restore_plan(plan, read(writer, photo)))
    assert read(writer, photo).values == held.values
    before.check(tool)


def test_exiv2_reads_the_same(writer: ExifToolWriter, tool: ExifTool, tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    prepare(tool, photo, f"-IFD0:ImageDescription={JUNK}", "-IPTC:City=Wien")
    (plan,) = writer.plans(1, read(writer, photo), wanted([], [], caption=ValueChange(add="Zum Löwen")))
    writer.write(plan)
    assert exiv2(photo, "Xmp.dc.description") == ['lang="x-default" Zum Löwen']
    assert exiv2(photo, "Iptc.Application2.Caption") == ["Zum Löwen"]
    assert exiv2(photo, "Exif.Image.ImageDescription") == ["Zum Löwen"]


def test_numbers_and_truths_stay_texts(writer: ExifToolWriter, tool: ExifTool, tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    prepare(tool, photo, "-IPTC:City=Wien")
    for old, new in ((None, "1723"), ("1723", "TRUE"), ("TRUE", "1e5 Möwen")):
        change = ValueChange(add=new, remove=old)
        (plan,) = writer.plans(1, read(writer, photo), wanted([], [], caption=change))
        writer.write(plan)
        assert captions(writer, photo) == [(new,), (new,), ()]
        assert exiftool(tool, "-s3", "-XMP-dc:Description", photo) == f"{new}\n"


def test_the_description_of_a_png_is_a_caption_of_its_own(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "a.png")
    prepare(tool, photo, "-PNG:Description=Our inn")
    assert read(writer, photo).said(CAPTION) == ("Our inn",)
    (plan,) = writer.plans(1, read(writer, photo), wanted([], [], caption=ValueChange(add=TEXT)))
    assert plan.changes == ()
