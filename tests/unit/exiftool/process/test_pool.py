"""The driver against real exiftool, and against programs that behave as a broken one would."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from phototagger.domain.errors import ExifToolError
from phototagger.exiftool.process import locate
from phototagger.exiftool.process.locate import FoundExifTool, find_exiftool, shipped_config
from phototagger.exiftool.process.pool import (
    OWNER,
    ExifTool,
    ExifToolPool,
    encode_argument,
    end_orphans,
    parse_json,
    timeout_for,
)
from tests.support.photos import make_photo

posix = pytest.mark.skipif(os.name != "posix", reason="made of shell scripts")


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], Path]:
    def make(name: str, body: str) -> Path:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def fresh() -> Iterator[ExifTool]:
    driver = ExifTool(find_exiftool(), shipped_config())
    yield driver
    driver.close()


def stand_in(path: Path) -> ExifTool:
    return ExifTool(FoundExifTool((str(path),), "12.57"))


def pid_of(driver: ExifTool) -> int:
    assert driver._process is not None
    return driver._process.popen.pid


def test_answers_come_with_status_and_warnings(tool: ExifTool, tmp_path: Path) -> None:
    good = tool.execute(["-ver"])
    assert (good.status, good.stderr) == (0, "")
    assert float(good.stdout) >= 12.15
    bad = tool.execute(["-j", tmp_path / "none.jpg"])
    assert bad.status == 1
    assert "not found" in bad.stderr


def test_the_base_class_calls_work_and_numbers_stay_text(tool: ExifTool, tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    for word in ("007", "1e5", "2.50", "true"):
        tool.execute(["-overwrite_original", f"-XMP-dc:Subject+={word}", photo])
    assert tool.process_json(photo)["Subject"] == ["007", "1e5", "2.50", True]


@pytest.mark.parametrize(
    "name",
    [
        "-dash.jpg",
        "#hash.jpg",
        " blank .jpg",
        "per%f%%dcent.jpg",
        "[a]@=<>'\".jpg",
        "back\\slash\\n.jpg",
        "line\nbreak.jpg",
        "tab\tand\rreturn.jpg",
        "👍🏽 é e\u0301.jpg",
        b"not utf-8 \xff\xfe.jpg",
        "x" * 251 + ".jpg",
    ],
)
def test_any_file_name_is_found(tool: ExifTool, tmp_path: Path, name: str | bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    make_photo(path)
    assert tool.process_json(path)["MIMEType"] == "image/jpeg"


def test_arguments_are_one_line_each() -> None:
    assert encode_argument("-XMP-dc:Subject+=a") == b"-XMP-dc:Subject+=a"
    assert encode_argument("a\\b\nc") == rb"#[CSTR]a\\b\nc"
    assert encode_argument("#a") == b"#[CSTR]#a"
    with pytest.raises(ValueError, match="NUL"):
        encode_argument("a\0b")


def test_time_allowed_grows_with_the_file() -> None:
    assert timeout_for(0) == 60
    assert timeout_for(30 * 2**20) == 90


def test_answers_that_are_no_json_are_told() -> None:
    assert parse_json(b" \n") == []
    with pytest.raises(ExifToolError, match="not JSON"):
        parse_json(b"[{")


@posix
def test_a_death_mid_command_is_an_error_at_once_and_the_next_call_works(
    fresh: ExifTool, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    fresh.execute(["-ver"])
    first = pid_of(fresh)
    psutil.Process(first).suspend()
    threading.Timer(0.1, psutil.Process(first).kill).start()
    began = time.monotonic()
    with pytest.raises(ExifToolError, match="ended unexpectedly"):
        fresh.execute(["-j", photo])
    assert time.monotonic() - began < 1.5
    assert fresh.execute(["-j", photo]).status == 0
    assert pid_of(fresh) != first


@posix
def test_one_that_never_answers_is_ended(script: Callable[[str, str], Path]) -> None:
    driver = stand_in(script("deaf", "cat > /dev/null"))
    began = time.monotonic()
    with pytest.raises(ExifToolError, match="did not answer"):
        driver.execute(["-ver"], timeout=0.3)
    assert time.monotonic() - began < 2
    driver.close()


@posix
def test_one_that_does_not_even_listen_is_ended(script: Callable[[str, str], Path]) -> None:
    driver = stand_in(script("asleep", "exec sleep 600"))
    with pytest.raises(ExifToolError, match="did not answer"):
        driver.execute(["-x" * 1000] * 1000, timeout=0.3)  # far more than a pipe holds
    driver.close()


@posix
def test_last_words_are_told(script: Callable[[str, str], Path]) -> None:
    driver = stand_in(script("dying", "read line; echo 'no perl here' >&2; exit 3"))
    with pytest.raises(ExifToolError, match="no perl here"):
        driver.execute(["-ver"])
    driver.close()


@posix
def test_an_answer_without_status_is_not_believed(script: Callable[[str, str], Path]) -> None:
    answer = 'n=${line#-execute}; echo "{ready$n}"; echo "{ready$n}" >&2'
    body = f"while read line; do case $line in -execute*) {answer};; esac; done"
    driver = stand_in(script("old", body))
    with pytest.raises(ExifToolError, match="no status line"):
        driver.execute(["-ver"])
    driver.close()


def test_a_program_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExifToolError, match="cannot be started"):
        stand_in(tmp_path / "none").execute(["-ver"])


def test_processes_are_renewed_and_none_is_left(tmp_path: Path) -> None:
    me = psutil.Process()
    children, files = len(me.children()), me.num_fds() if os.name == "posix" else 0
    before = set(threading.enumerate())
    driver = ExifTool(find_exiftool(), shipped_config(), commands_per_process=3)
    pids = set()
    for _ in range(10):
        driver.execute(["-ver"])
        pids.add(pid_of(driver))
    driver.close()
    driver.close()
    assert len(pids) == 4
    assert len(me.children()) == children
    assert [
        thread for thread in threading.enumerate() if thread not in before and "exiftool" in thread.name
    ] == []
    if os.name == "posix":
        assert me.num_fds() == files
    with pytest.raises(ExifToolError, match="closed"):
        driver.execute(["-ver"])


@posix
def test_exiftool_ends_when_the_program_is_killed() -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from phototagger.exiftool.process.pool import *\n"
            "from phototagger.exiftool.process.locate import *\n"
            "driver = ExifTool(find_exiftool(), shipped_config())\n"
            "driver.execute(['-ver'])\n"
            "print(driver._process.popen.pid, flush=True)\n"
            "import signal; signal.pause()\n",
        ],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    orphan = psutil.Process(int(child.stdout.readline()))
    child.kill()
    child.wait()
    child.stdout.close()
    # Where nobody reaps orphans it stays a zombie, which is just as dead.
    gone, left = psutil.wait_procs([orphan], timeout=5)
    assert gone or all(process.status() == psutil.STATUS_ZOMBIE for process in left)


@posix
def test_only_exiftools_of_the_dead_are_ended() -> None:
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    owners = (dead.pid, os.getpid())
    orphan, ours = (
        subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={**os.environ, OWNER: str(owner)})
        for owner in owners
    )
    with orphan, ours:
        end_orphans()
        # Another test's program may have ended it first, and then it stays a zombie of ours.
        gone = (
            not psutil.pid_exists(orphan.pid) or psutil.Process(orphan.pid).status() == psutil.STATUS_ZOMBIE
        )
        assert (gone, ours.poll()) == (True, None)


def test_threads_share_two_processes(tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    pool = ExifToolPool()
    faults: list[BaseException] = []
    used = set()

    def work() -> None:
        try:
            for _ in range(10):
                with pool.lease() as driver:
                    assert driver.process_json(photo)["MIMEType"] == "image/jpeg"
                    used.add(pid_of(driver))
        except BaseException as error:  # noqa: BLE001 - handed to the test
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()
    assert not faults
    assert 1 <= len(used) <= 2
    with pytest.raises(ExifToolError, match="closed"), pool.lease():
        pass


# --- finding it ---------------------------------------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without exiftool anywhere."""
    monkeypatch.delenv(locate.ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setattr(locate, "_usual_places", list)
    return tmp_path


@posix
def test_an_absent_exiftool_is_told_with_the_command(bare: Path) -> None:
    with pytest.raises(ExifToolError, match=r"not installed.*Install it with: \w+"):
        find_exiftool()


@posix
def test_an_old_exiftool_is_told(bare: Path, script: Callable[[str, str], Path]) -> None:
    with pytest.raises(ExifToolError, match=r"12\.10 at .* is too old: 12\.15"):
        find_exiftool(str(script("exiftool", "echo 12.10")))


@posix
def test_the_setting_comes_before_the_variable(
    bare: Path, script: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locate.ENVIRONMENT_VARIABLE, str(script("two", "echo 13.02")))
    assert find_exiftool().version == "13.02"
    assert find_exiftool(str(script("one", "echo 13.01"))).version == "13.01"


@posix
def test_a_named_program_that_does_not_work_is_not_passed_over(
    bare: Path, script: Callable[[str, str], Path]
) -> None:
    with pytest.raises(ExifToolError, match=r"setting write\.exiftool names .* no working exiftool"):
        find_exiftool(str(script("broken", "exit 1")))


@posix
def test_a_script_without_the_execute_bit_runs_through_perl(tmp_path: Path) -> None:
    script = tmp_path / "exiftool"
    script.write_text("print '13.77', \"\\n\";")
    script.chmod(0o644)
    if os.access(script, os.X_OK):
        pytest.skip("every file may be executed here")
    found = find_exiftool(str(script))
    assert found.command == ("perl", str(script))
    assert found.version == "13.77"


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "apt install"),
        ({"ID": "fedora"}, "dnf install"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "pacman -S"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="tells distributions apart")
def test_the_command_fits_the_system(
    monkeypatch: pytest.MonkeyPatch, release: dict[str, str], command: str
) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    assert command in locate.install_command()


@pytest.mark.parametrize(("text", "number"), [("12.57", (12, 57)), ("13.5 [x]", (13, 5)), ("odd", (0, 0))])
def test_versions_are_numbers(text: str, number: tuple[int, int]) -> None:
    assert locate.version_number(text) == number
