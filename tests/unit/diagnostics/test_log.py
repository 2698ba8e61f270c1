"""The log: it turns over, several processes write into it, and what is the person's own is told apart in it."""

from __future__ import annotations

import ast
import logging
import multiprocessing
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.diagnostics import log as logs
from phototagger.diagnostics.log import MarkingFormatter, SentenceFormatter, SharedFile, carried
from phototagger.diagnostics.private_marks import Known
from phototagger.diagnostics.traces import exception_lines, source_name
from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import plain, said
from tests.conftest import ROOT

ours = logging.getLogger("phototagger.jobs.scan")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The log of a program of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    made = logs.start("command line")
    assert made is not None
    yield logs.log_path()
    made.close()


def test_a_log_may_be_forgotten_and_goes_on(logged: Path) -> None:
    ours.info("%s is in it", "Zyxanna")
    logs.forget_all()
    assert not logged.exists()
    ours.info("a new line")
    assert "Zyxanna" not in logged.read_text(encoding="utf-8")


def a_record(template: str, *arguments: object, name: str = "phototagger.jobs.scan") -> logging.LogRecord:
    return logging.LogRecord(name, logging.INFO, "scan.py", 1, template, arguments, None)


def test_the_log_says_which_versions_run_and_is_its_owners_alone(logged: Path) -> None:
    text = logged.read_text(encoding="utf-8")
    assert "phototagger" in text
    assert "command line" in text
    assert "Python 3." in text
    assert logged.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("queued", [False, True])
def test_what_jobs_say_is_in_the_log_when_it_is_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, queued: bool
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    made = logs.start("window", queued=queued)
    assert made is not None
    for number in range(50):
        ours.info("%d photos in %s", number, tmp_path)
    made.close()
    made.close()
    lines = logs.log_path().read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(": ")[2] for line in lines[1:]] == [
        f"{n} photos in «{tmp_path}»" for n in range(50)
    ]
    ours.info("after the end")
    assert "after the end" not in logs.log_path().read_text(encoding="utf-8")


def test_no_log_is_written_where_none_is_wanted_or_can_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert logs.start("window", "off") is None
    assert not logs.log_path().exists()
    logs.logs_folder().parent.mkdir(parents=True)
    logs.logs_folder().write_text("a file where the folder should be")
    assert logs.start("window") is None


def test_the_log_begins_anew_when_it_is_full_and_keeps_two_before(tmp_path: Path) -> None:
    file = SharedFile(tmp_path / "a.log", most_bytes=2000)
    for number in range(200):
        file.handle(a_record("photo number %d was looked at, as it should be", number))
    file.close()
    names = sorted(path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock"))
    assert names == ["a.log", "a.log.1", "a.log.2"]
    assert all((tmp_path / name).stat().st_size <= 2000 for name in names)
    newest = (tmp_path / "a.log").read_text(encoding="utf-8").splitlines()
    before = (tmp_path / "a.log.1").read_text(encoding="utf-8").splitlines()
    numbers = [int(line.split("number ")[1].split()[0]) for line in [*before, *newest]]
    assert numbers == list(range(numbers[0], 200)), "no record is lost where the file turns over"


def write_many(path: Path, name: str) -> None:
    file = SharedFile(path, most_bytes=20_000)
    for number in range(300):
        file.handle(a_record("%s %d", Known(name), number))
    file.close()


def test_two_processes_write_into_one_log_and_no_record_is_cut_or_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(path, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    files = [tmp_path / "a.log.2", tmp_path / "a.log.1", path]
    lines = [
        line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()
    ]
    for name in ("one", "two"):
        numbers = [int(line.rsplit(" ", 1)[1]) for line in lines if f": {name} " in line]
        assert numbers == list(range(numbers[0], 300)), "in order, none missing after the oldest that is kept"
    assert all(line.count(" INFO ") == 1 for line in lines)
    assert (tmp_path / "a.log.1").exists()


def test_what_is_filled_in_is_marked_and_words_of_the_program_are_not() -> None:
    said = MarkingFormatter().format(
        a_record(
            "%s of %s: %d, %.1f, %r, %s",
            Known("scan"),
            Path("/home/Zyxanna/a.jpg"),
            3,
            0.5,
            "Zyx\n»anna",
            None,
        )
    )
    assert said.endswith("scan of «/home/Zyxanna/a.jpg»: 3, 0.5, «Zyx\\n>anna», None")


@pytest.mark.parametrize("here", [True, False], ids=["here", "in a child"])
def test_of_a_sentence_of_ours_only_what_fills_it_is_marked(here: bool) -> None:
    inner = said("{name} is {age}", name="Zyxanna", age=9)
    error = UsageError(said("%n photo(s) of {who} in {where}", "", 2, who=inner, where=("a", "b")))
    record = a_record("Told: %s", error)
    if not here:
        record = pickle.loads(pickle.dumps(carried(record))).record()
    line = MarkingFormatter().format(record)
    assert line.endswith("Told: 2 photos of «Zyxanna» is 9 in «a», «b»")
    assert SentenceFormatter().format(record) == "Told: 2 photos of Zyxanna is 9 in a, b"
    assert exception_lines(error) == [
        "  phototagger.domain.errors.UsageError: 2 photos of «Zyxanna» is 9 in «a», «b»"
    ]
    assert "«Zyxanna was here»" in exception_lines(UsageError(plain("Zyxanna was here")))[0]


def test_what_another_library_says_is_marked_as_a_whole() -> None:
    said = MarkingFormatter().format(a_record("Zyxanna has %s", "a photo", name="PIL.Image"))
    assert said.endswith("PIL.Image: «Zyxanna has a photo»")


def test_a_terminal_shows_the_sentence_alone() -> None:
    assert SentenceFormatter().format(a_record("%s is broken", "a.onnx")) == "a.onnx is broken"


def test_a_record_of_a_child_process_is_written_as_if_said_here() -> None:
    record = a_record("%s of %s", Known("scan"), Path("/home/Zyxanna"))
    there = pickle.loads(pickle.dumps(carried(record))).record()
    assert MarkingFormatter().format(there) == MarkingFormatter().format(record)
    by_name = logging.LogRecord("phototagger.x", 20, "", 0, "%(a)s at 100 %%", ({"a": "Zyxanna"},), None)
    there = carried(by_name).record()
    assert MarkingFormatter().format(there).endswith("phototagger.x: «Zyxanna» at 100 %")


def test_an_exception_is_told_by_kind_and_place_and_its_words_are_marked() -> None:
    def inner() -> None:
        raise FileNotFoundError(2, "No such file", "/home/Zyxanna/a.jpg")

    try:
        try:
            inner()
        except OSError as error:
            raise KeyError("Zyxanna") from error
    except KeyError as error:
        error.add_note("noted by Zyxanna")
        lines = exception_lines(error)
    text = "\n".join(lines)
    assert "FileNotFoundError [ENOENT]: «" in text
    assert "which led to:" in text
    assert "KeyError: «'Zyxanna'»" in text
    assert "in inner" in text
    assert all("«" in line for line in lines if "Zyxanna" in line and "raise" not in line)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/anna/.venv/lib/python3.12/site-packages/PIL/Image.py", "PIL/Image.py"),
        ("/usr/lib/python3.12/logging/__init__.py", "logging/__init__.py"),
        ("/home/anna/phototagger/phototagger/jobs/scan.py", "phototagger/jobs/scan.py"),
        (r"C:\Users\anna\phototagger\jobs\scan.py", "phototagger/jobs/scan.py"),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
        ("/home/anna/Holiday/script.py", None),
        ("<anna>", None),
    ],
)
def test_a_file_of_code_is_named_without_the_folders_of_this_computer(path: str, name: str | None) -> None:
    assert source_name(path) == name


SAYS = {"debug", "info", "warning", "error", "critical", "exception"}


def is_told(call: ast.Call) -> bool:
    """Whether this call writes into the log, or makes a sentence that may be written there."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "said"
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
        return False
    return call.func.attr in SAYS and call.func.value.id.strip("_") == "log"


def test_every_template_is_a_literal_so_that_nothing_is_filled_in_unmarked() -> None:
    """What stands in a template is sent with a report as it is."""
    odd, told = [], 0
    # The window's own door for words passes its templates on; they are held to literals by Qt's tools.
    for path in sorted({*(ROOT / "phototagger").rglob("*.py")} - {ROOT / "phototagger/gui/kit/wording.py"}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_told(node):
                told += 1
                template = node.args[0]
                if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
                    odd.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert odd == []
    assert told > 100
