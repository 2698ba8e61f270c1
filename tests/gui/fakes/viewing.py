"""Pixels of one colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phototagger.app.services.viewing import crop_face
from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import Decoded, PhotoFacts
from phototagger.domain.records import (
    Box,
)
from tests.gui.fakes.world import World

Pixels = NDArray[np.uint8]


class FakeViewing:
    def __init__(self, world: World) -> None:
        self._world = world
        self.decoded: list[int] = []  # photos whose own pixels were asked for

    def photo(self, photo_id: int, longest_side: int) -> Decoded:
        self.decoded.append(photo_id)
        shelf = self._world.shelves[photo_id]
        if shelf.photo.failure is not None:
            raise PhotoError(shelf.photo.failure.kind, shelf.photo.failure.message)
        pixels = np.full((120, 160, 3), photo_id % 255, dtype=np.uint8)
        return Decoded(pixels, PhotoFacts("JPEG", 160, 120))

    def face(self, photo_id: int, box: Box, side: int) -> Pixels:
        return crop_face(self.photo(photo_id, side).pixels, box)
