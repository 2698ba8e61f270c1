"""The program as it is started: its own process under a real X server, with engine process, ended by SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phototagger.app.program import Program as App
from phototagger.catalog.photos import photos
from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import plain
from phototagger.imaging.decode import PillowDecoder
from phototagger.jobs.progress import Cancel
from tests.e2e.conftest import Program


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    until, pause = time.monotonic() + seconds, threading.Event()
    while not ready():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        pause.wait(0.1)


@pytest.fixture
def display() -> Iterator[str]:
    """The name of an X server of this test's own, such as ``:3``."""
    for program, package in (("Xvfb", "xvfb"), ("xwininfo", "x11-utils"), ("import", "imagemagick")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: {package}), so no window can be shown")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


def descendants(pid: int) -> set[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        tasks = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
        for task in tasks:  # a child belongs to the thread that started it
            text += " " + Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii")
    except OSError:
        return set()
    children = {int(word) for word in text.split()}
    return children.union(*(descendants(child) for child in children))


def colours_on(display: str, target: Path) -> int:
    """How many different colours are to be seen on the screen."""
    subprocess.run(["import", "-display", display, "-window", "root", str(target)], check=True)
    with Image.open(target) as seen:
        return len(np.unique(np.asarray(seen.convert("RGB")).reshape(-1, 3)[::7], axis=0))


def test_the_program_shows_its_window_analyses_and_ends_when_told(
    display: str, program: Program, samples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    files = [folder / "cat-turned.jpg", folder / "astronaut.jpg"]
    for photo in files:
        shutil.copy(samples / photo.name, photo)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = tmp_path / "said.txt"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    environment.pop("WAYLAND_DISPLAY", None)
    with said.open("wb") as log:
        running = subprocess.Popen(
            program.command("gui", folder), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:

        def windows() -> str:
            assert running.poll() is None, said.read_text()
            tree = ["xwininfo", "-display", display, "-root", "-tree"]
            return subprocess.run(tree, capture_output=True, text=True, check=True).stdout

        wait_until(lambda: '"phototagger"' in windows(), 60, "the window")
        wait_until(lambda: colours_on(display, tmp_path / "seen.png") > 20, 30, "something to be seen in it")

        def analysed() -> bool:
            assert running.poll() is None, said.read_text()
            shown = program("--json", "show", *files)
            return shown.status == 0 and [one["state"] for one in shown.records] == ["analysed"] * 2

        wait_until(analysed, 120, "both photos to be analysed")
        family = descendants(running.pid)
        assert family, "the engine is a process of its own"
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0, said.read_text()
        wait_until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), 10, "its processes to end"
        )
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert "Traceback" not in said.read_text()


def test_big_photos_are_never_decoded_in_this_process(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it decoded here, a photo that brings its decoder down would take the window along."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(samples / "astronaut.jpg", folder)
    app = App.open(tmp_path / "catalog.sqlite", tmp_path / "settings.toml", device="cpu")
    try:
        for _ in app.analysis.scan([folder], Cancel()):
            pass

        def not_here(*_: object) -> None:
            raise AssertionError("decoded in the window's process")

        monkeypatch.setattr(PillowDecoder, "decode", not_here)
        assert app.viewing.photo(1, 200).pixels.shape[:2] in {(200, 200), (200, 160), (160, 200)}
    finally:
        app.close()


@pytest.mark.parametrize("kind", [ErrorKind.CRASHED, ErrorKind.DAMAGED])
def test_a_photo_known_to_fail_is_refused_unopened(samples: Path, tmp_path: Path, kind: ErrorKind) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(samples / "astronaut.jpg", folder)
    app = App.open(tmp_path / "catalog.sqlite", tmp_path / "settings.toml", device="cpu")
    try:
        for _ in app.analysis.scan([folder], Cancel()):
            pass
        failure = Failure(kind, plain("astronaut.jpg brought the engine down twice."))
        app._session.catalog.write(lambda c: photos.set_failed(c, 1, failure, kind is ErrorKind.CRASHED))
        with pytest.raises(PhotoError, match="brought the engine down") as told:
            app.viewing.photo(1, 200)
        assert told.value.kind is kind
    finally:
        app.close()
