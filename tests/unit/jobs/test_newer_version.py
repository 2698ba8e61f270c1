"""Asking for a newer version, of a web server on this computer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from phototagger import __version__
from phototagger.assembly.app import App
from phototagger.errors import UpdateError
from phototagger.jobs.newer_version import Release, is_newer, newest_release
from phototagger.settings import Settings, UpdateSettings, load_settings, save_settings


class Publisher(HTTPServer):
    answer = b""
    asked = 0
    agent = ""
    sends_on_to = ""


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
        self.send_response(200)
        self.end_headers()
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
    "answer", [b"<html>", b"[]", b'{"version": "none"}', b"{}", b'"\xff"', b"{" * 70_000]
)
def test_a_wrong_answer_is_a_sentence(publisher: Publisher, answer: bytes) -> None:
    publisher.answer = answer

    with pytest.raises(UpdateError, match="cannot be told"):
        newest_release(_address(publisher))


@pytest.mark.parametrize("address", ["http://example.org/x", "file:///etc/passwd", "nonsense"])
def test_only_safe_addresses_are_asked(publisher: Publisher, address: str) -> None:
    with pytest.raises(UpdateError, match="https"):
        newest_release(address)
    publisher.sends_on_to = address
    with pytest.raises(UpdateError):
        newest_release(_address(publisher))


@pytest.mark.parametrize(
    ("version", "current", "newer"),
    [
        ("1.10.0", "1.9.3", True),
        ("v2", "1.9", True),
        ("1.0", "1.0.0", False),
        ("1.0.0", "1.0.0rc1", True),
        ("1.0.0rc1", "1.0.0", False),
        ("0.9", "1.0", False),
    ],
)
def test_versions_are_numbers(version: str, current: str, newer: bool) -> None:
    assert is_newer(version, current) is newer


def test_the_window_asks_only_by_agreement_and_tells_each_version_once(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.answer = b'{"version": "9000.1"}'
    file = tmp_path / "settings.toml"
    app = App.open(tmp_path / "catalog.sqlite", file)
    try:
        save_settings(Settings(updates=UpdateSettings(check=False, address=_address(publisher))), file)
        app.settings = load_settings(file)
        assert app.update_to_tell() is None
        assert publisher.asked == 0

        app.update_settings(Settings(updates=UpdateSettings(check=True, address=_address(publisher))))
        first, second = app.update_to_tell(), app.update_to_tell()
        assert first is not None
        assert "9000.1" in first
        assert second is None
        assert load_settings(file).updates.told == "9000.1"

        publisher.answer = b'{"version": "%s"}' % __version__.encode()
        assert app.update_to_tell() is None
        publisher.answer = b"broken"
        assert app.update_to_tell() is None
    finally:
        app.close()
    assert Settings().updates.check is False
