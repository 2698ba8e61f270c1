"""The real parts of renaming: what a photo's content says, and what goes with it under its name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from phototagger.exiftool.writing.in_place import finish_rename, rename_in_place
from phototagger.files.pairs import spelling
from phototagger.files.sidecars import find_sidecars
from phototagger.files.suffixes import is_film, is_photo_name, is_raw
from phototagger.imaging.opening.kinds import right_suffix
from phototagger.jobs.write.fix_names import NameTools


def files_beside(photo: Path) -> Sequence[Path]:
    """Its sidecars of its full name, and whatever else is called by that and is no photo: Google's ``.json``,
    RawTherapee's ``.pp3``. Raises OSError."""
    full = spelling(photo.name)
    sidecars = {one for one in find_sidecars(photo) if spelling(one.stem) == full}
    with os.scandir(photo.parent) as entries:
        others = {
            photo.with_name(entry.name)
            for entry in entries
            if entry.name.startswith(f"{photo.name}.") and entry.is_file(follow_symlinks=False)
        }
    others = {one for one in others if not (is_photo_name(one) or is_raw(one) or is_film(one))}
    return sorted(sidecars | {one for one in others if one.suffix.lower() != ".xmp"})


NAME_TOOLS = NameTools(right_suffix, files_beside, rename_in_place, finish_rename)
