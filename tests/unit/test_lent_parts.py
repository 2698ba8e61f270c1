"""Parts of the application that somebody is using are not closed under them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phototagger.app.program import App
from phototagger.domain.writing import FileFields
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.progress import Cancel, run_to_end
from tests.unit.metadata.photos import make_photo


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    opened = App.open(tmp_path / "c.sqlite", tmp_path / "settings.toml")
    yield opened
    opened.close()


def change_settings(app: App, preset: str) -> None:
    """As OK in the settings does."""
    app.update_settings(replace(app.settings, write=replace(app.settings.write, preset=preset)))


@pytest.mark.parametrize("use", ["fields_in_files", "exiftool_status", "benchmark_write"])
def test_ok_in_the_settings_closes_no_exiftool_under_a_reader(
    app: App, tmp_path: Path, use: str, monkeypatch: pytest.MonkeyPatch
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
        "fields_in_files": lambda: app.fields_in_files([photo])[photo],
        "exiftool_status": app.exiftool_status,
        "benchmark_write": lambda: run_to_end(app.benchmark_write(tmp_path, Cancel()))["photos"],
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
    assert isinstance(answer, FileFields) if use == "fields_in_files" else answer == expected[use]
