"""Makes of log and crash traces what may be sent: nothing of the person's own is in it.

Of the log only what stands outside the marks is taken (see :mod:`.marks`), of a crash only lines of the forms that
faulthandler writes. The same thing gets the same number throughout a report, so that one can still follow it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath, PureWindowsPath

from phototagger.diagnostics.private_marks import CLOSE, OPEN
from phototagger.diagnostics.traces import source_name

_MARKED = re.compile(f"{OPEN}([^{CLOSE}]*)(?:{CLOSE}|$)")
_RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3} [A-Z]+ \d+ [\w.]+: ")
_LEFT_OUT = "  <a line is left out>"

_HEAD = re.compile(r"phototagger [\w.+-]+, [a-z]+, started [\d: -]+")
_FATAL = re.compile(
    r"(?:Fatal Python error|Windows fatal exception): [\w .:-]+|Timeout \([\d:.]+\)!|Python runtime state: [\w ]+"
)
_THREAD = re.compile(
    r"(?:Current thread|Thread) 0x[0-9a-f]+ (?:\[[\w -]*\] )?\(most recent call first\):"
    r"|  Garbage-collecting|  <[\w ]+>|  \.\.\."
)
_FRAME = re.compile(r'  File "(.*)", line (\d+|\?\?\?) in ([\w.<>]+)')
_MODULES = re.compile(r"Extension modules: [\w., ]+\(total: \d+\)")


class Redaction:
    """The replacements of one report. ``kinds``: which endings of a file's name may be told, and what such a file
    is called: ``{".jpg": "photo"}``."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self._kinds = kinds
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def log_lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Records of the log, with the lines below each that say where a fault came from."""
        inside = False
        for line in lines:
            if _RECORD.match(line):
                inside = True
            elif not (inside and line.startswith("  ")):
                inside = False
                continue
            yield _MARKED.sub(lambda found: self.name_of(found[1]), line)

    def name_of(self, text: str) -> str:
        """What stands for this text: ``<photo 1>.jpg``, ``<folder 2>``, ``<text 3>``."""
        if text not in self._names:
            kind, ending = self._kind(text)
            number = self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[text] = f"<{kind} {number}>{ending}"
        return self._names[text]

    def _kind(self, text: str) -> tuple[str, str]:
        if not (PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()):
            return "text", ""
        ending = PureWindowsPath(text).suffix.lower()
        return (self._kinds[ending], ending) if ending in self._kinds else ("folder", "")


def stack_lines(text: str) -> Iterator[str]:
    """What faulthandler wrote, without the folders of this computer; a line of no form that it has is left out."""
    for line in text.splitlines():
        frame = _FRAME.fullmatch(line)
        if frame:
            yield f"  {source_name(frame[1]) or '<a file>'}, line {frame[2]}, in {frame[3]}"
        elif not line.strip() or any(form.fullmatch(line) for form in (_HEAD, _FATAL, _THREAD, _MODULES)):
            yield line
        else:
            yield _LEFT_OUT
