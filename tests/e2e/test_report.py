"""A report that a person can send: it tells what went wrong, and nothing of whose photos they are."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from phototagger.app.program import Program as Opened
from phototagger.app.report import save_report
from phototagger.diagnostics import crash
from phototagger.diagnostics.log import log_path
from phototagger.diagnostics.session import with_log
from phototagger.domain.errors import CatalogError
from tests.conftest import ROOT
from tests.e2e.conftest import Program
from tests.e2e.test_json import validated

PRIVATE = ("Zyxanna", "Qwertova", "Wulfshausen", "IMG_Geheim", "Kastanienallee", "Überraschung", "Oma Trude")


@pytest.fixture
def at_home(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A person with a log of their own, under a home that has their name in it."""
    home = program.home / "Zyxanna"
    for name in ("DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return Program(home)


def live(home: Path) -> tuple[Path, Path]:
    """A catalog with photos, people, folders and keywords of a person's own, and settings with paths in them."""
    folder = home / "Wulfshausen Kastanienallee"
    folder.mkdir(parents=True)
    for name in ("IMG_Geheim_1.jpg", "IMG_Geheim_2.jpg"):
        Image.new("RGB", (32, 24), "red").save(folder / name)
    (folder / "IMG_Geheim_3.jpg").write_bytes(b"no photo")
    catalog, settings = home / "catalog.sqlite", home / "settings.toml"
    lines = [
        "[write]",
        'exiftool = "/opt/Zyxanna/exiftool"',
        "[updates]",
        'address = "https://Qwertova.example/"',
    ]
    settings.write_text("\n".join([*lines, "[Zyxanna]", "a = 1", ""]), encoding="utf-8")
    return catalog, settings


def private_words(content: bytes) -> list[str]:
    text = content.decode("utf-8")
    spelt = json.dumps(text)  # as JSON has them
    return [word for word in PRIVATE if word in text or word in spelt or json.dumps(word)[1:-1] in text]


def test_a_report_holds_no_name_folder_or_word_of_the_person(at_home: Program) -> None:
    catalog, _ = live(at_home.home)
    folder = at_home.home / "Wulfshausen Kastanienallee"
    assert at_home("scan", folder).status == 0
    photo = folder / "IMG_Geheim_1.jpg"
    assert at_home("keywords", "add", "Familie|Oma Trude|Überraschung", photo).status == 0
    assert at_home("accept", "--caption", "--text", "Zyxanna in Wulfshausen", photo).status == 0
    with sqlite3.connect(catalog) as connection:
        connection.execute(
            "INSERT INTO person (name, folded) VALUES ('Zyxanna Qwertova', 'zyxanna qwertova')"
        )
        connection.execute(
            "UPDATE photo SET state = 2, error_kind = 'damaged', error_message = 'Zyxanna' WHERE id = 2"
        )
    connection.close()
    at_home("show", folder / "not there Qwertova.jpg")
    at_home("search", "Qwertova")
    with with_log("window"):
        logging.getLogger("phototagger.jobs").info("%s is in %s", "Zyxanna Qwertova", photo)
        logging.getLogger("PIL.Image").warning("Zyxanna's %s", photo)
    written = log_path().read_text(encoding="utf-8")
    assert "Zyxanna Qwertova» is in «" in written, "on the person's own disk the log may say it"
    for name in ("report.txt", "report.json"):
        target = at_home.home / name
        done = at_home("report", "--output", target)
        assert done.status == 0, done.err
        assert private_words(target.read_bytes()) == []
    text = (at_home.home / "report.txt").read_text(encoding="utf-8")
    assert text.startswith("A report on phototagger")
    assert "are left out" in text.splitlines()[0]
    assert "photos, failed: 1" in text
    assert "failed photos, damaged: 1" in text
    assert "persons: 1" in text
    assert "write.exiftool: set" in text
    assert "The command is keywords add" in text
    printed = at_home("report")
    assert printed.status == 0
    assert private_words(printed.out.encode()) == []


def test_the_report_as_json_is_what_its_schema_says(at_home: Program) -> None:
    live(at_home.home)
    done = at_home("--json", "report")
    assert done.status == 0, done.err
    (record,) = done.records
    assert validated(done, "report") == [record]
    assert record["versions"]["phototagger"]
    target = at_home.home / "report.json"
    saved = at_home("--json", "report", "--output", target)
    assert validated(saved, "report_saved")[0]["written"] == str(target)
    assert json.loads(target.read_text(encoding="utf-8"))["versions"] == record["versions"]


@pytest.mark.parametrize("odd", ["catalog", "settings", "none"])
def test_a_report_comes_about_when_the_program_cannot_start(tmp_path: Path, odd: str) -> None:
    catalog, settings = tmp_path / "c.sqlite", tmp_path / "s.toml"
    if odd == "catalog":
        catalog.write_bytes(b"no catalog at all " * 100)
        with pytest.raises(CatalogError):
            Opened.open(catalog, settings)
    if odd == "settings":
        settings.write_text("this is = no [TOML")
    target = tmp_path / "report.txt"
    save_report(target, catalog, settings)
    text = target.read_text(encoding="utf-8")
    assert {
        "catalog": "cannot be read (SQLITE_NOTADB)",
        "settings": "cannot be read",
        "none": "there is none",
    }[odd] in text


def test_a_report_takes_the_place_of_no_photo(at_home: Program) -> None:
    live(at_home.home)
    photo = at_home.home / "Wulfshausen Kastanienallee" / "IMG_Geheim_1.jpg"
    before = photo.read_bytes()
    done = at_home("report", "--output", photo)
    assert done.status == 2
    assert "ends in .txt or .json" in done.err
    assert photo.read_bytes() == before


def test_how_much_the_log_holds_is_an_option(at_home: Program) -> None:
    live(at_home.home)
    folder = at_home.home / "Wulfshausen Kastanienallee"
    at_home("--log", "off", "scan", folder)
    assert not log_path().exists()
    at_home("scan", folder, "--log", "info")
    text = log_path().read_text(encoding="utf-8")
    assert "The command is scan" in text
    assert "scan done: 3 of" in text or "scan done: " in text
    assert list(log_path().parent.glob("running-*")) == []


def test_a_fault_of_ours_names_the_log_and_stands_in_it(at_home: Program) -> None:
    catalog, _ = live(at_home.home)
    spoiled = at_home.home / "spoiled.py"
    spoiled.write_text(
        "import sys\n"
        "from phototagger.cli.commands import commands\n"
        "def fault(*_): raise ZeroDivisionError('Qwertova')\n"
        "commands.search = fault\n"
        "from phototagger.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, spoiled, "--catalog", str(catalog), "search", "dog"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "a fault in phototagger itself" in done.stderr
    assert str(log_path()) in done.stderr
    target = at_home.home / "report.txt"
    save_report(target, catalog)
    text = target.read_text(encoding="utf-8")
    assert "ZeroDivisionError: <text" in text
    assert private_words(text.encode()) == []


def die(part: str) -> subprocess.CompletedProcess[bytes]:
    """A program that crashes."""
    script = [
        "import os",
        "from phototagger.diagnostics.session import with_log",
        f"with with_log('{part}'):",
        "    os.abort()",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", "\n".join(script)], check=False, env=environment)


def test_a_crash_of_a_command_is_told_by_the_next_one_once(at_home: Program) -> None:
    live(at_home.home)
    die("window")
    die("command")
    first, second = at_home("history"), at_home("history")
    assert "ended unexpectedly the last time" in first.err
    assert "ended unexpectedly" not in second.err
    assert [one.part for one in crash.find_new()] == ["window"], "which the window tells"


def test_a_crash_is_part_of_the_report(at_home: Program) -> None:
    catalog, _ = live(at_home.home)
    done = die("window")
    assert done.returncode < 0
    assert [one.part for one in crash.find_new()] == ["window"]
    target = at_home.home / "report.txt"
    save_report(target, catalog)
    text = target.read_text(encoding="utf-8")
    assert "[crash 1]" in text
    assert "Fatal Python error: Aborted" in text
    assert private_words(text.encode()) == []
