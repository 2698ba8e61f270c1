"""What the command line tells of an undo that met edits by others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from phototagger.cli.grammar.arguments import parse
from phototagger.cli.main import run
from phototagger.exiftool.process.locate import find_exiftool, shipped_config
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
from tests.support.photos import prepare
from tests.support.write_world import open_world


def test_fields_left_alone_are_named_and_ours_can_be_taken_out_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = open_world(tmp_path / "photos", tmp_path / "catalog.sqlite")
    writer = ExifToolWriter(WriteSettings(preset="lightroom"), lock_folder=tmp_path / "locks")
    world.want("dog", 0)
    world.want("sea", 0)
    world.write(writer)
    tool = ExifTool(find_exiftool(), shipped_config())
    prepare(tool, world.paths[0], "-XMP-dc:Subject-=dog", "-XMP-dc:Subject+=Rex")
    writer.close()
    tool.close()
    world.catalog.close()

    def program(*words: str) -> tuple[int, list[dict[str, Any]], str]:
        options = [
            "--catalog",
            str(tmp_path / "catalog.sqlite"),
            "--settings",
            str(tmp_path / "settings.toml"),
        ]
        status = run(parse([*options, *words]))
        told = capsys.readouterr()
        return status, [json.loads(line) for line in told.out.splitlines() if line.startswith("{")], told.err

    left = [
        {
            "path": str(world.paths[0]),
            "field": "XMP-dc:Subject",
            "wrote": ["dog", "sea"],
            "now": ["Rex", "sea"],
        }
    ]
    status, (undone,), err = program("--json", "undo")
    assert (status, undone["restored"], undone["fields"]) == (1, 0, left)
    assert "a.jpg, XMP-dc:Subject: written dog, sea; now Rex, sea" in err
    _, (history, *_), _ = program("--json", "history")
    assert (history["conflicts"], history["fields"]) == (1, left)
    status, (cleared,), _ = program("--json", "undo", "1", "--only-added")
    assert (status, cleared["cleared"], cleared["removal_run"]) == (0, 1, 2)
    _, (shown,), _ = program("--json", "show", str(world.paths[0]))
    assert (shown["keywords_in_file"], shown["run"]) == (["Rex"], 2)
