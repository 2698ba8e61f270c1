"""The whole walk from the command line, with the real networks, real exiftool and a real catalog."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Program, read_back

PHOTO_KEYS = {
    "path",
    "state",
    "error",
    "width",
    "height",
    "orientation",
    "taken_at",
    "place",
    "suggestions",
    "objects",
    "faces",
    "keywords_in_file",
    "pending_changes",
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_tag_write_then_exiftool_reads_the_words_and_undo_takes_them_back(
    program: Program, folder: Path, exiftool: str
) -> None:
    before = {name: read_back(exiftool, folder / name) for name in contents(folder) if name.endswith(".jpg")}

    ran = program("--json", "tag", folder, "--write")
    assert ran.status == 0, ran.err
    assert ran.records
    assert all(set(record) == PHOTO_KEYS for record in ran.records)
    cat = next(record for record in ran.records if "cat" in Path(record["path"]).name)
    assert any(entry["keyword"].startswith("animal|cat") for entry in cat["suggestions"])
    assert any("cat" in word for word in cat["keywords_in_file"])
    assert not any(record["pending_changes"] for record in ran.records)
    faces = [record for record in ran.records if record["faces"]]
    assert faces, "no face found on the sample photos"

    words = read_back(exiftool, Path(cat["path"]))
    accepted = [entry["keyword"] for entry in cat["suggestions"] if entry["state"] == "confirmed"]
    assert accepted
    assert set(words["XMP-lr:HierarchicalSubject"]) >= {keyword for keyword in accepted if "|" in keyword}
    assert set(words["XMP-dc:Subject"]) >= {keyword.rsplit("|", 1)[-1] for keyword in accepted}

    written = contents(folder)
    again = program("tag", folder, "--write")
    assert again.status == 0, again.err
    assert contents(folder) == written, "a second run must not change a byte"

    undone = program("--json", "undo")
    assert undone.status == 0, undone.err
    assert undone.records[0]["conflicts"] == []
    after = {name: read_back(exiftool, folder / name) for name in before}
    assert after == before


def test_boxes_of_a_turned_photo_are_of_the_upright_photo(program: Program, folder: Path) -> None:
    program("tag", folder)
    ran = program("--json", "show", folder)
    turned = [record for record in ran.records if record["orientation"] not in (1, None)]
    assert turned, "one of the samples is turned by EXIF"
    for record in turned:
        for found in (*record["faces"], *record["objects"]):
            x, y, w, h = found["box"]
            assert -0.01 <= x <= x + w <= 1.01
            assert -0.01 <= y <= y + h <= 1.01


def test_dry_run_shows_the_plan_and_writes_nothing(program: Program, folder: Path) -> None:
    before = contents(folder)
    program("tag", folder)
    ran = program("write", "--dry-run", "--json", folder)
    assert ran.status == 0, ran.err
    assert contents(folder) == before
    fields = {change["field"] for record in ran.records for change in record["changes"]}
    assert {"XMP-dc:Subject", "XMP-lr:HierarchicalSubject"} <= fields


def test_a_rejected_keyword_is_not_accepted_again(program: Program, folder: Path) -> None:
    program("analyse", folder)
    record = next(found for found in program("show", "--json", folder).records if found["suggestions"])
    keyword = record["suggestions"][0]["keyword"]
    assert program("reject", keyword, record["path"]).status == 0
    program("accept")
    (shown,) = program("show", "--json", record["path"]).records
    states = {entry["keyword"]: entry["state"] for entry in shown["suggestions"]}
    assert states[keyword] == "rejected"


def test_bad_files_are_named_and_the_rest_goes_on(program: Program, folder: Path) -> None:
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "letter.jpg").write_text("Dear reader, this is no photo.")
    sound = max(folder.glob("*.jpg"), key=lambda path: path.stat().st_size).read_bytes()
    (folder / "cut.jpg").write_bytes(sound[: len(sound) // 3])
    ran = program("--json", "tag", folder)
    assert ran.status == 1
    states = {Path(record["path"]).name: record for record in ran.records}
    for name, kind in {"empty.jpg": "empty", "letter.jpg": "not_a_photo", "cut.jpg": "truncated"}.items():
        assert states[name]["state"] == "failed"
        assert states[name]["error"]["kind"] == kind
        assert name in ran.err
    assert sum(record["state"] == "analysed" for record in ran.records) >= 5


def test_mistakes_get_a_sentence_and_status_2(program: Program, tmp_path: Path) -> None:
    missing = program("scan", tmp_path / "nowhere")
    assert missing.status == 2
    assert "nowhere" in missing.err
    empty = tmp_path / "nothing"
    empty.mkdir()
    assert program("tag", empty).status == 2
    assert program("models", "add", "convnext").status == 2
    assert "not built yet" in program("models", "add", "convnext").err
    assert program("undo").status == 2
    assert program("accept", "--above", "7").status == 2


def test_without_exiftool_everything_but_writing_works(program: Program, folder: Path) -> None:
    bare = {"PATH": "/nowhere", "PHOTOTAGGER_EXIFTOOL": "/nowhere/exiftool"}
    assert program("tag", folder, env=bare).status == 0
    ran = program("write", folder, env=bare)
    assert ran.status == 2
    assert "exiftool" in ran.err


def test_stopping_with_ctrl_c_keeps_what_is_done_and_goes_on_later(program: Program, folder: Path) -> None:
    for number in range(40):
        shutil.copy(next(folder.glob("*.jpg")), folder / f"copy{number}.jpg")
    running = subprocess.Popen(
        program.command("analyse", folder), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ
    )
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith(b"Analysing"):
            break
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=60) in (0, 130)
    running.stderr.close()
    assert program("analyse", folder).status == 0
    states = [record["state"] for record in program("show", "--json", folder).records]
    assert set(states) == {"analysed"}


def test_killed_at_any_moment_nothing_is_lost(program: Program, folder: Path, exiftool: str) -> None:
    """SIGKILL while `tag --write` runs, a little later each time; then the job is simply run again."""
    originals = contents(folder)
    for seconds in (1.0, 3.0, 5.0):
        running = subprocess.Popen(
            program.command("tag", folder, "--write"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            running.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        assert {path.name for path in folder.iterdir() if not path.name.startswith(".ptag-")} == set(
            originals
        )
    assert program("tag", folder, "--write").status == 0
    assert set(contents(folder)) == set(originals), "temporaries of the killed runs are gone"
    for record in program("show", "--json", folder).records:
        assert not record["pending_changes"]
        wanted = {entry["keyword"].rsplit("|", 1)[-1] for entry in record["suggestions"]}
        if wanted:
            assert set(read_back(exiftool, Path(record["path"]))["XMP-dc:Subject"]) >= {
                entry["keyword"].rsplit("|", 1)[-1]
                for entry in record["suggestions"]
                if entry["state"] == "confirmed"
            }


@pytest.mark.parametrize("command", [["models", "list"], ["models", "verify"]])
def test_networks_are_listed_and_sound(program: Program, command: list[str]) -> None:
    ran = program("--json", *command)
    assert ran.status == 0, ran.err
    assert len(ran.records) >= 4
    if command[1] == "verify":
        assert all(record["ok"] for record in ran.records)
    else:
        assert {record["task"] for record in ran.records} == {"classify", "objects", "faces", "identity"}
        assert all(record["licence"] for record in ran.records)


def test_search_finds_by_keyword(program: Program, folder: Path) -> None:
    program("tag", folder)
    ran = program("search", "cat")
    assert ran.status == 0
    assert any("cat" in line for line in ran.out.splitlines())
    assert program("search", "xylophone zebra").status == 2


def test_benchmark_tells_rate_and_ratio(program: Program, folder: Path) -> None:
    ran = program("--json", "benchmark", folder)
    assert ran.status == 0, ran.err
    (report,) = ran.records
    assert {"photos", "photos_per_s", "bound_photos_per_s", "share_of_bound", "ratio_to_naive"} <= set(report)
    assert report["photos"] == len(list(folder.glob("*.*g")))
    assert json.dumps(report["stages"])
