"""Asking for a newer version, of a web server on this computer."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from phototagger import __version__
from phototagger.app.newer_version import Release, is_newer, newest_release
from phototagger.app.program import Program
from phototagger.domain.errors import UpdateError
from phototagger.settings.declared import Settings, UpdateSettings
from phototagger.settings.store import load_settings, save_settings


class Publisher(HTTPServer):
    answer = b""
    asked = 0
    agent = ""
    sends_on_to = ""
    status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked += 1
        self.server.agent = self.headers["User-Agent"]
        if self.server.sends_on_to:
            self.send_response(302)
            self.send_header("Location", self.server.sends_on_to)
            self.end_headers()
            return
        self.send_response(self.server.status)
        self.end_headers()
        with contextlib.suppress(OSError):  # the one who asked has stopped reading
            self.wfile.write(self.server.answer)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _address(server: Publisher) -> str:
    return f"http://127.0.0.1:{server.server_port}/release.json"


def test_the_newest_release_is_read_and_nothing_is_told_of_us(publisher: Publisher) -> None:
    publisher.answer = b'{"version": "7.1.0", "page": "https://example.org/get", "more": 1}'

    release = newest_release(_address(publisher))

    assert release == Release("7.1.0", "https://example.org/get")
    assert "7.1.0" in release.sentence()
    assert "https://example.org/get" in release.sentence()
    assert publisher.agent == "phototagger"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>", "not the JSON"),
        (b"", "not the JSON"),
        (b'"\xff"', "not the JSON"),
        (b"[" * 60_000, "not the JSON"),  # deeper than Python follows
        (b'{"a":' * 10_000, "not the JSON"),
        (b"{" * 70_000, "too long"),
        (b" " * 10_000_000, "too long"),
        (b"[]", "names no version"),
        (b"{}", "names no version"),
        (b'{"version": "none"}', "names no version"),
        (b'{"version": 7}', "names no version"),
        (b'{"version": null}', "names no version"),
        (b'{"version": ["1.0"]}', "names no version"),
        (b'{"version": "1.0\\u001b[31m"}', "names no version"),
        (b'{"version": "1.0 <b>new</b>"}', "names no version"),
        (b'{"version": "%s"}' % (b"9" * 5000), "names no version"),
        (b'{"version": "1.0-of-friday"}', "names no version"),  # no order is known for it
        (b'{"version": "1.0\\n"}', "names no version"),
    ],
)
def test_a_wrong_answer_is_a_plain_sentence(publisher: Publisher, answer: bytes, why: str) -> None:
    publisher.answer = answer

    with pytest.raises(UpdateError, match="not known whether") as told:
        newest_release(_address(publisher))

    assert why in str(told.value)
    for pythons in ("Error", "Errno", "'version'", "list", "char 0", "<urlopen", "object has"):
        assert pythons not in str(told.value)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("https://example.org/get?v=7", "https://example.org/get?v=7"),
        ("http://example.org/get", ""),
        ("https://example.org/\\u001b]0;x", ""),
        ("https://example.org/<img src=x>", ""),
        ("https://example.org/" + "a" * 3000, ""),
    ],
)
def test_only_a_page_that_can_be_shown_is_told(publisher: Publisher, page: str, told: str) -> None:
    publisher.answer = f'{{"version": "7.1", "page": "{page}"}}'.encode()
    assert newest_release(_address(publisher)).page == told


def test_nobody_there_is_told_in_plain_words(publisher: Publisher) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UpdateError, match="no server could be reached"):
        newest_release(f"http://127.0.0.1:{port}/x")
    publisher.status = 404
    with pytest.raises(UpdateError, match=r"refused \(status 404\)"):
        newest_release(_address(publisher))


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 302 F\r\nLocation:"]
)
def test_an_answer_that_never_ends_is_given_up(start: bytes) -> None:
    """Byte after byte comes in time, the whole never does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(start)
                while not over.wait(0.05):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(UpdateError, match=r"no whole answer within|too slowly"):
                newest_release(f"http://127.0.0.1:{server.getsockname()[1]}/x", seconds=0.5)
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"])
def test_an_answer_that_is_no_proper_http_is_a_sentence(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def reply() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        try:
            with pytest.raises(UpdateError, match="not known whether"):
                newest_release(f"http://127.0.0.1:{server.getsockname()[1]}/x")
        finally:
            thread.join()


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://example.org/x",
            "file:///etc/passwd",
            "nonsense",
            "",
            "https://",
            "https://[",
            "ftp://example.org/x",
        ),
        *("http://127.0.0.1.example.org/x", "http://localhost@example.org/x", "HTTP://example.org/x"),
    ],
)
def test_only_safe_addresses_are_asked(publisher: Publisher, address: str) -> None:
    with pytest.raises(UpdateError, match="https"):
        newest_release(address)
    publisher.sends_on_to = address
    with pytest.raises(UpdateError):
        newest_release(_address(publisher))


def test_a_redirect_is_looked_at_before_it_is_followed(publisher: Publisher) -> None:
    """Not even a name is looked up for what is no https address."""
    looked_up: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("socket.getaddrinfo", "socket.connect"):
            looked_up.append(str(arguments))

    watching = True
    sys.addaudithook(watch)
    publisher.sends_on_to = "http://example.invalid/next"
    with pytest.raises(UpdateError, match="sent on to another address"):
        newest_release(_address(publisher))
    watching = False
    assert looked_up
    assert not [found for found in looked_up if "example.invalid" in found]


def test_endless_redirects_end(publisher: Publisher) -> None:
    publisher.sends_on_to = _address(publisher)
    with pytest.raises(UpdateError, match="not known whether"):
        newest_release(_address(publisher))
    assert publisher.asked < 20


@pytest.mark.parametrize(
    ("version", "current", "newer"),
    [
        ("1.10.0", "1.9.3", True),
        ("v2", "1.9", True),
        ("1.0", "1.0.0", False),
        ("1.0.0", "1.0.0rc1", True),
        ("1.0.0rc1", "1.0.0", False),
        ("0.9", "1.0", False),
        ("1.0-beta.2", "1.0", False),
        ("1.0.post1", "1.0", True),
        ("1.0rc2", "1.0rc1", True),
        ("1.1.dev3", "1.1a1", False),
        ("2026.1+local", "2026.1", True),
    ],
)
def test_versions_are_numbers(version: str, current: str, newer: bool) -> None:
    assert is_newer(version, current) is newer


def test_the_window_asks_only_by_agreement_and_tells_each_version_once(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.answer = b'{"version": "9000.1"}'
    file = tmp_path / "settings.toml"
    app = Program.open(tmp_path / "catalog.sqlite", file)
    try:
        save_settings(Settings(updates=UpdateSettings(check=False, address=_address(publisher))), file)
        app.close()
        app = Program.open(tmp_path / "catalog.sqlite", file)
        assert app.preferences.newer_version() is None
        assert publisher.asked == 0

        app.preferences.update(Settings(updates=UpdateSettings(check=True, address=_address(publisher))))
        first, second = app.preferences.newer_version(), app.preferences.newer_version()
        assert first is not None
        assert "9000.1" in first
        assert second is None
        assert load_settings(file).updates.told == "9000.1"

        publisher.answer = b'{"version": "%s"}' % __version__.encode()
        assert app.preferences.newer_version() is None
        publisher.answer = b"broken"
        assert app.preferences.newer_version() is None
    finally:
        app.close()
    assert Settings().updates.check is False
