"""A process that dies at once leaves its stacks, and the next start finds them, once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from phototagger.diagnostics import crash
from phototagger.diagnostics.redaction import stack_lines

DIES = """
import os, sys
from pathlib import Path
from phototagger.diagnostics import crash
faults = crash.watch("window", Path(sys.argv[1]))
def look_at_photos():
    {end}
look_at_photos()
"""


def run(folder: Path, end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DIES.format(end=end), folder], capture_output=True, check=False
    )
    assert done.returncode != 1, done.stderr


def test_a_crash_is_found_once_by_the_next_start_and_kept_for_a_report(tmp_path: Path) -> None:
    run(tmp_path, "os.abort()")
    found = crash.find_new(tmp_path)
    assert [one.part for one in found] == ["window"]
    assert "look_at_photos" in found[0].text
    assert crash.find_new(tmp_path) == []
    kept = crash.find_all(tmp_path)
    assert [one.part for one in kept] == ["window"]
    assert kept[0].text.startswith("phototagger ")


@pytest.mark.parametrize("end", ["faults.close()", "os.kill(os.getpid(), 9)"], ids=["as it should", "killed"])
def test_who_ends_without_a_crash_leaves_nothing_to_tell(tmp_path: Path, end: str) -> None:
    run(tmp_path, end)
    assert crash.find_new(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_runs_still_is_left_alone(tmp_path: Path) -> None:
    faults = crash.watch("window", tmp_path)
    assert faults is not None
    try:
        os.write(faults.descriptor(), b"Thread 0x01 (most recent call first):\n")
        assert crash.find_new(tmp_path) == []
        assert faults.path.exists()
    finally:
        faults.close()
    assert not faults.path.exists()


def test_only_the_last_few_crashes_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"running-engine-{999_000_000 + number}.txt"
        path.write_text(f"phototagger 1, engine, started 2024\nFatal Python error: {number}\n")
        os.utime(path, (number, number))
    assert len(crash.find_new(tmp_path)) == 5
    assert [one.text[-1] for one in crash.find_all(tmp_path)] == ["2", "3", "4"]


def test_a_parent_takes_what_its_child_left(tmp_path: Path) -> None:
    (tmp_path / "running-engine-77.txt").write_text(
        "phototagger 1, engine, started 2024\nFatal Python error: Aborted\n"
    )
    assert crash.take("engine", 77, tmp_path) == "Fatal Python error: Aborted"
    assert crash.take("engine", 77, tmp_path) == ""


def test_of_a_crash_only_lines_that_python_writes_are_sent(tmp_path: Path) -> None:
    run(tmp_path, "os.abort()")
    text = crash.find_new(tmp_path)[0].text
    lines = list(stack_lines(text + '\n  File "/home/Zyxanna/x.py", line 3 in f\nZyxanna was here\n'))
    assert lines[-2:] == ["  <a file>, line 3, in f", "  <a line is left out>"]
    assert not any("left out" in line for line in lines[:-2]), "all that Python writes is known"
    assert "Fatal Python error: Aborted" in lines
    assert "Zyxanna" not in "\n".join(lines)
