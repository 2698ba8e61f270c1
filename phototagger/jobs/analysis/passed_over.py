"""What a scan met and left alone, and one line that tells of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phototagger.domain.sentences import Said, joined, plain, said
from phototagger.files.foreign_folders import Foreign
from phototagger.files.suffixes import RAW_SUFFIXES

NAMED = 3  # folders and kinds named in a line
# fmt: off
# Kinds of photos and pictures that a decoder may be missing for. Films, icons and documents are none.
PHOTO_KINDS = RAW_SUFFIXES | {
    *(".gpr", ".eip", ".cap", ".dcs", ".drf", ".k25", ".mdc", ".ptx", ".pxn", ".rwz", ".bay", ".lfp", ".lfr"),
    *(".ari", ".cine", ".nksc", ".sti", ".rdc", ".qtk", ".ia", ".obm", ".dc2", ".hrf", ".ori", ".livp"),
    *(".jxl", ".jxr", ".wdp", ".hdp", ".jp2", ".jpf", ".jpx", ".jpm", ".j2k", ".j2c", ".jpc", ".jph", ".jls"),
    *(".insp", ".jps", ".pns", ".jng", ".flif", ".bpg", ".qoi", ".psb", ".psdt", ".xcf", ".kra", ".ora"),
    *(".cpt", ".pdn", ".pspimage", ".psp", ".procreate", ".clip", ".exr", ".hdr", ".rgbe", ".pfm", ".tga", ".pcx"),
    *(".dcx", ".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".sgi", ".ras", ".sun", ".pcd", ".fpx", ".pict", ".pct"),
    *(".iff", ".lbm", ".dpx", ".cin", ".fits", ".fit", ".fts", ".dcm", ".svg", ".heics", ".heifs", ".avifs"),
    *(".apng", ".jfif", ".jpe", ".jif", ".jfi", ".mpo", ".hif", ".heic", ".heif", ".avif", ".webp", ".dib"),
    *(".wbmp", ".afphoto"),
}
# fmt: on
_ORDER = tuple(Foreign)


@dataclass(frozen=True, slots=True)
class LeftFolder:
    """A folder that was passed over, and why."""

    path: Path
    reason: Foreign


@dataclass(frozen=True, slots=True)
class Left:
    """``folders`` were passed over with all below them. ``known``: photos below them that the catalog has from
    before. ``kinds``: files of kinds that are not read, by suffix. ``in_cloud``: photos whose content is not on
    this computer."""

    folders: tuple[LeftFolder, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    in_cloud: int = 0
    known: int = 0

    def __bool__(self) -> bool:
        return bool(self.folders or self.kinds or self.in_cloud)

    def __or__(self, other: Left) -> Left:
        kinds = dict(Counter(self.kinds) + Counter(other.kinds))
        folders = tuple(dict.fromkeys((*self.folders, *other.folders)))
        return Left(folders, kinds, self.in_cloud + other.in_cloud, self.known + other.known)

    def named_folders(self) -> Said:
        """``#recycle, @eaDir (12) and 3 more``: libraries first, for those may hold photos."""
        ranked = sorted(self.folders, key=lambda one: (_ORDER.index(one.reason), str(one.path)))
        return _listed(Counter(one.path.name for one in ranked))

    def named_kinds(self) -> Said:
        """``.xcf (7), .svg (2)``, the most frequent first."""
        return _listed(Counter(dict(sorted(self.kinds.items(), key=lambda item: (-item[1], item[0])))))


NOTHING_LEFT = Left()


def _listed(counts: Counter[str]) -> Said:
    """The first names with their counts, and how many names there are beside."""
    named = [f"{name} ({count})" if count > 1 else name for name, count in list(counts.items())[:NAMED]]
    rest = len(counts) - len(named)
    names = ", ".join(named)
    return said("{names} and %n more", "", rest, names=names) if rest else plain(names)


def sentences(left: Left) -> Sequence[Said]:
    """At most one on each: folders and how to add them on purpose, kinds, the cloud."""
    told = []
    if left.folders:
        known = said("%n photo(s) known from there will not be written.", "", left.known)
        passed_over = said(
            "Passed over, as other programs' folders, bins, or marked to be left alone: {folders}.",
            folders=left.named_folders(),
        )
        on_purpose = said("To add one on purpose, name that very folder (phototagger scan FOLDER).")
        told.append(joined((passed_over, known if left.known else None, on_purpose)))
    if left.kinds:
        count = sum(left.kinds.values())
        told.append(
            said(
                "%n file(s) of kinds that phototagger does not read: {kinds}.",
                "",
                count,
                kinds=left.named_kinds(),
            )
        )
    if left.in_cloud:
        told.append(
            said(
                "%n photo(s) (waits|wait) in the cloud and will not be fetched. Make (it|them) available on "
                "this computer and scan again.",
                "",
                left.in_cloud,
            )
        )
    return told
