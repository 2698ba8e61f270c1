"""A program behind the window that lives in memory: real records, real jobs, no catalog, no networks, no files."""

from __future__ import annotations

from pathlib import Path

from phototagger.domain.sentences import Said
from phototagger.jobs.people import ClusterRow, FaceRow, People
from phototagger.settings.declared import Settings
from tests.gui.fakes.analysis import FakeAnalysis
from tests.gui.fakes.files import FakeFiles
from tests.gui.fakes.library import FakeLibrary
from tests.gui.fakes.preferences import FakePreferences
from tests.gui.fakes.review import FakeReview
from tests.gui.fakes.viewing import FakeViewing
from tests.gui.fakes.words import FakeWords
from tests.gui.fakes.world import World
from tests.gui.fakes.writing import FakeWriting


class NoPeople(People):
    """Nobody was found; tests of the people view put the real thing in its place."""

    def __init__(self) -> None:
        """Over nothing."""

    def clusters(self) -> list[ClusterRow]:
        return []

    def faces(self, cluster: int) -> list[FaceRow]:
        return []

    def persons(self) -> list[tuple[str, int, bool]]:
        return []


class FakeProgram:
    """One fake a service, over one world."""

    def __init__(self, photos: int = 0, settings: Settings | None = None) -> None:
        self.world = world = World(settings or Settings())
        self.library = FakeLibrary(world)
        self.people: People = NoPeople()
        self.analysis = FakeAnalysis(world)
        self.review = FakeReview(world)
        self.words = FakeWords(world)
        self.writing = FakeWriting(world)
        self.files = FakeFiles(world)
        self.viewing = FakeViewing(world)
        self.preferences = FakePreferences(world)
        self.notices: list[Said] = []
        self.closed = False
        if photos:
            world.add_photos(Path("/photos"), photos)
            world.roots_added.append(Path("/photos"))

    def close(self) -> None:
        self.closed = True
