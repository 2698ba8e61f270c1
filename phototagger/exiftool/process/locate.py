"""Finding exiftool on this machine, and saying how to get it where it is missing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain.errors import ExifToolError
from phototagger.domain.sentences import said
from phototagger.settings.locations import resources_folder

ENVIRONMENT_VARIABLE = "PHOTOTAGGER_EXIFTOOL"
OLDEST = (12, 15)  # first with all of -echo3 ${status}, lists and structs as the driver uses them
WRITES_HEIC = (13, 25)  # earlier ones could damage HEIC files (exiftool's change list, "IMPORTANT")
HASHES_IMAGE_DATA = (12, 63)  # first with ImageDataHash under that name
VERSION_TIMEOUT = 30.0  # seconds; a cold start takes 0.3


@dataclass(frozen=True, slots=True)
class FoundExifTool:
    """An exiftool that answered: the command that starts it, and its version."""

    command: tuple[str, ...]
    version: str

    @property
    def number(self) -> tuple[int, int]:
        return version_number(self.version)


def version_number(text: str) -> tuple[int, int]:
    """``(12, 57)`` of ``12.57``; ``(0, 0)`` for what is no version."""
    match = re.match(r"\s*(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def shipped_config() -> Path:
    """Our exiftool configuration: the namespace of our own, and the end on a closed standard input."""
    return resources_folder() / "exiftool" / "phototagger.config"


def install_command() -> str:
    """The command (or address) that installs exiftool on this system."""
    if sys.platform == "win32":
        return "winget install OliverBetz.ExifTool"
    if sys.platform == "darwin":
        return "brew install exiftool"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    family = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    if {"fedora", "rhel", "centos"} & set(family):
        return "sudo dnf install perl-Image-ExifTool"
    if "arch" in family:
        return "sudo pacman -S perl-image-exiftool"
    if {"suse", "opensuse"} & set(family):
        return "sudo zypper install exiftool"
    if "alpine" in family:
        return "sudo apk add exiftool"
    return "sudo apt install -y libimage-exiftool-perl"


def find_exiftool(setting: str = "") -> FoundExifTool:
    """The first exiftool of: the setting, the environment variable, the copy shipped with the program, PATH,
    the usual places.

    A place that was named outright (setting, variable) is not passed over when it does not work.

    Raises ExifToolError, with the command that installs it, when there is none or it is older than 12.15.
    """
    for name, source in (
        (setting, said("The setting write.exiftool")),
        (
            os.environ.get(ENVIRONMENT_VARIABLE, ""),
            said("The environment variable {variable}", variable=ENVIRONMENT_VARIABLE),
        ),
    ):
        if name:
            return _named(name, source)
    too_old = None
    for candidate in _usual_places():
        version = _ask_version(command_for(candidate))
        if version_number(version) >= OLDEST:
            return FoundExifTool(command_for(candidate), version)
        if version:
            too_old = too_old or (candidate, version)
    if too_old:
        raise _too_old(*too_old)
    raise ExifToolError(
        said(
            "exiftool is not installed, so no metadata can be read or written. Install it with: {command}",
            command=install_command(),
        )
    )


def command_for(program: str) -> tuple[str, ...]:
    """How to start this file: as it is, or through perl where it is a script without the execute bit."""
    path = Path(program)
    if path.is_file() and not os.access(path, os.X_OK):
        return ("perl", program)
    return (program,)


def _named(name: str, source: str) -> FoundExifTool:
    program = shutil.which(name) or str(Path(name).expanduser())
    command = command_for(program)
    version = _ask_version(command)
    if not version:
        raise ExifToolError(
            said(
                "{source} names {name}, which is no working exiftool. Correct it, or install exiftool with: "
                "{command}",
                source=source,
                name=name,
                command=install_command(),
            )
        )
    if version_number(version) < OLDEST:
        raise _too_old(name, version)
    return FoundExifTool(command, version)


def _too_old(name: str, version: str) -> ExifToolError:
    oldest = ".".join(map(str, OLDEST))
    return ExifToolError(
        said(
            "exiftool {version} at {name} is too old: {oldest} or newer is needed. Update it with: {command}",
            version=version,
            name=name,
            oldest=oldest,
            command=install_command(),
        )
    )


def _usual_places() -> list[str]:
    """Existing files only, in search order."""
    shipped = resources_folder() / "exiftool"
    places: list[str | None] = [
        str(shipped / "exiftool.exe") if sys.platform == "win32" else str(shipped / "exiftool"),
        shutil.which("exiftool"),
    ]
    if sys.platform == "win32":
        for variable, tail in (
            ("LOCALAPPDATA", r"Programs\ExifTool\ExifTool.exe"),
            ("ProgramFiles", r"ExifTool\ExifTool.exe"),
            ("SystemRoot", "exiftool.exe"),
        ):
            folder = os.environ.get(variable)
            places.append(str(Path(folder, tail)) if folder else None)
    else:
        places += ["/opt/homebrew/bin/exiftool", "/usr/local/bin/exiftool", "/opt/local/bin/exiftool"]
        places += ["/usr/bin/exiftool", "/usr/bin/vendor_perl/exiftool"]
    return [place for place in dict.fromkeys(places) if place and Path(place).is_file()]


def _ask_version(command: tuple[str, ...]) -> str:
    """What ``-ver`` answers; empty when it does not start or answers nothing like a version."""
    try:
        answer = subprocess.run(
            [*command, "-ver"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    text = answer.stdout.decode("utf-8", "replace").strip().splitlines()
    return text[0].split()[0] if text and version_number(text[0]) > (0, 0) else ""
