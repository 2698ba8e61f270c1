"""Folders of photos: found, analysed, read, suggested for, and let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from phototagger.app.session import Session
from phototagger.catalog.photos import photos
from phototagger.domain.records import Changes
from phototagger.files.sidecars import photos_of
from phototagger.jobs.analysis import analyse, read_facts, read_names, resuggest, scan
from phototagger.jobs.analysis.analyse import AnalyseSummary
from phototagger.jobs.analysis.read_facts import FactsSummary
from phototagger.jobs.analysis.read_names import NamesSummary
from phototagger.jobs.analysis.resuggest import ResuggestSummary
from phototagger.jobs.analysis.roots import CatalogPaths
from phototagger.jobs.analysis.scan import ScanSummary
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.words import captions, offers
from phototagger.jobs.words.captions import CaptionsSummary
from phototagger.keywords.tree import translate
from phototagger.settings.locations import copy_samples, resources_folder


class Analysis:
    """What a folder goes through until it can be reviewed. Whatever takes its time is a job: it tells how far it is
    and can be cancelled."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def located(self, paths: Sequence[Path]) -> list[Path]:
        """What the catalog calls these places, by whatever links, mounts or capitals they are named."""
        names = CatalogPaths(self._session.library.roots())
        return [names.of(path) for path in paths]

    def photos_of(self, paths: Sequence[Path]) -> dict[Path, Path]:
        """Those of these files that are no photos of the catalog but belong to one, with that photo: a raw beside
        its JPEG, the film of a live photo, a sidecar."""
        known = {photo.path for photo in self._session.library.by_path(paths)}
        return photos_of(path for path in paths if path not in known)

    def scan(self, roots: Sequence[Path], cancel: Cancel) -> Job[ScanSummary]:
        return scan.scan_folders(self._session.catalog, self._session.decoder, roots, cancel)

    def analyse(self, folders: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        with self._session.analysing(cancel) as engine:
            job = analyse.analyse_photos(
                self._session.catalog,
                self._session.thumbnails,
                engine,
                self._session.keywords.proposer(),
                cancel,
                folders,
                wanted=self._session.wanted_networks(),
            )
            return (yield from offers.beside(job, self._session.keywords.offers()))

    def scan_and_analyse(self, roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        """What a drop does. Of a pair or a live photo either half may be dropped."""
        roots = self.located(roots)
        owned = self.photos_of(roots)
        roots = list(dict.fromkeys(owned.get(root, root) for root in roots))
        scanned = yield from self.scan(roots, cancel)
        summary = yield from self.analyse(roots, cancel)
        if self._session.exiftool_status() is None:
            yield from self.read_facts(roots, cancel)
        if self.reads_names():
            yield from self.read_names(roots, cancel)
        yield from self.propose_captions(roots, cancel)
        return replace(
            summary, found=scanned.found, unreadable_folders=scanned.unreadable_folders, left=scanned.left
        )

    def read_facts(self, folders: Sequence[Path], cancel: Cancel) -> Job[FactsSummary]:
        """Times and places that stand in XMP, IPTC and sidecars. Raises ExifToolError without exiftool."""
        countries = translate.country_names(resources_folder() / "vocabulary")
        with self._session.reader() as reader:
            proposer = self._session.keywords.proposer()
            job = read_facts.read_facts(self._session.catalog, reader, proposer, countries, cancel, folders)
            return (yield from offers.beside(job, self._session.keywords.offers()))

    def reads_names(self) -> bool:
        """Whether faces are wanted, and exiftool is there to read their names with."""
        return self._session.settings.analysis.faces and self._session.exiftool_status() is None

    def read_names(self, folders: Sequence[Path], cancel: Cancel) -> Job[NamesSummary]:
        """Names that other programs gave to faces. Raises ExifToolError without exiftool."""
        with self._session.reader() as writer:
            return (yield from read_names.read_names(self._session.catalog, writer, cancel, folders))

    def resuggest(self, folders: Sequence[Path], cancel: Cancel) -> Job[ResuggestSummary]:
        """New suggestions with the settings and words of now, out of what is kept; no photo is decoded."""
        summary = yield from resuggest.resuggest(
            self._session.catalog, self._session.keywords.proposer(), cancel, folders
        )
        offered = yield from offers.offer_all(
            self._session.catalog, self._session.keywords.offers(), cancel, folders
        )
        summary = replace(summary, changed=max(summary.changed, offered))
        yield from self.propose_captions(folders, cancel)
        return summary

    def propose_captions(self, folders: Sequence[Path], cancel: Cancel) -> Job[CaptionsSummary]:
        """The text in photos as captions, where that is wanted and exiftool is there to look whether they have one;
        what waits is withdrawn where it is not wanted."""
        if not self._session.settings.words.caption:
            captions.withdraw_captions(self._session.catalog)
        elif (
            captions.has_unlooked(self._session.catalog, folders) and self._session.exiftool_status() is None
        ):
            with self._session.reader() as reader:
                return (yield from captions.propose_captions(self._session.catalog, reader, cancel, folders))
        return captions.CaptionsSummary()

    def remove_root(self, path: Path) -> Changes:
        """Forgets the folder, its photos and what was reviewed on them; no file is touched."""
        return scan.remove_root(self._session.catalog, path, self._session.thumbnails)

    def retry(self, photo_ids: Sequence[int]) -> Changes:
        """Makes failed and quarantined photos pending again."""
        return self._session.catalog.write(lambda c: photos.retry(c, photo_ids))

    def engine_status(self) -> dict[str, str]:
        """What the networks run on; the engine is started for it where none runs."""
        with self._session.engine() as engine:
            return engine.describe()

    def sample_photos(self) -> Path:
        """A folder of the person's own with a copy of the sample photos. Raises SettingsError."""
        return copy_samples()
