"""The person's settings: frozen dataclasses, one TOML file, versioned, unknown keys kept."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from platformdirs import user_cache_path, user_config_path, user_data_path

from phototagger.errors import SettingsError
from phototagger.whole_file import put_file

SCHEMA_VERSION = 1
DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
STRICTNESS = ("strict", "normal", "eager")
LANGUAGES = ("en", "de", "fr", "es", "zh")
SIDECAR_NAMES = ("program", "full", "adobe")

# Target programs a person may choose, and what each choice means for them. What exists in a file already is
# extended whatever the choice, so that no program shows less than another.
PRESETS = {
    "all": "Every program below finds words and people: flat words, Lightroom's and digiKam's trees. Beside raw "
    "photos Lightroom reads only the sidecars of its own preset.",
    "lightroom": "Flat words and Lightroom's tree (HierarchicalSubject); new sidecars of raw photos are IMG.xmp.",
    "digikam": "Flat words, digiKam's own tag tree (TagsList) and Lightroom's; new sidecars are IMG.CR2.xmp.",
    "darktable": "Flat words and Lightroom's tree, which darktable reads; new sidecars are IMG.CR2.xmp.",
    "windows": "Flat words and Windows' own list (LastKeywordXMP), for Explorer and its search; no trees.",
    "immich": "Flat words and digiKam's tag tree (TagsList), which Immich looks at first.",
    "apple": "Flat words in XMP and IPTC, which Apple Photos reads when it imports; no trees.",
}


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    device: str = "auto"
    batch: int = 8
    strictness: str = "normal"  # how sure a suggestion must be; thresholds: jobs/suggest.py
    objects: bool = True
    faces: bool = True
    text: bool = False  # read text in photos; needs `pip install 'phototagger[text]'`
    pixel_limit_megapixels: int = 300


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Which keywords are suggested that need no network; see ``jobs/fact_words.py``."""

    place: bool = True  # location|country|region|town, from GPS
    season: bool = True  # from date and position
    time_of_day: bool = False  # from the camera's clock
    black_and_white: bool = True
    colour: bool = False  # the colour that fills most of the photo
    panorama: bool = True
    orientation: bool = False  # landscape format, portrait format, square
    macro: bool = True
    long_exposure: bool = True
    screenshot: bool = True
    document: bool = True  # a page full of text, where text is read
    caption: bool = True  # that text, proposed as the caption of a photo that has none
    flaws: bool = False  # blurred, underexposed, overexposed
    language: str = (
        "en"  # of the program's keywords: en, de, fr, es, zh; "de, en": German, and English beside it
    )

    @property
    def languages(self) -> tuple[str, ...]:
        """First the one that keywords are shown in, then those that are written beside it."""
        return languages_named(self.language)


@dataclass(frozen=True, slots=True)
class WriteSettings:
    preset: str = "all"  # whose fields are made anew: one of PRESETS
    hierarchy: bool = True  # trees of keywords beside the flat words, where the preset has one
    iptc_always: bool = False  # IPTC:Keywords also where the file has no IPTC yet
    parents_too: bool = False  # write "animal" and "dog" beside "golden retriever" into the flat fields
    faces: bool = True  # boxes round confirmed persons, and their names
    objects: bool = False  # boxes round confirmed objects, as IPTC image regions
    sidecar_names: str = "program"  # new sidecars: IMG.CR2.xmp (full), IMG.xmp (adobe), or the preset's
    sidecar_formats: str = ""  # formats written beside instead of into the file, such as "PNG HEIC"
    embed_formats: str = ""  # formats written into the file instead of beside it: any of "DNG GIF"
    keep_modified_time: bool = True
    exiftool: str = ""  # path; empty: search
    agreed: bool = False  # the person has agreed once that files may be written

    @property
    def new_sidecars(self) -> str:
        """``full`` or ``adobe``: as set, or as the program of the preset reads them."""
        if self.sidecar_names != "program":
            return self.sidecar_names
        return "adobe" if self.preset == "lightroom" else "full"


@dataclass(frozen=True, slots=True)
class WindowSettings:
    theme: str = "system"  # system, light, dark
    thumbnail_side: int = 192


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    check: bool = False  # look for a newer version when the window opens
    address: str = ""  # where that is published, as JSON; see jobs/newer_version.py
    told: str = ""  # the version that the person has been told of


@dataclass(frozen=True, slots=True)
class Settings:
    analysis: AnalysisSettings = field(default_factory=AnalysisSettings)
    words: WordSettings = field(default_factory=WordSettings)
    write: WriteSettings = field(default_factory=WriteSettings)
    window: WindowSettings = field(default_factory=WindowSettings)
    updates: UpdateSettings = field(default_factory=UpdateSettings)
    unknown: dict[str, Any] = field(default_factory=dict, compare=False)


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


def resources_folder() -> Path:
    """The folder with models, vocabulary, icons and samples: beside the package, in a checkout or installed."""
    inside = Path(__file__).parent / "resources"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "resources"


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
        folder.mkdir(parents=True, exist_ok=True)
        for sample in sorted(samples_folder().iterdir()):
            target = folder / sample.name
            if sample.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"} and not target.exists():
                temporary = target.with_name(f".copy-{os.getpid()}-{sample.name}")
                shutil.copyfile(sample, temporary)
                temporary.replace(target)
    except OSError as error:
        raise SettingsError(f"The sample photos cannot be copied to {folder} ({error}).") from error
    return folder


def load_settings(path: Path) -> Settings:
    """The settings in ``path``; the defaults when it does not exist.

    Raises SettingsError when the file cannot be read, is from a newer version or holds a wrong type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error}). Check its permissions."
        ) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {path} is not valid TOML ({error}). Mend it.") from error
    version = table.pop("schema_version", SCHEMA_VERSION)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise SettingsError(f"The settings file {path} is from a newer phototagger. Update, or move it away.")
    settings = Settings(
        analysis=_section(AnalysisSettings(), table, path, "analysis"),
        words=_section(WordSettings(), table, path, "words"),
        write=_section(WriteSettings(), table, path, "write"),
        window=_section(WindowSettings(), table, path, "window"),
        updates=_section(UpdateSettings(), table, path, "updates"),
        unknown=table,
    )
    check_settings(settings, path)
    return settings


def check_settings(settings: Settings, path: Path) -> None:
    """Raises SettingsError for a value outside what it may be."""
    analysis = settings.analysis
    wrong = None
    if analysis.device not in DEVICES:
        wrong = f"analysis.device is {analysis.device!r}; use one of {', '.join(DEVICES)}"
    elif analysis.strictness not in STRICTNESS:
        wrong = f"analysis.strictness is {analysis.strictness!r}; use one of {', '.join(STRICTNESS)}"
    elif not settings.words.languages or not set(settings.words.languages) <= set(LANGUAGES):
        wrong = f"words.language is {settings.words.language!r}; use one of {', '.join(LANGUAGES)}"
    elif not 1 <= analysis.batch <= 512:
        wrong = f"analysis.batch is {analysis.batch}; use 1 to 512"
    elif analysis.pixel_limit_megapixels < 1:
        wrong = f"analysis.pixel_limit_megapixels is {analysis.pixel_limit_megapixels}; use 1 or more"
    wrong = wrong or _wrong_write(settings.write)
    if wrong:
        raise SettingsError(f"In the settings file {path}, {wrong}.")


def _wrong_write(write: WriteSettings) -> str | None:
    if write.preset not in PRESETS:
        return f"write.preset is {write.preset!r}; use one of {', '.join(PRESETS)}"
    if write.sidecar_names not in SIDECAR_NAMES:
        return f"write.sidecar_names is {write.sidecar_names!r}; use one of {', '.join(SIDECAR_NAMES)}"
    odd = formats_named(write.embed_formats) - EMBEDDABLE_ON_REQUEST
    if odd:
        return f"write.embed_formats names {min(odd)}; only {', '.join(sorted(EMBEDDABLE_ON_REQUEST))} can be"
    return None


EMBEDDABLE_ON_REQUEST = frozenset({"DNG", "GIF"})


def languages_named(text: str) -> tuple[str, ...]:
    """The languages in a setting such as ``"de, en"``, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").casefold().split()))


def formats_named(text: str) -> frozenset[str]:
    """The formats in a setting such as ``"PNG, heic"``, in capitals; JPG is JPEG and TIF is TIFF."""
    names = text.replace(",", " ").upper().split()
    return frozenset({"JPG": "JPEG", "TIF": "TIFF"}.get(name, name) for name in names)


def save_settings(settings: Settings, path: Path) -> None:
    """Writes the whole file beside itself and swaps it in, so that a kill leaves the old or the new one.

    Raises SettingsError when it cannot be written, or holds a value that the next start would not take.
    """
    check_settings(settings, path)
    table: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **settings.unknown}
    for section in ("analysis", "words", "write", "window", "updates"):
        table[section] = {**settings.unknown.get(section, {}), **asdict(getattr(settings, section))}
    try:
        put_file(tomli_w.dumps(table).encode(), path)
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be written ({error}).") from error


Section = TypeVar("Section", AnalysisSettings, WordSettings, WriteSettings, WindowSettings, UpdateSettings)


def _section(default: Section, tables: dict[str, Any], path: Path, name: str) -> Section:
    """The section of that name; what it does not know stays in ``tables``, to be written back."""
    table = tables.pop(name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"In the settings file {path}, {name} must be a table.")
    known = {entry.name: getattr(default, entry.name) for entry in fields(default)}
    values: dict[str, Any] = {}
    for key in known.keys() & table.keys():
        value = table.pop(key)
        wanted = type(known[key]).__name__
        if type(value).__name__ != wanted:
            raise SettingsError(f"In the settings file {path}, {name}.{key} is {value!r}, not a {wanted}.")
        values[key] = value
    if table:
        tables[name] = table
    return replace(default, **values)
