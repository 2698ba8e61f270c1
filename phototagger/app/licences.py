"""The licences of all parts: in a build from the file made with it, else from the packages that are installed."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

from phototagger.settings.locations import licence_file, resources_folder

_NAMES = ("licen", "copying", "notice", "copyright")
_EXTRAS = ("films", "text", "jxl")  # ours that are for use
_RULE = "-" * 79


def licence_texts() -> str:
    """Ours, the networks', the data's and those of every package that this program uses, each with its text as far
    as the package brought one."""
    try:
        return licence_file().read_text(encoding="utf-8")
    except OSError:
        return "\n".join((*_own(), *_networks(), *_packages()))


def _own() -> Iterator[str]:
    yield _headed("phototagger: Apache-2.0", _text_of_ours())
    resources = resources_folder()
    for name in ("places", "vocabulary", "samples"):
        yield _headed(f"Data: {name}", _read(resources / name / "SOURCES.md"))


def _text_of_ours() -> str:
    beside = resources_folder().parent / "LICENSE"
    if beside.is_file():
        return _read(beside)
    return next((text for found in _installed("phototagger") for text in _texts(found)), "")


def _networks() -> Iterator[str]:
    models = resources_folder() / "models"
    for path in sorted(models.glob("*/LICENCE.txt")):
        yield _headed(f"Network: {path.parent.name}", _read(path))
    yield _headed("Apache-2.0, which some of these name", _read(models / "Apache-2.0.txt"))


def _packages() -> Iterator[str]:
    """Those that phototagger asks for, and those that they ask for, where they are installed."""
    yield _headed(f"Python {sys.version.split()[0]}: PSF-2.0", "https://docs.python.org/3/license.html")
    found: dict[str, Distribution] = {}
    wanted = ["phototagger"]
    while wanted:
        for distribution in _installed(wanted.pop()):
            name = _plain(distribution.metadata["Name"])
            if name not in found:
                found[name] = distribution
                wanted += [_asked_for(line) for line in distribution.requires or () if _is_used(line)]
    for name, distribution in sorted(found.items()):
        if name != "phototagger":
            title = f"{distribution.metadata['Name']} {distribution.version}: {_licence(distribution)}"
            yield _headed(title, "\n".join(_texts(distribution)))


def _installed(name: str) -> list[Distribution]:
    try:
        return [importlib.metadata.distribution(name)]
    except importlib.metadata.PackageNotFoundError:
        return []


def _is_used(requirement: str) -> bool:
    """Not what only tests and builds of a package ask for."""
    extra = re.search(r"extra\s*==\s*['\"]([\w-]+)", requirement)
    return extra is None or extra[1] in _EXTRAS


def _asked_for(requirement: str) -> str:
    """The name in ``numpy>=1.26; python_version > "3"``."""
    match = re.match(r"[\w.-]+", requirement)
    return match[0] if match else ""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def _licence(distribution: Distribution) -> str:
    described = distribution.metadata
    for field in ("License-Expression", "License"):
        first = next(iter(described.get_all(field) or []), "").strip().splitlines()[:1]
        if first and len(first[0]) < 200:
            return first[0]
    kinds = [line for line in described.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(line.rsplit("::", 1)[-1].strip() for line in kinds) or "see below"


def _texts(distribution: Distribution) -> list[str]:
    paths = [
        Path(str(file.locate()))
        for file in distribution.files or ()
        if ".dist-info" in str(file)
        and file.suffix != ".py"
        and (file.name.casefold().startswith(_NAMES) or "licenses" in map(str.casefold, file.parts))
    ]
    return [_read(path) for path in paths if path.is_file()]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _headed(title: str, text: str) -> str:
    return f"{_RULE}\n{title}\n{_RULE}\n{text.strip() or 'The package brings no text of its licence.'}\n"
