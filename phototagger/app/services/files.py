"""What the photos' files hold now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from phototagger.app.session import Session
from phototagger.domain.errors import PhotoError
from phototagger.domain.facets import VALUE_KINDS
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import Said, said
from phototagger.domain.writing import FileFields, FileSays, said_by


class Files:
    """Metadata as exiftool reads it, sidecars included."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fields(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        """What each file (its sidecars included) holds now, read by exiftool."""
        with self._session.reader() as writer:
            return writer.read(paths)

    def says(self, photo_id: int) -> FileSays:
        """What one photo's file says. Raises PhotoError when it cannot be read, ExifToolError without exiftool."""
        path = self._session.library.details(photo_id).photo.path
        found = self.fields([path]).get(path)
        if found is None:
            raise PhotoError(ErrorKind.GONE, said("{path} is not there any more.", path=path))
        if isinstance(found, Exception):
            raise found
        return said_by(found, VALUE_KINDS)

    def require_exiftool(self) -> None:
        """Raises ExifToolError when exiftool is missing or too old."""
        with self._session.reader() as reader:
            reader.version()

    def exiftool_status(self) -> Said | None:
        """None when exiftool is fine, else what to do."""
        return self._session.exiftool_status()
