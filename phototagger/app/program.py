"""The program, put together: a session, and one service a subject over it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from phototagger.app.services.analysis import Analysis
from phototagger.app.services.files import Files
from phototagger.app.services.measuring import Measuring
from phototagger.app.services.preferences import Preferences
from phototagger.app.services.review import Review
from phototagger.app.services.viewing import Viewing
from phototagger.app.services.words import Words
from phototagger.app.services.writing import Writing
from phototagger.app.session import Session
from phototagger.domain.sentences import Said
from phototagger.jobs.people import People
from phototagger.settings.locations import default_catalog_path, default_settings_path


class Program:
    """What window and command line are given. The services' methods are safe from any thread and never belong on
    the window's own thread, for they read files and SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.library = session.library
        self.people = People(session.catalog)
        self.analysis = Analysis(session)
        self.review = Review(session)
        self.words = Words(session)
        self.writing = Writing(session)
        self.files = Files(session)
        self.viewing = Viewing(session)
        self.preferences = Preferences(session)
        self.measuring = Measuring(session)

    @staticmethod
    def open(
        catalog_path: Path | None = None,
        settings_path: Path | None = None,
        device: str | None = None,
        in_process: bool = False,
    ) -> Program:
        """Opens catalog and settings and settles what a killed run left behind.

        Raises CatalogError, SettingsError.
        """
        catalog = catalog_path or default_catalog_path()
        return Program(Session.open(catalog, settings_path or default_settings_path(), device, in_process))

    @property
    def notices(self) -> list[Said]:
        """What the person should know that happened before or beside what they asked for."""
        return self._session.notices

    def telling_damage(self) -> AbstractContextManager[None]:
        """A fault inside is reported as the catalog's where that is damaged. Raises CatalogError."""
        return self._session.catalog.telling_damage()

    def close(self) -> None:
        """Ends engine, exiftool and catalog; idempotent. Running jobs must be cancelled first."""
        self._session.close()
