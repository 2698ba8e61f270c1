"""What may happen between two looks at a photo, as steps to put in a row."""

from __future__ import annotations

from collections.abc import Callable

from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.support.write_world import World

Event = Callable[[World, ExifToolWriter], object]


def scan(world: World, writer: ExifToolWriter) -> None:
    world.scan()


def plan(world: World, writer: ExifToolWriter) -> None:
    world.plan(writer)


def write(world: World, writer: ExifToolWriter) -> None:
    world.write(writer)


def undo(world: World, writer: ExifToolWriter) -> None:
    world.undo(writer)


def remove_added(world: World, writer: ExifToolWriter) -> None:
    world.remove_added(writer)


def each_taken_away_by(reject: Event) -> list[list[Event]]:
    """Every way to what is on a photo being taken out of it again; ``reject``: the person's word against it."""
    return [
        [scan, plan, reject, write],
        [scan, reject, write],
        [reject, write],
        [reject, scan, write],
        [undo],
        [scan, undo],
        [remove_added],
        [scan, plan, remove_added],
    ]
