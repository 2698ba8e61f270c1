"""Into which files a photo's words go: the photo itself, a sidecar, or both. Only the folder is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from phototagger.domain import ErrorKind, Failure
from phototagger.errors import PhotoError
from phototagger.metadata.fields import PhotoFields
from phototagger.metadata.locate import WRITES_HEIC
from phototagger.metadata.reading import (
    EMBEDDED,
    HEIF_TYPES,
    ON_REQUEST,
    SIDECAR_TYPE,
    misnamed,
    refusal,
)
from phototagger.metadata.sidecar import new_sidecar
from phototagger.pairs import RAW_SUFFIXES
from phototagger.settings import WriteSettings, formats_named

_DARKTABLE = "XMP-darktable:"


@dataclass(frozen=True, slots=True)
class Placement:
    """``main``: where everything goes; an empty one for a sidecar that ``creates`` says is to be made.
    ``beside``: existing sidecars that some programs look at first, so that they are kept up with it."""

    main: PhotoFields
    beside: tuple[PhotoFields, ...] = ()
    creates: bool = False
    notes: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[PhotoFields, ...]:
        """All files to write, ``main`` last."""
        return (*self.beside, self.main)


def place(fields: PhotoFields, settings: WriteSettings, version: tuple[int, int]) -> Placement | Failure:
    """Where the words of this photo go, or why they go nowhere. ``version`` is exiftool's."""
    failure = misnamed(fields)
    if failure is not None:
        return failure
    sidecars = []
    for path, part in fields.sidecars.items():
        if isinstance(part, PhotoError):
            return Failure(
                ErrorKind.WRITE_REFUSED,
                f"The sidecar {path} of {fields.path} cannot be read ({part}) Repair or remove it first.",
            )
        failure = refusal(part, version)
        if failure is not None:
            return failure
        sidecars.append(part)
    notes = tuple(
        f"{part.path.name} is darktable's too, which writes it anew from its own database: switch on its option "
        "to look for updated XMP files at start."
        for part in sidecars
        if any(name.startswith(_DARKTABLE) for name in part.raw)
    )
    if embeds(fields, settings, version):
        return refusal(fields, version) or Placement(fields, tuple(sidecars), notes=notes)
    if sidecars:
        return Placement(sidecars[0], tuple(sidecars[1:]), notes=notes)
    made = PhotoFields(new_sidecar(fields.path, settings.sidecar_names), {}, SIDECAR_TYPE)
    return Placement(made, creates=True)


def embeds(fields: PhotoFields, settings: WriteSettings, version: tuple[int, int]) -> bool:
    """Whether this photo is written into. Raw photos are not, but DNG where the setting says so."""
    kind, suffix = fields.file_type, fields.path.suffix.lower()
    if kind in formats_named(settings.sidecar_formats):
        return False
    if kind in ON_REQUEST and kind in formats_named(settings.embed_formats):
        return suffix == f".{kind.lower()}"
    if kind in HEIF_TYPES and version < WRITES_HEIC:
        return False
    return kind in EMBEDDED and suffix not in RAW_SUFFIXES
