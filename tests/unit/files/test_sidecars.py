"""Which sidecar belongs to which photo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.files.sidecars import Neighbours, broken_sidecars, find_sidecars, new_sidecar, photos_of

CAFE = "Caf\u00e9"
CAFE_APART = "Cafe\u0301"  # the same on macOS: the accent stands behind its letter


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
        (["a.insp", "a.xmp"], "a.insp", ["a.xmp"]),
        # spelled differently, as after a bulk rename, an export or a copy from a Mac
        (["a.jpg", "a.JPG.xmp"], "a.jpg", ["a.JPG.xmp"]),
        (["b.nef", "b.NEF.xmp"], "b.nef", ["b.NEF.xmp"]),
        (["b.NEF", "b.nef.Xmp"], "b.NEF", ["b.nef.Xmp"]),
        (["B.NEF", "b.xmp"], "B.NEF", ["b.xmp"]),
        (["B.NEF", "b.jpg", "b.XMP"], "B.NEF", []),  # the JPEG's, which has the very name
        (["B.NEF", "b.jpg", "b.XMP"], "b.jpg", ["b.XMP"]),
        (["B.NEF", "B.jpg", "b.XMP"], "B.NEF", ["b.XMP"]),
        (["a.jpg", "a.jpg.XmP"], "a.jpg", ["a.jpg.XmP"]),
        ([CAFE + ".jpg", CAFE_APART + ".jpg.xmp"], CAFE + ".jpg", [CAFE_APART + ".jpg.xmp"]),
        ([CAFE_APART + ".dng", CAFE + ".xmp"], CAFE_APART + ".dng", [CAFE + ".xmp"]),
        ([CAFE_APART + ".JPG", CAFE.upper() + ".jpg.XMP"], CAFE_APART + ".JPG", [CAFE.upper() + ".jpg.XMP"]),
        (["\u03a3.jpg", "\u03c2.jpg.xmp"], "\u03a3.jpg", ["\u03c2.jpg.xmp"]),
        (["Stra\u00dfe.jpg", "Strasse.jpg.xmp"], "Stra\u00dfe.jpg", []),  # two names on every disk
        # where there is something to choose, the spelling counts
        (["a.jpg", "a.JPG", "a.JPG.xmp"], "a.jpg", []),
        (["a.jpg", "a.JPG", "a.JPG.xmp"], "a.JPG", ["a.JPG.xmp"]),
        (["a.jpg", "a.JPG", "A.jpg.xmp"], "a.jpg", []),
        (["a.jpg", "a.JPG", "a.JPG.xmp", "A.jpg.xmp"], "a.jpg", ["A.jpg.xmp"]),
        (["a.jpg", "a.jpg.xmp", "a.JPG.xmp"], "a.jpg", ["a.jpg.xmp"]),
        (["a.nef", "A.NEF", "A.xmp"], "a.nef", []),
        (["a.nef", "A.NEF", "a.xmp"], "a.nef", ["a.xmp"]),
        (["A.nef", "a.dng", "a.xmp", "A.XMP"], "A.nef", ["A.XMP"]),
    ],
)
def test_the_right_ones_are_found(tmp_path: Path, there: list[str], photo: str, found: list[str]) -> None:
    files(tmp_path, *there)
    if len(list(tmp_path.iterdir())) < len(there):
        pytest.skip("these are one file on this disk")
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


HEADS = [
    '<rdf:Description photoshop:SidecarForExtension="{suffix}"/>',
    "<rdf:Description photoshop:SidecarForExtension = '.{suffix}'/>",
    "<photoshop:SidecarForExtension>{suffix}</photoshop:SidecarForExtension>",
    '<rdf:Description xmpMM:DerivedFrom="{name}" xmpMM:DocumentID="x"/>',  # darktable
    '<rdf:Description crs:RawFileName="C:\\Photos\\{name}"/>',
    "<crs:RawFileName>{name}</crs:RawFileName>",
    '<rdf:Description dc:format="image/x-maker-{suffix}"/>',
    '<xmpMM:DerivedFrom stRef:documentID="another"/><dc:format>image/{suffix}</dc:format>',
]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_whose_a_sidecar_is_stands_in_it_where_its_name_leaves_that_open(
    tmp_path: Path, head: str, encoding: str
) -> None:
    files(tmp_path, "a.NEF", "a.dng", "b.jpg", "c.NEF", "c.DNG", "c.xmp")
    (tmp_path / "a.xmp").write_text(head.format(suffix="dng", name="A.DNG"), encoding=encoding)
    assert find_sidecars(tmp_path / "a.dng") == (tmp_path / "a.xmp",)
    assert find_sidecars(tmp_path / "a.NEF") == ()
    assert photos_of([tmp_path / "a.xmp"]) == {tmp_path / "a.xmp": tmp_path / "a.dng"}
    assert photos_of([tmp_path / "c.xmp"]) == {}  # it says nothing, so it is nobody's


def test_a_sidecar_of_the_jpeg_is_not_the_raws(tmp_path: Path) -> None:
    files(tmp_path, "a.NEF", "a.jpg", "b.NEF", "b.jpg")
    (tmp_path / "a.xmp").write_text('<x photoshop:SidecarForExtension="JPG"/>')
    (tmp_path / "b.xmp").write_text('<x dc:format="image/jpeg"/>')  # as raw converters write of a raw too
    assert find_sidecars(tmp_path / "a.jpg") == (tmp_path / "a.xmp",)
    assert find_sidecars(tmp_path / "a.NEF") == ()
    assert find_sidecars(tmp_path / "b.NEF") == (tmp_path / "b.xmp",)


@pytest.mark.parametrize("names", ["full", "adobe"])
def test_a_new_sidecar_never_meets_another_ones_name_on_a_disk_without_case(
    tmp_path: Path, names: str
) -> None:
    files(tmp_path, "a.NEF", "a.DNG", "A.xmp", "b.NEF", "B.dng")
    assert new_sidecar(tmp_path / "a.NEF", names).name == "a.NEF.xmp"
    assert new_sidecar(tmp_path / "b.NEF", names).name == "b.NEF.xmp"


def test_each_folder_is_listed_once_however_many_photos_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        files(tmp_path, f"{number}.jpg", f"{number}.JPG.xmp", f"{number}.xmp")
    listed: list[object] = []
    real = os.scandir

    def scandir(path: Path) -> object:
        listed.append(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    beside = Neighbours()
    for number in range(50):
        found = beside.sidecars(tmp_path / f"{number}.jpg")
        assert [path.name for path in found] == [f"{number}.JPG.xmp", f"{number}.xmp"]
    assert len(photos_of(tmp_path / f"{number}.xmp" for number in range(50))) == 50
    assert listed == [tmp_path, tmp_path]
