"""A real face, found by the real networks, after other programs turned, cropped and replaced its photo."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.conftest import Program

NAME = "Eileen Collins"
# The astronaut's face in the upright sample, by eye.
FACE = (0.34, 0.09, 0.21, 0.28)


def edit(path: Path, photo: Image.Image) -> None:
    with Image.open(path) as old:
        kept = {name: old.info[name] for name in ("exif", "xmp") if name in old.info}
    photo.save(path, quality=92, **kept)


def pixels(path: Path) -> Image.Image:
    with Image.open(path) as photo:
        return photo.convert("RGB")


def crop(photo: Image.Image, *sides: float) -> Image.Image:
    left, top, right, bottom = sides
    across, down = photo.size
    return photo.crop((round(left * across), round(top * down), round(right * across), round(bottom * down)))


def record(program: Program, path: Path) -> dict[str, Any]:
    (shown,) = program("--json", "show", path).records
    return shown


def centres(shown: dict[str, Any]) -> list[tuple[float, float]]:
    boxes = [region["box"] for region in shown["regions_in_file"]]
    return [(x + w / 2, y + h / 2) for x, y, w, h in boxes]


@pytest.mark.timeout(300)
def test_a_named_face_follows_its_photo(
    program: Program, samples: Path, tmp_path: Path, exiftool: str
) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    middle = (FACE[0] + FACE[2] / 2, FACE[1] + FACE[3] / 2)
    left, top, part = 0.15, 0.0, 0.7
    where = {
        "flag": (1 - middle[0], 1 - middle[1]),
        "pixels": (1 - middle[1], middle[0]),
        "mirror": (1 - middle[0], middle[1]),
        "crop": ((middle[0] - left) / part, (middle[1] - top) / part),
        "resize": middle,
        "replaced": None,
    }
    for name in where:
        shutil.copyfile(samples / "astronaut.jpg", folder / f"{name}.jpg")
    assert program("analyse", folder).status == 0
    (group,) = {face["cluster"] for face in record(program, folder / "crop.jpg")["faces"]}
    assert program("people", "name", str(group), NAME).status == 0
    assert program("write", folder).status == 0

    subprocess.run(
        [exiftool, "-q", "-overwrite_original", "-n", "-Orientation=3", folder / "flag.jpg"], check=True
    )
    edit(folder / "pixels.jpg", pixels(folder / "pixels.jpg").transpose(Image.Transpose.ROTATE_270))
    edit(folder / "mirror.jpg", pixels(folder / "mirror.jpg").transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    edit(folder / "crop.jpg", crop(pixels(folder / "crop.jpg"), left, top, left + part, top + part))
    edit(folder / "resize.jpg", pixels(folder / "resize.jpg").resize((300, 300)))
    edit(folder / "replaced.jpg", pixels(samples / "coffee.jpg"))
    assert program("analyse", folder).status == 0
    preview = {
        Path(plan["path"]).stem: plan for plan in program("--json", "write", folder, "--dry-run").records
    }
    assert any(f"The box of {NAME} is held back" in note for note in preview["replaced"]["notes"])
    assert program("write", folder).status == 0

    for name, place in where.items():
        shown = record(program, folder / f"{name}.jpg")
        here = [face for face in shown["faces"] if face["person"] == NAME]
        assert len(here) == 1, name
        if place is None:
            assert here[0]["held"]
            assert shown["regions_in_file"] == []
            continue
        assert here[0]["held"] is None, name
        assert {region["name"] for region in shown["regions_in_file"]} == {NAME}
        assert len(shown["regions_in_file"]) == 2, name  # one in each of both fields
        for x, y in centres(shown):
            assert abs(x - place[0]) < 0.08, name
            assert abs(y - place[1]) < 0.08, name
    assert "held back" in program("show", folder / "replaced.jpg").out
