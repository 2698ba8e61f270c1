"""The person's settings: frozen dataclasses, one TOML file, versioned, unknown keys kept."""

from __future__ import annotations

import codecs
import contextlib
import importlib.util
import os
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from platformdirs import user_cache_path, user_config_path, user_data_path

from phototagger.errors import SettingsError
from phototagger.settings_rules import (
    Names,
    OneOf,
    Rule,
    Switch,
    Text,
    Whole,
    nearest,
    ruled,
    shown,
    shown_key,
)
from phototagger.whole_file import (
    OddFileError,
    keep_folders_private,
    keep_private,
    make_folder,
    put_file,
    read_file,
)

SCHEMA_VERSION = 1
LONGEST = 1 << 20  # bytes of a settings file
DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
STRICTNESS = ("strict", "normal", "eager")
LANGUAGES = ("en", "de", "fr", "es", "zh")
SIDECAR_NAMES = ("program", "full", "adobe")
THEMES = ("system", "light", "dark")
THUMBNAIL_SIDES = (96, 320)  # px, least and most
# Formats, as exiftool names them, whose files are written into; and those whose files may be, if asked for.
EMBEDDED_FORMATS = ("JPEG", "MPO", "PNG", "APNG", "WEBP", "TIFF", "PSD", "HEIC", "HEIF", "HEICS", "AVIF")
EMBEDDABLE_ON_REQUEST = ("DNG", "GIF")

# Target programs a person may choose, and what each choice means for them. What exists in a file already is
# extended whatever the choice, so that no program shows less than another.
PRESETS = {
    "all": "Every program below finds words and people: flat words, Lightroom's and digiKam's trees. Beside raw "
    "photos Lightroom reads only the sidecars of its own preset.",
    "lightroom": "Flat words and Lightroom's tree (HierarchicalSubject); new sidecars of raw photos are IMG.xmp. "
    "All else, DNG too (see write.embed_formats), it reads inside the file only.",
    "digikam": "Flat words, digiKam's own tag tree (TagsList) and Lightroom's; new sidecars are IMG.CR2.xmp.",
    "darktable": "Flat words and Lightroom's tree, which darktable reads; new sidecars are IMG.CR2.xmp.",
    "windows": "Flat words and Windows' own list (LastKeywordXMP), for Explorer and its search, which "
    "read no sidecars; no trees.",
    "immich": "Flat words and digiKam's tag tree (TagsList), which Immich looks at first.",
    "apple": "Flat words in XMP and, in JPEG, TIFF and PSD, in IPTC, which Apple Photos reads when it imports. It "
    "reads no sidecars; no trees.",
}


def languages_named(text: str) -> tuple[str, ...]:
    """The languages in a setting such as ``"de, en"``, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").casefold().split()))


def formats_named(text: str) -> frozenset[str]:
    """The formats in a setting such as ``"PNG, heic"``, in capitals; JPG is JPEG and TIF is TIFF."""
    names = text.replace(",", " ").upper().split()
    return frozenset({"JPG": "JPEG", "TIF": "TIFF"}.get(name, name) for name in names)


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    device: str = ruled("auto", OneOf(DEVICES))
    batch: int = ruled(8, Whole(1, 512))
    strictness: str = ruled(
        "normal", OneOf(STRICTNESS)
    )  # how sure a suggestion must be; thresholds: jobs/suggest.py
    objects: bool = True
    faces: bool = True
    text: bool = False  # read text in photos; needs `pip install 'phototagger[text]'`
    pixel_limit_megapixels: int = ruled(300, Whole(1, 10_000))


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Which keywords are suggested that need no network; see ``jobs/fact_words.py``."""

    place: bool = True  # location|country|region|town, from GPS
    season: bool = True  # from date and position
    time_of_day: bool = False  # from the camera's clock
    people: bool = True  # child, baby, smile, selfie, couple, friends, family, from faces
    man_and_woman: bool = False  # what people would take the faces for
    black_and_white: bool = True
    colour: bool = False  # the colour that fills most of the photo
    panorama: bool = True
    orientation: bool = False  # landscape format, portrait format, square
    macro: bool = True
    long_exposure: bool = True
    screenshot: bool = True
    folders: bool = True  # names of folders, and of files that are called alike
    days: bool = True  # what most photos of a day and folder have, for the rest
    new_year: bool = True  # feasts: where both date and content fit
    christmas: bool = True
    carnival: bool = True
    easter: bool = True
    halloween: bool = True
    document: bool = True  # a page full of text, where text is read
    caption: bool = True  # that text, proposed as the caption of a photo that has none
    flaws: bool = False  # blurred, underexposed, overexposed
    # Of the program's keywords; "de, en": German, and English beside it.
    language: str = ruled("en", Names(LANGUAGES, languages_named, empty=False))

    @property
    def languages(self) -> tuple[str, ...]:
        """First the one that keywords are shown in, then those that are written beside it."""
        return languages_named(self.language)


@dataclass(frozen=True, slots=True)
class WriteSettings:
    preset: str = ruled("all", OneOf(tuple(PRESETS)))  # whose fields are made anew: one of PRESETS
    hierarchy: bool = True  # trees of keywords beside the flat words, where the preset has one
    iptc_always: bool = False  # IPTC:Keywords also where the file has no IPTC yet
    parents_too: bool = False  # write "animal" and "dog" beside "golden retriever" into the flat fields
    faces: bool = True  # boxes round confirmed persons, and their names
    objects: bool = False  # boxes round confirmed objects, as IPTC image regions
    # New sidecars: IMG.CR2.xmp (full), IMG.xmp (adobe), or as the preset's program reads them.
    sidecar_names: str = ruled("program", OneOf(SIDECAR_NAMES))
    # Formats written beside instead of into the file, such as "PNG HEIC"; and into it instead of beside.
    sidecar_formats: str = ruled("", Names((*EMBEDDED_FORMATS, *EMBEDDABLE_ON_REQUEST), formats_named))
    embed_formats: str = ruled("", Names(EMBEDDABLE_ON_REQUEST, formats_named))
    keep_modified_time: bool = True
    exiftool: str = ruled("", Text(4096))  # path; empty: search
    agreed: bool = False  # the person has agreed once that files may be written

    @property
    def new_sidecars(self) -> str:
        """``full`` or ``adobe``: as set, or as the program of the preset reads them."""
        if self.sidecar_names != "program":
            return self.sidecar_names
        return "adobe" if self.preset == "lightroom" else "full"


@dataclass(frozen=True, slots=True)
class WindowSettings:
    theme: str = ruled("system", OneOf(THEMES))
    thumbnail_side: int = ruled(192, Whole(*THUMBNAIL_SIDES))


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    check: bool = False  # look for a newer version when the window opens
    # Where that is published, as JSON; see jobs/newer_version.py.
    address: str = ruled("", Text(2048, web=True))
    told: str = ruled("", Text(200))  # the version that the person has been told of


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
        make_folder(folder)
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

    Raises SettingsError when the file cannot be read, is from a newer version, or holds a value that it may not.
    """
    try:
        text = _decoded(read_file(path, LONGEST))
    except FileNotFoundError:
        return Settings()
    except OddFileError as error:
        raise SettingsError(
            f"The settings file {error}. Move it away, or name another file with --settings."
        ) from error
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error.strerror}). Check its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {path} is not UTF-8 text. Save it as UTF-8.") from error
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, tables without end
        raise SettingsError(f"The settings file {path} is not valid TOML ({error}). Mend it.") from error
    version = table.pop("schema_version", SCHEMA_VERSION)
    if Whole(1, SCHEMA_VERSION).wish(version):
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise SettingsError(
                f"The settings file {path} is from a newer phototagger. Update, or move it away."
            )
        raise SettingsError(f"In the settings file {path}, schema_version is {shown(version)}; use 1.")
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


def _decoded(content: bytes) -> str:
    """Text by its byte-order mark, which Windows' editors and shells put there; else UTF-8."""
    marks = (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    )
    return content.decode(next((name for mark, name in marks if content.startswith(mark)), "utf-8"))


def check_settings(settings: Settings, path: Path) -> None:
    """Raises SettingsError for a value outside what it may be."""
    for name, value, wish in wrong_values(settings):
        raise SettingsError(f"In the settings file {path}, {name} is {shown(value)}; {wish}.")


def wrong_values(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Name and value of each setting that is not what it may be, and what to do: ``use true or false``."""
    for section in SECTIONS:
        part = getattr(settings, section)
        for entry in fields(part):
            value = getattr(part, entry.name)
            rule: Rule = entry.metadata.get("rule", Switch())
            wish = rule.wish(value)
            if wish is not None:
                yield f"{section}.{entry.name}", value, wish


def unknown_settings(settings: Settings, path: Path) -> list[str]:
    """A sentence for each setting in the file that this version does not know: it is kept, and does nothing."""
    known = [
        f"{section}.{entry.name}" for section in SECTIONS for entry in fields(getattr(settings, section))
    ]
    names = []
    for name, value in settings.unknown.items():
        inside = value if name in SECTIONS and isinstance(value, dict) else {"": None}
        names += [(name, key) if key else (name,) for key in inside]
    sentences = []
    for parts in names:
        meant = nearest(".".join(parts), known)
        hint = f" Did you mean {meant}?" if meant else ""
        sentences.append(
            f"In the settings file {path}, {shown_key(*parts)} is not known to this version and does nothing.{hint}"
        )
    return sentences


def save_settings(settings: Settings, path: Path) -> None:
    """Writes the whole file beside itself and swaps it in, so that a kill leaves the old or the new one.

    Raises SettingsError when it cannot be written, or holds a value that the next start would not take.
    """
    check_settings(settings, path)
    table: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **settings.unknown}
    for section in SECTIONS:
        table[section] = {**settings.unknown.get(section, {}), **asdict(getattr(settings, section))}
    try:
        put_file(tomli_w.dumps(table).encode(), path)
    except OddFileError as error:
        raise SettingsError(f"The settings were not saved: {error}. Move it away.") from error
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be written ({error.strerror}).") from error
    except ValueError as error:  # what this version does not know and keeps, such as an endless number
        raise SettingsError(
            f"The settings were not saved: what stands in {path} cannot be kept ({error})."
        ) from error


Section = TypeVar("Section", AnalysisSettings, WordSettings, WriteSettings, WindowSettings, UpdateSettings)
SECTIONS = ("analysis", "words", "write", "window", "updates")


def _section(default: Section, tables: dict[str, Any], path: Path, name: str) -> Section:
    """The section of that name; what it does not know stays in ``tables``, to be written back."""
    table = tables.pop(name, {})
    if not isinstance(table, dict):
        raise SettingsError(
            f"In the settings file {path}, {name} is {shown(table)}; it must be a table, headed [{name}]."
        )
    values = {entry.name: table.pop(entry.name) for entry in fields(default) if entry.name in table}
    if table:
        tables[name] = table
    return replace(default, **values)
