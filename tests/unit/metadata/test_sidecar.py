"""Which sidecar belongs to which photo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.metadata.sidecar import broken_sidecars, find_sidecars, photos_of


def files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize(
    ("there", "photo", "found"),
    [
        (["a.jpg"], "a.jpg", []),
        (["a.jpg", "a.jpg.xmp"], "a.jpg", ["a.jpg.xmp"]),
        (["a.jpg", "a.xmp"], "a.jpg", ["a.xmp"]),
        (["a.jpg", "a.CR2", "a.xmp"], "a.jpg", []),
        (["a.jpg", "a.CR2", "a.xmp"], "a.CR2", ["a.xmp"]),
        (["a.jpg", "a.CR2", "a.xmp", "a.jpg.xmp"], "a.jpg", ["a.jpg.xmp"]),
        (["a.CR2", "a.xmp", "a.CR2.xmp"], "a.CR2", ["a.CR2.xmp", "a.xmp"]),
        (["a.jpg", "b.xmp"], "a.jpg", []),
        (["a.CR2", "a.CR2.jpg", "a.CR2.xmp"], "a.CR2.jpg", []),
        (["a.CR2", "a.CR2.jpg", "a.CR2.xmp"], "a.CR2", ["a.CR2.xmp"]),
        (["a.b.jpg", "a.b.xmp"], "a.b.jpg", ["a.b.xmp"]),
    ],
)
def test_the_right_ones_are_found(tmp_path: Path, there: list[str], photo: str, found: list[str]) -> None:
    files(tmp_path, *there)
    assert [path.name for path in find_sidecars(tmp_path / photo)] == found


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own elsewhere")
def test_links_that_lead_nowhere_are_told_apart(tmp_path: Path) -> None:
    files(tmp_path, "a.CR2", "a.jpg", "there.xmp")
    photo = tmp_path / "a.CR2"
    (tmp_path / "a.xmp").symlink_to("there.xmp")
    assert (find_sidecars(photo), broken_sidecars(photo)) == ((tmp_path / "a.xmp",), ())
    (tmp_path / "there.xmp").unlink()
    assert (find_sidecars(photo), broken_sidecars(photo)) == ((), (tmp_path / "a.xmp",))
    assert broken_sidecars(tmp_path / "a.jpg") == ()  # that name is the raw's
    (tmp_path / "a.CR2.xmp").symlink_to("a.CR2.xmp")
    assert broken_sidecars(photo) == (tmp_path / "a.CR2.xmp", tmp_path / "a.xmp")


def test_what_lies_beside_a_photo_names_it(tmp_path: Path) -> None:
    files(tmp_path, "a.jpg", "a.dng", "a.xmp", "a.dng.xmp", "a.jpg.xmp", "b.heic", "b.MOV", "c.dng", "c.xmp")
    files(tmp_path, "d.mov", "e.xmp", "f.jpg", "f.heic", "f.mov", "g.b.jpg", "g.b.xmp")
    found = photos_of([*sorted(tmp_path.iterdir()), tmp_path / "gone.dng", tmp_path / "gone" / "a.dng"])
    assert {path.name: photo.name for path, photo in found.items()} == {
        "a.dng": "a.jpg",
        "a.dng.xmp": "a.jpg",
        "a.jpg.xmp": "a.jpg",
        "a.xmp": "a.jpg",  # the raw's, which the JPEG leads
        "b.MOV": "b.heic",
        "c.xmp": "c.dng",
        "f.mov": "f.heic",
        "g.b.xmp": "g.b.jpg",
    }
    assert all(photo.parent == tmp_path for photo in found.values())


def test_a_name_too_long_for_a_sidecar_has_none(tmp_path: Path) -> None:
    assert find_sidecars(tmp_path / ("x" * 251 + ".jpg")) == ()
    assert broken_sidecars(tmp_path / ("x" * 251 + ".jpg")) == ()
