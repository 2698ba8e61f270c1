"""Into which files a photo's words go: the photo itself, a sidecar, or both. Only the folder is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import Said, joined, said
from phototagger.exiftool.process.locate import WRITES_HEIC
from phototagger.exiftool.reading.fields import misnamed, refusal
from phototagger.files.sidecars import new_sidecar
from phototagger.files.suffixes import RAW_SUFFIXES, is_film
from phototagger.plan.fields.fields import PhotoFields
from phototagger.plan.formats import EMBEDDED, HEIF_TYPES, ON_REQUEST, PHOTO_TYPES, SIDECAR_TYPE
from phototagger.settings.declared import WriteSettings, formats_named

_DARKTABLE = "XMP-darktable:"


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: ``fields`` are what it holds, empty for a sidecar that ``creates`` says is to be made.
    ``owner``: the photo, or the raw beside it, whose file this is or beside which it lies."""

    fields: PhotoFields
    owner: PhotoFields
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """``main``: where everything goes. ``beside``: existing sidecars that some programs look at first, so that they
    are kept up with it, and the sidecars of raws that the photo leads, which get its words."""

    main: Target
    beside: tuple[Target, ...] = ()
    notes: tuple[Said, ...] = ()
    unread: Said | None = None  # why the preset's program does not find what is written there

    @property
    def targets(self) -> tuple[Target, ...]:
        """All files to write, ``main`` last."""
        return (*self.beside, self.main)


def placement_of(
    fields: PhotoFields, settings: WriteSettings, version: tuple[int, int]
) -> Placement | Failure:
    """Where the words of this photo go, or why they go nowhere. ``version`` is exiftool's."""
    wrong = misnamed(fields)
    if wrong is not None and fields.file_type not in PHOTO_TYPES:
        return wrong
    sidecars = _sidecars(fields, version)
    raws = _beside_raws(fields, settings, version)
    if isinstance(sidecars, Failure):
        return sidecars
    if isinstance(raws, Failure):
        return raws
    own = tuple(Target(part, fields) for part in sidecars)
    for_raws, notes = raws
    notes += [
        said(
            "{name} is darktable's too, which rewrites it from its own database: switch on its "
            "option to look for updated XMP files at start.",
            name=target.fields.path.name,
        )
        for target in (*own, *for_raws)
        if any(name.startswith(_DARKTABLE) for name in target.fields.raw)
    ]
    if wrong is not None:
        suffix, kind = fields.path.suffix.lower() or said("by no suffix"), fields.file_type
        notes.append(
            said(
                "{name} is called {suffix} but holds {kind}, so its words go beside it. `phototagger "
                "fix-names` gives such photos their right suffix.",
                name=fields.path.name,
                suffix=suffix,
                kind=kind,
            )
        )
    elif embeds(fields, settings, version):
        refused = refusal(fields, version)
        return refused or Placement(Target(fields, fields), (*for_raws, *own), tuple(notes))
    main, *others = own or (_new(fields, settings),)
    return Placement(main, (*for_raws, *others), tuple(notes), _unread(fields, main, settings, version))


def _unread(
    photo: PhotoFields, sidecar: Target, settings: WriteSettings, version: tuple[int, int]
) -> Said | None:
    """What to tell where the words go into a sidecar that the preset's program does not read."""
    program = {"windows": "Windows", "apple": "Apple Photos", "lightroom": "Lightroom"}.get(settings.preset)
    path, kind = photo.path, photo.file_type
    if program is None or is_film(path):
        return None
    if program == "Lightroom" and path.suffix.lower() in RAW_SUFFIXES and kind != "DNG":
        wanted = path.with_suffix(sidecar.fields.path.suffix)
        if sidecar.fields.path == wanted:
            return None
        return said(
            "Lightroom reads the words of {name} in {sidecar} only, not in {other}.",
            name=path.name,
            sidecar=wanted.name,
            other=sidecar.fields.path.name,
        )
    remedy = None
    if kind in ON_REQUEST and not (program == "Lightroom" and kind == "GIF"):
        remedy = said('Set write.embed_formats = "{kind}" to have them there.', kind=kind)
    elif kind in formats_named(settings.sidecar_formats):
        remedy = said("Take {kind} out of write.sidecar_formats to have them there.", kind=kind)
    elif kind in HEIF_TYPES and version < WRITES_HEIC:
        needed = ".".join(map(str, WRITES_HEIC))
        remedy = said("Update exiftool to {version} or newer to have them there.", version=needed)
    told = said(
        "{program} reads words inside {name} only, not in its sidecar.", program=program, name=path.name
    )
    return joined((told, remedy))


def _new(photo: PhotoFields, settings: WriteSettings) -> Target:
    made = PhotoFields(new_sidecar(photo.path, settings.new_sidecars), {}, SIDECAR_TYPE)
    return Target(made, photo, creates=True)


def _sidecars(photo: PhotoFields, version: tuple[int, int]) -> list[PhotoFields] | Failure:
    """The existing sidecars of a photo or raw; a Failure where one of them must not be written."""
    found = []
    for path, part in photo.sidecars.items():
        if isinstance(part, PhotoError):
            message = said("The sidecar {fault}", fault=part)  # which says it all
            if not str(part).startswith(str(path)):
                message = said(
                    "The sidecar {path} of {photo} cannot be read ({fault}) Repair or remove it first.",
                    path=path,
                    photo=photo.path,
                    fault=part,
                )
            return Failure(ErrorKind.WRITE_REFUSED, message)
        failure = refusal(part, version)
        if failure is not None:
            return failure
        found.append(part)
    return found


def _beside_raws(
    photo: PhotoFields, settings: WriteSettings, version: tuple[int, int]
) -> tuple[list[Target], list[Said]] | Failure:
    """The sidecars of the raws that this photo leads, and notes on raws that are passed over."""
    targets: list[Target] = []
    notes: list[Said] = []
    for path, raw in photo.raws_beside.items():
        if isinstance(raw, PhotoError):
            notes.append(
                said(
                    "The raw photo {name} beside it gets no words: it cannot be read ({raw})",
                    name=path.name,
                    raw=raw,
                )
            )
            continue
        sidecars = _sidecars(raw, version)
        if isinstance(sidecars, Failure):
            return sidecars
        targets += [Target(part, raw) for part in sidecars] or [_new(raw, settings)]
    return targets, notes


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
