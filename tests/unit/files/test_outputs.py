"""Lists and reports go into the file that was named, whole, and never over a photo."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import plain
from phototagger.files.outputs import check_output, write_output
from phototagger.keywords.tree.lists import ListedWord, write_list

ENDINGS = (".csv", ".txt")
needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a right there")


def put(path: Path) -> None:
    write_output(path, "words\n", ENDINGS, plain("a list"))


def test_a_file_is_replaced_as_a_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("before, and longer than what comes\n")
    path.chmod(0o640)
    put(path)
    assert path.read_text() == "words\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["list.csv"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o640


@needs_links
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_not_followed(tmp_path: Path, samples: Path, there: bool) -> None:
    photo = tmp_path / "photo.jpg"
    if there:
        shutil.copy(samples / "coffee.jpg", photo)
    link = tmp_path / "list.csv"
    link.symlink_to(photo)
    with pytest.raises(UsageError, match="it is a link"):
        put(link)
    assert link.is_symlink()
    assert photo.exists() is there
    if there:
        assert photo.read_bytes() == (samples / "coffee.jpg").read_bytes()


@needs_links
def test_another_name_of_a_photo_is_refused(tmp_path: Path, samples: Path) -> None:
    photo, other = tmp_path / "photo.jpg", tmp_path / "list.csv"
    shutil.copy(samples / "coffee.jpg", photo)
    os.link(photo, other)
    with pytest.raises(UsageError, match="no text"):
        put(other)
    assert photo.read_bytes() == (samples / "coffee.jpg").read_bytes()


@needs_links
def test_another_name_of_a_text_keeps_it(tmp_path: Path) -> None:
    notes, other = tmp_path / "notes.md", tmp_path / "list.csv"
    notes.write_text("mine")
    os.link(notes, other)
    put(other)
    assert (notes.read_text(), other.read_text()) == ("mine", "words\n")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".gif"])
def test_a_photo_with_the_name_of_a_list_is_not_lost(tmp_path: Path, samples: Path, suffix: str) -> None:
    from PIL import Image

    path = tmp_path / "list.csv"
    with Image.open(samples / "coffee.jpg") as image:
        image.save(tmp_path / f"made{suffix}")
    (tmp_path / f"made{suffix}").rename(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="no text"):
        put(path)
    assert path.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("pipe.csv", "folder.csv", "none/list.csv", "photo.jpg"):
        with pytest.raises(UsageError, match="was not written"):
            put(tmp_path / name)
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="the permissions of folders do not bind here"
)
def test_a_folder_that_takes_nothing_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="was not written"):
            put(tmp_path / "list.csv")
    finally:
        tmp_path.chmod(0o700)


def test_words_that_no_file_can_hold_are_spelt_otherwise(tmp_path: Path) -> None:
    write_list(tmp_path / "list.csv", [ListedWord("odd\udce9")])
    assert "odd?" in (tmp_path / "list.csv").read_text("utf-8")
    check_output(tmp_path / "list.csv", ENDINGS, plain("a list"))
