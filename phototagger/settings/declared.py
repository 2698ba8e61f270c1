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
    remark=said("A change of this takes effect at once. The rest counts for photos analysed from now on.")
)
_LOOK_FOR = Group(said("Look for"))
_COMPUTER = Group(said("This computer"))
TEXT_READER = Extra(
    can_read_text,
    said("Needs one more package: pip install 'phototagger[text]'"),
)


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    strictness: str = setting(
        "normal",  # thresholds: keywords/scoring/suggest.py
        OneOf(STRICTNESS),
        said("Suggestions"),
        part=_SUGGESTIONS,
        choices={
            "strict": said("Strict"),
            "normal": said("Normal"),
            "eager": said("Eager"),
        },
        meanings={
            "strict": said("Fewer keywords, nearly all of them right: good where you accept many at once."),
            "normal": said("Most of what can be seen, with some mistakes to reject."),
            "eager": said("More is found, and more of it is wrong: good where you look at each photo."),
        },
    )
    objects: bool = switch(
        True,
        said("Find objects"),
        said("With boxes round them, and with surer keywords for it."),
        part=_LOOK_FOR,
    )
    faces: bool = switch(
        True,
        said("Find faces"),
        said("For People, and for keywords such as portrait and group."),
        part=_LOOK_FOR,
    )
    text: bool = switch(
        False,
        said("Read the text in photos"),
        said("Signs, labels and pages can be searched then. Slow: seconds a photo with much text."),
        part=_LOOK_FOR,
        needs=TEXT_READER,
    )
    networks: str = setting(
        "",
        Text(2000),
        said("Further networks"),
        said(
            "Names of networks of your own or of extensions, as `phototagger models list` shows them. Each takes"
            " the place of the one that ships for its task, or finds something more."
        ),
        part=_LOOK_FOR,
        empty=said("Only those that ship"),
    )
    device: str = setting(
        "auto",
        OneOf(DEVICES),
        said("Networks run on"),
        part=_COMPUTER,
        choices={
            "auto": said("Automatic (the fastest there is)"),
            "cpu": said("Processor (CPU)"),
            "cuda": said("NVIDIA graphics card (CUDA)"),
            "mps": said("Apple graphics (MPS)"),
            "xpu": said("Intel graphics (XPU)"),
        },
    )
    batch: int = setting(
        8,
        Whole(1, 512),
        said("Photos at once"),
        said("How many the networks see together. More is faster on a graphics card, and takes more memory."),
        part=_COMPUTER,
    )
    pixel_limit_megapixels: int = setting(
        300,
        Whole(1, 10_000),
        said("Largest photo"),
        said(
            "Photos with more pixels are not opened, because they may fill the memory; Problems names them."
        ),
        part=_COMPUTER,
        unit=said(" megapixels"),
    )


# --- keywords -----------------------------------------------------------------------------------------------------

_DONE_ALREADY = Group(
    said("Suggest also, from what you did already"),
    said("A folder's name is accepted or rejected once, for all photos in it."),
)
_FEASTS = Group(said("Suggest also, where both date and content fit"))
_FACTS = Group(
    said("Suggest also, from a photo's date, place and look"),
    said("Suggestions that wait for review follow at once; no photo is analysed again."),
)


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Which keywords are suggested that need no network; see ``keywords/sources``."""

    # Of the program's keywords; "de, en": German, and English beside it.
    language: str = setting(
        "en",
        AnyOf(LANGUAGES, languages_named, empty=False),
        said("Keywords in"),
        said(
            "Keywords accepted before change with it, and files with the next write. Your own words stay as "
            "they are."
        ),
        choices={"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "zh": "中文 (Chinese)"},
    )
    folders: bool = switch(
        True,
        said("The names of folders, and of files that are called alike"),
        part=_DONE_ALREADY,
    )
    days: bool = switch(
        True,
        said("What you gave most photos of a day, for the rest of them"),
        part=_DONE_ALREADY,
    )
    new_year: bool = switch(
        True,
        said("New Year: the night of 31 December, people or fireworks"),
        part=_FEASTS,
    )
    christmas: bool = switch(
        True,
        said("Christmas: 24 to 26 December, people at home, candles, gifts"),
        part=_FEASTS,
    )
    carnival: bool = switch(
        True,
        said("Carnival: masks and crowds in the week before Lent"),
        part=_FEASTS,
    )
    easter: bool = switch(
        True,
        said("Easter: eggs, rabbits, people and meals on the days of Easter"),
        part=_FEASTS,
    )
    halloween: bool = switch(True, said("Halloween: 31 October, pumpkins and masks"), part=_FEASTS)
    place: bool = switch(True, said("Country, region and town, from GPS"), part=_FACTS)
    season: bool = switch(True, said("Season"), part=_FACTS)
    time_of_day: bool = switch(False, said("Time of day, by the camera's clock"), part=_FACTS)
    people: bool = switch(
        True,
        said("Child, baby, smile, selfie, couple, friends and family, from the faces"),
        part=_FACTS,
    )
    man_and_woman: bool = switch(False, said("Man and woman, as the faces look"), part=_FACTS)
    black_and_white: bool = switch(True, said("Black-and-white"), part=_FACTS)
    colour: bool = switch(False, said("The colour that fills most of the photo"), part=_FACTS)
    panorama: bool = switch(True, said("Panorama"), part=_FACTS)
    orientation: bool = switch(False, said("Landscape format, portrait format, square"), part=_FACTS)
    macro: bool = switch(True, said("Macro"), part=_FACTS)
    long_exposure: bool = switch(True, said("Long exposure"), part=_FACTS)
    screenshot: bool = switch(True, said("Screenshot"), part=_FACTS)
    document: bool = switch(True, said("Document, where text in photos is read"), part=_FACTS)
    caption: bool = switch(
        True,
        said("The text in a photo as its caption, where it has none"),
        part=_FACTS,
    )
    flaws: bool = switch(False, said("Flaws: blurred, underexposed, overexposed"), part=_FACTS)
    extensions: bool = switch(True, said("What installed extensions find"), part=_FACTS)

    @property
    def languages(self) -> tuple[str, ...]:
        """First the one that keywords are shown in, then those that are written beside it."""
        return languages_named(self.language)


# --- writing ------------------------------------------------------------------------------------------------------

_FOR_PROGRAMS = Group(
    remark=said("Fields that a photo has already are kept up to date, whatever is chosen here.")
)
_WHAT = Group(said("What is written"))
_FILES = Group(said("Files"))


@dataclass(frozen=True, slots=True)
class WriteSettings:
    # The program whose fields are made in photos that lack them. What exists in a file already is extended whatever
    # the choice, so that no program shows less than another.
    preset: str = setting(
        "all",
        OneOf(PRESETS),
        said("Keywords for"),
        part=_FOR_PROGRAMS,
        choices={
            "all": said("All programs"),
            "lightroom": said("Lightroom"),
            "digikam": said("digiKam"),
            "darktable": said("darktable"),
            "windows": said("Windows"),
            "immich": said("Immich"),
            "apple": said("Apple Photos"),
        },
        meanings={
            "all": said(
                "A flat list, which every program reads, and the keyword trees of Lightroom and digiKam. Beside "
                "raw photos Lightroom reads only the sidecars of its own choice."
            ),
            "lightroom": said(
                "A flat list and Lightroom's keyword tree. New sidecars of raw photos get the one name "
                "that Lightroom reads, IMG.xmp; all else, DNG too, it reads inside the file only."
            ),
            "digikam": said("A flat list, digiKam's tag tree and Lightroom's. New sidecars are IMG.CR2.xmp."),
            "darktable": said(
                "A flat list, and the keyword tree that darktable reads. New sidecars are IMG.CR2.xmp."
            ),
            "windows": said(
                "A flat list, which Explorer shows as tags and finds by its search, but not in sidecars. No tree."
            ),
            "immich": said("A flat list, and the tag tree that Immich reads first."),
            "apple": said(
                "A flat list, where Apple Photos looks on import, which is not in sidecars. No tree."
            ),
        },
    )
    hierarchy: bool = switch(
        True,
        said("Keyword trees"),
        said("animal › dog › golden retriever, beside the flat list, where the program has a tree."),
        part=_WHAT,
    )
    parents_too: bool = switch(
        False,
        said("The words above a keyword"),
        said("animal and dog too, in the flat list, for a golden retriever."),
        part=_WHAT,
    )
    faces: bool = switch(
        True,
        said("Names of people, with boxes round their faces"),
        said("Only of people you named. Fingerprints of faces are never written."),
        part=_WHAT,
    )
    objects: bool = switch(
        False,
        said("Boxes round objects"),
        said("Of confirmed keywords, as IPTC image regions; few programs show them."),
        part=_WHAT,
    )
    iptc_always: bool = switch(
        False,
        said("The old IPTC list in every photo"),
        said("For old programs. Photos that have IPTC data already get it anyway."),
        part=_WHAT,
    )
    sidecar_names: str = setting(
        "program",
        OneOf(SIDECAR_NAMES),
        said("New sidecars"),
        part=_FILES,
        choices={
            "program": said("As the program above reads them"),
            "full": said("IMG.CR2.xmp"),
            "adobe": said("IMG.xmp, for raw photos"),
        },
        meanings={
            "program": said("IMG.xmp beside raw photos for Lightroom, IMG.CR2.xmp for all others."),
            "full": said("IMG.CR2.xmp, which darktable, digiKam and Immich read; Lightroom does not."),
            "adobe": said("IMG.xmp beside raw photos, which Lightroom and Immich read."),
        },
    )
    sidecar_formats: str = setting(
        "",
        AnyOf((*EMBEDDED_FORMATS, *EMBEDDABLE_ON_REQUEST), formats_named),
        said("Only beside"),
        said("Photos of these formats are not touched: a sidecar gets their words."),
        part=_FILES,
        empty=said("None; for example PNG HEIC"),
    )
    embed_formats: str = setting(
        "",
        AnyOf(EMBEDDABLE_ON_REQUEST, formats_named),
        said("Also into"),
        said("Photos of these formats are written into, and get no sidecar."),
        part=_FILES,
        empty=said("None; DNG and GIF are possible"),
    )
    keep_modified_time: bool = switch(
        True,
        said("Keep each file's date of change"),
        said("Photos stay sorted by date; a backup may overlook that one was written."),
        part=_FILES,
    )
    agreed: bool = switch(
        False,
        said("phototagger may write into my photo files"),
        said("You are asked before the first write. Without the tick you are asked again."),
        part=_FILES,
    )
    exiftool: str = setting(
        "",
        Text(4096),
        said("exiftool"),
        said("The program that writes. Say where it is if it is not found."),
        part=_FILES,
        empty=said("Found by itself"),
    )

    @property
    def new_sidecars(self) -> str:
        """``full`` or ``adobe``: as set, or as the program of the preset reads them."""
        if self.sidecar_names != "program":
            return self.sidecar_names
        return "adobe" if self.preset == "lightroom" else "full"


# --- window -------------------------------------------------------------------------------------------------------

_NEWER_VERSIONS = Group(said("Newer versions"))


@dataclass(frozen=True, slots=True)
class WindowSettings:
    theme: str = setting(
        "system",
        OneOf(THEMES),
        said("Look"),
        choices={
            "system": said("As the system"),
            "light": said("Light"),
            "dark": said("Dark"),
        },
    )
    thumbnail_side: int = setting(
        192,
        Whole(*THUMBNAIL_SIDES),
        said("Thumbnails"),
        unit=said(" pixels"),
    )


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    check: bool = switch(
        False,
        said("Look for a newer version when the window opens"),
        said("Asks at the address below, and sends nothing about you."),
        part=_NEWER_VERSIONS,
    )
    # Where that is published, as JSON; see app/newer_version.py.
    address: str = setting(
        "",
        Text(2048, web=True),
        said("Address"),
        part=_NEWER_VERSIONS,
        empty=said("https://… where newer versions are published"),
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
        said("Analysis"),
        ("analysis",),
        "analysis",
        said("An analysis is running. Stop it, or wait for it, to change these."),
    ),
    Page(
        said("Keywords"),
        ("words",),
        "analysis",
        said("An analysis is running. Stop it, or wait for it, to change these."),
    ),
    Page(
        said("Writing"),
        ("write",),
        "writing",
        said("Files are being written. Stop that, or wait for it, to change these."),
    ),
    Page(said("Window"), ("window", "updates")),
)


def all_settings() -> Iterator[tuple[str, Field[Any], Setting]]:
    """``write.preset``, its field with type and default, and what else is declared of it; section by section."""
    for section, make in SECTIONS.items():
        for entry in fields(make):
            yield f"{section}.{entry.name}", entry, setting_of(entry)


def declaration_of(name: str) -> Setting:
    """What is declared of ``write.preset``. Raises KeyError for an unknown name."""
    return {known: setting for known, _, setting in all_settings()}[name]
