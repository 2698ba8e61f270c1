"""The whole walk from the command line, with the real networks, real exiftool and a real catalog."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from phototagger.domain.records import Box
from tests.e2e.conftest import AtTerminal, Program, read_back

ORIENTATION = 0x0112
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
    "keywords",
    "values",
    "values_in_file",
    "keywords_in_file",
    "schema",
    "regions_in_file",
    "text",
    "caption",
    "pending_changes",
    "run",
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

    assert cat["run"] == 1
    cleared = program("--json", "undo", "1", "--only-added").records[0]
    assert (cleared["run"], cleared["removal_run"], cleared["failed"]) == (1, 2, [])
    assert program("--json", "show", Path(cat["path"])).records[0]["keywords_in_file"] == []
    told = program("undo")
    assert told.status == 0
    assert told.out.startswith("Run 2 of 20")
    assert told.out.endswith("What it had taken out is there again.\n")

    undone = program("--json", "undo")
    assert undone.status == 0, undone.err
    assert (undone.records[0]["run"], undone.records[0]["conflicts"], undone.records[0]["fields"]) == (
        1,
        [],
        [],
    )
    after = {name: read_back(exiftool, folder / name) for name in before}
    assert after == before


def test_boxes_of_a_turned_photo_are_of_the_upright_photo(program: Program, folder: Path) -> None:
    """The sample stored on its side gives the same boxes as an upright copy of it."""
    turned = next(folder.glob("*turned*"))
    upright = folder / "upright.png"
    with Image.open(turned) as photo:
        assert photo.getexif()[ORIENTATION] == 6
        ImageOps.exif_transpose(photo).save(upright)
    program("tag", turned, upright)
    ran = program("--json", "show", turned, upright)
    records = {Path(record["path"]).name: record for record in ran.records}
    one, other = records[turned.name], records[upright.name]
    assert (one["orientation"], other["orientation"]) == (6, 1)
    assert (one["width"], one["height"]) == (other["width"], other["height"])
    assert one["objects"]
    for found, same in zip(one["objects"], other["objects"], strict=True):
        assert found["label"] == same["label"]
        assert Box(*found["box"]).iou(Box(*same["box"])) > 0.9


def test_dry_run_shows_the_plan_and_writes_nothing(program: Program, folder: Path) -> None:
    before = contents(folder)
    tagged = program("tag", folder)
    assert "To see what would be: phototagger write --dry-run" in tagged.err
    ran = program("write", "--dry-run", "--json", folder)
    assert ran.status == 0, ran.err
    assert contents(folder) == before
    fields = {change["field"] for record in ran.records for change in record["changes"]}
    assert {"XMP-dc:Subject", "XMP-lr:HierarchicalSubject"} <= fields

    protected = Path(ran.records[0]["path"])
    protected.chmod(0o444)
    dry = program("write", "--dry-run", "--json", folder)
    assert dry.status == 1
    (refused,) = (record for record in dry.records if record["refused"])
    assert (refused["path"], refused["changes"]) == (str(protected), [])
    assert "is read-only" in refused["refused"]["message"]
    assert (
        f"will not be written: {refused['refused']['message']}" in program("write", "--dry-run", folder).out
    )
    wrote = program("write", "--json", folder)
    assert wrote.status == 1
    assert wrote.records[0]["written"] == len(dry.records) - 1
    assert wrote.records[0]["failed"] == [{"path": str(protected), **refused["refused"]}]
    assert protected.read_bytes() == before[protected.name]


def test_a_rejected_keyword_is_not_accepted_again(program: Program, folder: Path) -> None:
    program("analyse", folder)
    record = next(found for found in program("show", "--json", folder).records if found["suggestions"])
    keyword = record["suggestions"][0]["keyword"]
    assert program("reject", keyword, record["path"]).status == 0
    assert program("accept", "--all").status == 0
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


def test_failed_photos_are_named_every_time(program: Program, folder: Path) -> None:
    (folder / "empty.jpg").touch()
    for _ in range(2):
        ran = program("analyse", folder)
        assert ran.status == 1
        assert "empty.jpg" in ran.err


def test_json_survives_a_terminal_that_knows_ascii_only(program: Program, folder: Path) -> None:
    awkward = folder / 'fête 🎂 "x".jpg'
    shutil.copy(folder / "coffee.jpg", awkward)
    program("analyse", awkward)
    ran = program("show", "--json", awkward, env={"PYTHONIOENCODING": "ascii"})
    assert [record["path"] for record in ran.records] == [str(awkward)]


def test_stopping_while_the_networks_load_does_not_wait_for_them(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    """With an empty cache the networks are exported first, which takes many seconds."""
    running = AtTerminal(program.command("analyse", folder), {"XDG_CACHE_HOME": str(tmp_path / "cache")})
    running.wait_for(b"Analysing")
    running.process.send_signal(signal.SIGINT)
    assert b"Stopped" in running.rest()
    running.close()
    assert running.process.wait(timeout=60) == 130
    assert not list((tmp_path / "cache").rglob("*.onnx")), "it stopped before the first network was exported"


def test_mistakes_get_a_sentence_and_status_2(program: Program, tmp_path: Path) -> None:
    missing = program("scan", tmp_path / "nowhere")
    assert missing.status == 2
    assert "nowhere" in missing.err
    empty = tmp_path / "nothing"
    empty.mkdir()
    assert program("tag", empty).status == 2
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
    running = AtTerminal(program.command("analyse", folder))
    running.wait_for(b"Analysing")
    running.process.send_signal(signal.SIGINT)
    assert b"Stopped" in running.rest()
    running.close()
    assert running.process.wait(timeout=60) == 130
    assert program("analyse", folder).status == 0
    states = [record["state"] for record in program("show", "--json", folder).records]
    assert set(states) == {"analysed"}


def kill_when_it_says(program: Program, word: bytes, *arguments: str | Path) -> None:
    """Runs a command and kills it (SIGKILL) as soon as its progress names the stage."""
    running = AtTerminal(program.command(*arguments))
    running.wait_for(word)
    running.process.kill()
    running.close()
    assert running.process.wait() == -signal.SIGKILL


def test_killed_at_any_moment_nothing_is_lost(program: Program, folder: Path, exiftool: str) -> None:
    originals = contents(folder)
    for number in range(12):
        shutil.copy(folder / "coffee.jpg", folder / f"copy{number}.jpg")
    originals = contents(folder)
    words = {name: read_back(exiftool, folder / name) for name in originals if name.endswith(".jpg")}

    kill_when_it_says(program, b"Scanning", "tag", folder, "--write")
    kill_when_it_says(program, b"Analysing", "tag", folder, "--write")
    kill_when_it_says(program, b"Writing", "tag", folder, "--write")
    for path in folder.glob("[!.]*.*g"):
        assert subprocess.run([exiftool, "-validate", "-warning", str(path)], check=False).returncode == 0
    assert program("tag", folder, "--write").status == 0
    assert set(contents(folder)) == set(originals), "temporaries of the killed runs are gone"
    for record in program("show", "--json", folder).records:
        assert not record["pending_changes"]
        confirmed = [entry for entry in record["suggestions"] if entry["state"] == "confirmed"]
        if confirmed:
            found = set(read_back(exiftool, Path(record["path"]))["XMP-dc:Subject"])
            assert {entry["keyword"].rsplit("|", 1)[-1] for entry in confirmed} <= found

    runs = [record["run"] for record in program("history", "--json").records if "run" in record]
    kill_when_it_says(program, b"Undoing", "undo", str(runs[0]))
    for run in runs:
        program("undo", str(run))
    assert set(contents(folder)) == set(originals)
    assert {name: read_back(exiftool, folder / name) for name in words} == words


@pytest.mark.parametrize("command", [["models", "list"], ["models", "verify"]])
def test_networks_are_listed_and_sound(program: Program, command: list[str]) -> None:
    ran = program("--json", *command)
    assert ran.status == 0, ran.err
    assert len(ran.records) >= 5
    if command[1] == "verify":
        assert all(record["ok"] for record in ran.records)
    else:
        assert {record["task"] for record in ran.records} == {
            "classify",
            "objects",
            "faces",
            "identity",
            "traits",
        }
        assert all(record["licence"] for record in ran.records)


def test_search_finds_by_keyword(program: Program, folder: Path) -> None:
    program("tag", folder)
    ran = program("search", "cat")
    assert ran.status == 0
    assert any("cat" in line for line in ran.out.splitlines())
    nothing = program("search", "xylophone zebra")
    assert (nothing.status, nothing.out) == (0, "")
    assert "No photo matches" in nothing.err


def test_benchmark_tells_rate_and_ratio(program: Program, folder: Path) -> None:
    ran = program("--json", "benchmark", folder)
    assert ran.status == 0, ran.err
    (report,) = ran.records
    assert {"photos", "photos_per_s", "bound_photos_per_s", "share_of_bound", "ratio_to_naive"} <= set(report)
    assert report["photos"] == len(list(folder.glob("*.*g")))
    assert set(report["stages"]) == {"decode", "inference"}
    assert all(stage["photos_per_s"] > 0 for stage in report["stages"].values())


def test_people_are_named_confirmed_rejected_and_forgotten(
    program: Program, folder: Path, shared_photos: Path
) -> None:
    group = shared_photos / "faces" / "dlib_6d3001b66f.jpg"
    for name in ("one.jpg", "two.jpg"):
        shutil.copy(group, folder / name)
    assert program("analyse", folder).status == 0
    rows = program("--json", "people", "list").records
    pair = next(row for row in rows if row["photos"] == 2)
    assert (pair["person"], pair["suggestion"], pair["unconfirmed"]) == (None, None, pair["faces"])
    way_on = program("people", "list").err
    assert f"phototagger people name {pair['cluster']} NAME" in way_on
    assert program("people", "name", str(pair["cluster"]), "Anna").status == 0
    assert program("--json", "people", "persons").records == [
        {"schema": 1, "person": "Anna", "faces": pair["faces"], "hidden": False}
    ]
    again = program("people", "confirm", str(pair["cluster"]))
    assert (again.status, again.out) == (0, "Nothing to change: it is so already.\n")
    aside = next(row for row in rows if row["cluster"] != pair["cluster"])
    assert program("people", "ignore", str(aside["cluster"])).status == 0
    (shown,) = program("--json", "show", folder / "one.jpg").records
    place = next(at for at, face in enumerate(shown["faces"], 1) if face["person"] == "Anna")
    assert f"{place} Anna" in program("show", folder / "one.jpg").out
    rejected = program("people", "reject", folder / "one.jpg", str(place))
    assert (rejected.status, rejected.err) == (0, "")
    (shown,) = program("--json", "show", folder / "one.jpg").records
    assert shown["faces"][place - 1]["person"] is None
    one_word = program("people", "confirm", folder / "one.jpg")
    assert (one_word.status, "Say which face of" in one_word.err) == (2, True)
    assert program("people", "undo").status == 0
    (shown,) = program("--json", "show", folder / "one.jpg").records
    assert shown["faces"][place - 1]["person"] == "Anna"
    assert program("people", "forget").status == 2
    told = program("people", "forget", "--yes")
    assert "deleted from the catalog and overwritten" in told.out
    nobody = program("people", "persons")
    assert (nobody.status, nobody.out) == (0, "")
    unknown = program("people", "move", folder / "none.jpg", "1", "Anna").err
    assert "Run `phototagger analyse` on it first" in unknown
    wrong = program("people", "move", folder / "one.jpg")
    assert (wrong.status, "people move PHOTO FACE NAME" in wrong.err) == (2, True)


def test_a_mistaken_rejection_can_be_taken_back(program: Program, folder: Path) -> None:
    program("analyse", folder)
    record = next(found for found in program("show", "--json", folder).records if found["suggestions"])
    keyword = record["suggestions"][0]["keyword"]

    def state() -> str:
        (shown,) = program("show", "--json", record["path"]).records
        return {entry["keyword"]: str(entry["state"]) for entry in shown["suggestions"]}[keyword]

    program("reject", keyword, record["path"])
    assert state() == "rejected"
    assert program("undo", "--edit").status == 0
    assert state() == "suggested"
    program("reject", keyword, record["path"])
    assert program("accept", "--keyword", keyword, record["path"]).status == 0
    assert state() == "confirmed"
    assert program("search", " ").status == 2


def test_a_second_phototagger_leaves_a_running_write_alone(program: Program, folder: Path) -> None:
    """It neither 'settles' the files in the first one's hands nor writes beside it."""
    for number in range(12):
        shutil.copy(folder / "coffee.jpg", folder / f"copy{number}.jpg")
    program("tag", folder)
    running = AtTerminal(program.command("write", folder))
    running.wait_for(b"Writing")
    running.process.send_signal(signal.SIGSTOP)
    try:
        looked = program("history")
        assert (looked.status, "nterrupted" in looked.err) == (0, False)
        second = program("write", folder)
        assert second.status == 2
        assert "being written right now" in second.err
    finally:
        running.process.send_signal(signal.SIGCONT)
    running.close()
    running.process.wait(timeout=60)
    assert program("write", folder).status == 0
    assert program("undo").status == 0


def test_undo_finds_photos_that_were_moved_since(program: Program, folder: Path, exiftool: str) -> None:
    before = read_back(exiftool, folder / "coffee.jpg")
    assert program("tag", folder, "--write").status == 0
    other = folder / "2024"
    other.mkdir()
    (folder / "coffee.jpg").rename(other / "breakfast.jpg")
    assert program("analyse", folder).status == 0
    ran = program("--json", "undo")
    assert (ran.status, ran.records[0]["failed"]) == (0, [])
    assert read_back(exiftool, other / "breakfast.jpg") == before


def test_the_plan_says_where_words_go_and_the_preset_whose_fields(program: Program, folder: Path) -> None:
    photo = folder / "coffee.gif"
    with Image.open(folder / "coffee.jpg") as image:
        image.save(photo)
    assert program("tag", photo).status == 0
    (windows,) = program("write", "--dry-run", "--json", "--preset", "windows", photo).records
    (digikam,) = program("write", "--dry-run", "--json", "--preset", "digikam", photo).records
    assert (windows["into"], windows["creates"], windows["target"]) == ("sidecar", True, f"{photo}.xmp")
    fields = {change["field"] for change in digikam["changes"]}
    assert "XMP-digiKam:TagsList" in fields
    assert "XMP-digiKam:TagsList" not in {change["field"] for change in windows["changes"]}
    assert not Path(f"{photo}.xmp").exists()


def test_the_speed_of_writing_is_measured_on_copies(program: Program, folder: Path) -> None:
    before = contents(folder)
    (report,) = program("benchmark", "--write", "--json", folder).records
    rates = [report[f"{name}_photos_per_s"] for name in ("safe", "bare_exiftool", "copy_fsync")]
    assert all(rate > 0 for rate in rates)
    assert report["photos"] == sum(name.endswith(".jpg") for name in before)
    assert contents(folder) == before


def test_an_older_copy_put_back_is_written_again(program: Program, folder: Path, exiftool: str) -> None:
    photo = folder / "coffee.jpg"
    copy = photo.read_bytes()
    assert program("tag", photo, "--write").status == 0
    words = read_back(exiftool, photo)
    photo.write_bytes(copy)
    (shown,) = program("tag", photo, "--write", "--json").records
    assert read_back(exiftool, photo) == words
    assert not shown["pending_changes"]


def test_a_word_taken_out_in_another_program_does_not_come_back(
    program: Program, folder: Path, exiftool: str
) -> None:
    photo = folder / "coffee.jpg"
    assert program("tag", photo, "--write").status == 0
    edit = ["-XMP-dc:Subject-=coffee", "-XMP-lr:HierarchicalSubject-=food|drink|coffee"]
    edit += ["-XMP-digiKam:TagsList-=food/drink/coffee", "-XMP-microsoft:LastKeywordXMP-=food/drink/coffee"]
    subprocess.run([exiftool, "-q", "-overwrite_original", *edit, str(photo)], check=True)
    (shown,) = program("tag", photo, "--write", "--json").records
    states = {entry["keyword"]: entry["state"] for entry in shown["suggestions"]}
    assert states["food|drink|coffee"] == "rejected"
    assert "coffee" not in read_back(exiftool, photo).get("XMP-dc:Subject", [])


def test_photos_that_are_gone_do_not_spoil_the_next_run(program: Program, folder: Path) -> None:
    assert program("tag", folder).status == 0
    (folder / "coffee.jpg").unlink()
    ran = program("tag", folder, "--write")
    assert ran.status == 0, ran.err
    (shown,) = program("show", "--json", folder / "coffee.jpg").records
    assert shown["state"] == "missing"


def test_a_photo_renamed_after_a_write_keeps_its_review(program: Program, folder: Path) -> None:
    """Even where the clock knows whole seconds only, so that time and size prove nothing."""
    photo = folder / "coffee.jpg"
    os.utime(photo, (1_700_000_000, 1_700_000_000))
    assert program("tag", photo, "--write").status == 0
    assert program("reject", "coffee", photo).status == 0
    assert program("write", photo).status == 0
    photo.rename(folder / "breakfast.jpg")
    assert program("analyse", folder).status == 0
    (shown,) = program("show", "--json", folder / "breakfast.jpg").records
    assert {entry["keyword"]: entry["state"] for entry in shown["suggestions"]}[
        "food|drink|coffee"
    ] == "rejected"
