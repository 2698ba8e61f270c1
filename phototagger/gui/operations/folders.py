"""Folders of photos: adding them, and what comes of their analysis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from phototagger.domain.records import Changes, Photo
from phototagger.files.foreign_folders import Foreign
from phototagger.gui.kit.drop import outermost
from phototagger.gui.kit.job_bar import JobBar
from phototagger.gui.kit.wording import duration, sentence, tr
from phototagger.gui.operations.context import Context, listed
from phototagger.gui.operations.jobs import Slot
from phototagger.gui.photos.problems_panel import first_folder

if TYPE_CHECKING:
    from phototagger.jobs.analysis.analyse import AnalyseSummary
    from phototagger.jobs.analysis.passed_over import Left

LISTED_MAX = 1000  # folders in one list
RETRY_ALONE_MAX = 50  # photos; with more their folders are looked through again


def choose(to: Context) -> None:
    """Lets the person choose a folder, and adds it."""
    folder = QFileDialog.getExistingDirectory(to.window, tr("Add a folder of photos"))
    if folder:
        add(to, [Path(folder)])


def add_samples(to: Context) -> None:
    """Adds the sample photos."""
    to.runner.call(to.program.analysis.sample_photos, lambda folder: add(to, [folder]), to.tell)


def add(to: Context, paths: Sequence[Path]) -> None:
    """Scans and analyses these folders and photos, after those before them."""
    if not paths:
        return
    if to.jobs.busy(Slot.ANALYSIS):
        before = to.waiting if to.jobs.follows(Slot.ANALYSIS) else []
        to.waiting[:] = outermost([*before, *paths])
        to.jobs.follow(Slot.ANALYSIS, lambda: add(to, list(to.waiting)))
        to.messages.say("info", tr("Added. The analysis continues there when this one is done."))
        return
    roots = outermost(paths)
    job = to.jobs.start(
        Slot.ANALYSIS, "analyse", lambda cancel: to.program.analysis.scan_and_analyse(roots, cancel)
    )
    job.done.connect(lambda summary: _analysed(to, summary, roots))
    job.cancelled.connect(lambda _: to.messages.say("info", tr("Stopped. Everything found so far is kept.")))
    job.failed.connect(
        lambda error: to.messages.say("error", sentence(error), tr("Try again"), lambda: add(to, roots))
    )


def offer_to_continue(to: Context, pending: int) -> None:
    """What an earlier session left to do goes on at the person's wish."""
    if pending and not to.jobs.busy(Slot.ANALYSIS):
        roots = to.program.library.roots
        text = tr("Not analysed yet: %n photo(s).", "", pending)
        to.messages.say(
            "info", text, tr("Continue"), lambda: to.runner.call(roots, lambda found: add(to, found))
        )


def retry(to: Context, photos: Sequence[Photo]) -> None:
    """Failed photos get another try: alone when they are few, else with their folders."""
    ids = [photo.id for photo in photos]
    paths = [photo.path for photo in photos]
    if len(paths) > RETRY_ALONE_MAX:
        paths = outermost(path.parent for path in paths)
    to.runner.edit(lambda: to.program.analysis.retry(ids), lambda _: add(to, paths), to.tell)


def remove(to: Context, root: Path) -> None:
    """Takes a folder off the list."""
    text = tr("{root} is off the list. Its files were not touched.", root=str(root))

    def removed(_: Changes) -> None:
        to.messages.say("info", text)

    to.runner.edit(lambda: to.program.analysis.remove_root(root), removed, to.tell)


def show(to: Context, folder: Path) -> None:
    """Opens a folder in the system's file manager."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        text = tr("No file manager answered. The folder is {folder}", folder=str(folder))
        to.messages.say("warning", text)


def show_folder_of(to: Context, path: Path) -> None:
    """Opens the folder that a file is in, or was in."""
    to.runner.call(lambda: first_folder(path), lambda folder: show(to, folder), to.tell)


def show_folder_of_photo(to: Context, photo_id: int) -> None:
    library = to.program.library
    to.runner.call(
        lambda: first_folder(library.details(photo_id).photo.path),
        lambda folder: show(to, folder),
        to.tell,
    )


def show_device(to: Context, bar: JobBar) -> None:
    """What the networks run on, once it is known."""
    if bar.has_device:
        return
    bar.has_device = True

    def show_it(status: dict[str, str]) -> None:
        tip = "\n".join(f"{name}: {value}" for name, value in status.items())
        name = "CPU" if status.get("device") == "cpu" else status.get("device_name", "")
        bar.show_device(name, tip)

    to.runner.call(to.program.analysis.engine_status, show_it, lambda _: None)


# --- what came of it ----------------------------------------------------------------------------------------


def _analysed(to: Context, summary: AnalyseSummary, roots: Sequence[Path]) -> None:
    say = to.messages.say
    if summary.unreadable_folders:
        folders = _listed(summary.unreadable_folders)
        say("error", tr("{folders} cannot be read. Is its disk there, and may you read it?", folders=folders))
    bad = summary.failed + summary.quarantined
    if bad:
        text = tr("%n photo(s) could not be analysed; all others are done.", "", bad)
        say("warning", text, tr("Show problems"), to.show_problems)
    elif summary.analysed:
        time = duration(summary.seconds)
        say("good", tr("Analysed %n photo(s) in {time}.", "", summary.analysed, time=time))
    elif summary.found == 0:
        if not summary.unreadable_folders:
            say("warning", tr("There is no photo in {folders}.", folders=_listed(roots)))
    else:
        say("info", tr("Nothing new there: every photo is analysed."))
    _tell_passed_over(to, summary.left)


def _tell_passed_over(to: Context, left: Left) -> None:
    """One line on what the scan passed over, and how to have it all the same."""
    told = []
    if left.folders:
        told.append(
            tr(
                "Passed over, as other programs' folders, bins, or marked to be left alone: {folders}.",
                folders=left.named_folders(),
            )
        )
        if left.known:
            told.append(tr("%n photo(s) known from there will not be written.", "", left.known))
        told.append(tr("To add one on purpose, drop that very folder here."))
    if left.kinds:
        count = sum(left.kinds.values())
        told.append(
            tr("%n file(s) of kinds that are not read: {kinds}.", "", count, kinds=left.named_kinds())
        )
    if left.in_cloud:
        told.append(tr("Waiting in the cloud, not fetched: %n photo(s).", "", left.in_cloud))
        told.append(tr("To have such photos analysed, make them available on this computer."))
    if not told:
        return
    text = " ".join(told)
    reasons = [(one.path, _reason(one.reason)) for one in left.folders[:LISTED_MAX]]
    if reasons:
        title = tr("Passed over")
        to.messages.say("info", text, tr("Show them"), lambda: to.show_skipped(title, reasons))
    else:
        to.messages.say("info", text)


def _reason(reason: Foreign) -> str:
    return {
        Foreign.LIBRARY: tr("Another program's library, which keeps a record of each file in it."),
        Foreign.MARKED: tr("A file in it asks programs to leave it alone."),
        Foreign.SNAPSHOT: tr("What folders held some time ago."),
        Foreign.BIN: tr("What was deleted."),
        Foreign.COPIES: tr("Copies that another program keeps of photos it changed."),
        Foreign.CACHE: tr("Thumbnails and previews that another program made."),
        Foreign.SYSTEM: tr("The system's, or a program's, own."),
    }[reason]


def _listed(paths: Sequence[Path]) -> str:
    return listed([str(path) for path in paths])
