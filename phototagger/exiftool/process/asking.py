"""Asking exiftool about many files at once, such that one which kills or stalls it fails alone.

exiftool says each answer as soon as it has it, so the file in its hands when it ended is known at once: a
stalling file costs one time limit, whatever the size of its batch.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.exiftool.process.pool import Argument, ExifTool, ExifToolEndedError, Reply, Why, parse_json
from phototagger.exiftool.process.xml_check import fault_of_xml
from phototagger.files.cloud import in_cloud_only
from phototagger.files.sidecars import Neighbours, find_raws_beside

BATCH = 50  # files per command: measured best of 1, 10, 50, 100
SIDECAR_SUFFIX = ".xmp"
_MAY_PASS = (Why.DIED, Why.MEMORY)  # ended from outside, or full of what came before: tried again alone

Answer = dict[str, Any]


def ask_each(
    tool: ExifTool, paths: Sequence[Path], options: Sequence[Argument]
) -> dict[Path, Answer | PhotoError]:
    """exiftool's word (``-j`` is among the options) on each file; a file is missing where it had none. A PhotoError
    stands for one that it cannot be given, or that ended it. Raises ExifToolError when exiftool itself fails.

    Answers are matched by their place: names come back mangled where they are not UTF-8.
    """
    answers: dict[Path, Answer | PhotoError] = {}
    fit: list[Path] = []
    for path in dict.fromkeys(paths):
        fault = unfit(tool, path)
        if fault is None:
            fit.append(path)
        else:
            answers[path] = fault
    for start in range(0, len(fit), BATCH):
        answers.update(_ask(tool, fit[start : start + BATCH], options))
    return answers


def ask_with_sidecars(
    tool: ExifTool, photos: Sequence[Path], options: Sequence[Argument]
) -> tuple[dict[Path, tuple[Path, ...]], dict[Path, Answer | PhotoError]]:
    """The sidecars of each photo, those of the raws it leads last of all (Lightroom keeps what it knows of a pair
    there), and exiftool's word on each photo and sidecar; see :func:`ask_each`."""
    look = Neighbours()
    beside = {path: look.sidecars(path) for path in dict.fromkeys(photos)}
    for path, raws in find_raws_beside(beside, look).items():
        beside[path] += tuple(one for raw in raws for one in look.sidecars(raw))
    files = [*beside, *(one for some in beside.values() for one in some)]
    return beside, ask_each(tool, files, options)


def ask_alone(tool: ExifTool, path: Path, args: Sequence[Argument]) -> Reply:
    """exiftool's reply to a command that reads this one file, whose name is in ``args`` already.

    Raises PhotoError where exiftool ends over it, ExifToolError when exiftool itself fails.
    """
    fault = unfit(tool, path)
    if fault is not None:
        raise fault
    try:
        return tool.execute(args, sizes=[size_of(path)])
    except ExifToolEndedError as ended:
        if ended.why in _MAY_PASS:
            try:
                return tool.execute(args, sizes=[size_of(path)])
            except ExifToolEndedError as again:
                ended = again
        raise _blamed(tool, path, ended) from ended


def unfit(tool: ExifTool, path: Path) -> PhotoError | None:
    """Why exiftool is not given this file at all: no ordinary file (a pipe would never end), known to end it, in a
    cloud, a sidecar that is built to."""
    known = tool.blame.known(path)
    if known is not None:
        return PhotoError(known.kind, known.message)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return PhotoError(
                ErrorKind.NOT_A_PHOTO,
                said(
                    "{path} is not an ordinary file (a folder, a pipe or a device). Rename or remove it.",
                    path=path,
                ),
            )
        if (away := in_cloud(path)) is not None:
            return away
        fault = fault_of_xml(path) if path.suffix.lower() == SIDECAR_SUFFIX else None
    except OSError:  # whoever opens it reports that
        return None
    if fault is None:
        return None
    return PhotoError(
        ErrorKind.DAMAGED,
        said(
            "{path} {fault}, so it is damaged or built to stop programs. It is left as it is. Rename "
            "or remove it.",
            path=path,
            fault=fault,
        ),
    )


def in_cloud(path: Path) -> PhotoError | None:
    """Why this file is not opened: its content lies in a cloud, and would be fetched. Raises OSError."""
    if not in_cloud_only(path.stat()):
        return None
    return PhotoError(
        ErrorKind.UNREADABLE,
        said(
            "{path} lies in the cloud only, and was not fetched. Make it available on this computer first.",
            path=path,
        ),
    )


def size_of(path: Path) -> int:
    """In bytes; 0 for what is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _ask(
    tool: ExifTool, paths: Sequence[Path], options: Sequence[Argument]
) -> dict[Path, Answer | PhotoError]:
    answers: dict[Path, Answer | PhotoError] = {}
    left = list(paths)
    while left:
        # Symlinks stay as they are.
        absolute = [Path(os.path.abspath(path)) for path in left]  # noqa: PTH100
        try:
            reply = tool.execute([*options, *absolute], sizes=[size_of(path) for path in left])
        except ExifToolEndedError as ended:
            told = _told(ended.said)
            at = _in_its_hands(absolute, told)
            if len(left) > 1 and (at is None or not tool.answers_at_once):
                return answers | _each(tool, left, options)
            at = at or 0
            answers.update(zip(left[:at], told, strict=False))
            culprit, left = left[at], left[at + 1 :]
            answers.update(_alone(tool, culprit, options, ended))
            continue
        found = parse_json(reply.stdout)
        if len(found) == len(left):
            answers.update(zip(left, found, strict=True))
        elif len(left) > 1:
            answers |= _each(tool, left, options)
        break
    return answers


def _each(
    tool: ExifTool, paths: Sequence[Path], options: Sequence[Argument]
) -> dict[Path, Answer | PhotoError]:
    return {path: answer for one in paths for path, answer in _ask(tool, [one], options).items()}


def _alone(
    tool: ExifTool, path: Path, options: Sequence[Argument], ended: ExifToolEndedError
) -> dict[Path, Answer | PhotoError]:
    """The answer on the file that exiftool had in its hands when it ended, which may have been killed by somebody:
    then it gets another chance, alone with a fresh one."""
    if ended.why in _MAY_PASS:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100
        try:
            found = parse_json(tool.execute([*options, absolute], sizes=[size_of(path)]).stdout)
            return {path: found[0]} if found else {}
        except ExifToolEndedError as again:
            ended = again
    return {path: _blamed(tool, path, ended)}


def _blamed(tool: ExifTool, path: Path, ended: ExifToolEndedError) -> PhotoError:
    """The file's own fault, unless exiftool cannot even say its version: then raises ExifToolError."""
    if ended.why is Why.DIED:
        tool.execute(["-ver"])
    failure = tool.blame.blame(path, ended.why, ended.limits)
    return PhotoError(failure.kind, failure.message)


def _told(said: bytes) -> list[Answer]:
    """The whole answers at the beginning of a list that breaks off."""
    end = said.rfind(b"\n}")
    return parse_json(said[: end + 2] + b"]") if end >= 0 else []


def _in_its_hands(paths: Sequence[Path], told: Sequence[Answer]) -> int | None:
    """The place of the file that was being read after these answers; None where that is not certain. A file that
    is gone has no answer."""
    if len(told) >= len(paths):
        return None
    for path, answer in zip(paths, told, strict=False):
        if _is_text(path) and answer.get("SourceFile") != str(path):
            return None
    at = len(told)
    return at if os.path.lexists(paths[at]) else None


def _is_text(path: Path) -> bool:
    """Whether the name comes back as it was given."""
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
