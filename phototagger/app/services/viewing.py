"""Photos to look at: their pixels, their faces, their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototagger.app.session import Session
from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import Decoded
from phototagger.domain.records import Box, Photo
from phototagger.keywords.sources.facts import place_by

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

FACE_MARGIN = 1.6  # of a face's side: what is shown of the photo round it
FACE_DECODE_MAX = 4000  # pixels of the longer side


def crop_face(pixels: Pixels, box: Box) -> Pixels:
    """The square round a face (cut off at the photo's edges), ``FACE_MARGIN`` times its longer side."""
    rows, columns = pixels.shape[:2]
    reach = max(box.w * columns, box.h * rows) * FACE_MARGIN / 2
    middle_x, middle_y = (box.x + box.w / 2) * columns, (box.y + box.h / 2) * rows
    left, top = max(0, round(middle_x - reach)), max(0, round(middle_y - reach))
    right, bottom = max(left + 1, round(middle_x + reach)), max(top + 1, round(middle_y + reach))
    return pixels[top:bottom, left:right]


class Viewing:
    """What is shown of a photo. Pixels are decoded in a process that may die of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def photo(self, photo_id: int, longest_side: int) -> Decoded:
        """The photo for the big view, decoded in a process of its own. Raises PhotoError, at once for a photo
        that is known to fail."""
        photo = self._session.library.details(photo_id).photo
        if photo.failure is not None:
            raise PhotoError(photo.failure.kind, photo.failure.message)
        return self._session.viewer.decode(
            photo.path, longest_side, self._session.settings.analysis.pixel_limit_megapixels
        )

    def place(self, photo: Photo) -> tuple[str, ...] | None:
        """(country, region, town) where the photo was taken, as far as its position or else its file tells."""
        named = self._session.library.named_place(photo.id)
        return place_by(photo.latitude, photo.longitude, named, self._session.gazetteer)

    def face(self, photo_id: int, box: Box, side: int) -> Pixels:
        """A face with some of what is round it, square where the photo allows it, at least as sharp as ``side``
        pixels ask for where the photo is. Raises PhotoError."""
        share = max(box.w, box.h, 0.01) * FACE_MARGIN
        longest = min(FACE_DECODE_MAX, max(side, round(side / share)))
        pixels = self.photo(photo_id, longest).pixels
        return crop_face(pixels, box)
