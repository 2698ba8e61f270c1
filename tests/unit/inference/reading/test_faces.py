"""The looks at different scales, and what becomes of their faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phototagger.domain.findings import Findings
from phototagger.domain.records import Box
from phototagger.inference.analyser import Analyser
from phototagger.inference.reading.boxes import Detections
from phototagger.inference.reading.faces import FaceScale, FoundFace, FoundFaces, face_view, find_faces

LIMITS = {"floor": 0.8, "near_floor": 0.9, "far_floor": 0.5, "hint": 0.2, "overlap": 0.4}
VIEW = face_view(np.zeros((480, 640, 3), np.uint8))


def _face(x: float, y: float, w: float, score: float = 0.99) -> FoundFace:
    return FoundFace(score, Box(x, y, w, w), np.zeros((5, 2)), 1.0)


def _found(monkeypatch: pytest.MonkeyPatch, look: FaceScale, *faces: tuple[float, float]) -> FoundFaces:
    """What a look makes of faces given as width in its own pixels and score."""
    boxes = np.array([(0, 0, width, width) for width, _ in faces], np.float32)
    scores = np.array([score for _, score in faces], np.float32)
    points = np.tile(np.array([(0, 0), (4, 0), (2, 2), (0, 4), (4, 4)], np.float32), (len(faces), 1, 1))
    monkeypatch.setattr(
        "phototagger.inference.reading.faces.decode_faces",
        lambda *_: Detections(scores, boxes, np.zeros(len(faces), np.intp), points),
    )
    nothing = np.zeros(0, np.float32)
    return find_faces([VIEW], [(nothing, nothing, nothing)], LIMITS, look)[0]


def test_the_first_look_keeps_certain_faces_and_notes_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _found(monkeypatch, FaceScale.FIRST, (100, 0.95), (30, 0.3), (120, 0.7))

    assert [face.score for face in found.faces] == pytest.approx([0.95])
    assert found.small
    assert not found.large
    assert _found(monkeypatch, FaceScale.FIRST, (250, 0.95)).large
    assert not _found(monkeypatch, FaceScale.FIRST, (250, 0.7)).large


def test_the_nearer_look_counts_small_faces_only(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _found(monkeypatch, FaceScale.NEAR, (60, 0.95), (300, 0.95))

    assert [face.box.w for face in found.faces] == pytest.approx([60 / 640])


@pytest.mark.parametrize(
    ("small", "longer", "wanted"), [(True, 1600, True), (True, 640, False), (False, 1600, False)]
)
def test_a_nearer_look_needs_a_hint_and_detail(small: bool, longer: int, wanted: bool) -> None:
    assert FoundFaces([], small=small).wants_near(np.zeros((300, longer, 3), np.uint8)) is wanted


def test_a_face_seen_twice_counts_once() -> None:
    first = FoundFaces([_face(0.1, 0.1, 0.05)])

    both = first.joined(FoundFaces([_face(0.101, 0.1, 0.05, 0.999), _face(0.5, 0.5, 0.02)]), 0.4)

    assert both.faces[0] is first.faces[0]
    assert [face.box.x for face in both.faces] == [0.1, 0.5]


def test_large_faces_need_to_be_seen_from_afar_too() -> None:
    small, large, bear = _face(0.0, 0.0, 0.1), _face(0.2, 0.0, 0.4), _face(0.6, 0.0, 0.4)
    far = FoundFaces([_face(0.21, 0.0, 0.4)])

    kept = FoundFaces([bear, large, small]).confirmed(far, VIEW).faces

    assert kept == [far.faces[0], small]
    assert FoundFaces([large]).confirmed(FoundFaces([]), VIEW).faces == []


def test_neither_bear_nor_toilet_is_a_face(analyser: Analyser, shared_photos: Path) -> None:
    for name in ("000000000285.jpg", "000000005503.jpg"):
        with Image.open(shared_photos / "coco" / name) as photo:
            (answer,) = analyser.analyse([np.array(photo.convert("RGB"))])
        assert isinstance(answer, Findings)
        assert answer.faces == ()


def test_small_faces_of_a_large_photo_are_found(analyser: Analyser, shared_photos: Path) -> None:
    """Seven faces of 40 pixels and more, in a photo six times as large around them."""
    with Image.open(shared_photos / "faces" / "dlib_6d3001b66f.jpg") as photo:
        group = np.array(photo.convert("RGB"))
    scene = np.full((1200, 1600, 3), 120, np.uint8)
    scene[600 : 600 + group.shape[0], 900 : 900 + group.shape[1]] = group

    (answer,) = analyser.analyse([scene])

    assert isinstance(answer, Findings)
    assert len(answer.faces) == 7
