"""Which boxes are of one face."""

from __future__ import annotations

import pytest

from phototagger.domain.records import Box
from phototagger.domain.same_face import match_faces, without_twins
from phototagger.domain.writing import FileRegion, NamedFace

FACE = Box(0.4, 0.3, 0.1, 0.12)  # brow to chin
HEAD = Box(0.38, 0.26, 0.14, 0.18)
BUST = Box(0.33, 0.24, 0.24, 0.3)
PERSON = Box(0.25, 0.25, 0.4, 0.7)


@pytest.mark.parametrize(
    ("other", "fit"),
    [
        (FACE, 1.0),
        (HEAD, 0.476),
        (BUST, 0.083),  # half of the overlap: its centre lies there
        (PERSON, 0.021),
        (Box(0.0, 0.0, 1.0, 1.0), 0.0),  # the whole photo is nobody's face
        (Box(0.47, 0.3, 0.1, 0.12), 0.0),  # cheek to cheek
        (Box(0.46, 0.25, 0.3, 0.4), 0.0),  # somebody else's bust, over less than half of the face
        (Box(0.7, 0.3, 0.1, 0.12), 0.0),
        (Box(0.44, 0.34, 0.01, 0.01), 0.0),  # a mole
    ],
)
def test_boxes_of_one_face(other: Box, fit: float) -> None:
    assert FACE.face_fit(other) == pytest.approx(fit, abs=0.001)
    assert other.face_fit(FACE) == FACE.face_fit(other)


def test_each_face_has_one_box_and_each_box_one_face() -> None:
    """In a crowd a large box has several faces in it: it is that of the face it fits best."""
    child = Box(0.35, 0.45, 0.08, 0.08)
    assert child.face_fit(BUST) > 0
    assert match_faces([child, FACE], [BUST]) == {1: 0}
    assert match_faces([child, FACE], [BUST, HEAD]) == {1: 1, 0: 0}
    assert match_faces([], [BUST]) == match_faces([FACE], []) == {}


def test_one_name_at_one_place_counts_once() -> None:
    anna, again, elsewhere = (
        NamedFace("Anna", FACE),
        NamedFace("anna", Box(0.41, 0.3, 0.1, 0.12)),
        NamedFace("Anna", Box(0.7, 0.3, 0.1, 0.12)),
    )
    bob = NamedFace("Bob", FACE)
    assert without_twins([anna, again, bob, elsewhere]) == [anna, bob, elsewhere]


@pytest.mark.parametrize(
    ("kind", "fits", "name", "names"),
    [
        ("Face", True, "Anna", True),
        ("", True, "Anna", True),
        ("face", True, "Anna", True),
        ("Pet", True, "Rex", False),
        ("Focus", True, "AF", False),
        ("Face", False, "Anna", False),
        ("Face", True, "", False),
    ],
)
def test_which_boxes_name_a_face(kind: str, fits: bool, name: str, names: bool) -> None:
    assert FileRegion("XMP-mwg-rs:RegionList", name, kind, FACE, fits).names_face is names
