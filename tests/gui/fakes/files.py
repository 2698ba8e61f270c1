"""What the files would hold."""

from __future__ import annotations

from phototagger.domain.sentences import Said, plain
from phototagger.domain.writing import FileSays
from tests.gui.fakes.world import World


class FakeFiles:
    def __init__(self, world: World) -> None:
        self._world = world
        self.exiftool: str | None = None

    def says(self, photo_id: int) -> FileSays:
        words = self._world.file_words.get(photo_id, ())
        return FileSays(words, self._world.file_values.get(photo_id, {}))

    def exiftool_status(self) -> Said | None:
        return None if self.exiftool is None else plain(self.exiftool)
