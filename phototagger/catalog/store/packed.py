"""What stands in the catalog packed into one text or blob. SQLite knows nothing of it: it may be damaged there."""

from __future__ import annotations

import json
import zlib
from typing import Any

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, zlib.error)
"""What comes of unpacking a text or blob in which a byte is wrong."""
_CHECK = "check"
DAMAGED = "{}"  # in the place of what was unreadable


def pack(content: dict[str, Any]) -> str:
    """As JSON with a check sum, for what is written back into files by what stands there."""
    return json.dumps({**content, _CHECK: _sum(content)})


def unpack_json(stored: str) -> dict[str, Any]:
    """The inverse; what an earlier version stored has no check sum. Raises one of ``UNREADABLE``."""
    content = json.loads(stored)
    told = content.pop(_CHECK, None)
    if told is not None and told != _sum(content):
        raise ValueError("the check sum is another one")
    if not isinstance(content, dict):
        raise TypeError("it is no table")
    return content


def _sum(content: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())
