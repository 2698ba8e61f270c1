"""Naming faces: groups and the persons they are. Each edit is one history step, except forgetting."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from phototagger.catalog import forgetting, history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import edits as people_edits
from phototagger.catalog.people import people
from phototagger.catalog.people.people import ClusterRow as ClusterRow
from phototagger.catalog.people.people import FaceRow as FaceRow
from phototagger.catalog.writing import locks
from phototagger.diagnostics import log
from phototagger.domain.records import Changes
from phototagger.domain.sentences import Said, said


class People:
    """Groups of faces. Methods are safe from any thread; none is for the GUI thread. Every edit raises UsageError
    for a group, face or name that is not known."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def clusters(self) -> list[ClusterRow]:
        """Groups that hold a face, with suggestions: named ones by name, then the others, largest first."""
        return self._catalog.read(lambda c: people.with_suggestions(c, people.list_clusters(c)))

    def others(self) -> dict[int, list[tuple[str, int]]]:
        """Group -> who else is confirmed on its faces, and on how many."""
        return self._catalog.read(people.others_in_clusters)

    def faces(self, cluster: int) -> list[FaceRow]:
        """The faces of one group, best first. Raises UsageError for an unknown group."""
        return self._catalog.read(lambda c: people.faces_of(c, cluster))

    def persons(self) -> list[tuple[str, int, bool]]:
        """Name, confirmed faces and whether hidden, of each person, by name."""
        return self._catalog.read(people.persons)

    def name(self, cluster: int, name: str | None) -> Changes:
        """Names a group and confirms the faces in it; None takes the name away."""
        return self._edit(lambda c: people_edits.name_cluster(c, cluster, name))

    def name_all(self, clusters: Sequence[int], name: str) -> Changes:
        """Gives several groups one name and confirms the faces in them."""
        edits = [partial(people_edits.name_cluster, cluster=cluster, name=name) for cluster in clusters]
        return self._together(edits, said("Named %n group(s) {name}", "", len(edits), name=name.strip()))

    def accept(self, groups: Sequence[ClusterRow]) -> Changes:
        """Yes to each group as it was shown: an unnamed one is the person it was proposed to be; in a named one
        all waiting faces are that person. Others stay as they are."""
        return self._together(
            [partial(_accept, row=row) for row in groups], said("Confirmed %n group(s)", "", len(groups))
        )

    def refuse(self, groups: Sequence[ClusterRow]) -> Changes:
        """No to each group as it was shown: an unnamed one is never the person it was proposed to be; the waiting
        faces of a named one leave it."""
        return self._together(
            [partial(_refuse, row=row) for row in groups], said("Rejected %n group(s)", "", len(groups))
        )

    def merge(self, into: int, others: Sequence[int]) -> Changes:
        """Makes one group of several."""
        return self._edit(lambda c: people_edits.merge_clusters(c, into, others))

    def split(self, *faces: int) -> Changes:
        """Takes faces (``FaceRow.id``) out of their groups into a new one of their own."""
        return self._edit(lambda c: people_edits.split_faces(c, faces))

    def confirm(self, faces: Sequence[int]) -> Changes:
        """These faces are who their groups say they are."""
        return self._edit(lambda c: people_edits.confirm_faces(c, faces))

    def reject(self, faces: Sequence[int], name: str | None = None) -> Changes:
        """These faces are not that person (None: the one they are said to be), for ever."""
        return self._edit(lambda c: people_edits.reject_faces(c, faces, name))

    def reject_suggestion(self, cluster: int, name: str) -> Changes:
        """A group is not the person it was proposed to be, for ever."""
        return self._edit(lambda c: people_edits.reject_suggestion(c, cluster, name))

    def move(self, faces: Sequence[int], name: str) -> Changes:
        """These faces are that person, whatever was said before."""
        return self._edit(lambda c: people_edits.move_faces(c, faces, name))

    def ignore(self, clusters: Sequence[int], ignored: bool = True) -> Changes:
        """Sets groups aside: strangers, statues, posters. False takes them back."""
        return self._edit(lambda c: people_edits.ignore_clusters(c, clusters, ignored))

    def hide(self, name: str, hidden: bool = True) -> Changes:
        """A hidden person is kept, but neither proposed nor written."""
        return self._edit(lambda c: people_edits.hide_person(c, name, hidden))

    def hide_all(self, persons: Mapping[str, bool]) -> Changes:
        """Name to whether to hide, of several."""
        edits = [partial(people_edits.hide_person, name=name, hidden=hide) for name, hide in persons.items()]
        return self._together(edits, said("Hid or showed %n person(s)", "", len(edits)))

    def forget(self) -> Changes:
        """Removes faces, groups, names and the steps about them from the catalog's file, and the log. Names
        that were written into photos are in the photos, and stay there.

        Raises CatalogError while photos are being written, for what is written is noted down."""
        with locks.writing(self._catalog):
            changes = self._catalog.write(forgetting.forget_all)
            self._catalog.purge()
        log.forget_all()  # what went wrong may have been said with somebody's name
        return changes

    def _together(self, edits: Sequence[Callable[[sqlite3.Connection], Changes]], text: Said) -> Changes:
        return self._edit(lambda c: history.together(c, edits, text))

    def _edit(self, edit: Callable[[sqlite3.Connection], Changes]) -> Changes:
        return self._catalog.write(edit)


def _accept(c: sqlite3.Connection, row: ClusterRow) -> Changes:
    if row.person is None:
        return Changes() if row.suggested is None else people_edits.name_cluster(c, row.id, row.suggested)
    waiting = _waiting(c, row)
    return people_edits.confirm_faces(c, waiting) if waiting else Changes()


def _refuse(c: sqlite3.Connection, row: ClusterRow) -> Changes:
    if row.person is None:
        return (
            Changes() if row.suggested is None else people_edits.reject_suggestion(c, row.id, row.suggested)
        )
    waiting = _waiting(c, row)
    return people_edits.reject_faces(c, waiting, None) if waiting else Changes()


def _waiting(c: sqlite3.Connection, row: ClusterRow) -> list[int]:
    return [face.id for face in people.faces_of(c, row.id) if face.person is None]
