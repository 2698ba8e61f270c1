"""What a drop holds: folders and photo files, local ones only, nested ones folded into their parents."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData


def dropped_paths(mime: QMimeData) -> list[Path]:
    """The local files and folders in a drop or a paste, folded. Opens and looks at nothing: a drop is taken at
    once, and the scan answers for what is no photo."""
    return outermost(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def outermost(paths: Iterable[Path]) -> list[Path]:
    """Absolute, each once, in the order given, without those that lie below another one of them."""
    unique = dict.fromkeys(path.absolute() for path in paths)
    return [path for path in unique if not any(parent in unique for parent in path.parents)]
