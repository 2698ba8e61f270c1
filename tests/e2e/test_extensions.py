"""Installed packages that bring networks and keywords: they are found and used, and a faulty one stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.e2e.conftest import Program
from tests.support.extensions import install, install_example
from tests.support.own_networks import put_colours

ONLY_WHAT_IS_ADDED = "objects = false\nfaces = false\n"


@pytest.fixture
def red(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo = Image.new("RGB", (320, 240), (250, 20, 10))
    ImageDraw.Draw(photo).rectangle((60, 60, 200, 160), outline=(90, 10, 0), width=9)
    photo.save(folder / "red.jpg")
    return folder


def settings(program: Program, networks: str, more: str = "") -> None:
    text = f'[analysis]\nnetworks = "{networks}"\n{ONLY_WHAT_IS_ADDED}{more}'
    (program.home / "settings.toml").write_text(text)


def keywords(program: Program, folder: Path, env: dict[str, str]) -> set[str]:
    ran = program("--json", "show", folder / "red.jpg", env=env)
    assert ran.status == 0, ran.err
    return {entry["keyword"] for entry in ran.records[0]["suggestions"]}


def test_an_extension_brings_a_task_of_its_own_and_its_words(
    program: Program, red: Path, tmp_path: Path
) -> None:
    env = {"PYTHONPATH": f"{install_example(tmp_path / 'site')}:{Path.cwd()}"}
    listed = program("--json", "models", "list", env=env).records
    (palette,) = (one for one in listed if one["name"] == "palette")
    assert (palette["task"], palette["from"], palette["runtime"]) == (
        "palette",
        "phototagger-example",
        "onnx",
    )
    assert program("models", "verify", env=env).status == 0

    settings(program, "palette")
    ran = program("analyse", red, env=env)
    assert ran.status == 0, ran.err
    assert "paint|red" in keywords(program, red, env)

    settings(program, "palette", "[words]\nextensions = false\n")
    assert program("resuggest", env=env).status == 0
    assert "paint|red" not in keywords(program, red, env)


FAULTY = """
def networks():
    raise OSError("no disk of mine")

class Words:
    name = "moody"
    needs = frozenset()
    def suggest(self, photo):
        raise ZeroDivisionError("in a bad mood")

class Silly(Words):
    def suggest(self, photo):
        from phototagger.extending import NewSuggestion
        yield NewSuggestion("", "", 7.0, "")
"""


def test_a_faulty_extension_is_told_and_stops_nothing(program: Program, red: Path, tmp_path: Path) -> None:
    site = install(
        tmp_path / "site",
        "moody",
        FAULTY,
        {
            "phototagger.networks": {"moody": "moody:networks"},
            "phototagger.keyword_sources": {"words": "moody:Words", "silly": "moody:Silly"},
        },
    )
    install(
        site,
        "broken",
        "raise RuntimeError('half installed')",
        {"phototagger.networks": {"x": "broken:x"}, "phototagger.keyword_sources": {"x": "broken:x"}},
    )
    install(
        site, "leaving", "raise SystemExit('no licence')", {"phototagger.keyword_sources": {"x": "leaving:x"}}
    )
    env = {"PYTHONPATH": f"{site}:{Path.cwd()}"}
    settings(program, "", "[words]\norientation = true\n")

    ran = program("analyse", red, env=env)

    assert ran.status == 0, ran.err
    assert "1 photo analysed" in ran.err
    assert "The extension leaving cannot be used (SystemExit: no licence)" in ran.err
    assert "The extension broken cannot be used (RuntimeError: half installed)" in ran.err
    assert "The extension moody cannot be used (OSError: no disk of mine)" in ran.err
    assert "The extension moody cannot be used (ZeroDivisionError: in a bad mood)" in ran.err
    assert "which is no keyword" in ran.err
    assert "Traceback" not in ran.err
    assert "format|landscape format" in keywords(program, red, env), "the other sources went on"


def test_a_network_of_the_person_s_own_is_listed_chosen_and_used(
    program: Program, red: Path, tmp_path: Path
) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path / "data")}
    own = tmp_path / "data" / "phototagger" / "networks"
    put_colours(own)
    (own / "spoilt").mkdir()
    (own / "spoilt" / "spec.toml").write_text("task = 3")

    ran = program("models", "list", env=env)
    assert ran.status == 0
    assert "colours  classify  CC0-1.0" in ran.out
    assert str(own / "spoilt" / "spec.toml") in ran.err

    for networks, wanted in (("", False), ("colours", True), ("", False), ("colours", True)):
        settings(program, networks)
        ran = program("analyse", red, env=env)
        assert ran.status == 0, ran.err
        assert "1 photo analysed" in ran.err, "a photo waits for the network that was chosen"
        assert ("paint|red" in keywords(program, red, env)) is wanted
    assert "Nothing new to analyse." in program("analyse", red, env=env).err

    settings(program, "nowhere")
    Image.new("RGB", (320, 240), (9, 20, 210)).save(red / "blue.jpg")
    ran = program("analyse", red, env=env)
    assert ran.status == 2
    assert "nowhere" in ran.err
    assert "take it out of analysis.networks" in ran.err
