"""Photos that lie on their side, and crowds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from phototagger.domain.findings import Findings, PhotoFacts
from phototagger.domain.records import Box
from phototagger.inference.analyser import Analyser
from phototagger.inference.reading.faces import FaceScale, FoundFace, FoundFaces, tiles
from phototagger.inference.reading.pixels import resize

Pixels = NDArray[np.uint8]
SIX = PhotoFacts("JPEG", 10, 10, orientation=6)


def _read(path: Path) -> Pixels:
    with Image.open(path) as photo:
        return np.array(photo.convert("RGB"))


def _faces(analyser: Analyser, photo: Pixels, facts: PhotoFacts | None = None) -> Findings:
    (answer,) = analyser.analyse_prepared([analyser.prepare(photo, facts)])
    assert isinstance(answer, Findings)
    return answer


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_faces_of_a_turned_photo_are_found(analyser: Analyser, shared_photos: Path, quarters: int) -> None:
    photo = _read(shared_photos / "faces" / "dlib_6d3001b66f.jpg")
    upright = _faces(analyser, photo).faces

    turned = _faces(analyser, np.ascontiguousarray(np.rot90(photo, quarters))).faces

    assert len(turned) == len(upright) == 7
    for face in turned:
        back = FoundFace(face.score, face.box, np.array(face.landmarks), face.quality)
        whole = back.turned_back(quarters)
        assert max(whole.box.iou(other.box) for other in upright) > 0.7
    vectors = [np.stack([f.embedding for f in some if f.embedding is not None]) for some in (upright, turned)]
    assert ((vectors[0] @ vectors[1].T).max(axis=1) > 0.8).all()


def test_a_photo_is_not_turned_against_its_file(analyser: Analyser, shared_photos: Path) -> None:
    head_over = np.ascontiguousarray(np.rot90(_read(shared_photos / "faces" / "dlib_6d3001b66f.jpg"), 2))

    assert len(_faces(analyser, head_over, SIX).faces) < 7
    assert len(_faces(analyser, head_over, PhotoFacts("JPEG", 10, 10)).faces) == 7


def test_an_upright_photo_of_dogs_stays_without_faces(analyser: Analyser, shared_photos: Path) -> None:
    assert _faces(analyser, _read(shared_photos / "faces" / "dlib_db64d63fac.jpg")).faces == ()


def test_tiny_faces_of_a_crowd_are_found(analyser: Analyser, shared_photos: Path) -> None:
    """Twenty-eight faces of about 16 pixels, and some larger ones that hint at a crowd."""
    group = _read(shared_photos / "faces" / "dlib_6d3001b66f.jpg")
    scene = np.full((1200, 1600, 3), 120, np.uint8)
    scene[700 : 700 + group.shape[0], 40 : 40 + group.shape[1]] = group
    tiny = resize(group, round(group.shape[0] * 0.45), round(group.shape[1] * 0.45))
    rows, columns = tiny.shape[:2]
    for place in range(4):
        left = 40 + place * 380
        scene[60 : 60 + rows, left : left + columns] = tiny

    found = _faces(analyser, scene).faces

    assert len(found) >= 7 + 20
    high = [face.box for face in found if face.box.y < 0.3]
    assert all(box.w * 1600 < 30 for box in high)


def test_tiles_cover_the_photo_and_say_where_they_lie() -> None:
    photo = np.zeros((100, 201, 3), np.uint8)
    covered = np.zeros((100, 201), bool)
    for part, (left, top, width, height) in tiles(photo):
        row, column = round(top * 100), round(left * 201)
        assert part.shape[:2] == (round(height * 100), round(width * 201))
        covered[row : row + part.shape[0], column : column + part.shape[1]] = True
    assert covered.all()


def test_a_face_of_a_part_lies_in_the_whole() -> None:
    face = FoundFace(0.9, Box(0.5, 0.0, 0.5, 0.5), np.full((5, 2), 0.5), 1.0)

    whole = face.within(0.5, 0.5, 0.5, 0.5)

    assert whole.box == Box(0.75, 0.5, 0.25, 0.25)
    assert (whole.landmarks == 0.75).all()


@pytest.mark.parametrize(("quarters", "corner"), [(1, (0.9, 0.0)), (2, (0.8, 0.9)), (3, (0.0, 0.8))])
def test_turning_back(quarters: int, corner: tuple[float, float]) -> None:
    """np.rot90 puts a photo's right edge on top: the top-left corner of the turned photo is its top-right one."""
    landmarks = np.array([[0.1, 0.02]] * 5)
    back = FoundFace(0.9, Box(0.0, 0.0, 0.2, 0.1), landmarks, 1.0).turned_back(quarters)

    assert (back.box.x, back.box.y) == pytest.approx(corner)
    assert (back.box.w, back.box.h) == pytest.approx((0.2, 0.1) if quarters == 2 else (0.1, 0.2))
    x, y = back.landmarks[0]
    assert back.box.x <= x <= back.box.x + back.box.w
    assert back.box.y <= y <= back.box.y + back.box.h


def test_blur_lowers_quality(analyser: Analyser, shared_photos: Path) -> None:
    photo = _read(shared_photos / "faces" / "dlib_6d3001b66f.jpg")

    sharp = _faces(analyser, photo).faces
    soft = Image.fromarray(photo).filter(ImageFilter.GaussianBlur(2.5))
    blurred = _faces(analyser, np.asarray(soft)).faces

    assert len(blurred) > 0
    assert max(face.quality for face in blurred) < 0.7 * max(face.quality for face in sharp)


@pytest.mark.parametrize(("hints", "longer", "wanted"), [(4, 1600, True), (3, 1600, False), (9, 1000, False)])
def test_a_crowd_needs_hints_and_detail(hints: int, longer: int, wanted: bool) -> None:
    assert FoundFaces([], hints=hints).is_crowd(np.zeros((300, longer, 3), np.uint8)) is wanted
    assert FaceScale.TILE > FaceScale.NEAR
