"""An exception as lines for the log: where it came from, as our own files; what it says, between marks."""

from __future__ import annotations

import errno
import re
import traceback
from pathlib import PurePath

from phototagger.diagnostics.private_marks import mark, mark_within

_MOST_FRAMES = 40
_LIBRARIES = re.compile(r"(?:site-packages|dist-packages|python3\.\d+)$")
_BUILT_IN = re.compile(r"<frozen [\w.]+>")
_PACKAGE = "phototagger"


def exception_lines(error: BaseException) -> list[str]:
    """The exception, and before it those that led to it, oldest first, as Python itself tells them."""
    lines: list[str] = []
    for one, how in _chain(error):
        lines += [*([how] if how else []), *_frames(one), f"  {_kind(one)}: {mark_within(one)}"]
        lines += [f"  note: {mark(note)}" for note in getattr(one, "__notes__", ())]
        if isinstance(one, BaseExceptionGroup):
            for part in one.exceptions:
                lines += ["  of several:", *exception_lines(part)]
    return lines


def source_name(path: str) -> str | None:
    """A file of Python code without the folders of this computer (``phototagger/jobs/scan.py``); None for one that
    belongs to no package known here, and may be the person's."""
    if _BUILT_IN.fullmatch(path):
        return path
    parts = PurePath(path.replace("\\", "/")).parts
    for place in range(len(parts) - 2, -1, -1):
        if _LIBRARIES.fullmatch(parts[place]):
            return "/".join(parts[place + 1 :])
    for place in range(len(parts) - 2, -1, -1):
        if parts[place] == _PACKAGE:
            return "/".join(parts[place:])
    return None


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    chain: list[tuple[BaseException, str]] = []
    met: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in met:
        met.add(id(one))
        if one.__cause__ is not None:
            before, how = one.__cause__, "  which led to:"
        elif one.__context__ is not None and not one.__suppress_context__:
            before, how = one.__context__, "  and while that was dealt with:"
        else:
            before, how = None, ""
        chain.append((one, how))
        one = before
    return chain[::-1]


def _frames(error: BaseException) -> list[str]:
    lines = []
    for frame in traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]:
        name = source_name(frame.filename)
        where = f"  {name or mark(frame.filename)}, line {frame.lineno}, in {frame.name}"
        lines.append(f"{where}: {frame.line}" if name and frame.line else where)
    return lines


def _kind(error: BaseException) -> str:
    """The class, and the number that the system or SQLite gives to what happened."""
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name} [{errno.errorcode.get(error.errno, error.errno)}]"
    return f"{name} [{code}]" if (code := getattr(error, "sqlite_errorname", None)) else name
