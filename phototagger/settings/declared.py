"""The person's settings: frozen dataclasses, one TOML file, versioned, unknown keys kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from phototagger.settings.rules import Names, OneOf, Text, Whole, ruled

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
    )  # how sure a suggestion must be; thresholds: keywords/scoring/suggest.py
    objects: bool = True
    faces: bool = True
    text: bool = False  # read text in photos; needs `pip install 'phototagger[text]'`
    pixel_limit_megapixels: int = ruled(300, Whole(1, 10_000))


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Which keywords are suggested that need no network; see ``keywords/sources/facts.py``."""

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
    # Where that is published, as JSON; see app/newer_version.py.
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


Section = TypeVar("Section", AnalysisSettings, WordSettings, WriteSettings, WindowSettings, UpdateSettings)
