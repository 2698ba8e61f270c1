"""A device named on the command line counts for that run alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from phototagger.app.program import Program
from phototagger.settings.store import load_settings


def test_a_device_of_one_run_is_not_kept_with_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    app = Program.open(tmp_path / "catalog.sqlite", file, device="cpu", in_process=True)
    try:
        app.preferences.update(
            replace(app.preferences.settings, window=replace(app.preferences.settings.window, theme="dark"))
        )
        kept = load_settings(file)
        assert (kept.window.theme, kept.analysis.device) == ("dark", "auto")
    finally:
        app.close()
