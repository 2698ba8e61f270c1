"""The JSON of every command is what resources/json describes."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from phototagger.cli.grammar.actions import KEYWORDS, MODELS, PEOPLE
from phototagger.cli.grammar.arguments import make_parser
from phototagger.cli.terminal.console import JSON_VERSION
from tests.e2e.conftest import Program, Ran

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "json"
SCHEMA: dict[str, Any] = json.loads((FOLDER / "schema.json").read_text("utf-8"))


def closed(part: Any) -> Any:
    """The same schema, in which a key that it does not name is a fault: what we print must be described."""
    if isinstance(part, list):
        return [closed(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    found = {key: closed(value) for key, value in part.items()}
    if "properties" in found and isinstance(found["properties"], dict):
        found.setdefault("additionalProperties", False)
    return found


STRICT = closed(copy.deepcopy(SCHEMA["$defs"]))


def validated(ran: Ran, *kinds: str, status: int | None = 0) -> list[dict[str, Any]]:
    """The objects printed, each of one of these kinds."""
    if status is not None:
        assert ran.status == status, ran.err
    schema = {"$defs": STRICT, "anyOf": [{"$ref": f"#/$defs/{kind}"} for kind in kinds]}
    validator = Draft202012Validator(schema)
    records = ran.records
    for record in records:
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(record)]
        for kind in kinds if len(kinds) == 1 else ():
            only = Draft202012Validator({"$defs": STRICT, "$ref": f"#/$defs/{kind}"})
            faults = [f"{fault.json_path}: {fault.message}" for fault in only.iter_errors(record)]
        assert not faults, (record, faults)
        Draft202012Validator(SCHEMA).validate(record)
    return records


def test_the_schema_is_one_and_of_this_version() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    versions = {
        entry["properties"]["schema"]["const"]
        for entry in SCHEMA["$defs"].values()
        if "schema" in entry.get("properties", {})
    }
    assert versions == {JSON_VERSION}


def test_every_command_and_kind_is_documented() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    table = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    for kind, entry in SCHEMA["$defs"].items():
        if "schema" in entry.get("properties", {}) and kind != "error":
            assert f"`{kind}`" in table, kind
    commands = re.findall(r"^    ([a-z-]+) ", make_parser().format_help(), re.MULTILINE)
    assert "show" in commands
    for command in set(commands) - {"gui"}:
        assert re.search(rf"`{command}[` ]", table), command
    for action in (*MODELS, *KEYWORDS):
        assert re.search(rf"`(?:\w+ )?{action.name}`", table), action.name
    assert any(action.name == "name" for action in PEOPLE), "'people with any other action' stands for it"


@contextmanager
def publisher(answer: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/release.json"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_needs_no_network_is_as_described(program: Program, folder: Path) -> None:
    (folder / "empty.jpg").touch()
    (folder / "odd\udce9.jpg").write_bytes((folder / "coffee.jpg").read_bytes())
    photo = folder / "coffee.jpg"

    def run(*words: str | Path) -> Ran:
        return program("--json", *words)

    assert run("people", "list").out == ""
    assert run("keywords", "list").out == ""
    validated(run("scan", folder), "scan")
    photos = validated(run("show", folder), "photo", status=1)  # exiftool cannot read the empty one
    assert {entry["width"] for entry in photos} == {None}, "not analysed yet"
    assert "odd\udce9.jpg" in {Path(entry["path"]).name for entry in photos}
    validated(run("search", "coffee"), "photo")
    validated(run("keywords", "add", "trips|rome", photo), "changed")
    (shown,) = validated(run("show", photo), "photo")
    assert shown["keywords"] == [
        {"keyword": "trips|rome", "state": "wanted", "ours": False, "companion": False}
    ]
    validated(run("keywords", "list", "--all"), "keyword")
    validated(run("keywords", "rename", "dog", "Hund"), "changed")
    validated(run("keywords", "hide", "banana"), "changed")
    validated(run("keywords", "restore", "banana"), "changed")
    validated(run("keywords", "language", "de", "en"), "changed")
    validated(run("keywords", "export", program.home / "list.csv"), "exported")
    validated(run("keywords", "import", "--match", program.home / "list.csv"), "imported", "changed")
    validated(run("keywords", "import", "--from-photos", photo), "imported", "changed")
    validated(run("write", "--dry-run"), "plan")
    (written,) = validated(run("write"), "write")
    (shown,) = validated(run("show", photo), "photo")
    assert [(word["state"], word["ours"]) for word in shown["keywords"]] == [("written", True)]
    validated(run("keywords", "remove", "trips|rome", photo), "changed")
    (shown,) = validated(run("show", photo), "photo")
    assert [word["state"] for word in shown["keywords"]] == ["removed"]
    validated(run("undo", "--edit"), "undo_edit")
    validated(run("undo", "--only-added"), "removal")
    validated(run("undo"), "undo")
    validated(run("undo", str(written["run"])), "undo")
    validated(run("history"), "history_run", "history_edit")
    (nothing,) = validated(run("write", photo), "write")
    assert nothing["run"] is not None or nothing["written"] == 0
    validated(run("models", "list"), "network")
    validated(run("models", "verify"), "network_check")
    validated(run("--licences"), "licences")
    with publisher(b'{"version": "9.1", "page": "https://example.org/get"}') as address:
        (program.home / "settings.toml").write_text(f'[updates]\naddress = "{address}"\n')
        validated(run("check-update"), "update")
    validated(run("uninstall-data", "--yes"), "uninstalled")


def test_what_the_networks_find_is_as_described(program: Program, folder: Path, shared_photos: Path) -> None:
    for name in ("one.jpg", "two.jpg"):
        shutil.copy(shared_photos / "faces" / "dlib_6d3001b66f.jpg", folder / name)
    (folder / "empty.jpg").touch()

    def run(*words: str | Path) -> Ran:
        return program("--json", *words)

    photos = validated(run("analyse", folder), "photo", status=1)
    assert any(entry["faces"] and entry["suggestions"] for entry in photos)
    failed = next(entry for entry in photos if entry["state"] == "failed")
    assert (failed["width"], failed["error"]["kind"]) == (None, "empty")
    validated(run("resuggest"), "resuggest")
    validated(run("accept", folder), "changed")
    suggested = next(entry for entry in photos if entry["suggestions"])
    validated(run("reject", suggested["suggestions"][0]["keyword"], suggested["path"]), "changed")
    groups = validated(run("people", "list"), "group")
    group = max(groups, key=lambda row: int(row["photos"]))
    validated(run("people", "name", str(group["cluster"]), "Anna"), "people_edit")
    validated(run("people", "faces", str(group["cluster"])), "face")
    validated(run("people", "persons"), "person")
    validated(run("people", "list"), "group")
    (shown,) = validated(run("show", folder / "one.jpg"), "photo")
    place = next(at for at, face in enumerate(shown["faces"], 1) if face["person"] == "Anna")
    validated(run("people", "move", folder / "one.jpg", str(place), "Bea"), "people_edit")
    validated(run("people", "undo"), "people_edit")
    validated(run("people", "forget", "--yes"), "people_edit")
    validated(run("tag", folder / "coffee.jpg"), "photo")
    plans = validated(run("write", "--dry-run", folder), "plan", status=None)
    assert any(plan["changes"] for plan in plans)
    (folder / "empty.jpg").unlink()
    validated(run("benchmark", "--write", folder), "benchmark_write")
    validated(run("write"), "write", status=None)
    by_hand = ("exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=cup", str(folder / "coffee.jpg"))
    subprocess.run(by_hand, check=True)
    validated(run("evaluate", folder), "evaluation", status=None)
    validated(run("benchmark", folder), "benchmark")


@pytest.mark.parametrize(
    "words",
    [
        *(
            ["tga"],
            ["show", "/nowhere"],
            ["scan", "/nowhere"],
            ["undo"],
            ["undo", "7"],
            ["accept"],
            ["people"],
        ),
        *(["accept", "--keyword", "x", "--all"], ["reject", "x", "--all"], ["keywords", "hide", "nothing"]),
        *(["people", "name", "7", "Anna"], ["people", "forget"], ["check-update"], ["uninstall-data"]),
        *(["evaluate", "/nowhere"], ["keywords", "import", "/nowhere.csv"], ["resuggest"], ["search", " "]),
    ],
    ids=" ".join,
)
def test_wrong_use_is_an_object_too(program: Program, words: list[str]) -> None:
    assert program("history").status == 0  # there is a catalog
    ran = program("--json", *words)
    (record,) = validated(ran, "error", status=2)
    assert record["error"]["message"] in ran.err


def test_a_damaged_catalog_and_settings_that_make_no_sense_are_objects(program: Program) -> None:
    (program.home / "settings.toml").write_text("[write]\npreset = 7\n")
    (record,) = validated(program("--json", "history"), "error", status=2)
    assert record["error"]["kind"] == "settings"
    (program.home / "settings.toml").unlink()
    (program.home / "catalog.sqlite").write_bytes(b"no catalog at all, but quite long enough" * 99)
    (record,) = validated(program("--json", "history"), "error", status=2)
    assert record["error"]["kind"] == "catalog"


def test_what_a_scan_leaves_alone_and_wrong_suffixes_are_as_described(program: Program, folder: Path) -> None:
    coffee = (folder / "coffee.jpg").read_bytes()
    (folder / "phone.HEIC").write_bytes(coffee)
    (folder / "phone.HEIC.json").write_text("{}")
    for name in ("twice.png", "twice.jpg", "painting.xcf", "#recycle/gone.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(coffee)
    (found,) = validated(program("--json", "scan", folder), "scan")
    assert found["passed_over"] == [{"path": str(folder / "#recycle"), "reason": "bin"}]
    assert found["not_read"] == {".xcf": 1}
    planned = validated(program("--json", "fix-names", "--dry-run", folder), "new_name", status=1)
    assert [Path(entry["new_path"]).name for entry in planned] == ["phone.JPG", "twice.jpg"]
    assert (folder / "phone.HEIC").exists()
    assert program("fix-names").status == 2  # nothing is renamed that was not named
    *_, done = validated(program("--json", "fix-names", folder), "new_name", "renaming", status=1)
    assert (done["renamed"], len(done["failed"])) == (1, 1)
    assert (folder / "phone.JPG.json").exists()
    (run,) = validated(program("--json", "history"), "history_run")
    assert (run["renamed"], run["files"]) == (True, 1)
    validated(program("--json", "undo"), "undo")
    assert (folder / "phone.HEIC").read_bytes() == coffee
