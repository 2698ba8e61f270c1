"""A raw photo, alone and with its JPEG, from the command line to the words another program reads."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

from tests.e2e.conftest import Program, read_back
from tests.support.made_photos import encoded
from tests.support.made_raws import dng


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

    # Each file of a pair names the photo, and that is said.
    for name in ("pair.dng", "pair.dng.xmp"):
        ran = program("--json", "show", folder / name)
        assert (ran.status, [record["path"] for record in ran.records]) == (0, [str(folder / "pair.jpg")])
        assert f"{folder / name} belongs to pair.jpg" in ran.err
    ran = program("--json", "show", folder / "pair.dng", folder / "pair.jpg", folder / "alone.dng.xmp")
    assert [Path(record["path"]).name for record in ran.records] == ["alone.dng", "pair.jpg"]
    assert "belongs to alone.dng" in ran.err
    assert "belongs to pair.jpg" not in ran.err  # which was named
    assert program("keywords", "add", "mine", folder / "pair.dng").status == 0
    assert program("reject", "animal|cat", folder / "pair.dng.xmp").status == 0
    (plan, *_, last) = program("write", "--dry-run", "--json", folder / "pair.dng").records
    assert (plan["target"], last["target"]) == (str(folder / "pair.dng.xmp"), str(folder / "pair.jpg"))
    assert program("write", folder / "pair.dng").status == 0
    for name in ("pair.dng.xmp", "pair.jpg"):
        assert read_back(exiftool, folder / name)["XMP-dc:Subject"] == ["mine"], name
    assert program("keywords", "add", "ours", folder / "pair.dng").status == 0
    for command in ("scan", "analyse", "tag"):
        ran = program(command, folder / "pair.dng")
        assert ran.status == 0, ran.err
    assert len(program("--json", "show", folder).records) == 3  # the raw has not become a photo of its own
    ran = program("show", folder / "gone.dng")
    assert (ran.status, f"{folder / 'gone.dng'} is not known" in ran.err) == (2, True)
