"""A report that a person can send, gathered without opening the program: it must come about when that does not."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from phototagger.catalog.photos.census import take_census
from phototagger.diagnostics import report
from phototagger.diagnostics.redaction import Redaction
from phototagger.diagnostics.report import Report, ReportValue
from phototagger.domain.errors import ExifToolError, SettingsError
from phototagger.domain.sentences import said
from phototagger.exiftool.process.locate import find_exiftool
from phototagger.files.outputs import write_output
from phototagger.files.suffixes import DECODED_SUFFIXES, FILM_SUFFIXES, NAMED_SUFFIXES, RAW_SUFFIXES
from phototagger.settings.declared import Settings
from phototagger.settings.locations import default_catalog_path, default_settings_path
from phototagger.settings.store import load_settings

log = logging.getLogger(__name__)

ENDINGS = (".txt", ".json")
NAME = "phototagger-report.txt"
_KINDS = {
    **dict.fromkeys((*DECODED_SUFFIXES, *NAMED_SUFFIXES, *RAW_SUFFIXES, *FILM_SUFFIXES), "photo"),
    ".xmp": "sidecar",
    ".sqlite": "catalog",
    ".toml": "settings",
    ".txt": "list",
    ".csv": "list",
}


def make_report(catalog: Path | None = None, settings: Path | None = None) -> Report:
    """The report on this program, computer, these settings and this catalog (None: the person's own). Reads them,
    changes none, and fails for none of them."""
    catalog_path, settings_path = catalog or default_catalog_path(), settings or default_settings_path()
    state: dict[str, ReportValue] = {
        "catalog": "in its usual place" if catalog_path == default_catalog_path() else "elsewhere",
        "settings": "in their usual place" if settings_path == default_settings_path() else "elsewhere",
    }
    try:
        chosen = load_settings(settings_path)
    except SettingsError:
        chosen = Settings()
        state["settings"] = "cannot be read; those told here are the defaults"
    try:
        exiftool: str | None = find_exiftool(chosen.write.exiftool).version
    except ExifToolError as error:
        log.info("exiftool: %s", error)
        exiftool = None
    return Report(
        {
            "versions": report.versions(exiftool),
            "computer": report.computer(),
            "files": state,
            "settings": report.settings_told(chosen),
            "catalog": dict(take_census(catalog_path)),
        },
        report.crashes(),
        report.log_tail(Redaction(_KINDS)),
    )


def save_report(path: Path, catalog: Path | None = None, settings: Path | None = None) -> None:
    """Writes the report, as JSON where the name ends so. Raises UsageError where that file must not be written."""
    made = make_report(catalog, settings)
    text = json.dumps(made.record(), indent=1) + "\n" if path.suffix.lower() == ".json" else made.text()
    write_output(path, text, ENDINGS, said("a report"))
