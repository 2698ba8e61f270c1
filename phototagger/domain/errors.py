"""Everything that can go wrong, sorted once: a message a person can act on, and a kind a program can read."""

from __future__ import annotations

from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import Said, plain


class PhotoTaggerError(Exception):
    """Base of all errors a person may meet. ``message`` is what happened, to what, and what to do; ``str()`` says
    it in English."""

    name = "error"  # for programs: the ``kind`` of an error in the command line's JSON

    def __init__(self, message: Said) -> None:
        super().__init__(message)
        self.message = plain(message)


def message_of(error: BaseException) -> Said:
    """What the error tells a person; of one that is none of ours, what its library says."""
    return error.message if isinstance(error, PhotoTaggerError) else plain(str(error))


class PhotoError(PhotoTaggerError):
    """One photo could not be read or written; the others go on."""

    name = "photo"

    def __init__(self, kind: ErrorKind, message: Said) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def failure(self) -> Failure:
        return Failure(self.kind, self.message)


class CatalogError(PhotoTaggerError):
    """The catalog cannot be opened, is from a newer version, is locked by another program, or is damaged."""

    name = "catalog"


class EngineError(PhotoTaggerError):
    """The engine cannot start or keeps dying."""

    name = "engine"


class DeviceError(EngineError):
    """The device asked for is not there."""

    name = "device"


class ModelError(PhotoTaggerError):
    """A network's files are missing, damaged or not known."""

    name = "model"


class WriteError(PhotoError):
    """A write was refused or failed. The original is untouched whenever this is raised."""


class ExifToolError(PhotoTaggerError):
    """exiftool is missing, too old, died or did not answer."""

    name = "exiftool"


class SettingsError(PhotoTaggerError):
    """The settings file cannot be read or holds a value that makes no sense."""

    name = "settings"


class UpdateError(PhotoTaggerError):
    """It is not known whether there is a newer version."""

    name = "update"


class UsageError(PhotoTaggerError):
    """Asked for something that makes no sense here (wrong path, nothing to do)."""

    name = "usage"


class Cancelled(PhotoTaggerError):  # noqa: N818 - it is an ending, not a fault
    """The person asked to stop. What was committed stays."""
