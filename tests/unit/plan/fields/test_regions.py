"""The coordinate maths of regions, against what Pillow does to the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from phototagger.domain.facets.region import IPTC_REGIONS, MWG_REGIONS
from phototagger.domain.records import Box, RegionKind
from phototagger.domain.writing import FileRegion, PlacedRegion
from phototagger.plan.fields.regions import (
    Frame,
    centre,
    is_our_drawing,
    our_spelling,
    stored_to_upright,
    upright_to_stored,
)


def marked_box(image: Image.Image) -> Box:
    """The box of all white pixels."""
    white = np.argwhere(np.asarray(image) > 0)
    (top, left), (bottom, right) = white.min(axis=0), white.max(axis=0) + 1
    width, height = image.size
    return Box(left / width, top / height, (right - left) / width, (bottom - top) / height)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_turn_as_pillow_turns_the_pixels(orientation: int) -> None:
    stored = Image.new("L", (40, 30))
    stored.paste(255, (4, 6, 14, 9))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.info["exif"] = exif.tobytes()
    turned = stored.copy()
    turned.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(turned)
    assert upright is not None
    expected = marked_box(upright)
    assert stored_to_upright(marked_box(stored), orientation).as_list() == expected.as_list()
    assert upright_to_stored(expected, orientation).as_list() == marked_box(stored).as_list()


# The middle of a region, upright -> stored, as written in the MWG guide for each orientation.
MIDDLES = {
    1: (0.3, 0.2),
    2: (0.7, 0.2),
    3: (0.7, 0.8),
    4: (0.3, 0.8),
    5: (0.2, 0.3),
    6: (0.2, 0.7),
    7: (0.8, 0.7),
    8: (0.8, 0.3),
}


@pytest.mark.parametrize("orientation", MIDDLES)
def test_middles_follow_the_table(orientation: int) -> None:
    stored = upright_to_stored(Box(0.2, 0.15, 0.2, 0.1), orientation)
    assert centre(stored) == pytest.approx(MIDDLES[orientation])
    assert (stored.w, stored.h) == ((0.1, 0.2) if orientation > 4 else (0.2, 0.1))


@given(
    st.integers(1, 8),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
    st.floats(0.01, 0.5),
    st.floats(0.01, 0.5),
)
def test_there_and_back(orientation: int, x: float, y: float, w: float, h: float) -> None:
    back = stored_to_upright(upright_to_stored(Box(x, y, w, h), orientation), orientation)
    assert (back.x, back.y, back.w, back.h) == pytest.approx((x, y, w, h))


def test_other_orientations_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 8, not 9"):
        upright_to_stored(Box(0, 0, 1, 1), 9)


DOG = PlacedRegion(RegionKind.OBJECT, "dog", Box(0.1, 0.2, 0.3, 0.4), "coco80:dog")
ANNA = PlacedRegion(RegionKind.FACE, "Anna", Box(0.1, 0.2, 0.3, 0.4))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_object_is_ours_by_its_mark(orientation: int) -> None:
    ours = our_spelling(IPTC_REGIONS, DOG, orientation)
    theirs = ours.replace("RId=ptag-", "RId=")
    for spelled, expected in ((ours, True), (theirs, False)):
        found = FileRegion(IPTC_REGIONS, "Dog", "", DOG.box, True, spelled)
        assert is_our_drawing(found, DOG, Frame(4000, 3000, orientation), recorded=True) is expected


@pytest.mark.parametrize(
    ("off", "frame", "recorded", "expected"),
    [
        (0.000001, None, False, True),
        (0.0003, Frame(4000, 3000), True, True),
        (0.0003, Frame(4000, 3000), False, False),
        (0.0003, None, True, False),
        (0.0006, Frame(4000, 3000), True, False),
        (0.0006, Frame(3000, 2000, 6), True, True),  # 2000 wide, upright
        (0.0006, Frame(2000, 3000, 6), True, False),  # 3000 wide, upright
    ],
)
def test_a_face_is_ours_by_its_digits_or_by_the_record_and_its_pixels(
    off: float, frame: Frame | None, recorded: bool, expected: bool
) -> None:
    found = FileRegion(MWG_REGIONS, "anna", "Face", Box(0.1 + off, 0.2, 0.3, 0.4), True, "")
    assert is_our_drawing(found, ANNA, frame, recorded) is expected
