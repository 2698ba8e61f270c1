"""A folder that holds no photo, and one that is not there, as the whole program tells them."""

from __future__ import annotations

from pathlib import Path

from phototagger.app.program import Program
from phototagger.jobs.progress import Cancel, run_to_end


def test_what_a_drop_found_and_could_not_read_is_told(tmp_path: Path) -> None:
    app = Program.open(tmp_path / "catalog.sqlite", tmp_path / "settings.toml", in_process=True)
    folder = tmp_path / "photos"
    folder.mkdir()
    try:
        summary = run_to_end(app.analysis.scan_and_analyse([folder], Cancel()))
        assert (summary.found, summary.unreadable_folders, summary.analysed) == (0, (), 0)
        folder.rmdir()
        summary = run_to_end(app.analysis.scan_and_analyse([folder], Cancel()))
        assert (summary.found, summary.unreadable_folders) == (0, (folder,))
    finally:
        app.close()
