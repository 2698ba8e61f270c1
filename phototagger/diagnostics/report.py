"""The report that a person can send, as text or JSON: put together from parts that hold nothing of their own."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import psutil

from phototagger import __version__
from phototagger.diagnostics import crash
from phototagger.diagnostics.log import KEPT, MOST_BYTES, log_path
from phototagger.diagnostics.redaction import Redaction, stack_lines
from phototagger.files.whole_file import read_file
from phototagger.settings.declared import Settings, all_settings
from phototagger.settings.rules import AnyOf, OneOf, Switch, Whole

MOST_LINES = 2000  # of the log
HEAD = (
    "A report on phototagger, for those who mend it. Names of people, folders and files, keywords, captions and "
    "faces are left out: <photo 1>.jpg, <folder 1> and <text 1> stand for them. No photo is in it, and nothing was "
    "sent: look through it, then send it yourself."
)
PACKAGES = (
    "PySide6_Essentials",
    "torch",
    "torchvision",
    "timm",
    "onnxruntime",
    "onnx",
    "numpy",
    "usearch",
    "Pillow",
    "pi-heif",
    "rawpy",
    "tifffile",
    "imagecodecs",
    "av",
    "rapidocr-onnxruntime",
    "exiftool-wrapper",
    "filelock",
)
ReportValue = str | int | float | bool | None
_CLOSED = (AnyOf, OneOf, Switch, Whole)  # rules that leave nothing to a person's own words
_SESSIONS = ("x11", "wayland", "tty")


@dataclass(frozen=True, slots=True)
class Report:
    """``parts``: a heading, and below it what is known by name. Nothing in it was typed by a person."""

    parts: Mapping[str, Mapping[str, ReportValue]]
    crashes: tuple[str, ...] = ()
    log: tuple[str, ...] = field(default=())

    def text(self) -> str:
        lines = [HEAD]
        for heading, values in self.parts.items():
            lines += ["", f"[{heading}]", *(f"{name}: {_said(value)}" for name, value in values.items())]
        for number, text in enumerate(self.crashes, 1):
            lines += ["", f"[crash {number}]", text]
        lines += ["", f"[log, its last {len(self.log)} lines]", *self.log]
        return "\n".join(lines) + "\n"

    def record(self) -> dict[str, Any]:
        """One JSON object, as ``resources/json`` describes it."""
        parts = {heading.replace(" ", "_"): dict(values) for heading, values in self.parts.items()}
        return {"about": HEAD, **parts, "crashes": list(self.crashes), "log": list(self.log)}


def _said(value: ReportValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)


def versions(exiftool: str | None) -> dict[str, ReportValue]:
    """Of the program and all that it stands on; None for what is not installed."""
    found: dict[str, ReportValue] = {
        "phototagger": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "exiftool": exiftool,
        "built": bool(getattr(sys, "frozen", False)),
    }
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def computer() -> dict[str, ReportValue]:
    session = os.environ.get("XDG_SESSION_TYPE", "")
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "session": session if session in _SESSIONS else None,
    }


def settings_told(settings: Settings) -> dict[str, ReportValue]:
    """Each setting; of one that is any text at all, only whether it is set."""
    told: dict[str, ReportValue] = {}
    for name, entry, declared in all_settings():
        value = getattr(getattr(settings, name.partition(".")[0]), entry.name)
        told[name] = value if isinstance(declared.rule, _CLOSED) else ("set" if value else "not set")
    told["not known to this version"] = len(settings.unknown)
    return told


def log_tail(redaction: Redaction) -> tuple[str, ...]:
    """The last lines of the log; a record is kept whole."""
    path = log_path()
    lines: deque[str] = deque(maxlen=MOST_LINES)
    for file in (*(path.with_name(f"{path.name}.{number}") for number in range(KEPT, 0, -1)), path):
        try:
            text = read_file(file, 2 * MOST_BYTES + 2**20).decode("utf-8", "replace")
        except OSError:
            continue
        lines.extend(text.removesuffix("\n").split("\n"))
    return tuple(redaction.log_lines(lines))


def crashes() -> tuple[str, ...]:
    """The traces of the last few crashes."""
    return tuple("\n".join(stack_lines(one.text)) for one in crash.find_all())
