"""The terminal, and streams that lead nowhere: what the command line says where, and that nothing steers it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import AtTerminal, Program

STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
NAMES = (
    "red\x1b[31m.jpg",
    "bell\x07.jpg",
    "line\nphototagger: fine.jpg",
    "back\u202egpj.exe.jpg",
    "c1\x9b2J.jpg",
)
needs_dev_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="no device here that is always full"
)


@pytest.fixture
def named_oddly(tmp_path: Path, samples: Path) -> Path:
    folder = tmp_path / "photos\x1b]0;title\x07"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(samples / "coffee.jpg", folder / name)
    return folder


def test_no_name_of_a_file_steers_the_terminal(program: Program, named_oddly: Path) -> None:
    runs = [
        program("scan", named_oddly),
        program("keywords", "add", "mine", named_oddly),
        program("show", named_oddly),
        program("write", "--dry-run"),
        program("search", "jpg"),
        program("show", named_oddly / "none\x1b[2J.jpg"),
        program("scan", named_oddly / "none\x1b[2J.jpg"),
        program("keywords", "export", named_oddly / "list.jpg"),
        program("search", "no\x1b[31mthing"),
        program("accept", "--keyword", "no\u202ething", named_oddly),
        program("tga\x1b[31m"),
        program("history", "\x1b[31m"),
        program("history"),
    ]
    for ran in runs:
        assert not STEERING.search(ran.out + ran.err), ran
    assert "red\\x1b[31m.jpg" in runs[2].out
    assert "line\\nphototagger: fine.jpg" in runs[2].out
    assert len(runs[4].out.splitlines()) == len(NAMES), "each photo is one line"


def test_json_gives_odd_names_exactly(program: Program, named_oddly: Path) -> None:
    assert program("scan", named_oddly).status == 0
    ran = program("--json", "show", named_oddly)
    assert not STEERING.search(ran.out)
    assert {Path(record["path"]).name for record in ran.records} == set(NAMES)


def test_no_word_in_a_photo_steers_the_terminal(program: Program, folder: Path, exiftool: str) -> None:
    photo = folder / "coffee.jpg"
    words = ["-IPTC:Keywords=red\x1b[31mword", "-IPTC:Caption-Abstract=bell\x07"]
    subprocess.run([exiftool, "-q", "-overwrite_original", *words, str(photo)], check=True)
    assert program("scan", folder).status == 0
    shown = program("show", photo)
    assert "red\\x1b[31mword" in shown.out
    assert not STEERING.search(shown.out + shown.err)
    (record,) = program("--json", "show", photo).records
    assert "red\x1b[31mword" in record["keywords_in_file"]


def test_progress_is_for_terminals(program: Program, folder: Path) -> None:
    for command in (("scan", folder), ("keywords", "add", "mine", folder), ("write", "--dry-run")):
        ran = program(*command)
        assert ran.status == 0
        assert "Scanning" not in ran.err
        assert "Reading" not in ran.err
    running = AtTerminal(program.command("scan", folder))
    running.wait_for(b"Scanning")
    assert running.process.wait(timeout=60) == 0
    running.close()


@pytest.mark.parametrize(
    "module", ["phototagger.domain.plain_text", "phototagger.settings.declared", "numpy", "sqlite3"]
)
def test_ctrl_c_while_the_program_still_loads_is_answered_at_once(program: Program, module: str) -> None:
    command = program.command("people", "list")
    running = subprocess.Popen(
        [command[0], "-X", "importtime", *command[1:]], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert running.stderr is not None
    assert any(line.rstrip().endswith(module.encode()) for line in running.stderr), "it is never imported"
    running.send_signal(signal.SIGINT)
    rest = running.stderr.read()
    running.stderr.close()
    assert running.wait(timeout=60) == 130
    assert b"Traceback" not in rest


def test_ctrl_c_ends_a_long_show(program: Program, folder: Path) -> None:
    for number in range(250):
        os.link(folder / "coffee.jpg", folder / f"copy{number}.jpg")
    assert program("scan", folder).status == 0
    running = subprocess.Popen(
        program.command("--json", "show", folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    assert running.stdout is not None
    running.stdout.readline()  # the rest is more than a pipe holds
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert b"Stopped" in err
    assert b"Traceback" not in err
    assert len(out.splitlines()) < 250
    assert all(json.loads(line) for line in out.splitlines()[:-1])  # the last may be cut short


@needs_dev_full
def test_results_that_a_full_disk_does_not_take_are_a_sentence(program: Program, folder: Path) -> None:
    assert program("scan", folder).status == 0
    for arguments in (
        ("show", folder),
        ("--json", "show", folder),
        ("--help",),
        ("--version",),
        ("--json", "tga"),
    ):
        with open("/dev/full", "w") as full:
            ran = subprocess.run(
                program.command(*arguments), stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert ran.returncode == 2, arguments
        assert b"cannot be printed" in ran.stderr or b"invalid choice" in ran.stderr
        assert b"Traceback" not in ran.stderr
        assert b"Exception" not in ran.stderr


@needs_dev_full
def test_remarks_that_nobody_hears_stop_nothing(program: Program, folder: Path) -> None:
    with open("/dev/full", "w") as full:
        for arguments, status in ((("scan", folder), 0), (("show", folder / "none.jpg"), 2), (("tga",), 2)):
            ran = subprocess.run(program.command(*arguments), stderr=full, check=False, capture_output=False)
            assert ran.returncode == status


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault_and_no_file_takes_their_place(
    program: Program, folder: Path, closed: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for arguments, status in (
        (["scan", folder], 0),
        (["keywords", "add", "mine", folder], 0),
        (["show", folder], 0),
        (["tga"], 2),
        (["people", "forget"], 2),
        (["uninstall-data"], 2),
    ):
        command = ["sh", "-c", f'"$@" {closed}', "sh", *program.command(*arguments)]
        ran = subprocess.run(command, capture_output=True, check=False)
        assert ran.returncode == status, (arguments, ran.stderr)
        assert b"Traceback" not in ran.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert program("history").status == 0


def test_a_reader_that_leaves_early_is_no_fault(program: Program, folder: Path) -> None:
    assert program("scan", folder).status == 0
    for words in (["--json", "show", folder], ["show", folder], ["--help"], ["--json", "tga"]):
        command = ["sh", "-c", '"$@" | true', "sh", *program.command(*words)]
        ran = subprocess.run(command, capture_output=True, check=False)
        assert b"Traceback" not in ran.stderr
        assert b"Exception" not in ran.stderr
