"""The list of photos for the grid: all ids in memory, rows fetched in pages when they are looked at.

``rowCount`` is the whole list, so the scroll bar is true from the start. ``data`` never waits: what is not here
yet is shown as a placeholder and asked for away from the window's thread.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from phototagger.domain.records import Changes, PhotoState
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Library
from phototagger.gui.kit.latest_first import LatestFirstCache
from phototagger.gui.kit.wording import plain_tip, tr, worded
from phototagger.jobs.library import PhotoFilter, PhotoRow

PAGE = 256
PAGES = 40
RELOAD_MS = 700  # while a scan brings photos in, the list is read again at most this often
RETRY_MS = 2000  # until what could not be read is asked for again
MANY = 20_000  # photos: laying out so many again takes a moment, so it is done less often

IdRole = Qt.ItemDataRole.UserRole + 1
RowRole = Qt.ItemDataRole.UserRole + 2
ThumbnailRole = Qt.ItemDataRole.UserRole + 3

Index = QModelIndex | QPersistentModelIndex


def merge_keeping(old: array[int], new: array[int]) -> array[int]:
    """``new`` with those of ``old`` that left it kept in their places, for both run in the same order.

    So a photo does not jump away under the person's hands when a review takes it out of the filter.
    """
    fresh = set(new)
    merged = array("q")
    position = 0
    seen = set(old)
    for photo_id in old:
        if photo_id in fresh:
            while position < len(new) and new[position] != photo_id:
                if new[position] not in seen:
                    merged.append(new[position])
                position += 1
            position += 1
        merged.append(photo_id)
    merged.extend(photo_id for photo_id in new[position:] if photo_id not in seen)
    return merged


class PhotoModel(QAbstractListModel):
    """Photos of the filter in use, in the catalog's order."""

    listed = Signal()  # the list of ids was read again (also when it is the same)
    problem = Signal(object)  # reading failed: the exception

    def __init__(
        self,
        library: Library,
        runner: JobRunner,
        thumbnails: LatestFirstCache[int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._runner = runner
        self._thumbnails = thumbnails
        self._filter = PhotoFilter()
        self._ids: array[int] = array("q")
        self._row_of: dict[int, int] = {}
        self._pages: OrderedDict[int, list[PhotoRow | None]] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._failed: set[int] = set()  # asked for in vain; among those asked, or every paint would ask again
        self._generation = 0
        self._listing = 0
        self._keep = False
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.setInterval(RELOAD_MS)
        self._reload.timeout.connect(lambda: self._list(keep=self._keep))
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self.ask_again)
        thumbnails.loaded.connect(self._thumbnail_loaded)

    # --- what is shown --------------------------------------------------------------------------------------

    @property
    def wanted(self) -> PhotoFilter:
        return self._filter

    def set_filter(self, wanted: PhotoFilter) -> None:
        """Shows the photos of this filter, read afresh."""
        self._filter = wanted
        self._reload.stop()
        self._list(keep=False)

    def on_changes(self, changes: Changes) -> None:
        """Rows in memory that changed are read again; the list itself when photos came or went, or may have
        entered the filter."""
        for photo_id in changes.photos:
            row = self._row_of.get(photo_id)
            if row is not None:
                self._stale.add(row // PAGE)
        self._thumbnails.forget(changes.photos)
        for page in self._stale & self._pages.keys():
            self._ask(page)
        narrowed = self._filter.state != "all" or bool(self._filter.text)
        if changes.photo_list or (narrowed and changes.photos):
            pending = self._reload.isActive()
            self._keep = (self._keep if pending else True) and not changes.photo_list
            if not pending:
                self._reload.start(RELOAD_MS * (1 + len(self._ids) // MANY))

    def ids(self) -> array[int]:
        """All ids of the list, in order."""
        return self._ids

    def row_of(self, photo_id: int) -> int | None:
        return self._row_of.get(photo_id)

    def photo_id(self, row: int) -> int:
        return self._ids[row]

    # --- Qt -------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not index.isValid() or not 0 <= row < len(self._ids):
            return None
        if role == IdRole:
            return self._ids[row]
        if role == ThumbnailRole:
            found = self._row(row)
            broken = found is not None and found.state in (PhotoState.FAILED, PhotoState.QUARANTINED)
            return None if broken else self._thumbnails.get(self._ids[row])
        answer = _ANSWERS.get(role)
        if answer is None:
            return None
        found = self._row(row)
        return answer(found) if found is not None else None

    def _row(self, row: int) -> PhotoRow | None:
        page, offset = divmod(row, PAGE)
        rows = self._pages.get(page)
        if rows is None or page in self._stale:
            self._ask(page)
        if rows is None:
            return None
        self._pages.move_to_end(page)
        return rows[offset]

    # --- fetching -------------------------------------------------------------------------------------------

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        self._stale.discard(page)
        generation = self._generation
        ids = self._ids[page * PAGE : (page + 1) * PAGE]
        library = self._library

        def arrived(rows: list[PhotoRow]) -> None:
            if generation == self._generation:
                self._asked.discard(page)
                self._failed.discard(page)
                self._store(page, ids, rows)

        def failed(error: Exception) -> None:
            if generation == self._generation:
                if page not in self._failed:  # reported once, however often it is tried
                    self._failed.add(page)
                    self.problem.emit(error)
                self._retry.start()

        self._runner.call(lambda: library.rows(ids), arrived, failed)

    def ask_again(self) -> None:
        """Asks once more for the pages that could not be read."""
        self._asked -= self._failed
        for page in sorted(self._failed):
            self._ask(page)

    def _store(self, page: int, ids: array[int], rows: list[PhotoRow]) -> None:
        by_id = {row.id: row for row in rows}
        fresh = [by_id.get(photo_id) for photo_id in ids]
        before = self._pages.get(page)
        self._pages[page] = fresh
        self._pages.move_to_end(page)
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)
        changed = [
            place for place, row in enumerate(fresh) if before is None or before[place] != row or row is None
        ]
        if changed:
            first, last = page * PAGE + changed[0], page * PAGE + changed[-1]
            self.dataChanged.emit(self.index(first), self.index(last))
        if page in self._stale:  # it changed again while on its way
            self._ask(page)

    def _list(self, keep: bool) -> None:
        self._listing += 1
        listing = self._listing
        library, wanted = self._library, self._filter

        def arrived(ids: array[int]) -> None:
            if listing == self._listing:
                self._replace(merge_keeping(self._ids, ids) if keep else ids)
                self.listed.emit()

        def failed(error: Exception) -> None:
            if listing == self._listing:
                self.problem.emit(error)

        self._runner.call(lambda: library.photo_ids(wanted), arrived, failed)

    def _replace(self, ids: array[int]) -> None:
        if ids == self._ids:
            self.ask_again()
            for page in list(self._pages):
                self._ask(page)
            return
        self.beginResetModel()
        self._generation += 1
        self._asked.clear()
        self._failed.clear()
        self._retry.stop()
        self._stale.clear()
        known = {row.id: row for rows in self._pages.values() for row in rows if row is not None}
        self._ids = ids
        self._row_of = {photo_id: row for row, photo_id in enumerate(ids)}
        self._pages = self._pages_from(known)
        self._thumbnails.drop_wanted()
        self.endResetModel()

    def _pages_from(self, known: dict[int, PhotoRow]) -> OrderedDict[int, list[PhotoRow | None]]:
        """Pages that can be shown at once from rows already here; stale, so that they are read again."""
        touched = {self._row_of[photo_id] // PAGE for photo_id in known if photo_id in self._row_of}
        pages: OrderedDict[int, list[PhotoRow | None]] = OrderedDict()
        for page in sorted(touched)[:PAGES]:
            pages[page] = [known.get(photo_id) for photo_id in self._ids[page * PAGE : (page + 1) * PAGE]]
            self._stale.add(page)
        return pages

    def _thumbnail_loaded(self, photo_id: int) -> None:
        row = self._row_of.get(photo_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [ThumbnailRole])

    def rows_of(self, photo_ids: Iterable[int]) -> list[int]:
        return [row for photo_id in photo_ids if (row := self._row_of.get(photo_id)) is not None]


def _parts(row: PhotoRow) -> list[str]:
    parts = [row.path.name]
    if row.state == PhotoState.PENDING:
        parts.append(tr("waiting for analysis"))
    elif row.state == PhotoState.MISSING:
        parts.append(tr("the file is missing"))
    elif row.failure is not None:
        parts.append(worded(row.failure.message))
    if row.to_review:
        parts.append(tr("%n suggestion(s) to review", "", row.to_review))
    if row.confirmed:
        parts.append(tr("%n keyword(s)", "", row.confirmed))
    if row.pending_changes:
        parts.append(tr("not yet written to the file"))
    return parts


def describe(row: PhotoRow) -> str:
    """One photo's state in words, for a screen reader."""
    return ", ".join(_parts(row))


_ANSWERS: dict[int, Callable[[PhotoRow], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda row: row.path.name,
    Qt.ItemDataRole.ToolTipRole: lambda row: plain_tip("\n".join([*_parts(row), str(row.path.parent)])),
    Qt.ItemDataRole.AccessibleTextRole: describe,
    RowRole: lambda row: row,
}
