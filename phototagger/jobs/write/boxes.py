"""Whether a photo's file still is the version that its boxes were found on.

Another program may have turned, cropped or replaced it after the analysis, seen by a scan or not. Boxes that the
file does not hold yet are written only where the file is as it was analysed, or shows the same picture.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import following
from phototagger.catalog.photos import photos
from phototagger.domain.errors import PhotoError
from phototagger.domain.frames import Frame, PhotoVersion, what_became
from phototagger.domain.records import FileSignature, Photo, PhotoState
from phototagger.domain.sentences import Said, said
from phototagger.domain.writing import FileFields, HeldRegion, RegionChanges
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.write.settling import signature_now

# Of these exiftool and our decoder count the same pixels; of raw photos and HEIF each in its own way.
_PLAIN_TYPES = frozenset({"JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "AVIF"})


def changed_since(name: str) -> Said:
    """Why the box in the photo of this name is held back."""
    return said(
        "{name} was changed by another program after it was analysed, so the box may lie elsewhere. Scan and "
        "analyse it again, and the box follows",
        name=name,
    )


def boxes_of_this_version(
    catalog: Catalog, writer: MetadataWriter, photo: Photo, fields: FileFields, boxes: RegionChanges
) -> tuple[RegionChanges, FileSignature | None]:
    """The boxes, those to be added held back where the file is no longer what was analysed; and the file as it was
    looked at for that. A photo that no scan would notice is then analysed again."""
    if not boxes.add:
        return boxes, None
    try:
        now = signature_now(photo.path)
    except PhotoError:
        return boxes, None  # which the write will say
    if _is_as_analysed(catalog, writer, photo, fields, now):
        return boxes, now
    if photo.state is PhotoState.ANALYSED and now == photo.signature:
        catalog.write(lambda c: photos.look_again(c, photo.id))
    why = changed_since(photo.path.name)
    held = tuple(HeldRegion(region, why) for region in boxes.add)
    return replace(boxes, add=(), near=(), held=(*boxes.held, *held)), now


def _is_as_analysed(
    catalog: Catalog, writer: MetadataWriter, photo: Photo, fields: FileFields, now: FileSignature
) -> bool:
    def known(c: sqlite3.Connection) -> tuple[FileSignature | None, PhotoVersion | None]:
        return following.analysed_as(c, photo.id), following.version_of(c, photo.id)

    then, version = catalog.read(known)
    if then is None or version is None:
        return True  # never analysed: its boxes come from somewhere else
    frame = fields.frame()
    if frame is not None and fields.file_type in _PLAIN_TYPES and frame.orientation != version.orientation:
        return False  # turned since, or in a way that one of the two does not understand
    agrees = frame is None or _agrees(frame, version)
    if then == now and agrees:
        return True
    if version.sketch is None:  # analysed by an earlier version of this program
        return agrees if then == now or fields.file_type not in _PLAIN_TYPES else False
    seen = writer.version_of(photo.path)
    if seen is None:
        return False
    fate = what_became(version, seen)
    return fate.sure and fate.turn == 1


def _agrees(frame: Frame, version: PhotoVersion) -> bool:
    return (frame.width, frame.height) == version.stored_size and frame.orientation == version.orientation
