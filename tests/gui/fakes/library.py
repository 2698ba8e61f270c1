"""The read side of a program that lives in memory: real records on shelves, no catalog."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from phototagger.domain.records import (
    HistoryStep,
    Photo,
    PhotoState,
    RegionKind,
)
from phototagger.domain.writing import FieldConflict, WriteRun
from phototagger.jobs.library import Counts, FolderRow, PhotoDetails, PhotoFilter, PhotoRow
from tests.gui.fakes.world import Shelf, World


def jpeg(hue: int, width: int = 160, height: int = 120) -> bytes:
    """A plain JPEG of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(hue % 360, 90, 200))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class FakeLibrary:
    """The read side over the same shelves; remembers on which threads it was asked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.shelves = world.shelves
        self.asked: list[tuple[str, str]] = []  # (method, thread name)
        self.fail: Exception | None = None
        self.beside: dict[int, list[str]] = {}

    def _note(self, method: str) -> None:
        self.asked.append((method, threading.current_thread().name))
        if self.fail is not None:
            raise self.fail

    def roots(self) -> list[Path]:
        return list(self._world.roots_added)

    def folders(self) -> list[FolderRow]:
        self._note("folders")
        paths = {shelf.photo.path.parent for shelf in self.shelves.values()} | set(self._world.roots_added)
        rows = []
        for path in sorted(paths):
            below = [one for one in self.shelves.values() if one.photo.path.is_relative_to(path)]
            pending = sum(one.photo.state is PhotoState.PENDING for one in below)
            failed = sum(one.photo.failure is not None for one in below)
            review = sum(bool(one.open) for one in below)
            rows.append(FolderRow(path, path in self._world.roots_added, len(below), pending, failed, review))
        return rows

    def photo_ids(self, wanted: PhotoFilter, /) -> array[int]:
        self._note("photo_ids")
        keep: Callable[[Shelf], bool] = {
            "all": lambda _: True,
            "to_review": lambda one: bool(one.open),
            "pending_changes": lambda one: one.changed,
            "failed": lambda one: one.photo.failure is not None,
            "with_faces": lambda one: any(region.kind is RegionKind.FACE for region in one.regions),
        }[wanted.state]
        chosen = [
            one.photo
            for one in self.shelves.values()
            if keep(one)
            and (wanted.folder is None or one.photo.path.is_relative_to(wanted.folder))
            and wanted.text.casefold() in one.photo.path.name.casefold()
        ]
        return array("q", (photo.id for photo in sorted(chosen, key=lambda photo: photo.path)))

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        self._note("rows")
        return [
            PhotoRow(
                identity,
                one.photo.path,
                one.photo.state,
                one.photo.failure,
                len(one.open),
                sum(word.wanted for word in one.words.values()),
                one.changed,
            )
            for identity in ids
            if (one := self.shelves.get(identity)) is not None
        ]

    def details(self, photo_id: int) -> PhotoDetails:
        self._note("details")
        one = self.shelves[photo_id]
        return PhotoDetails(
            one.photo,
            list(one.suggestions),
            list(one.words.values()),
            list(one.regions),
            values=dict(one.values),
        )

    def files_beside(self, photo_id: int) -> list[str]:
        return self.beside.get(photo_id, [])

    def details_of(self, ids: Sequence[int]) -> list[PhotoDetails]:
        return [self.details(identity) for identity in ids if identity in self.shelves]

    def thumbnail(self, photo_id: int) -> bytes | None:
        self._note("thumbnail")
        pending = self.shelves[photo_id].photo.state is PhotoState.PENDING
        return None if pending else jpeg(photo_id * 37)

    def problems(self) -> list[Photo]:
        return [one.photo for one in self.shelves.values() if one.photo.failure is not None]

    def counts(self) -> Counts:
        shelves = self.shelves.values()
        return Counts(
            photos=len(shelves),
            analysed=sum(one.photo.state is PhotoState.ANALYSED for one in shelves),
            pending=sum(one.photo.state is PhotoState.PENDING for one in shelves),
            failed=len(self.problems()),
            to_review=sum(bool(one.open) for one in shelves),
            pending_changes=sum(one.changed for one in shelves),
            with_faces=sum(bool(one.regions) for one in shelves),
        )

    def history(self, limit: int) -> list[HistoryStep]:
        return self._world.steps[::-1][:limit]

    def runs(self) -> list[WriteRun]:
        return self._world.write_runs[::-1]

    def conflicts(self, run_id: int) -> list[FieldConflict]:
        self._note("conflicts")
        return [FieldConflict(Path(f"/photos/{run_id}.jpg"), "XMP-dc:Subject", ("dog",), ("cat", "cow"))]
