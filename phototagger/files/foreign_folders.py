"""Which folders hold no photos of the person's own, or ask to be left alone: other programs' libraries and caches,
bins, snapshots. Pure, by names, whatever their capitals and composition.

A photo in another program's library is that program's: its database knows the bytes of each file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path, PurePath

from phototagger.files.pairs import spelling


class Foreign(StrEnum):
    """Why a folder is passed over."""

    LIBRARY = "library"  # of a program that keeps a record of each file in it
    MARKED = "marked"  # by a file in it that asks programs to leave it alone
    SNAPSHOT = "snapshot"  # what the folder held some time ago
    BIN = "bin"
    COPIES = "copies"  # which other programs keep of what they changed
    CACHE = "cache"  # thumbnails and previews
    SYSTEM = "system"


# fmt: off
_SUFFIXES = {
    Foreign.LIBRARY: (
        ".photoslibrary", ".photolibrary", ".migratedphotolibrary",  # Apple Photos, iPhoto
        ".aplibrary", ".migratedaplibrary", ".apvault",  # Aperture
        ".lrlibrary", ".lrdata", ".lrcat-data",  # Lightroom
        ".cocatalog",  # Capture One
        ".imovielibrary", ".fcpbundle", ".theater", ".tvlibrary", ".musiclibrary", ".dtbase2",
    ),
    Foreign.SNAPSHOT: (".backupdb", ".backupbundle", ".sparsebundle"),
    Foreign.MARKED: (".noindex",),
}
_NAMES = {
    Foreign.LIBRARY: ("photo booth library",),
    Foreign.SNAPSHOT: (
        "~snapshot", "~snapshots", "#snapshot", "@recently-snapshot", "@snapshot", "@snapshots", "@sharesnap",
        "filehistory", "backintime", "timeshift-btrfs", "files_versions",
    ),
    Foreign.BIN: (
        "$recycle.bin", "recycler", "recycled", "recycle bin", "#recycle", "@recycle", "@sharebin", "trashbox",
        "network trash folder", "files_trashbin",
    ),
    Foreign.COPIES: ("[originals]",),  # ACDSee
    Foreign.CACHE: (
        "@eadir", "@tmp", "@transcode", "ipod photo cache", "adobe bridge cache", "plex versions",
        "plex media server", "generated images.bundle",
        "encoded-video", "protected_media", "node_modules", "__pycache__",
    ),
    Foreign.SYSTEM: (
        "system volume information", "lost+found", "__macosx", "temporary items", "msocache", "config.msi",
        "thevolumesettingsfolder",
        "$windows.~bt", "$windows.~ws", "$winreagent", "$sysreset", "$getcurrent", "windows.old", "@docker",
        "@appstore", "@database",
    ),
}
_PATTERNS = {
    Foreign.SNAPSHOT: r"@gmt-\d{4}.*",  # Samba's shadow copies
    Foreign.BIN: r"network recycle bin.*|recycle bin - .*|\.?trash-\d+",  # QNAP, Western Digital, Linux
    Foreign.CACHE: r"appdata_[a-z0-9]+|@syno.*",  # Nextcloud, Synology
}
# Folders that are foreign only below or beside others, for they are called as anybody's might be.
_BELOW = {("captureone", "cache"): Foreign.CACHE, ("timeshift", "snapshots"): Foreign.SNAPSHOT} | {
    (photos, name): Foreign.BIN  # in a take-out of Google's, in the account's language
    for photos in ("google photos", "google fotos", "google foto")
    for name in ("trash", "bin", "papierkorb", "corbeille", "papelera", "cestino", "prullenbak", "lixeira")
}
_IMMICH = frozenset({"thumbs", "encoded-video", "upload"})
_MARKERS = {
    ".nomedia": Foreign.MARKED, ".noimage": Foreign.MARKED, ".noimages": Foreign.MARKED,
    ".nophoto": Foreign.MARKED, ".nophotos": Foreign.MARKED, ".nomemories": Foreign.MARKED,
    ".metadata_never_index": Foreign.MARKED, ".trackerignore": Foreign.MARKED, ".ignore": Foreign.MARKED,
    "cachedir.tag": Foreign.CACHE, ".ppstorage": Foreign.CACHE,  # PhotoPrism's thumbnails
    ".immich": Foreign.LIBRARY,
    "library6.iphoto": Foreign.LIBRARY, "library.iphoto": Foreign.LIBRARY,
    "iphotolibrary.data": Foreign.LIBRARY, "iphotomain.photodb": Foreign.LIBRARY,
}
# What macOS shows as one file, and what such a folder has in it: ``My.band`` may be anybody's.
_BUNDLES = frozenset({
    ".app", ".appex", ".bundle", ".framework", ".plugin", ".kext", ".xpc", ".prefpane", ".qlgenerator",
    ".mdimporter", ".saver", ".wdgt", ".pkg", ".mpkg", ".dsym", ".xcodeproj", ".xcassets", ".playground",
    ".rtfd", ".pages", ".numbers", ".key", ".band", ".logicx", ".graffle", ".scptd", ".pxd", ".scriv",
})
_IN_BUNDLES = frozenset({
    "contents", "info.plist", "versions", "resources", "index.zip", "index", "index.xml", "index.xml.gz",
    "index.apxl", "index.apxl.gz", "data", "metadata", "projectdata", "txt.rtf", "contents.json",
    "metadata.info", "quicklook", "files",
})
# What lies in a library of Apple Photos, and of iPhoto or Aperture, also where it lost its suffix on the way.
_LAYOUTS = (
    frozenset({"database", "originals", "resources", "private"}),
    frozenset({"database", "masters", "previews", "thumbnails"}),
)
# fmt: on
_BY_NAME = {name: reason for reason, names in _NAMES.items() for name in names}
_BY_SUFFIX = {suffix: reason for reason, suffixes in _SUFFIXES.items() for suffix in suffixes}
_BY_PATTERN = [(re.compile(pattern), reason) for reason, pattern in _PATTERNS.items()]


def foreign_by_name(name: str, parent: str = "", siblings: Iterable[str] = ()) -> Foreign | None:
    """Why a folder of this name, in a folder called ``parent`` with these ``siblings`` in it, is passed over; None
    where its name says nothing. Hidden ones (with a dot in front) are another matter."""
    name = spelling(name)
    found = (
        _BY_NAME.get(name) or _BY_SUFFIX.get(PurePath(name).suffix) or _BELOW.get((spelling(parent), name))
    )
    if found is None:
        found = next((reason for pattern, reason in _BY_PATTERN if pattern.fullmatch(name)), None)
    if found is None and name in ("thumbs", "trash"):
        beside = {spelling(other) for other in siblings}
        if name == "thumbs" and beside >= _IMMICH:
            return Foreign.CACHE
        if name == "trash" and any(other.endswith(".cosessiondb") for other in beside):  # Capture One
            return Foreign.BIN
    return found


def by_content(folder: str, names: Iterable[str]) -> Foreign | None:
    """Why a folder called ``folder`` with these ``names`` in it is passed over; None where none of them says so."""
    bundle = PurePath(folder).suffix.lower() in _BUNDLES
    known: set[str] = set()
    for name in names:
        if not name.isascii():
            continue
        low = name.lower()
        if low in _MARKERS:
            return _MARKERS[low]
        if bundle and low in _IN_BUNDLES:
            return Foreign.SYSTEM
        if low.endswith(".cocatalogdb"):  # Capture One on Windows, where its catalog is a plain folder
            return Foreign.LIBRARY
        known.add(low)
    return Foreign.LIBRARY if any(layout <= known for layout in _LAYOUTS) else None


def library_above(path: Path) -> Path | None:
    """The outermost folder in this path that is another program's library by its name."""
    for folder in reversed(path.parents):
        if foreign_by_name(folder.name) is Foreign.LIBRARY:
            return folder
    return None
