"""Where our own files lie: settings, catalog, cache, resources, samples; and whether an optional part is there."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path

from phototagger.domain.errors import SettingsError
from phototagger.domain.sentences import said
from phototagger.files.whole_file import keep_folders_private, keep_private, make_folder

TEXT_PACKAGE = "rapidocr_onnxruntime"  # of the extra "text"


def can_read_text() -> bool:
    """Is what reads text in photos installed? It is looked for, not imported."""
    return importlib.util.find_spec(TEXT_PACKAGE) is not None


def default_settings_path() -> Path:
    return user_config_path("phototagger", appauthor=False) / "settings.toml"


def default_catalog_path() -> Path:
    return user_data_path("phototagger", appauthor=False) / "catalog.sqlite"


def default_cache_folder() -> Path:
    return user_cache_path("phototagger", appauthor=False)


def keep_own_folders_private() -> None:
    """What lies in our own folders is for their owner alone, also where an earlier version made it. The copies of
    the sample photos are photos, and keep what they have."""
    data, settings, cache = (
        default_catalog_path().parent,
        default_settings_path().parent,
        default_cache_folder(),
    )
    keep_folders_private([data, settings, cache, data / "logs", data / "locks"])
    for folder in (settings, data / "logs", data / "locks"):
        with contextlib.suppress(OSError):
            keep_private(list(folder.iterdir()))


def resources_folder() -> Path:
    """The folder with models, vocabulary, icons and samples: beside the package, in a checkout or installed."""
    inside = Path(__file__).parents[1] / "resources"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "resources"


def licence_file() -> Path:
    """Our own licence and those of what is built in, where this is a build; it may be missing."""
    return resources_folder() / "THIRD_PARTY_NOTICES.txt"


def samples_folder() -> Path:
    return resources_folder() / "samples"


def copy_samples() -> Path:
    """A folder of the person's own with a copy of the shipped sample photos, so that those may be written to.
    Photos that are there already are left as they are.

    Raises SettingsError when the folder cannot be made.
    """
    folder = user_data_path("phototagger", appauthor=False) / "samples"
    try:
        make_folder(folder)
        for sample in sorted(samples_folder().iterdir()):
            target = folder / sample.name
            if sample.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"} and not target.exists():
                temporary = target.with_name(f".copy-{os.getpid()}-{sample.name}")
                shutil.copyfile(sample, temporary)
                temporary.replace(target)
    except OSError as error:
        raise SettingsError(
            said("The sample photos cannot be copied to {folder} ({reason}).", folder=folder, reason=error)
        ) from error
    return folder
