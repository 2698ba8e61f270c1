"""Asking exiftool what files say, and judging whether they may be written."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoError
from phototagger.domain.facets import FIELDS
from phototagger.domain.facets.books import IPTC_CHARSET
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import Said, said
from phototagger.exiftool.containers.parts import (
    is_png_xmp,
    png_holds_raw_xmp,
    png_wrong_sums,
    stray_xmp_holds_keywords,
)
from phototagger.exiftool.containers.stretches import FileBytes
from phototagger.exiftool.process.asking import ask_alone, ask_each, in_cloud, unfit
from phototagger.exiftool.process.locate import WRITES_HEIC
from phototagger.exiftool.process.pool import Argument, ExifTool
from phototagger.exiftool.reading.plain_sidecar import plain_twins
from phototagger.files.sidecars import SUFFIX, Neighbours, find_raws_beside, leads_nowhere
from phototagger.plan.fields.fields import (
    LIST_FIELDS,
    MISDECLARED,
    PhotoFields,
    as_texts,
    field_values,
    iptc_text,
    text_fields,
)
from phototagger.plan.formats import BIG_TIFF, EMBEDDED, HEIF_TYPES, ON_REQUEST, SIDECAR_TYPE

_SEPARATOR = "\u27e6ptag\u27e7"  # stands in no keyword

# -m: without it, lists come back cut at 1,000 entries.
_COMMON = ["-j", "-G1:4", "-n", "-struct", "-a", "-m", "-charset", "filename=UTF8"]
_TAGS = ["-XMP:all", "-IPTC:all", "-Photoshop:all", "-File:CurrentIPTCDigest", "-File:FileType"]
_TAGS += [f"-{name}" for name in FIELDS if not name.startswith(("XMP", "IPTC"))]
_TAGS += ["-Orientation", "-Rotation", "-ImageWidth", "-ImageHeight"]
_TAGS += ["-ExifTool:Warning", "-ExifTool:Error"]
_NO_UTF8 = "XMP is not in UTF-8"  # said by our configuration of exiftool, as is _TWICE
# What exiftool remarks on metadata of which nothing is unread, so that a write loses nothing. Where one is about
# IPTC, that block is left as it is (see ``fields.iptc_text``).
_REMARKS = tuple(
    re.compile(rf"(\[minor\] )?{words}")
    for words in (
        "IPTCDigest is not current",  # which of two whole texts is the newer one
        "Superfluous BOM at start of XMP",  # a mark before the packet
        "XMP is missing xpacket wrapper",  # the frame round the packet
        "Empty XMP",  # there is nothing to lose
        "Fixed incorrect URI for xmlns",  # read as it was meant
        "Boolean value for XMP-",  # "true" for "True"
        "Excessive number of items",  # reading may be slow
        "Extracted only 1000",  # not where we read, which is with -m
        "IPTC .* improperly terminated",  # zeros behind a text
        r"IPTC .* too (long|short) \(",  # than the standard allows; it is whole all the same
        "IPTC doesn't conform to spec: Records out of sequence",
        "Multiple IPTC .* tags",  # a text that should stand once
        r"Unrecognized IPTC record \d+ \(ignored\)",  # another program's own, copied as it is
        "Some IPTC characters not converted",  # letters of a code page that exiftool does not know
        "Non-standard IPTC at",  # in another place than most programs look
        MISDECLARED,
        _NO_UTF8,
    )
)
_STRAY_XMP = "Non-standard header for APP1 XMP segment"
_TWICE = re.compile(r"XMP holds (\S+) twice")

# -fast2 skips maker notes and trailers, which hold no keywords; only tried on JPEG.
_FAST_SUFFIXES = EMBEDDED["JPEG"]


def read_fields(tool: ExifTool, paths: Sequence[Path]) -> dict[Path, PhotoFields | PhotoError]:
    """The fields of each photo, those of its sidecars in ``sidecars``, of the raws it leads in ``raws_beside``.

    A PhotoError stands for a file that cannot be read. Raises ExifToolError when exiftool itself fails.
    """
    result: dict[Path, PhotoFields | PhotoError] = {}
    fast: list[Path] = []
    slow: list[Path] = []
    beside: dict[Path, tuple[Path, ...]] = {}
    neighbours = Neighbours()
    for path in dict.fromkeys(paths):
        fault = _unreadable(path)
        if fault is not None:
            result[path] = fault
            continue
        (fast if path.suffix.lower() in _FAST_SUFFIXES else slow).append(path)
        beside[path] = neighbours.sidecars(path)
    led = find_raws_beside(beside, neighbours)
    for raw_photo in [one for raws in led.values() for one in raws]:
        fault = _unreadable(raw_photo)
        if fault is not None:
            result.setdefault(raw_photo, fault)
        elif raw_photo not in beside:
            slow.append(raw_photo)
            beside[raw_photo] = neighbours.sidecars(raw_photo)
    slow += [sidecar for sidecars in beside.values() for sidecar in sidecars]
    raw: dict[Path, dict[str, Any] | PhotoError] = {}
    raw.update(_ask(tool, fast, ["-fast2", *_TAGS]))
    slow += [path for path in fast if _was_too_fast(raw.get(path))]
    raw.update(_ask(tool, list(dict.fromkeys(slow)), _TAGS))
    for path, sidecars in beside.items():
        parts = {it: _judge(it, raw.get(it)) for it in sidecars}
        parts |= {it: _broken_link(it) for it in neighbours.broken_sidecars(path)}
        result[path] = _judge(path, raw.get(path), parts)
    for path, raws in led.items():
        fields = result[path]
        if raws and isinstance(fields, PhotoFields):
            result[path] = replace(fields, raws_beside={one: result[one] for one in raws})
    return {path: result[path] for path in dict.fromkeys(paths)}


def read_everything(tool: ExifTool, path: Path, extra: Sequence[str] = ()) -> dict[str, Any]:
    """All that exiftool sees in one file, by ``Group:Tag``; raises PhotoError when it cannot read it."""
    raw = _ask(tool, [path], ["-all", "-File:CurrentIPTCDigest", *extra]).get(path)
    if isinstance(raw, PhotoError):
        raise raw
    if raw is None or "ExifTool:Error" in raw:
        raise PhotoError(
            ErrorKind.UNREADABLE, said("{path} cannot be read by exiftool. Check the file.", path=path)
        )
    return raw


def read_one(tool: ExifTool, path: Path) -> PhotoFields:
    """The fields of one file, without looking for sidecars. Raises PhotoError, ExifToolError."""
    options = ["-fast2"] if path.suffix.lower() in _FAST_SUFFIXES else []
    fields = _judge(path, _ask(tool, [path], [*options, *_TAGS]).get(path))
    if isinstance(fields, PhotoError):
        raise fields
    return fields


def _ask(
    tool: ExifTool, paths: Sequence[Path], options: Sequence[str]
) -> dict[Path, dict[str, Any] | PhotoError]:
    """exiftool's word on each file; see :func:`phototagger.exiftool.process.asking.ask_each`."""
    sidecars = [path for path in paths if path.suffix.lower() == SUFFIX and unfit(tool, path) is None]
    with plain_twins(sidecars) as twins:
        answers = ask_each(tool, [twins.get(path, path) for path in paths], [*_COMMON, *options])
        originals = {twin: path for path, twin in twins.items()}
        return {originals.get(path, path): _truths(tool, path, answer) for path, answer in answers.items()}


def _truths(tool: ExifTool, path: Path, answer: dict[str, Any] | PhotoError) -> dict[str, Any] | PhotoError:
    """With plain names, and keywords like ``TRUE``, which come as JSON's true, spelled as they are in the file:
    those fields are asked for as plain text."""
    if isinstance(answer, PhotoError):
        return answer
    answer = _plain_names(answer)
    if any(map(_TWICE.match, _warnings(answer))):
        fault = _join_doubles(tool, path, answer)
        if fault is not None:
            return fault
    if "%G" in str(answer.get(IPTC_CHARSET, "")) or _NO_UTF8 in _warnings(answer):
        fault = _read_misdeclared(tool, path, answer)
        if fault is not None:
            return fault
    for name in text_fields(answer):
        value = answer.get(name)
        if any(isinstance(item, bool) for item in (value if isinstance(value, list) else [value])):
            found = _bytes_of(tool, path, name)
            if isinstance(found, PhotoError):
                return found
            answer[name] = [item.decode("utf-8", "replace") for item in found]
    return answer


def _bytes_of(tool: ExifTool, path: Path, name: str) -> list[bytes] | PhotoError:
    """The values of a field as they stand in the file."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - symlinks stay as they are
    options = ["-b", "-m", "-charset", "filename=UTF8", "-sep", _SEPARATOR, f"-{name}"]
    args: list[Argument] = [*options, absolute]
    try:
        return ask_alone(tool, path, args).stdout.split(_SEPARATOR.encode())
    except PhotoError as error:
        return error


def _read_misdeclared(tool: ExifTool, path: Path, answer: dict[str, Any]) -> PhotoError | None:
    """Puts texts that should be UTF-8 and are not into ``answer`` as Latin-1, IPTC's with a warning: exiftool gives
    question marks for their letters, which nobody wrote. Returns what went wrong."""
    wrong = False
    ours = set(text_fields(answer))
    for name in [name for name in answer if name.startswith("IPTC:") or name in ours]:
        if "#" in name or not any("?" in text for text in as_texts(answer[name])):
            continue
        found = _bytes_of(tool, path, name)
        if isinstance(found, PhotoError):
            return found
        texts = [_utf8_or_latin1(item) for item in found]
        if texts != list(as_texts(answer[name])) and any(not _is_utf8(item) for item in found):
            answer[name] = texts if isinstance(answer[name], list) else texts[0]
            wrong |= name.startswith("IPTC:")
    if wrong:
        answer["ExifTool:Warning#IPTC"] = MISDECLARED
    return None


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf8_or_latin1(value: bytes) -> str:
    return value.decode("utf-8") if _is_utf8(value) else value.decode("cp1252", "replace")


def _join_doubles(tool: ExifTool, path: Path, answer: dict[str, Any]) -> PhotoError | None:
    """Puts what the file's word fields hold in all their places into ``answer``: of a property that stands twice in
    one block exiftool gives either the one or the other where it gives structures. Returns what went wrong."""
    options = [option for option in _COMMON if option != "-struct"]
    whole = ask_each(
        tool, [path], [*options, *(f"-{name}" for name in LIST_FIELDS if name.startswith("XMP"))]
    )
    found = whole.get(path, {})
    if isinstance(found, PhotoError):
        return found
    words: dict[str, list[Any]] = {}
    for name, value in found.items():
        held = words.setdefault(re.sub(r":Copy\d+:", ":", name), [])
        held += [item for item in (value if isinstance(value, list) else [value]) if item not in held]
    answer.update((name, held) for name, held in words.items() if name in answer and len(held) > 1)
    return None


def _plain_names(answer: Mapping[str, Any]) -> dict[str, Any]:
    """``XMP-dc:Copy2:Title`` as ``XMP-dc:Title``: exiftool counts a tag's name over all groups. What is double
    within one group (two blocks in the file) becomes ``XMP-dc:Title#2``."""
    result: dict[str, Any] = {}
    for name, value in answer.items():
        if name == "SourceFile":
            continue
        plain = re.sub(r":Copy\d+:", ":", name)
        plain = re.sub(r"^IPTC\d+:", "IPTC:", plain)  # a second block, which exiftool numbers
        key, number = plain, 1
        while key in result:
            number += 1
            key = f"{plain}#{number}"
        result[key] = value
    return result


def _judge(
    path: Path,
    raw: Mapping[str, Any] | PhotoError | None,
    sidecars: Mapping[Path, PhotoFields | PhotoError] | None = None,
) -> PhotoFields | PhotoError:
    if isinstance(raw, PhotoError):
        return raw
    if raw is None:
        return PhotoError(
            ErrorKind.GONE, said("{path} disappeared while it was read. Scan its folder again.", path=path)
        )
    if "ExifTool:Error" in raw:
        return PhotoError(
            ErrorKind.NOT_A_PHOTO,
            said(
                "{path} is nothing exiftool can read ({text}). Check the file.",
                path=path,
                text=_text(raw["ExifTool:Error"]),
            ),
        )
    warnings = _warnings(raw)
    text = iptc_text(raw, warnings)
    return PhotoFields(
        path=path,
        values=field_values(raw, text),
        file_type=re.sub(r"^Extended | \(.*\)$", "", _text(raw.get("File:FileType", ""))),
        warnings=warnings,
        raw=raw,
        iptc_text=text,
        sidecars=sidecars or {},
    )


def misnamed(fields: PhotoFields) -> Failure | None:
    """Why this file is not what its name says; None when it is, or when nobody would write into it anyway."""
    path, suffix, kind = fields.path, fields.path.suffix.lower(), fields.file_type
    fitting = EMBEDDED.get(kind)
    if kind == BIG_TIFF and suffix in EMBEDDED["TIFF"]:
        return None
    if fitting is None and not any(suffix in suffixes for suffixes in EMBEDDED.values()):
        return None
    if fitting is None:
        message = said(
            "{path} is called {suffix} but holds {kind}. Rename it or replace it.",
            path=path,
            suffix=suffix,
            kind=kind or "something unknown",
        )
    elif suffix in fitting:
        return None
    else:
        message = said(
            "{path} is called {suffix} but holds {kind}. Give it the right suffix.",
            path=path,
            suffix=suffix or "without a suffix",
            kind=kind,
        )
    return Failure(ErrorKind.WRITE_REFUSED, message)


def refusal(fields: PhotoFields, exiftool_version: tuple[int, int]) -> Failure | None:
    """Why this photo or sidecar must not be written into; None when it may."""
    path, kind = fields.path, fields.file_type
    message = None
    if kind == SIDECAR_TYPE and path.suffix.lower() != SUFFIX:
        message = said("{path} is called {suffix} but holds XMP. Rename it.", path=path, suffix=path.suffix)
    elif kind not in {SIDECAR_TYPE, *EMBEDDED, *ON_REQUEST}:
        message = said(
            "{path} is {kind}, which is never written into.", path=path, kind=kind or "of an unknown kind"
        )
    elif kind in HEIF_TYPES and exiftool_version < WRITES_HEIC:
        needed, have = (".".join(map(str, number)) for number in (WRITES_HEIC, exiftool_version))
        message = said(
            "{path} is {kind}, which exiftool writes safely from version {needed} on; this is {have}. "
            "Update exiftool to write it.",
            path=path,
            kind=kind,
            needed=needed,
            have=have,
        )
    elif kind in EMBEDDED and (wrong := misnamed(fields)) is not None:
        return wrong
    else:
        damage = next((warning for warning in fields.warnings if _is_damage(path, warning)), None)
        damage = damage or _fault_of_png(fields)
        if damage and damage.startswith(_STRAY_XMP):
            message = said(
                "{path} holds keywords in an XMP block with a wrong header ({damage}), which most "
                "programs cannot read; adding ours would split them. Save it again with the program that "
                "made it.",
                path=path,
                damage=damage,
            )
        elif damage and (twice := _TWICE.match(damage)):
            message = said(
                "{path} holds {twice} twice in its XMP. Programs differ on which one counts, and a write "
                "would keep only one. Save it again with the program that made it.",
                path=path,
                twice=twice[1],
            )
        elif damage:
            message = said(
                "{path} has damaged metadata ({damage}), which a write would lose. Repair it with the "
                "program that made it.",
                path=path,
                damage=damage,
            )
        elif any("#" in name and name.partition("#")[0] in LIST_FIELDS for name in fields.raw):
            message = said(
                "{path} holds its keywords twice, and programs differ on which count. Repair it first.",
                path=path,
            )
    return Failure(ErrorKind.WRITE_REFUSED, message) if message else None


def _is_damage(path: Path, warning: str) -> bool:
    """Older exiftools replace an XMP packet they cannot read by a fresh one: all in it would be lost."""
    if warning.startswith(_STRAY_XMP):
        with path.open("rb") as file:
            return stray_xmp_holds_keywords(FileBytes(file))
    if any(remark.match(warning) for remark in _REMARKS):
        return False
    return any(word in warning for word in ("XMP", "XML", "RDF", "IPTC"))


def _fault_of_png(fields: PhotoFields) -> Said | None:
    """What is wrong with a PNG's XMP by its checksum or place: exiftool reads it all the same, and would not write
    it on."""
    if fields.file_type not in ("PNG", "APNG"):
        return None
    try:
        with fields.path.open("rb") as file:
            wrong = any(is_png_xmp(content) for _, content in png_wrong_sums(FileBytes(file)))
            if png_holds_raw_xmp(FileBytes(file)):
                return said("its XMP is in an old place, which exiftool cannot write")
    except (OSError, struct.error, IndexError, ValueError):
        return None  # whoever writes it reports that
    return said("the checksum of its XMP is wrong") if wrong else None


def _broken_link(path: Path) -> PhotoError:
    return PhotoError(
        ErrorKind.UNREADABLE,
        said(
            "{path} is a link to {target}, where nothing is. Connect its disk or remove the link.",
            path=path,
            target=os.readlink(path),  # noqa: PTH115 - as it is spelled
        ),
    )


def _was_too_fast(answer: Mapping[str, Any] | PhotoError | None) -> bool:
    """Whether this is no JPEG, whatever its name, so that more of it must be read."""
    return isinstance(answer, Mapping) and answer.get("File:FileType") not in ("JPEG", "MPO")


def _unreadable(path: Path) -> PhotoError | None:
    if leads_nowhere(path):
        return _broken_link(path)
    try:
        if (away := in_cloud(path)) is not None:
            return away
        if not path.is_file() and path.exists():  # opening a pipe would wait for ever
            return PhotoError(
                ErrorKind.NOT_A_PHOTO,
                said(
                    "{path} is not an ordinary file (a folder, a pipe or a device). Rename or remove it.",
                    path=path,
                ),
            )
        with path.open("rb") as file:
            if not file.read(1):
                return PhotoError(
                    ErrorKind.EMPTY, said("{path} is empty. Restore it from a copy.", path=path)
                )
    except FileNotFoundError:
        return PhotoError(
            ErrorKind.GONE, said("{path} is not there any more. Scan its folder again.", path=path)
        )
    except OSError as error:
        return PhotoError(
            ErrorKind.UNREADABLE,
            said("{path} cannot be opened ({reason}).", path=path, reason=error.strerror),
        )
    return None


def _warnings(raw: Mapping[str, Any]) -> tuple[str, ...]:
    found: Iterable[tuple[str, Any]] = raw.items()
    return tuple(_text(value) for name, value in found if name.partition("#")[0] == "ExifTool:Warning")


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
