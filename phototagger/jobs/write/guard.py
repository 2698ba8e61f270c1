"""Keeping writes out of folders that a scan passes over: the catalog may know photos there from before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import Said, said
from phototagger.files.foreign_folders import library_above
from phototagger.jobs.analysis.roots import Foreigners


class WriteGuard:
    """Made for one job, given the catalog's roots: what was added on purpose may be written, but for other
    programs' libraries, whose databases know the bytes of each file."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = set(roots)
        self._foreign = Foreigners()
        self._reasons: dict[Path, Said | None] = {}

    def refusal(self, photo: Path) -> Failure | None:
        """Why nothing is written into or beside this photo; None where it may be."""
        if photo in self._roots:
            reason = _in_library(photo.parent)
        else:
            if photo.parent not in self._reasons:
                self._reasons[photo.parent] = _in_library(photo.parent) or self._passed_over(photo.parent)
            reason = self._reasons[photo.parent]
        return (
            Failure(ErrorKind.WRITE_REFUSED, said("{photo} {reason}", photo=photo, reason=reason))
            if reason
            else None
        )

    def _passed_over(self, folder: Path) -> Said | None:
        root = next((above for above in (folder, *folder.parents) if above in self._roots), None)
        place = self._foreign.between(root, folder) if root is not None else None
        if place is None:
            return None
        return said(
            "lies in {place}, which is passed over: hidden, another program's, a bin, or marked to be left alone. "
            "Nothing was changed. To have its photos tagged all the same, add that very folder: "
            "phototagger scan {place}",
            place=place,
        )


def _in_library(folder: Path) -> Said | None:
    for place in (folder, Path(os.path.realpath(folder))):
        library = library_above(place / "photo")
        if library is not None:
            return said(
                "lies in {library}, another program's library, which keeps a record of each file in it. "
                "Nothing was changed. Export the photo into a folder of your own to tag it.",
                library=library.name,
            )
    return None
