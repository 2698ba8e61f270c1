"""Files that we write because a person named them: lists and reports, never a photo."""

from __future__ import annotations

import codecs
from pathlib import Path

from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import Said, either, said
from phototagger.files.whole_file import put_file, refuse_odd

LOOKED_AT = 65_536  # bytes of what is there already


def check_output(path: Path, endings: tuple[str, ...], what: Said) -> None:
    """Raises UsageError where ``what`` ("a report") must not be written to: by a slip it might be a photo, which
    would be lost. The name must have one of these endings; what is there already must be a plain file of text,
    and no link, which might lead to a photo whatever its own name is."""
    if path.suffix.lower() not in endings:
        raise UsageError(
            said(
                "{path} was not written: the name of {what} ends in {endings}.",
                path=path,
                what=what,
                endings=either(endings),
            )
        )
    try:
        if path.is_symlink():
            raise UsageError(
                said("{path} was not written: it is a link. Name the file itself, or another one.", path=path)
            )
        refuse_odd(path)
        if not path.parent.is_dir():
            raise UsageError(
                said(
                    "{path} was not written: there is no folder {parent}. Make it first.",
                    path=path,
                    parent=path.parent,
                )
            )
        if path.exists() and not _is_text(path):
            raise UsageError(
                said(
                    "{path} was not written: what is there now is no text, and would be lost. Choose "
                    "another name.",
                    path=path,
                )
            )
    except OSError as error:
        raise UsageError(
            said("{path} was not written ({reason}). Choose another name.", path=path, reason=error.strerror)
        ) from error


def write_output(path: Path, text: str, endings: tuple[str, ...], what: Said) -> None:
    """Writes the file whole or not at all, under exactly this name: what another name of the same file, or a link,
    leads to stays as it is. Raises UsageError."""
    check_output(path, endings, what)
    try:
        put_file(text.encode("utf-8", "replace"), path, private=False)
    except OSError as error:
        raise UsageError(
            said("{path} was not written ({reason}). Choose another name.", path=path, reason=error.strerror)
        ) from error


def _is_text(path: Path) -> bool:
    """Whether its beginning is UTF-8 without control characters that no text has; every photo's is not."""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(
            start
        )  # a letter cut at the end is none of its faults
    except UnicodeDecodeError:
        return False
    return not any(letter < " " and letter not in "\t\r\n\f" for letter in text)
