"""Packages as pip installs them: modules and their entry points in a folder of the import path."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from tests.support.own_networks import colours_graph

EXAMPLE = Path(__file__).resolve().parents[1] / "fixtures" / "example_extension"


def install_example(folder: Path) -> Path:
    """The example extension with its network, which is made here; gives the folder for the import path."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    package = folder / "phototagger_example"
    shutil.copytree(EXAMPLE / "phototagger_example", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "networks" / "palette" / "colours.onnx").write_bytes(colours_graph())
    return put_entry_points(folder, project["name"], project["entry-points"])


def install(folder: Path, name: str, code: str, entry_points: dict[str, dict[str, str]]) -> Path:
    """A package of one module."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(code, "utf-8")
    return put_entry_points(folder, name, entry_points)


def put_entry_points(folder: Path, name: str, groups: dict[str, dict[str, str]]) -> Path:
    """What pip leaves beside the modules of a package."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{entry} = {value}" for entry, value in entries.items()), "")
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    return folder
