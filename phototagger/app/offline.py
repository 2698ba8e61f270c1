"""What needs no catalog open: what phototagger keeps here, newer versions."""

from __future__ import annotations

from pathlib import Path

from phototagger.app import newer_version, own_data
from phototagger.app.newer_version import Release
from phototagger.app.own_data import OwnData
from phototagger.catalog.writing import locks
from phototagger.domain.errors import CatalogError, UpdateError
from phototagger.domain.sentences import said
from phototagger.files.suffixes import is_photo_name
from phototagger.settings.locations import default_cache_folder, default_catalog_path, default_settings_path
from phototagger.settings.store import load_settings


def find_own_data(catalog: Path | None, settings: Path | None) -> OwnData:
    """What phototagger keeps here; with a catalog or settings file named, only these.

    Raises CatalogError while a phototagger has the catalog open.
    """
    path = catalog or default_catalog_path()
    if locks.is_in_use(path):
        raise CatalogError(
            said("phototagger is running with the catalog {path}. Close it, then try again.", path=path)
        )
    chosen_settings = settings or default_settings_path()
    ours = [default_catalog_path().parent, default_settings_path().parent, default_cache_folder()]
    return own_data.find_own_data(path, chosen_settings, [] if catalog or settings else ours, is_photo_name)


def newest_release(settings: Path | None) -> Release:
    """The newest version that the address in the settings tells of. Raises SettingsError, UpdateError."""
    address = load_settings(settings or default_settings_path()).updates.address
    if not address:
        raise UpdateError(
            said("No address to ask for newer versions is set: updates.address in the settings file.")
        )
    return newer_version.newest_release(address)
