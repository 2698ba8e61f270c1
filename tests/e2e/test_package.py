"""What a release ships: built from the checkout, installed away from it, and run there."""

from __future__ import annotations

import email
import email.message
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from phototagger import __version__

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Built:
    sdist: Path
    wheel: Path
    checkout_wheel: Path

    @property
    def metadata(self) -> email.message.Message:
        with zipfile.ZipFile(self.wheel) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            return email.message_from_bytes(archive.read(name))


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(source: Path, kind: str, target: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", target, folder=source)
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist, the wheel made of nothing but the sdist, and the wheel made of the checkout."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the package, is not installed")
    folder = tmp_path_factory.mktemp("built")
    sdist = build(ROOT, "sdist", folder / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    return Built(
        sdist, build(source, "wheel", folder / "wheel"), build(ROOT, "wheel", folder / "checkout-wheel")
    )


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of a new environment with the wheel in it. What phototagger needs is borrowed from the
    environment of the tests (torch alone takes gigabytes), by a path that leaves an editable phototagger out."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    here = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip()
    (Path(here) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", built.wheel, folder=folder)
    return scripts


def test_one_version_everywhere_and_a_changelog_section_for_it(built: Built) -> None:
    assert built.metadata["Version"] == __version__
    assert built.sdist.name == f"phototagger-{__version__}.tar.gz"
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert first
    assert first[1].rstrip(",") == __version__


def test_the_package_page_says_what_it_is_and_carries_the_licences(built: Built) -> None:
    metadata = built.metadata
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# phototagger")
    licences = {Path(name).as_posix() for name in metadata.get_all("License-File", [])}
    models = ROOT / "resources" / "models"
    networks = {path.parent.relative_to(ROOT).as_posix() for path in models.glob("*/spec.toml")}
    assert licences == {
        "LICENSE",
        "resources/models/Apache-2.0.txt",
        *(f"{network}/LICENCE.txt" for network in networks),
    }


def test_the_wheel_holds_every_resource_and_is_the_same_from_sdist_and_checkout(built: Built) -> None:
    tracked = subprocess.run(["git", "ls-files", "resources"], cwd=ROOT, capture_output=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("this is no git checkout, so it cannot be told which resources belong to it")
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
    wanted = {f"phototagger/{name}" for name in tracked.stdout.decode().splitlines()}
    assert wanted
    assert wanted <= names
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (built.wheel, built.checkout_wheel)]
    assert sums[0] == sums[1]


def test_installed_away_from_the_checkout_it_finds_keywords(
    installed: Path, tmp_path: Path, samples: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copyfile(samples / "cat-turned.jpg", photos / "cat.jpg")
    program = installed / "phototagger"
    where = "import phototagger as p, phototagger.settings.locations as s; print(p.__file__, s.resources_folder())"
    for path in run(installed / "python", "-c", where, folder=tmp_path).split():
        assert Path(path).is_relative_to(installed.parent), f"{path} is not the installed program's"

    assert run(program, "--version", folder=tmp_path).strip() == f"phototagger {__version__}"
    options: list[str | Path] = [
        "--catalog",
        tmp_path / "catalog.sqlite",
        "--settings",
        tmp_path / "settings.toml",
        "--json",
    ]
    out = run(program, *options, "--device", "cpu", "tag", photos, folder=tmp_path)
    (record,) = [json.loads(line) for line in out.splitlines()]
    assert any(entry["keyword"].startswith("animal|cat") for entry in record["suggestions"])
    assert (installed / "phototagger-window").exists() or (installed / "phototagger-window.exe").exists()
