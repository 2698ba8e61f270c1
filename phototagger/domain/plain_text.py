"""Text of others (names of files, metadata, a server's answer) as text alone: a terminal shows it, and obeys none
of it."""

from __future__ import annotations

import re

# C0 and C1 control characters steer a terminal. The two separators break lines; overrides and isolates of the
# direction of writing let a name be read backwards (``photo[U+202E]gpj.exe``). Marks that Arabic and Hebrew need
# (U+200E, U+200F, U+061C) and joiners of emoji stay.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def one_line(text: str) -> str:
    """The text with every character that steers a terminal spelt out: ``\\x1b``, ``\\n``, ``\\u202e``."""
    return _STEERING.sub(_spelt, text)


def several_lines(text: str) -> str:
    """As :func:`one_line`, but line feeds are ours."""
    return "\n".join(map(one_line, text.split("\n")))


def _spelt(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SHORT.get(match[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
