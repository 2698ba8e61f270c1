"""Whatever the person and the program do to a photo in whatever order, the person's own words stay."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from phototagger.domain.errors import UsageError
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.support.photos import prepare, read
from tests.support.write_world import World

WORDS = ("dog", "Möwe")
SUGGESTED = ("dog", "animal|dog", "bird|Möwe")


class Model:
    """The photo, and which of its words are the person's own: those they put in by another program."""

    def __init__(self, world: World, writer: ExifToolWriter, tool: ExifTool, copy: Path) -> None:
        self.world, self.writer, self.tool, self.copy = world, writer, tool, copy
        self.photo = world.paths[0]
        self.own: set[str] = set()
        self.keep()

    def held(self) -> list[str]:
        return list(read(self.writer, self.photo).values.get("XMP-dc:Subject", ()))

    def add(self, word: str) -> None:
        """A word of ours that was taken out and comes back before anybody looked is ours: nobody can tell."""
        if word not in self.held():
            recorded = {ours.casefold() for ours in read(self.writer, self.photo).own_words()}
            prepare(self.tool, self.photo, f"-XMP-dc:Subject+={word}")
            if word.casefold() not in recorded:
                self.own.add(word)

    def take_out(self, word: str) -> None:
        prepare(
            self.tool,
            self.photo,
            f"-XMP-dc:Subject-={word}",
            f"-XMP-lr:HierarchicalSubject-={word}",
            f"-XMP-lr:HierarchicalSubject-=animal|{word}",
            f"-XMP-lr:HierarchicalSubject-=bird|{word}",
        )
        self.own.discard(word)

    def keep(self) -> None:
        shutil.copy2(self.photo, self.copy)
        self.kept = set(self.own)

    def put_back(self) -> None:
        shutil.copy2(self.copy, self.photo)
        self.own = set(self.kept)

    def undo(self, only_added: bool) -> None:
        try:
            if only_added:
                self.world.remove_added(self.writer)
            else:
                self.world.undo(self.writer)
        except UsageError:
            pass  # there is no run yet


@pytest.mark.parametrize("seed", range(10))
def test_the_persons_own_words_stay(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    model = Model(world, writer, tool, tmp_path / "copy.jpg")
    done: list[str] = []
    for _ in range(30):
        step, word = chance.choice(
            [
                ("add", chance.choice(WORDS)),
                ("take out", chance.choice(WORDS)),
                ("keep a copy", ""),
                ("put back", ""),
                ("scan", ""),
                *[("want", chance.choice(SUGGESTED))] * 2,
                *[("reject", chance.choice(SUGGESTED))] * 2,
                *[("write", "")] * 3,
                ("undo", ""),
                ("undo only added", ""),
            ]
        )
        done.append(f"{step} {word}")
        match step:
            case "add":
                model.add(word)
            case "take out":
                model.take_out(word)
            case "keep a copy":
                model.keep()
            case "put back":
                model.put_back()
            case "scan":
                world.scan()
            case "want":
                world.want(word, 0)
            case "reject":
                world.drop(word, 0)
            case "write":
                world.write(writer)
            case _:
                model.undo(step == "undo only added")
        held = model.held()
        assert model.own <= set(held), done
        assert len(held) == len({word.casefold() for word in held}), done
