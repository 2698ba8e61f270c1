"""Writes THIRD_PARTY_NOTICES.txt for a frozen build: every part inside, with its licence's whole text.

Run by the Python that the build was frozen with, after freezing: it takes the packages installed there, the
networks by their spec.toml, exiftool, and, on Debian and its kin, the system's libraries that were bundled.

    python packaging/notices.py FROZEN_FOLDER
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "resources" / "models"
NAME = "THIRD_PARTY_NOTICES.txt"
BUILD_ONLY = {"pip", "setuptools", "wheel", "altgraph", "pyinstaller-hooks-contrib", "macholib", "pefile"}
BUILD_ONLY |= {"pywin32-ctypes", "phototagger"}
TEXT_NAMES = ("licen", "copying", "notice", "authors", "copyright")
COMMON_TEXTS = Path("/usr/share/common-licenses")
LIBRARIES = "as libraries of their own in this program's folder, which you may replace"
WORDS = {
    "pyinstaller": "The starter is PyInstaller's, under the GPL with an exception that lets any program use it.",
    "PySide6_Essentials": f"Qt and PySide6 are used under the LGPL-3.0, {LIBRARIES}. "
    "Sources: https://download.qt.io/official_releases/QtForPython/",
    "shiboken6": f"Used under the LGPL-3.0, {LIBRARIES}. Sources: with PySide6's.",
    "pi_heif": f"libheif and libde265 are used under the LGPL-3.0, {LIBRARIES}. "
    "Sources: https://github.com/strukturag",
    "rawpy": f"LibRaw is used under the GNU Lesser General Public License 2.1, {LIBRARIES}. "
    "Sources: https://www.libraw.org",
    "exiftool-wrapper": f"Used under the LGPL-3.0-or-later, {LIBRARIES}.",
}
STANDARD_TEXTS = {
    "Apache": (ROOT / "LICENSE",),
    "LGPL": (COMMON_TEXTS / "LGPL-3", COMMON_TEXTS / "GPL-3"),
}
"""For packages that name a licence and bring no text of it, and for those whose licence wants both its texts."""
OWN_DATA = (
    ("GeoNames' towns", "CC BY 4.0", ROOT / "resources" / "places" / "SOURCES.md"),
    ("Unicode CLDR's names of countries", "Unicode-3.0", ROOT / "resources" / "vocabulary" / "SOURCES.md"),
    ("Sample photos", "see below", ROOT / "resources" / "samples" / "SOURCES.md"),
)


_SYSTEM_LIBRARY = re.compile(r"([^:, ]+)[^ ]*: /(?:usr/)?lib(?:/[^/]+-linux-[^/]+)?/[^/]+")
"""What ``dpkg -S`` answers for a library in one of the system's own folders; ours may be installed as well."""


class Part(NamedTuple):
    """One part of the build: what it is, its licence in a word, and the texts that belong to it."""

    name: str
    licence: str
    texts: tuple[str, ...]


def packages() -> Iterator[Part]:
    """The Python packages of this environment, but for those that only build."""
    found = {dist.metadata["Name"]: dist for dist in importlib.metadata.distributions()}
    for name, dist in sorted(found.items(), key=lambda item: item[0].casefold()):
        if name.casefold() in BUILD_ONLY:
            continue
        files = [file for file in dist.files or [] if _is_text(Path(str(file)), ".dist-info" in str(file))]
        texts = [Path(str(file.locate())) for file in files]
        licence = _licence(dist)
        for word, standard in STANDARD_TEXTS.items():
            if word in licence + WORDS.get(name, "") and (word == "LGPL" or not texts):
                texts += standard
        said = [WORDS[name]] if name in WORDS else []
        read = [path.read_text(encoding="utf-8", errors="replace") for path in texts if path.is_file()]
        # Our own words on it are no licence: without a text the part counts as lacking.
        yield Part(f"{name} {dist.version}", licence, tuple(said + read) if read else ())


def _is_text(path: Path, described: bool) -> bool:
    """A licence text: of the package's description, or one that lies beside its code."""
    name = path.name.casefold()
    inside = described and any(part.casefold() == "licenses" for part in path.parts)
    return path.suffix not in (".py", ".pyc") and (inside or name.startswith(TEXT_NAMES))


def _licence(dist: importlib.metadata.Distribution) -> str:
    expression = _field(dist, "License-Expression")
    named = _field(dist, "License")
    classes = [
        line.rsplit("::", 1)[-1].strip()
        for line in dist.metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    short = named.splitlines()[0] if named and len(named.splitlines()[0]) < 60 else ""
    return expression or short or ", ".join(classes) or "see below"


def _field(dist: importlib.metadata.Distribution, name: str) -> str:
    return next(iter(dist.metadata.get_all(name) or []), "")


def python() -> Part:
    texts = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt"]
    text = next(
        (path.read_text(encoding="utf-8") for path in texts if path.is_file()),
        "https://docs.python.org/3/license.html",
    )
    return Part(f"Python {sys.version.split()[0]}", "PSF-2.0", (text,))


def networks() -> Iterator[Part]:
    for path in sorted(MODELS.glob("*/spec.toml")):
        origin = tomllib.loads(path.read_text(encoding="utf-8"))["origin"]
        text = path.with_name(origin["licence_file"]).read_text(encoding="utf-8")
        name = f"Network {path.parent.name} (weights), from {origin['source']}, {origin['project']}"
        yield Part(name, origin["licence"], (text,))


def exiftool(frozen: Path) -> Iterator[Part]:
    for path in sorted(frozen.rglob("LICENSE.exiftool")):
        common = [COMMON_TEXTS / name for name in ("Artistic", "GPL-1") if (COMMON_TEXTS / name).is_file()]
        texts = [path.read_text(encoding="utf-8"), *(text.read_text(encoding="utf-8") for text in common)]
        yield Part("ExifTool", "GPL-1.0-or-later OR Artistic-1.0-Perl", tuple(texts))


def system_libraries(frozen: Path) -> Iterator[Part]:
    """Debian's packages whose libraries PyInstaller bundled: those at the top that no Python package brought."""
    libraries = [
        path.name for path in _internal(frozen).iterdir() if ".so" in path.name and not path.is_symlink()
    ]
    owners: dict[str, list[str]] = {}
    for library in sorted(libraries):
        try:
            said = subprocess.run(["dpkg", "-S", f"*/{library}"], capture_output=True, text=True, check=False)
        except OSError:
            return
        found = (_SYSTEM_LIBRARY.fullmatch(line) for line in said.stdout.splitlines())
        owner = next((match[1] for match in found if match), "")
        if owner:
            owners.setdefault(owner, []).append(library)
    for owner, names in sorted(owners.items()):
        copyright_file = Path("/usr/share/doc") / owner / "copyright"
        text = (
            copyright_file.read_text(encoding="utf-8", errors="replace") if copyright_file.is_file() else ""
        )
        yield Part(f"{owner} ({', '.join(names)}), from Debian", "see below", (text,))


def own_data() -> Iterator[Part]:
    for name, licence, path in OWN_DATA:
        yield Part(name, licence, (path.read_text(encoding="utf-8"),))


def notices(parts: list[Part]) -> str:
    """The whole file: a list first, then every text once, under the names it belongs to."""
    holders: dict[str, list[str]] = {}
    for part in parts:
        for text in part.texts:
            holders.setdefault(text.strip(), []).append(part.name)
    lines = ["phototagger is licensed under Apache-2.0. These parts of others are inside:", ""]
    lines += [f"  {part.name}: {part.licence}" for part in parts]
    for text, names in holders.items():
        lines += ["", "=" * 100, "\n".join(dict.fromkeys(names)), "=" * 100, "", text]
    return "\n".join(lines) + "\n"


def without_text(parts: list[Part]) -> list[str]:
    """Parts of which no licence text was found: a build with one of these must not ship."""
    return [part.name for part in parts if not any(text.strip() for text in part.texts)]


def _internal(frozen: Path) -> Path:
    inside = frozen / "_internal"
    return inside if inside.is_dir() else frozen


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    frozen = Path(sys.argv[1])
    parts = [python(), *packages(), *networks(), *exiftool(frozen), *own_data(), *system_libraries(frozen)]
    (target,) = [path.parent for path in frozen.rglob("resources/models")]
    (target / NAME).write_text(notices(parts), encoding="utf-8")
    print(f"{NAME}: {len(parts)} parts")
    lacking = without_text(parts)
    for name in lacking:
        print(f"no licence text was found for {name}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
