"""What the window asks of the program: one Protocol a service that its tests have a fake of.
``app.program.Program`` has them all; a widget takes the one or two that it uses.

Every method reads files or SQL, so none may be called on the window's own thread: go through
:class:`phototagger.gui.bridge.runner.JobRunner`.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phototagger.domain.sentences import Said

if TYPE_CHECKING:
    from phototagger.domain.findings import Decoded, Pixels
    from phototagger.domain.records import Box, Changes, HistoryStep, Photo
    from phototagger.domain.writing import FieldConflict, FileSays, WritePlan, WriteRun
    from phototagger.jobs.analysis.analyse import AnalyseSummary
    from phototagger.jobs.analysis.resuggest import ResuggestSummary
    from phototagger.jobs.library import Counts, FolderRow, PhotoDetails, PhotoFilter, PhotoRow
    from phototagger.jobs.people import People
    from phototagger.jobs.progress import Cancel, Job
    from phototagger.jobs.words.in_photos import TakenWords
    from phototagger.jobs.words.keyword_book import KeywordBook
    from phototagger.jobs.write.fix_names import NewName, RenameSummary
    from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary
    from phototagger.settings.declared import Settings


class Library(Protocol):
    """The read side of the catalog; see ``jobs.library``."""

    def folders(self) -> list[FolderRow]: ...

    def roots(self) -> list[Path]: ...

    def photo_ids(self, wanted: PhotoFilter, /) -> array[int]: ...

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]: ...

    def details(self, photo_id: int) -> PhotoDetails: ...

    def details_of(self, ids: Sequence[int]) -> list[PhotoDetails]: ...

    def files_beside(self, photo_id: int) -> list[str]: ...

    def thumbnail(self, photo_id: int) -> bytes | None: ...

    def problems(self) -> list[Photo]: ...

    def counts(self) -> Counts: ...

    def history(self, limit: int) -> list[HistoryStep]: ...

    def runs(self) -> list[WriteRun]: ...

    def conflicts(self, run_id: int) -> list[FieldConflict]: ...


class Analysis(Protocol):
    """Folders of photos; see ``app.services.analysis``."""

    def scan_and_analyse(self, roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]: ...

    def resuggest(self, folders: Sequence[Path], cancel: Cancel) -> Job[ResuggestSummary]: ...

    def retry(self, photo_ids: Sequence[int]) -> Changes: ...

    def remove_root(self, path: Path) -> Changes: ...

    def engine_status(self) -> dict[str, str]: ...

    def sample_photos(self) -> Path: ...


class Review(Protocol):
    """What a person decides; see ``app.services.review``."""

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes: ...

    def reject(self, suggestion_ids: Sequence[int]) -> Changes: ...

    def reset(self, suggestion_ids: Sequence[int]) -> Changes: ...

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes: ...

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes: ...

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes: ...

    def accept_values(self, kind: str, photo_ids: Sequence[int]) -> Changes: ...

    def give_value(
        self, kind: str, photo_ids: Sequence[int], text: str, over: Collection[str]
    ) -> Changes: ...

    def reject_values(self, kind: str, photo_ids: Sequence[int]) -> Changes: ...

    def reset_values(self, kind: str, photo_ids: Sequence[int]) -> Changes: ...

    def undo(self) -> tuple[Changes, Said] | None: ...

    def redo(self) -> tuple[Changes, Said] | None: ...


class Writing(Protocol):
    """Into files, and back out of them; see ``app.services.writing``."""

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]: ...

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]: ...

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]: ...

    def remove_added(self, run_id: int | None, cancel: Cancel) -> Job[RemovalSummary]: ...

    def plan_names(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[NewName]]: ...

    def fix_names(self, names: Sequence[NewName], cancel: Cancel) -> Job[RenameSummary]: ...


class Files(Protocol):
    """What the files hold now; see ``app.services.files``."""

    def says(self, photo_id: int) -> FileSays: ...

    def exiftool_status(self) -> Said | None: ...


class Viewing(Protocol):
    """Photos to look at; see ``app.services.viewing``."""

    def photo(self, photo_id: int, longest_side: int) -> Decoded: ...

    def face(self, photo_id: int, box: Box, side: int) -> Pixels: ...


class Words(Protocol):
    """What keywords are called; see ``app.services.words``."""

    @property
    def book(self) -> KeywordBook: ...

    def known(self) -> list[str]: ...

    def change_language(self, language: str) -> Changes: ...

    def import_from_photos(
        self, photo_ids: Sequence[int] | None, match: bool, cancel: Cancel
    ) -> Job[TakenWords]: ...


class Preferences(Protocol):
    """The settings; see ``app.services.preferences``."""

    @property
    def settings(self) -> Settings: ...

    def update(self, settings: Settings) -> None: ...

    def newer_version(self) -> Said | None: ...


class Program(Protocol):
    """All of it, for who puts the window together."""

    @property
    def library(self) -> Library: ...

    @property
    def people(self) -> People: ...

    @property
    def analysis(self) -> Analysis: ...

    @property
    def review(self) -> Review: ...

    @property
    def words(self) -> Words: ...

    @property
    def writing(self) -> Writing: ...

    @property
    def files(self) -> Files: ...

    @property
    def viewing(self) -> Viewing: ...

    @property
    def preferences(self) -> Preferences: ...

    @property
    def notices(self) -> list[Said]: ...

    def close(self) -> None: ...
