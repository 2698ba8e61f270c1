"""Naming faces: groups and the persons they are. Each edit is one history step, except forgetting."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.catalog import people
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import ClusterRow as ClusterRow
from phototagger.catalog.people import FaceRow as FaceRow
from phototagger.domain import Changes


class People:
    """Groups of faces. Methods are safe from any thread; none is for the GUI thread."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def clusters(self) -> list[ClusterRow]:
        """Groups that hold a face: named ones by name, then the others, largest first."""
        return self._catalog.read(people.list_clusters)

    def faces(self, cluster: int) -> list[FaceRow]:
        """The faces of one group, best first. Raises UsageError for an unknown group."""
        return self._catalog.read(lambda c: people.faces_of(c, cluster))

    def name(self, cluster: int, name: str | None) -> Changes:
        """Names a group and the faces in it; None takes the name away. Raises UsageError for an unknown group
        or an empty name."""
        return self._catalog.write(lambda c: people.name_cluster(c, cluster, name))

    def merge(self, into: int, others: Sequence[int]) -> Changes:
        """Makes one group of several. Raises UsageError for an unknown group."""
        return self._catalog.write(lambda c: people.merge_clusters(c, into, others))

    def split(self, face: int) -> Changes:
        """Takes one face (``FaceRow.id``) out of its group. Raises UsageError when it is in none."""
        return self._catalog.write(lambda c: people.split_face(c, face))

    def forget(self) -> Changes:
        """Removes face vectors, groups, names and the steps about them, for good. Face boxes stay."""
        return self._catalog.write(people.forget_all)
