"""Settings, in memory."""

from __future__ import annotations

from phototagger.domain.sentences import Said, plain
from phototagger.settings.declared import Settings
from tests.gui.fakes.world import World


class FakePreferences:
    def __init__(self, world: World) -> None:
        self._world = world
        self.news: str | None = None

    def update(self, settings: Settings) -> None:
        self._world.calls.append(("update_settings", settings))
        self._world.settings = settings

    @property
    def settings(self) -> Settings:
        return self._world.settings

    def newer_version(self) -> Said | None:
        return None if self.news is None else plain(self.news)
