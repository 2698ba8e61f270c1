"""What phototagger keeps of its own on this computer, to be deleted when a person leaves it. Never a photo."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain.sentences import Said, said

SIDECAR = ".xmp"


@dataclass(frozen=True, slots=True)
class OwnData:
    """Files that would go, photos and sidecars in our own folders that stay, and the folders themselves."""

    files: tuple[Path, ...]
    photos: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()

    def size(self) -> int:
        """Bytes of the files; those that are gone meanwhile count nothing."""
        return sum(path.lstat().st_size for path in self.files if os.path.lexists(path))


def find_own_data(
    catalog: Path, settings: Path, folders: Sequence[Path], is_photo: Callable[[Path], bool]
) -> OwnData:
    """Everything of ours that is there.

    Args:
        catalog: Its file; what lies beside it under its name (thumbnails, log, old copies) belongs to it.
        settings: The settings file.
        folders: Folders that are ours alone: all in them is ours but photos and sidecars. Links are not followed.
        is_photo: Whether a file of this name is a photo.
    """
    family = [catalog, *catalog.parent.glob(glob.escape(catalog.name) + "[-.]*")]
    inside = [path for folder in folders for path in _files_in(folder)]
    found = dict.fromkeys(
        path for path in (*family, settings, *inside) if path.is_symlink() or path.is_file()
    )
    photos = tuple(path for path in found if is_photo(path) or path.suffix.lower() == SIDECAR)
    files = tuple(path for path in found if path not in photos)
    return OwnData(files, photos, tuple(folders))


def delete_own_data(data: OwnData) -> list[Said]:
    """Deletes the files, then folders that are empty by that. Gives a sentence for each that could not be."""
    problems: list[Said] = []
    for path in data.files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            problems.append(
                said(
                    "{path} cannot be deleted ({reason}). Delete it yourself.",
                    path=path,
                    reason=error.strerror,
                )
            )
    for folder in data.folders:
        for here, _, _ in os.walk(folder, topdown=False):
            try:
                Path(here).rmdir()
            except OSError:
                continue  # what stays in it keeps it
    return problems


def _files_in(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        links = [name for name in folders if Path(here, name).is_symlink()]
        yield from (Path(here, name) for name in (*names, *links))
