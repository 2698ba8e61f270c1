"""Runs the program the way a person does: as a command, in a process of its own, with a catalog of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Program:
    """One person's installation: its own catalog and settings."""

    home: Path

    def command(self, *arguments: str | Path) -> list[str]:
        catalog, settings = self.home / "catalog.sqlite", self.home / "settings.toml"
        options = ["--catalog", str(catalog), "--settings", str(settings), "--device", "cpu"]
        return [sys.executable, "-m", "phototagger", *options, *map(str, arguments)]

    def __call__(
        self,
        *arguments: str | Path,
        env: dict[str, str] | None = None,
        seconds: float = 110,
        given: bytes | None = None,
    ) -> Ran:
        """``given``: what comes out of a pipe as its input."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            input=given,
            env={**os.environ, **(env or {})},
            timeout=seconds,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


class AtTerminal:
    """A command that runs with a terminal as its stderr, so that it shows how far it is."""

    def __init__(
        self, command: Sequence[str], env: dict[str, str] | None = None, answers: bool = False
    ) -> None:
        """``answers``: somebody sits there, whom it may ask."""
        self._master, terminal = os.openpty()
        termios.tcsetwinsize(terminal, (24, 100))
        self.process = subprocess.Popen(
            command,
            stdin=terminal if answers else None,
            stderr=terminal,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
        )
        os.close(terminal)
        self.said = b""

    def wait_for(self, word: bytes) -> None:
        """Until its progress names the stage."""
        while word not in self.said:
            more = self._read()
            assert more, f"the command ended without ever saying {word!r}: {self.said!r}"

    def answer(self, typed: bytes) -> None:
        os.write(self._master, typed)

    def rest(self) -> bytes:
        """What it still says, until its end."""
        before = len(self.said)
        while self._read():
            pass
        return self.said[before:]

    def close(self) -> None:
        os.close(self._master)

    def _read(self) -> bytes:
        try:
            more = os.read(self._master, 4096)
        except OSError:  # EIO: the other end is closed
            return b""
        self.said += more
        return more


@pytest.fixture
def program(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    return Program(home)


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    """A person's folder: a copy of the sample photos."""
    folder = tmp_path / "photos"
    shutil.copytree(samples, folder)
    return folder


@pytest.fixture(scope="session")
def exiftool() -> str:
    found = shutil.which("exiftool")
    if found is None:
        pytest.skip("exiftool is not installed")
    return found


def read_back(exiftool: str, path: Path) -> dict[str, list[str]]:
    """The keyword fields as plain exiftool, not our driver, reads them."""
    names = ["-XMP-dc:Subject", "-IPTC:Keywords", "-XMP-lr:HierarchicalSubject"]
    out = subprocess.run([exiftool, "-j", "-G1", *names, str(path)], capture_output=True, check=True).stdout
    record = json.loads(out, parse_int=str, parse_float=str)[0]
    return {
        name: [str(value)] if not isinstance(value, list) else [str(entry) for entry in value]
        for name, value in record.items()
        if name != "SourceFile"
    }
