"""Asking whether there is a newer phototagger: the only thing that ever uses the network, and only by agreement.

The answer is a JSON object at an address that the settings name: ``{"version": "1.2.0", "page": "https://..."}``;
``page``, where to get it, may be missing. The question carries nothing but the program's name.
"""

from __future__ import annotations

import http.client
import json
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version

from phototagger.domain.errors import UpdateError
from phototagger.domain.sentences import Said, joined, said

SECONDS = 10.0  # for all of it: names looked up, redirects, and an answer that comes drop by drop
MOST_BYTES = 65_536
LONGEST_VERSION, LONGEST_PAGE = 40, 2000
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Release:
    """The newest version there is, and the page to get it from ("" if unknown)."""

    version: str
    page: str = ""

    def sentence(self) -> Said:
        """What a person reads about it."""
        told = said("phototagger {version} has come out.", version=self.version)
        return joined((told, said("You find it at {page}.", page=self.page) if self.page else None))


class _Refused(Exception):  # noqa: N818 - becomes an UpdateError
    """Why there is no answer, as part of a sentence."""


def newest_release(address: str, seconds: float = SECONDS) -> Release:
    """What is published at this address. Blocks for up to ``seconds``.

    Raises:
        UpdateError: It cannot be reached, or answers something else or too late; or the address, or one that it is
            sent on to, is not https (plain http is taken from this very computer only).
    """
    if not _is_safe(address, from_here=True):
        raise UpdateError(
            said(
                "updates.address in the settings is {address}; it must be an address that begins with "
                "https:// (http:// only for one on this computer).",
                address=repr(address),
            )
        )
    answers: queue.SimpleQueue[Release | str] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_release(_ask(address, time.monotonic() + seconds)))
        except _Refused as refused:
            answers.put(refused.args[0])

    # A name server, or a server that sends a byte now and then, keeps its thread as long as it likes; not us.
    threading.Thread(target=ask, name="newer version", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        answer = said("there was no whole answer within {seconds} seconds", seconds=f"{seconds:.0f}")
    if isinstance(answer, str):
        raise UpdateError(
            said(
                "It is not known whether there is a newer version: asked at {address}, {answer}. Try "
                "again later, or correct updates.address in the settings.",
                address=address,
                answer=answer,
            )
        )
    return answer


class _Onward(urllib.request.HTTPRedirectHandler):
    """Looks where it is sent on to before it goes there."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not _is_safe(newurl, from_here=_is_here(req.full_url)):
            raise _Refused(said("it was sent on to another address that does not begin with https://"))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _ask(address: str, until: float) -> bytes:
    """What the server answers. Raises _Refused."""

    def answer() -> bytes:
        question = urllib.request.Request(address, headers={"User-Agent": "phototagger"})
        opener = urllib.request.build_opener(_Onward)
        with opener.open(question, timeout=max(until - time.monotonic(), 0.1)) as reply:
            found = bytearray()
            while more := reply.read1(MOST_BYTES):
                found += more
                if len(found) > MOST_BYTES:
                    raise _Refused(said("the answer is far too long"))
                if time.monotonic() > until:
                    raise _Refused(said("the answer came too slowly"))
            return bytes(found)

    return _in_plain_words(answer)


def _in_plain_words(answer: Callable[[], bytes]) -> bytes:
    try:
        return answer()
    except urllib.error.HTTPError as error:
        with error:
            raise _Refused(said("the server refused (status {code})", code=error.code)) from error
    except urllib.error.URLError as error:
        raise _Refused(_why(error.reason)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Refused(_why(error)) from error


def _why(reason: object) -> Said:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return said("the server could not show that it is the one meant (its certificate is not valid)")
    if isinstance(reason, TimeoutError):
        return said("the server did not answer in time")
    if isinstance(reason, (http.client.HTTPException, ssl.SSLError, ValueError)):
        return said("the server answered nothing that makes sense")
    return said("no server could be reached")


def _release(answer: bytes) -> Release:
    """Raises _Refused."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise _Refused(said("the answer is not the JSON that was expected")) from error
    version = found.get("version") if isinstance(found, dict) else None
    if not isinstance(version, str) or not _is_version(version):
        raise _Refused(said("the answer names no version"))
    page = found.get("page")
    return Release(version, page if isinstance(page, str) and _is_page(page) else "")


def _is_page(page: str) -> bool:
    """Whether it is an https address of plain letters, which can be shown and opened."""
    plain = page.isascii() and page.isprintable() and not set(page) & set(' "<>\\^`{|}')
    return plain and len(page) <= LONGEST_PAGE and page.startswith("https://")


def _is_safe(address: str, from_here: bool) -> bool:
    """``from_here``: plain http on this computer will do."""
    try:
        parts = urlsplit(address)
        return (parts.scheme == "https" and bool(parts.hostname)) or (from_here and _is_here(address))
    except ValueError:  # brackets or a port that are none
        return False


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in _HERE


def is_newer(version: str, current: str) -> bool:
    """``1.10.0`` is newer than ``1.9``, and a release newer than its own release candidate.

    Raises ValueError for what is no version by Python's rules (PEP 440).
    """
    return Version(version) > Version(current)


def _is_version(text: str) -> bool:
    """Of a few plain letters only, for it is printed."""
    if len(text) > LONGEST_VERSION or not text.isascii() or text.strip() != text:
        return False
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
