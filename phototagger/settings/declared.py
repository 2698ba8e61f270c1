"""Every setting, declared once: type, default, what it may be, and the words that the dialog and README say of it.

The settings file (:mod:`phototagger.settings.store`), the dialog's pages (``gui/settings``) and README's table
(``packaging/settings_table.py``) are made from this. Within a section the order is the dialog's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

from phototagger.domain.sentences import said
from phototagger.settings.declaration import (
    QT_TRANSLATE_NOOP,
    Extra,
    Group,
    Page,
    Setting,
    setting,
    setting_of,
    switch,
)
from phototagger.settings.locations import can_read_text
from phototagger.settings.rules import AnyOf, OneOf, Text, Whole

DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
STRICTNESS = ("strict", "normal", "eager")
LANGUAGES = ("en", "de", "fr", "es", "zh")
SIDECAR_NAMES = ("program", "full", "adobe")
THEMES = ("system", "light", "dark")
THUMBNAIL_SIDES = (96, 320)  # px, least and most
# Formats, as exiftool names them, whose files are written into; and those whose files may be, if asked for.
EMBEDDED_FORMATS = ("JPEG", "MPO", "PNG", "APNG", "WEBP", "TIFF", "PSD", "HEIC", "HEIF", "HEICS", "AVIF")
EMBEDDABLE_ON_REQUEST = ("DNG", "GIF")
PRESETS = ("all", "lightroom", "digikam", "darktable", "windows", "immich", "apple")  # programs to write for


def languages_named(text: str) -> tuple[str, ...]:
    """The languages in a setting such as ``"de, en"``, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").casefold().split()))


def formats_named(text: str) -> frozenset[str]:
    """The formats in a setting such as ``"PNG, heic"``, in capitals; JPG is JPEG and TIF is TIFF."""
    names = text.replace(",", " ").upper().split()
    return frozenset({"JPG": "JPEG", "TIF": "TIFF"}.get(name, name) for name in names)


def networks_named(text: str) -> tuple[str, ...]:
    """The networks in a setting such as ``"birds, flowers"``, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


# --- analysis -----------------------------------------------------------------------------------------------------

_SUGGESTIONS = Group(
    remark=QT_TRANSLATE_NOOP(
        "settings", "A change of this takes effect at once. The rest counts for photos analysed from now on."
    )
)
_LOOK_FOR = Group(QT_TRANSLATE_NOOP("settings", "Look for"))
_COMPUTER = Group(QT_TRANSLATE_NOOP("settings", "This computer"))
TEXT_READER = Extra(
    can_read_text,
    QT_TRANSLATE_NOOP("settings", "Needs one more package: pip install 'phototagger[text]'"),
)


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    strictness: str = setting(
        "normal",  # thresholds: keywords/scoring/suggest.py
        OneOf(STRICTNESS),
        QT_TRANSLATE_NOOP("settings", "Suggestions"),
        part=_SUGGESTIONS,
        choices={
            "strict": QT_TRANSLATE_NOOP("settings", "Strict"),
            "normal": QT_TRANSLATE_NOOP("settings", "Normal"),
            "eager": QT_TRANSLATE_NOOP("settings", "Eager"),
        },
        meanings={
            "strict": QT_TRANSLATE_NOOP(
                "settings", "Fewer keywords, nearly all of them right: good where you accept many at once."
            ),
            "normal": QT_TRANSLATE_NOOP(
                "settings", "Most of what can be seen, with some mistakes to reject."
            ),
            "eager": QT_TRANSLATE_NOOP(
                "settings", "More is found, and more of it is wrong: good where you look at each photo."
            ),
        },
    )
    objects: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Find objects"),
        QT_TRANSLATE_NOOP("settings", "With boxes round them, and with surer keywords for it."),
        part=_LOOK_FOR,
    )
    faces: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Find faces"),
        QT_TRANSLATE_NOOP("settings", "For People, and for keywords such as portrait and group."),
        part=_LOOK_FOR,
    )
    text: bool = switch(
        False,
        QT_TRANSLATE_NOOP("settings", "Read the text in photos"),
        QT_TRANSLATE_NOOP(
            "settings", "Signs, labels and pages can be searched then. Slow: seconds a photo with much text."
        ),
        part=_LOOK_FOR,
        needs=TEXT_READER,
    )
    networks: str = setting(
        "",
        Text(2000),
        QT_TRANSLATE_NOOP("settings", "Further networks"),
        QT_TRANSLATE_NOOP(
            "settings",
            "Names of networks of your own or of extensions, as `phototagger models list` shows them. Each takes"
            " the place of the one that ships for its task, or finds something more.",
        ),
        part=_LOOK_FOR,
        empty=QT_TRANSLATE_NOOP("settings", "Only those that ship"),
    )
    device: str = setting(
        "auto",
        OneOf(DEVICES),
        QT_TRANSLATE_NOOP("settings", "Networks run on"),
        part=_COMPUTER,
        choices={
            "auto": QT_TRANSLATE_NOOP("settings", "Automatic (the fastest there is)"),
            "cpu": QT_TRANSLATE_NOOP("settings", "Processor (CPU)"),
            "cuda": QT_TRANSLATE_NOOP("settings", said("NVIDIA graphics card (CUDA)")),
            "mps": QT_TRANSLATE_NOOP("settings", said("Apple graphics (MPS)")),
            "xpu": QT_TRANSLATE_NOOP("settings", said("Intel graphics (XPU)")),
        },
    )
    batch: int = setting(
        8,
        Whole(1, 512),
        QT_TRANSLATE_NOOP("settings", "Photos at once"),
        QT_TRANSLATE_NOOP(
            "settings",
            "How many the networks see together. More is faster on a graphics card, and takes more memory.",
        ),
        part=_COMPUTER,
    )
    pixel_limit_megapixels: int = setting(
        300,
        Whole(1, 10_000),
        QT_TRANSLATE_NOOP("settings", "Largest photo"),
        QT_TRANSLATE_NOOP(
            "settings",
            "Photos with more pixels are not opened, because they may fill the memory; Problems names them.",
        ),
        part=_COMPUTER,
        unit=QT_TRANSLATE_NOOP("settings", " megapixels"),
    )


# --- keywords -----------------------------------------------------------------------------------------------------

_DONE_ALREADY = Group(
    QT_TRANSLATE_NOOP("settings", "Suggest also, from what you did already"),
    QT_TRANSLATE_NOOP("settings", "A folder's name is accepted or rejected once, for all photos in it."),
)
_FEASTS = Group(QT_TRANSLATE_NOOP("settings", "Suggest also, where both date and content fit"))
_FACTS = Group(
    QT_TRANSLATE_NOOP("settings", "Suggest also, from a photo's date, place and look"),
    QT_TRANSLATE_NOOP(
        "settings", "Suggestions that wait for review follow at once; no photo is analysed again."
    ),
)


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Which keywords are suggested that need no network; see ``keywords/sources``."""

    # Of the program's keywords; "de, en": German, and English beside it.
    language: str = setting(
        "en",
        AnyOf(LANGUAGES, languages_named, empty=False),
        QT_TRANSLATE_NOOP("settings", "Keywords in"),
        QT_TRANSLATE_NOOP(
            "settings",
            "Keywords accepted before change with it, and files with the next write. Your own words stay as "
            "they are.",
        ),
        choices={"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "zh": "中文 (Chinese)"},
    )
    folders: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "The names of folders, and of files that are called alike"),
        part=_DONE_ALREADY,
    )
    days: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "What you gave most photos of a day, for the rest of them"),
        part=_DONE_ALREADY,
    )
    new_year: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "New Year: the night of 31 December, people or fireworks"),
        part=_FEASTS,
    )
    christmas: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Christmas: 24 to 26 December, people at home, candles, gifts"),
        part=_FEASTS,
    )
    carnival: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Carnival: masks and crowds in the week before Lent"),
        part=_FEASTS,
    )
    easter: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Easter: eggs, rabbits, people and meals on the days of Easter"),
        part=_FEASTS,
    )
    halloween: bool = switch(
        True, QT_TRANSLATE_NOOP("settings", "Halloween: 31 October, pumpkins and masks"), part=_FEASTS
    )
    place: bool = switch(
        True, QT_TRANSLATE_NOOP("settings", "Country, region and town, from GPS"), part=_FACTS
    )
    season: bool = switch(True, QT_TRANSLATE_NOOP("settings", "Season"), part=_FACTS)
    time_of_day: bool = switch(
        False, QT_TRANSLATE_NOOP("settings", "Time of day, by the camera's clock"), part=_FACTS
    )
    people: bool = switch(
        True,
        QT_TRANSLATE_NOOP(
            "settings", "Child, baby, smile, selfie, couple, friends and family, from the faces"
        ),
        part=_FACTS,
    )
    man_and_woman: bool = switch(
        False, QT_TRANSLATE_NOOP("settings", "Man and woman, as the faces look"), part=_FACTS
    )
    black_and_white: bool = switch(True, QT_TRANSLATE_NOOP("settings", "Black-and-white"), part=_FACTS)
    colour: bool = switch(
        False, QT_TRANSLATE_NOOP("settings", "The colour that fills most of the photo"), part=_FACTS
    )
    panorama: bool = switch(True, QT_TRANSLATE_NOOP("settings", "Panorama"), part=_FACTS)
    orientation: bool = switch(
        False, QT_TRANSLATE_NOOP("settings", "Landscape format, portrait format, square"), part=_FACTS
    )
    macro: bool = switch(True, QT_TRANSLATE_NOOP("settings", "Macro"), part=_FACTS)
    long_exposure: bool = switch(True, QT_TRANSLATE_NOOP("settings", "Long exposure"), part=_FACTS)
    screenshot: bool = switch(True, QT_TRANSLATE_NOOP("settings", "Screenshot"), part=_FACTS)
    document: bool = switch(
        True, QT_TRANSLATE_NOOP("settings", "Document, where text in photos is read"), part=_FACTS
    )
    caption: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "The text in a photo as its caption, where it has none"),
        part=_FACTS,
    )
    flaws: bool = switch(
        False, QT_TRANSLATE_NOOP("settings", "Flaws: blurred, underexposed, overexposed"), part=_FACTS
    )

    @property
    def languages(self) -> tuple[str, ...]:
        """First the one that keywords are shown in, then those that are written beside it."""
        return languages_named(self.language)


# --- writing ------------------------------------------------------------------------------------------------------

_FOR_PROGRAMS = Group(
    remark=QT_TRANSLATE_NOOP(
        "settings", "Fields that a photo has already are kept up to date, whatever is chosen here."
    )
)
_WHAT = Group(QT_TRANSLATE_NOOP("settings", "What is written"))
_FILES = Group(QT_TRANSLATE_NOOP("settings", "Files"))


@dataclass(frozen=True, slots=True)
class WriteSettings:
    # The program whose fields are made in photos that lack them. What exists in a file already is extended whatever
    # the choice, so that no program shows less than another.
    preset: str = setting(
        "all",
        OneOf(PRESETS),
        QT_TRANSLATE_NOOP("settings", "Keywords for"),
        part=_FOR_PROGRAMS,
        choices={
            "all": QT_TRANSLATE_NOOP("settings", "All programs"),
            "lightroom": QT_TRANSLATE_NOOP("settings", "Lightroom"),
            "digikam": QT_TRANSLATE_NOOP("settings", "digiKam"),
            "darktable": QT_TRANSLATE_NOOP("settings", "darktable"),
            "windows": QT_TRANSLATE_NOOP("settings", "Windows"),
            "immich": QT_TRANSLATE_NOOP("settings", "Immich"),
            "apple": QT_TRANSLATE_NOOP("settings", "Apple Photos"),
        },
        meanings={
            "all": QT_TRANSLATE_NOOP(
                "settings",
                "A flat list, which every program reads, and the keyword trees of Lightroom and digiKam. Beside "
                "raw photos Lightroom reads only the sidecars of its own choice.",
            ),
            "lightroom": QT_TRANSLATE_NOOP(
                "settings",
                "A flat list and Lightroom's keyword tree. New sidecars of raw photos get the one name "
                "that Lightroom reads, IMG.xmp; all else, DNG too, it reads inside the file only.",
            ),
            "digikam": QT_TRANSLATE_NOOP(
                "settings", "A flat list, digiKam's tag tree and Lightroom's. New sidecars are IMG.CR2.xmp."
            ),
            "darktable": QT_TRANSLATE_NOOP(
                "settings",
                "A flat list, and the keyword tree that darktable reads. New sidecars are IMG.CR2.xmp.",
            ),
            "windows": QT_TRANSLATE_NOOP(
                "settings",
                "A flat list, which Explorer shows as tags and finds by its search, but not in sidecars. No tree.",
            ),
            "immich": QT_TRANSLATE_NOOP("settings", "A flat list, and the tag tree that Immich reads first."),
            "apple": QT_TRANSLATE_NOOP(
                "settings",
                "A flat list, where Apple Photos looks on import, which is not in sidecars. No tree.",
            ),
        },
    )
    hierarchy: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Keyword trees"),
        QT_TRANSLATE_NOOP(
            "settings",
            "animal › dog › golden retriever, beside the flat list, where the program has a tree.",
        ),
        part=_WHAT,
    )
    parents_too: bool = switch(
        False,
        QT_TRANSLATE_NOOP("settings", "The words above a keyword"),
        QT_TRANSLATE_NOOP("settings", "animal and dog too, in the flat list, for a golden retriever."),
        part=_WHAT,
    )
    faces: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Names of people, with boxes round their faces"),
        QT_TRANSLATE_NOOP("settings", "Only of people you named. Fingerprints of faces are never written."),
        part=_WHAT,
    )
    objects: bool = switch(
        False,
        QT_TRANSLATE_NOOP("settings", "Boxes round objects"),
        QT_TRANSLATE_NOOP(
            "settings", "Of confirmed keywords, as IPTC image regions; few programs show them."
        ),
        part=_WHAT,
    )
    iptc_always: bool = switch(
        False,
        QT_TRANSLATE_NOOP("settings", "The old IPTC list in every photo"),
        QT_TRANSLATE_NOOP("settings", "For old programs. Photos that have IPTC data already get it anyway."),
        part=_WHAT,
    )
    sidecar_names: str = setting(
        "program",
        OneOf(SIDECAR_NAMES),
        QT_TRANSLATE_NOOP("settings", "New sidecars"),
        part=_FILES,
        choices={
            "program": QT_TRANSLATE_NOOP("settings", "As the program above reads them"),
            "full": QT_TRANSLATE_NOOP("settings", "IMG.CR2.xmp"),
            "adobe": QT_TRANSLATE_NOOP("settings", "IMG.xmp, for raw photos"),
        },
        meanings={
            "program": QT_TRANSLATE_NOOP(
                "settings", "IMG.xmp beside raw photos for Lightroom, IMG.CR2.xmp for all others."
            ),
            "full": QT_TRANSLATE_NOOP(
                "settings", "IMG.CR2.xmp, which darktable, digiKam and Immich read; Lightroom does not."
            ),
            "adobe": QT_TRANSLATE_NOOP(
                "settings", "IMG.xmp beside raw photos, which Lightroom and Immich read."
            ),
        },
    )
    sidecar_formats: str = setting(
        "",
        AnyOf((*EMBEDDED_FORMATS, *EMBEDDABLE_ON_REQUEST), formats_named),
        QT_TRANSLATE_NOOP("settings", "Only beside"),
        QT_TRANSLATE_NOOP("settings", "Photos of these formats are not touched: a sidecar gets their words."),
        part=_FILES,
        empty=QT_TRANSLATE_NOOP("settings", "None; for example PNG HEIC"),
    )
    embed_formats: str = setting(
        "",
        AnyOf(EMBEDDABLE_ON_REQUEST, formats_named),
        QT_TRANSLATE_NOOP("settings", "Also into"),
        QT_TRANSLATE_NOOP("settings", "Photos of these formats are written into, and get no sidecar."),
        part=_FILES,
        empty=QT_TRANSLATE_NOOP("settings", "None; DNG and GIF are possible"),
    )
    keep_modified_time: bool = switch(
        True,
        QT_TRANSLATE_NOOP("settings", "Keep each file's date of change"),
        QT_TRANSLATE_NOOP(
            "settings", "Photos stay sorted by date; a backup may overlook that one was written."
        ),
        part=_FILES,
    )
    agreed: bool = switch(
        False,
        QT_TRANSLATE_NOOP("settings", "phototagger may write into my photo files"),
        QT_TRANSLATE_NOOP(
            "settings", "You are asked before the first write. Without the tick you are asked again."
        ),
        part=_FILES,
    )
    exiftool: str = setting(
        "",
        Text(4096),
        QT_TRANSLATE_NOOP("settings", "exiftool"),
        QT_TRANSLATE_NOOP("settings", "The program that writes. Say where it is if it is not found."),
        part=_FILES,
        empty=QT_TRANSLATE_NOOP("settings", "Found by itself"),
    )

    @property
    def new_sidecars(self) -> str:
        """``full`` or ``adobe``: as set, or as the program of the preset reads them."""
        if self.sidecar_names != "program":
            return self.sidecar_names
        return "adobe" if self.preset == "lightroom" else "full"


# --- window -------------------------------------------------------------------------------------------------------

_NEWER_VERSIONS = Group(QT_TRANSLATE_NOOP("settings", "Newer versions"))


@dataclass(frozen=True, slots=True)
class WindowSettings:
    theme: str = setting(
        "system",
        OneOf(THEMES),
        QT_TRANSLATE_NOOP("settings", "Look"),
        choices={
            "system": QT_TRANSLATE_NOOP("settings", "As the system"),
            "light": QT_TRANSLATE_NOOP("settings", "Light"),
            "dark": QT_TRANSLATE_NOOP("settings", "Dark"),
        },
    )
    thumbnail_side: int = setting(
        192,
        Whole(*THUMBNAIL_SIDES),
        QT_TRANSLATE_NOOP("settings", "Thumbnails"),
        unit=QT_TRANSLATE_NOOP("settings", " pixels"),
    )


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    check: bool = switch(
        False,
        QT_TRANSLATE_NOOP("settings", "Look for a newer version when the window opens"),
        QT_TRANSLATE_NOOP("settings", "Asks at the address below, and sends nothing about you."),
        part=_NEWER_VERSIONS,
    )
    # Where that is published, as JSON; see app/newer_version.py.
    address: str = setting(
        "",
        Text(2048, web=True),
        QT_TRANSLATE_NOOP("settings", "Address"),
        part=_NEWER_VERSIONS,
        empty=QT_TRANSLATE_NOOP("settings", "https://… where newer versions are published"),
    )
    told: str = setting("", Text(200))  # the version that the person has already heard of


@dataclass(frozen=True, slots=True)
class Settings:
    analysis: AnalysisSettings = field(default_factory=AnalysisSettings)
    words: WordSettings = field(default_factory=WordSettings)
    write: WriteSettings = field(default_factory=WriteSettings)
    window: WindowSettings = field(default_factory=WindowSettings)
    updates: UpdateSettings = field(default_factory=UpdateSettings)
    unknown: dict[str, Any] = field(default_factory=dict, compare=False)


Section = TypeVar("Section", AnalysisSettings, WordSettings, WriteSettings, WindowSettings, UpdateSettings)
SECTIONS: dict[str, Any] = {
    entry.name: entry.default_factory for entry in fields(Settings) if entry.name != "unknown"
}
PAGES = (
    Page(
        QT_TRANSLATE_NOOP("settings", "Analysis"),
        ("analysis",),
        "analysis",
        QT_TRANSLATE_NOOP("settings", "An analysis is running. Stop it, or wait for it, to change these."),
    ),
    Page(
        QT_TRANSLATE_NOOP("settings", "Keywords"),
        ("words",),
        "analysis",
        QT_TRANSLATE_NOOP("settings", "An analysis is running. Stop it, or wait for it, to change these."),
    ),
    Page(
        QT_TRANSLATE_NOOP("settings", "Writing"),
        ("write",),
        "writing",
        QT_TRANSLATE_NOOP("settings", "Files are being written. Stop that, or wait for it, to change these."),
    ),
    Page(QT_TRANSLATE_NOOP("settings", "Window"), ("window", "updates")),
)


def all_settings() -> Iterator[tuple[str, Field[Any], Setting]]:
    """``write.preset``, its field with type and default, and what else is declared of it; section by section."""
    for section, make in SECTIONS.items():
        for entry in fields(make):
            yield f"{section}.{entry.name}", entry, setting_of(entry)


def declaration_of(name: str) -> Setting:
    """What is declared of ``write.preset``. Raises KeyError for an unknown name."""
    return {known: setting for known, _, setting in all_settings()}[name]
