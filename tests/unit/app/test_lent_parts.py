"""Parts of the application that somebody is using are not closed under them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phototagger.app.program import Program
from phototagger.domain.writing import FileFields
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.inference.engine.inline import InlineEngine
from phototagger.jobs.progress import Cancel, run_to_end
from tests.support.photos import make_photo


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Program]:
    opened = Program.open(tmp_path / "c.sqlite", tmp_path / "settings.toml")
    yield opened
    opened.close()


def change_settings(app: Program, preset: str) -> None:
    """As OK in the settings does."""
    app.preferences.update(
        replace(app.preferences.settings, write=replace(app.preferences.settings.write, preset=preset))
    )


@pytest.mark.parametrize("use", ["fields", "exiftool_status", "benchmark_write"])
def test_ok_in_the_settings_closes_no_exiftool_under_a_reader(
    app: Program, tmp_path: Path, use: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    inside, go_on = threading.Event(), threading.Event()
    method = "version" if use == "exiftool_status" else "read"
    real: Callable[..., Any] = getattr(ExifToolWriter, method)

    def slowly(self: ExifToolWriter, *args: Sequence[Path]) -> Any:
        inside.set()
        assert go_on.wait(60)
        return real(self, *args)

    monkeypatch.setattr(ExifToolWriter, method, slowly)
    found: list[Any] = []
    ways: dict[str, Callable[[], Any]] = {
        "fields": lambda: app.files.fields([photo])[photo],
        "exiftool_status": app.files.exiftool_status,
        "benchmark_write": lambda: run_to_end(app.measuring.benchmark_write(tmp_path, Cancel()))["photos"],
    }
    reader = threading.Thread(target=lambda: found.append(ways[use]()))
    reader.start()
    assert inside.wait(60)
    change_settings(app, "digikam")
    change_settings(app, "apple")
    go_on.set()
    reader.join(60)
    (answer,) = found
    expected = {"exiftool_status": None, "benchmark_write": 1}
    assert isinstance(answer, FileFields) if use == "fields" else answer == expected[use]


def test_ok_in_the_settings_closes_no_engine_that_says_what_it_runs_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Program.open(tmp_path / "c.sqlite", tmp_path / "settings.toml", device="cpu", in_process=True)
    inside, go_on, closed = threading.Event(), threading.Event(), list[str]()

    def slowly(self: InlineEngine) -> dict[str, str]:
        inside.set()
        assert go_on.wait(60)
        return {"device": "cpu", "closed": "".join(closed)}

    monkeypatch.setattr(InlineEngine, "describe", slowly)
    monkeypatch.setattr(InlineEngine, "close", lambda self: closed.append("closed"))
    found: list[dict[str, str]] = []
    reader = threading.Thread(target=lambda: found.append(app.analysis.engine_status()))
    reader.start()
    assert inside.wait(60)
    settings = app.preferences.settings
    app.preferences.update(replace(settings, analysis=replace(settings.analysis, batch=3)))
    go_on.set()
    reader.join(60)
    assert found == [{"device": "cpu", "closed": ""}]
    assert closed == ["closed"], "the old engine is closed once nobody uses it"
    app.close()
