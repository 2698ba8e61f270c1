"""The settings, and the news that they ask for."""

from __future__ import annotations

import logging

from phototagger import __version__
from phototagger.app import newer_version
from phototagger.app.newer_version import is_newer
from phototagger.app.session import Session
from phototagger.domain.errors import SettingsError, UpdateError
from phototagger.domain.sentences import Said
from phototagger.settings.declared import Settings

log = logging.getLogger(__name__)


class Preferences:
    """The settings in use, and what changes with them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def settings(self) -> Settings:
        return self._session.settings

    def update(self, settings: Settings) -> None:
        """Saves the settings; they take effect at once. Raises SettingsError."""
        self._session.update_settings(settings)

    def use_preset(self, preset: str) -> None:
        """Writes for this target program from now on; the settings file stays as it is."""
        self._session.use_preset(preset)

    def newer_version(self) -> Said | None:
        """A sentence on a newer version, once for each and only if the person agreed to such a look; a look that
        fails is tried again at the next start, without a word."""
        updates = self._session.settings.updates
        if not updates.check or not updates.address:
            return None
        try:
            release = newer_version.newest_release(updates.address)
            if release.version == updates.told or not is_newer(release.version, __version__):
                return None
            self._session.note_told(release.version)
        except (UpdateError, SettingsError) as error:
            log.info("%s", error)
            return None
        return release.sentence()
