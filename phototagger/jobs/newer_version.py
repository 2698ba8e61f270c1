"""Asking whether there is a newer phototagger: the only thing that ever uses the network, and only by agreement.

The answer is a JSON object at an address that the settings name: ``{"version": "1.2.0", "page": "https://..."}``;
``page``, where to get it, may be missing. The question carries nothing but the program's name.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from phototagger.errors import UpdateError

SECONDS = 10.0
MOST_BYTES = 65_536
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Release:
    """The newest version there is, and the page to get it from ("" if unknown)."""

    version: str
    page: str = ""

    def sentence(self) -> str:
        """What a person is told of it."""
        where = f" You find it at {self.page}." if self.page else ""
        return f"phototagger {self.version} has come out.{where}"


def newest_release(address: str) -> Release:
    """What is published at this address. Blocks for up to ten seconds.

    Raises:
        UpdateError: It cannot be reached, or answers something else; or the address is not https (plain http is
            taken from this very computer only).
    """
    _check(address)
    question = urllib.request.Request(address, headers={"User-Agent": "phototagger"})
    try:
        with urllib.request.urlopen(question, timeout=SECONDS) as answer:
            _check(answer.geturl())  # wherever it was sent on to
            text = answer.read(MOST_BYTES)
        return _release(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise UpdateError(
            f"It cannot be told whether there is a newer version: {address} gave no proper answer ({reason}). "
            "Try again later, or correct updates.address in the settings."
        ) from error


def is_newer(version: str, current: str) -> bool:
    """``1.10.0`` is newer than ``1.9``, and a release newer than its own release candidate."""
    return _order(version) > _order(current)


def _order(version: str) -> tuple[tuple[int, ...], int]:
    match = re.match(r"v?(\d+(?:\.\d+)*)(.*)", version.strip())
    if match is None:
        raise ValueError(f"{version!r} is no version")
    numbers = [int(part) for part in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), 0 if re.match(r"\.?(a|b|rc|dev)\d*", match[2].strip("-")) else 1


def _release(answer: Any) -> Release:
    version, page = str(answer["version"]), str(answer.get("page", ""))
    _order(version)
    return Release(version, page if page.startswith("https://") else "")


def _check(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise UpdateError(
            f"updates.address in the settings is {address!r}; it must be an address that begins with https://."
        )
