"""What can be told of the installers without building them: that their parts are sound and agree."""

from __future__ import annotations

import configparser
import importlib
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from phototagger import __version__
from phototagger.diagnostics import report

ROOT = Path(__file__).parents[3]
PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"
ID = "org.phototagger.phototagger"
SCRIPTS = sorted([*PACKAGING.rglob("*.sh"), LINUX / "postrm"])


def _desktop() -> configparser.SectionProxy:
    entry = configparser.ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(LINUX / f"{ID}.desktop", encoding="utf-8")
    return entry["Desktop Entry"]


def _checked(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound_shell(script: Path) -> None:
    first = script.read_text(encoding="utf-8").splitlines()[0]
    _checked(["sh" if first == "#!/bin/sh" else "bash", "-n", str(script)])


def test_the_menu_entry_opens_folders_and_photos() -> None:
    _checked(["desktop-file-validate", str(LINUX / f"{ID}.desktop")])


def test_the_menu_entry_names_what_is_there() -> None:
    entry = _desktop()
    assert entry["Exec"] == "phototagger gui %F"
    assert entry["Icon"] == ID
    assert {"inode/directory", "image/jpeg"} <= set(entry["MimeType"].split(";"))
    application = (ROOT / "phototagger" / "gui" / "shell" / "application.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{ID}")' in application


def test_the_software_centre_can_show_it(tmp_path: Path) -> None:
    text = (LINUX / f"{ID}.metainfo.xml").read_text(encoding="utf-8")
    filled = text.replace("@VERSION@", __version__).replace("@DATE@", "2026-01-01")
    component = ElementTree.fromstring(filled)
    assert component.findtext("id") == ID
    assert component.findtext("launchable") == f"{ID}.desktop"
    (tmp_path / f"{ID}.metainfo.xml").write_text(filled, encoding="utf-8")
    _checked(["appstreamcli", "validate", "--no-net", str(tmp_path / f"{ID}.metainfo.xml")])


def test_the_package_names_what_it_needs() -> None:
    fields = dict(re.findall(r"^([A-Z][\w-]+): (.*)$", (LINUX / "control").read_text(), re.MULTILINE))
    assert {"Package", "Version", "Architecture", "Maintainer", "Description"} <= fields.keys()
    assert {"perl", "libegl1", "libxkbcommon-x11-0"} <= set(re.split(r"[ ,|]+", fields["Depends"]))
    assert fields["Version"] == "@VERSION@"


def test_the_recipe_to_freeze_is_sound_python() -> None:
    recipe = (PACKAGING / "phototagger.spec").read_text(encoding="utf-8")
    compile(recipe, "phototagger.spec", "exec")
    pattern = re.search(r"DROPPED = re.compile\((.*?)\n\)", recipe, re.DOTALL)
    assert pattern is not None
    dropped = re.compile(eval(f"({pattern[1]})"))  # a string in our own file
    for kept in (
        "libQt6Core.so.6",
        "libQt6Gui.so.6",
        "libQt6Widgets.so.6",
        "libQt6Svg.so.6",
        "libQt6DBus.so.6",
    ):
        assert not dropped.search(f"PySide6/Qt/lib/{kept}")
    assert not dropped.search("PySide6/Qt/plugins/platforms/libqxcb.so")
    assert dropped.search("PySide6/Qt/lib/libQt6Qml.so.6")


def test_a_build_without_torch_leaves_out_the_networks_weights_and_nothing_else() -> None:
    """What is no network (the everyday words) is needed in every build."""
    recipe = (PACKAGING / "phototagger.spec").read_text(encoding="utf-8")
    code = recipe[recipe.index("NETWORKS =") : recipe.index("datas = [")]
    models = PACKAGING.parent / "resources" / "models"
    left: dict[bool, set[str]] = {}
    for gpu in (False, True):
        names: dict[str, Any] = {"ROOT": PACKAGING.parent, "GPU": gpu, "tomllib": tomllib}
        exec(compile(code, "phototagger.spec", "exec"), names)
        left[gpu] = names["LEFT_OUT"]
    weights = {path.name for path in models.rglob("*.safetensors")}
    assert weights - left[False] == {"everyday_words.safetensors"}
    assert left[True] == {"screenshot.png"}


def test_a_build_has_the_versions_that_a_report_tells() -> None:
    recipe = (PACKAGING / "phototagger.spec").read_text(encoding="utf-8")
    code = recipe[recipe.index("PACKAGES =") : recipe.index("TORCH =")]
    names: dict[str, Any] = {"ROOT": PACKAGING.parent, "re": re, "datas": []}
    names |= {"PackageNotFoundError": LookupError, "copy_metadata": lambda name: [name]}
    exec(compile(code, "phototagger.spec", "exec"), names)
    assert names["datas"] == list(report.PACKAGES)


def test_one_name_on_every_system() -> None:
    flatpak = yaml.safe_load((PACKAGING / "flatpak" / f"{ID}.yml").read_text(encoding="utf-8"))
    assert flatpak["id"] == ID
    assert not any("network" in argument for argument in flatpak["finish-args"])
    assert f'bundle_identifier="{ID}"' in (PACKAGING / "phototagger.spec").read_text(encoding="utf-8")
    assert ID in (PACKAGING / "windows" / "phototagger.iss").read_text(encoding="utf-8")
    with (PACKAGING / "macos" / "entitlements.plist").open("rb") as file:
        assert all(plistlib.load(file).values())


def test_no_version_is_written_a_second_time() -> None:
    tracked = (
        path for path in PACKAGING.rglob("*") if path.suffix in (".sh", ".iss", ".spec", ".xml", ".yml")
    )
    for path in tracked:
        lines = path.read_text(encoding="utf-8").splitlines()
        written = [line for line in lines if __version__ in line and not line.lstrip().startswith((";", "#"))]
        assert written == [], path


def test_the_build_recipe_runs_scripts_that_are_there() -> None:
    recipe = yaml.safe_load((PACKAGING / "ci" / "installers.yml").read_text(encoding="utf-8"))
    steps = [step for job in recipe["jobs"].values() for step in job["steps"]]
    named = {name for step in steps for name in re.findall(r"packaging/[\w./-]+", step.get("run", ""))}
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_notices_have_each_part_and_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))
    import notices  # type: ignore[import-not-found]

    parts = [notices.python(), *notices.packages(), *notices.networks(), *notices.own_data()]
    text = notices.notices(parts)

    names = [part.name for part in parts]
    assert any(name.startswith("numpy ") for name in names)
    assert sum(name.startswith("Network ") for name in names) == 5
    assert all(f"  {name}: " in text for name in names)
    assert (
        notices.notices([notices.Part(name, "MIT", ("the text\n",)) for name in "ab"]).count("the text") == 1
    )
    assert notices.without_text([notices.Part("x", "MIT", ()), notices.Part("y", "MIT", ("text",))]) == ["x"]
    sys.modules.pop("notices")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_imports_of_the_program_is_there(script: Path) -> None:
    asked = re.findall(r"from (phototagger[\w.]*) import ([\w, ]+)", script.read_text(encoding="utf-8"))
    missing = [
        f"{module}.{name.strip()}"
        for module, names in asked
        for name in names.split(",")
        if not hasattr(importlib.import_module(module), name.strip())
    ]
    assert missing == []


def test_the_start_script_copies_the_samples() -> None:
    assert "import copy_samples" in (PACKAGING / "run.sh").read_text(encoding="utf-8"), (
        "or the test above holds nothing"
    )
