"""A raw photo, alone and with its JPEG, from the command line to the words another program reads."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

from tests.e2e.conftest import Program, read_back
from tests.unit.imaging.made_photos import encoded
from tests.unit.imaging.made_raws import dng


def test_raws_are_analysed_by_their_preview_and_written_beside(
    program: Program, tmp_path: Path, samples: Path, exiftool: str
) -> None:
    folder = tmp_path / "raws"
    folder.mkdir()
    with Image.open(samples / "cat-turned.jpg") as opened:
        cat = ImageOps.exif_transpose(opened).convert("RGB")
    lying = cat.transpose(Image.Transpose.ROTATE_90)  # orientation 6: a viewer turns it back
    lying = lying.crop((0, 0, lying.width // 2 * 2, lying.height // 2 * 2))
    for name in ("alone.dng", "pair.dng"):
        (folder / name).write_bytes(dng(lying, 6, lying))
    (folder / "pair.jpg").write_bytes(encoded(cat, "JPEG"))
    (folder / "broken.nef").write_bytes(b"no raw at all" * 99)

    ran = program("--json", "tag", folder, "--write")
    records = {Path(record["path"]).name: record for record in ran.records}
    assert set(records) == {"alone.dng", "broken.nef", "pair.jpg"}
    assert "no raw photo" in str(records["broken.nef"]["error"])
    for name in ("alone.dng", "pair.jpg"):
        assert any(entry["keyword"].startswith("animal|cat") for entry in records[name]["suggestions"]), name
    for name in ("alone.dng.xmp", "pair.dng.xmp", "pair.jpg"):
        assert "cat" in read_back(exiftool, folder / name)["XMP-dc:Subject"], name
    assert {path.name for path in folder.iterdir()} == {
        *("alone.dng", "alone.dng.xmp", "broken.nef", "pair.dng", "pair.dng.xmp", "pair.jpg"),
    }
