"""What a person decides about faces: each edit one history step. A face that was rejected for a person never gets
that person again, but by hand (:func:`move_faces`)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from phototagger.catalog import history
from phototagger.catalog.people.people import check_cluster, person_named
from phototagger.catalog.undo.people import (
    CLUSTER_PERSON,
    FACE_CLUSTER,
    FACE_PERSON,
    HIDDEN,
    IGNORED,
    REJECTED,
)
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Changes
from phototagger.domain.sentences import said
from phototagger.domain.spelling import fold

_AMONG = "IN (SELECT value FROM json_each(?))"


def name_cluster(c: sqlite3.Connection, cluster: int, name: str | None) -> Changes:
    """Names a cluster and confirms all faces in it (None takes the name away), as one history step. Faces that
    were rejected for that person leave the cluster instead.

    Raises UsageError for an unknown cluster or an empty name.
    """
    check_cluster(c, cluster)
    person = None if name is None else person_id(c, name)
    step = history.begin(c)
    _plan_cluster_person(c, step, cluster, person)
    if person is not None:
        _plan_leaving(
            c,
            step,
            "cluster = ? AND id IN (SELECT face FROM face_rejected WHERE person = ?)",
            cluster,
            person,
        )
    _plan_face_person(
        c,
        step,
        "cluster = ? AND id NOT IN (SELECT face FROM face_rejected WHERE person IS ?)",
        (cluster, person),
        person,
    )
    text = (
        said("Removed the name of group {cluster}", cluster=cluster)
        if name is None
        else said("Named group {cluster} {name}", cluster=cluster, name=name.strip())
    )
    return history.finish(c, step, text)


def merge_clusters(c: sqlite3.Connection, into: int, others: Sequence[int]) -> Changes:
    """Moves the faces of ``others`` into ``into``, as one history step. The merged group has the name of
    ``into``, or of the first of ``others`` that has one; a face rejected for that person stays behind. Raises
    UsageError for an unknown cluster."""
    others = [cluster for cluster in dict.fromkeys(others) if cluster != into]
    for cluster in (into, *others):
        check_cluster(c, cluster)
    names = [_cluster_person(c, cluster) for cluster in (into, *others)]
    person = next((name for name in names if name is not None), None)
    step = history.begin(c)
    _plan_cluster_person(c, step, into, person)
    free = "cluster = ? AND id NOT IN (SELECT face FROM face_rejected WHERE person IS ?)"
    for cluster in others:
        _plan_moving(c, step, free, (cluster, person), into)
        _plan_face_person(c, step, free, (cluster, person), person)
    if names[0] is None:
        _plan_face_person(c, step, free, (into, person), person)
    return history.finish(c, step, said("Merged %n group(s) into group {into}", "", len(others), into=into))


def split_faces(c: sqlite3.Connection, region_ids: Sequence[int]) -> Changes:
    """Takes faces out of their clusters into a new one of their own without a name, as one history step.

    Raises UsageError when one is no face or is in no cluster.
    """
    clusters = _clusters_of(c, region_ids)
    step = history.begin(c)
    ids = json.dumps(list(region_ids))
    _plan_moving(c, step, f"id {_AMONG}", (ids,), _new_cluster(c))
    _plan_face_person(c, step, f"id {_AMONG}", (ids,), None)
    count = len(region_ids)
    text = said("Took %n face(s) out of group {group}", "", count, group=clusters[0])
    if len(clusters) > 1:
        groups = said("%n group(s)", "", len(clusters))
        text = said("Took %n face(s) out of {groups}", "", count, groups=groups)
    return history.finish(c, step, text)


def confirm_faces(c: sqlite3.Connection, region_ids: Sequence[int]) -> Changes:
    """These faces are who their clusters say they are, as one history step.

    Raises UsageError for an unknown face, or one whose cluster has no name.
    """
    clusters = _clusters_of(c, region_ids)
    nameless = [cluster for cluster in clusters if _cluster_person(c, cluster) is None]
    if nameless:
        raise UsageError(
            said(
                "Group {nameless} has no name yet: there is nothing to confirm. Name it first.",
                nameless=nameless[0],
            )
        )
    step = history.begin(c)
    history.plan(
        c,
        step,
        FACE_PERSON,
        "SELECT region.id, NULL, region.person, cluster.person FROM region JOIN cluster"
        f" ON cluster.id = region.cluster WHERE region.id {_AMONG} AND region.person IS NOT cluster.person",
        (json.dumps(list(region_ids)),),
    )
    return history.finish(c, step, said("Confirmed %n face(s)", "", len(region_ids)))


def reject_faces(c: sqlite3.Connection, region_ids: Sequence[int], name: str | None = None) -> Changes:
    """These faces are not that person: ``name``, or else the person that the face or its cluster names. They leave
    that person's clusters, and never come back to it by themselves. One history step.

    Raises UsageError for an unknown face or name, or a face of which nobody said who it is.
    """
    _clusters_of(c, region_ids)
    ids = json.dumps(list(region_ids))
    chosen = None if name is None else _known_person(c, name)
    rows = c.execute(
        "SELECT region.id, coalesce(?, region.person, cluster.person) FROM region JOIN cluster"
        f" ON cluster.id = region.cluster WHERE region.id {_AMONG}",
        (chosen, ids),
    ).fetchall()
    if any(person is None for _, person in rows):
        raise UsageError(said("Nobody said who this face is: there is nothing to reject. Name the person."))
    step = history.begin(c)
    for face, person in rows:
        history.plan(
            c,
            step,
            REJECTED,
            "SELECT ?, ?, 0, 1 WHERE NOT EXISTS (SELECT 1 FROM face_rejected WHERE face = ? AND person = ?)",
            (face, person, face, person),
        )
        _plan_face_person(c, step, "id = ? AND person = ?", (face, person), None)
        _plan_leaving(
            c, step, "id = ? AND cluster IN (SELECT id FROM cluster WHERE person = ?)", face, person
        )
    return history.finish(c, step, said("Rejected %n face(s)", "", len(rows)))


def reject_suggestion(c: sqlite3.Connection, cluster: int, name: str) -> Changes:
    """None of a cluster's faces is that person. One history step. Raises UsageError for an unknown cluster or
    name."""
    check_cluster(c, cluster)
    person = _known_person(c, name)
    step = history.begin(c)
    history.plan(
        c,
        step,
        REJECTED,
        "SELECT id, ?, 0, 1 FROM region WHERE cluster = ? AND kind = 0"
        " AND id NOT IN (SELECT face FROM face_rejected WHERE person = ?)",
        (person, cluster, person),
    )
    return history.finish(c, step, said("Group {cluster} is not {name}", cluster=cluster, name=name.strip()))


def move_faces(c: sqlite3.Connection, region_ids: Sequence[int], name: str) -> Changes:
    """These faces are that person, new or known, whatever was said before; they go to the person's largest
    cluster. One history step. Raises UsageError for an unknown face or an empty name."""
    _clusters_of(c, region_ids)
    person = person_id(c, name)
    ids = json.dumps(list(region_ids))
    row = c.execute(
        "SELECT cluster FROM region JOIN cluster ON cluster.id = region.cluster WHERE cluster.person = ?"
        " GROUP BY cluster ORDER BY count(*) DESC LIMIT 1",
        (person,),
    ).fetchone()
    step = history.begin(c)
    target = int(row[0]) if row else _new_cluster(c)
    _plan_cluster_person(c, step, target, person)
    _plan_moving(c, step, f"id {_AMONG}", (ids,), target)
    _plan_face_person(c, step, f"id {_AMONG}", (ids,), person)
    history.plan(
        c,
        step,
        REJECTED,
        f"SELECT face, person, 1, 0 FROM face_rejected WHERE person = ? AND face {_AMONG}",
        (person, ids),
    )
    return history.finish(c, step, said("Moved %n face(s) to {name}", "", len(region_ids), name=name.strip()))


def ignore_clusters(c: sqlite3.Connection, clusters: Sequence[int], ignored: bool) -> Changes:
    """Sets clusters aside (a stranger, a statue, a poster), or takes them back. New faces like them follow. One
    history step. Raises UsageError for an unknown cluster."""
    for cluster in clusters:
        check_cluster(c, cluster)
    step = history.begin(c)
    history.plan(
        c,
        step,
        IGNORED,
        f"SELECT id, NULL, ignored, 1 - ignored FROM cluster WHERE ignored != ? AND id {_AMONG}",
        (int(ignored), json.dumps(list(clusters))),
    )
    count = len(clusters)
    text = (
        said("Set aside %n group(s) of faces", "", count)
        if ignored
        else said("Took back %n group(s) of faces", "", count)
    )
    return history.finish(c, step, text)


def hide_person(c: sqlite3.Connection, name: str, hidden: bool) -> Changes:
    """A hidden person is kept, but neither proposed nor written. One history step. Raises UsageError for an
    unknown name."""
    person = _known_person(c, name)
    step = history.begin(c)
    history.plan(
        c,
        step,
        HIDDEN,
        "SELECT id, NULL, hidden, 1 - hidden FROM person WHERE id = ? AND hidden != ?",
        (person, int(hidden)),
    )
    text = said("Hid {name}", name=name.strip()) if hidden else said("Showed {name}", name=name.strip())
    return history.finish(c, step, text)


def person_id(c: sqlite3.Connection, name: str) -> int:
    """The person of that name, made if new. Raises UsageError for an empty name."""
    name = name.strip()
    if not name:
        raise UsageError(said("A person's name cannot be empty."))
    known = person_named(c, name)
    if known is None:
        cursor = c.execute("INSERT INTO person (name, folded) VALUES (?, ?)", (name, fold(name)))
        return int(cursor.lastrowid or 0)
    return known


def _known_person(c: sqlite3.Connection, name: str) -> int:
    person = person_named(c, name)
    if person is None:
        raise UsageError(
            said("Nobody is called {name}. `people persons` shows the names.", name=repr(name.strip()))
        )
    return person


def _new_cluster(c: sqlite3.Connection) -> int:
    return int(c.execute("INSERT INTO cluster DEFAULT VALUES").lastrowid or 0)


def _cluster_person(c: sqlite3.Connection, cluster: int) -> int | None:
    row = c.execute("SELECT person FROM cluster WHERE id = ?", (cluster,)).fetchone()
    return row[0] if row else None


def _clusters_of(c: sqlite3.Connection, region_ids: Sequence[int]) -> list[int]:
    """The clusters these faces are in. Raises UsageError where one is no face, is in no cluster, or for none."""
    wanted = list(dict.fromkeys(region_ids))
    rows = dict(
        c.execute(
            f"SELECT id, cluster FROM region WHERE kind = 0 AND cluster NOT NULL AND id {_AMONG}",
            (json.dumps(wanted),),
        )
    )
    for face in wanted:
        if face not in rows:
            raise UsageError(
                said("There is no face {face} in any group. `people list` shows the groups.", face=face)
            )
    if not wanted:
        raise UsageError(said("No face was named."))
    return list(dict.fromkeys(rows[face] for face in wanted))


def _plan_leaving(c: sqlite3.Connection, step: int, where: str, *parameters: int) -> None:
    """Each face leaves its cluster for a new one of its own."""
    for (face,) in c.execute(f"SELECT id FROM region WHERE kind = 0 AND {where}", parameters).fetchall():
        _plan_moving(c, step, "id = ?", (face,), _new_cluster(c))


def _plan_moving(
    c: sqlite3.Connection, step: int, where: str, parameters: tuple[object, ...], target: int
) -> None:
    history.plan(
        c,
        step,
        FACE_CLUSTER,
        f"SELECT id, NULL, cluster, ? FROM region WHERE {where} AND kind = 0 AND cluster IS NOT ?",
        (target, *parameters, target),
    )


def _plan_cluster_person(c: sqlite3.Connection, step: int, cluster: int, person: int | None) -> None:
    history.plan(
        c,
        step,
        CLUSTER_PERSON,
        "SELECT id, NULL, person, ? FROM cluster WHERE id = ? AND person IS NOT ?",
        (person, cluster, person),
    )


def _plan_face_person(
    c: sqlite3.Connection, step: int, where: str, parameters: tuple[object, ...], person: int | None
) -> None:
    history.plan(
        c,
        step,
        FACE_PERSON,
        f"SELECT id, NULL, person, ? FROM region WHERE {where} AND kind = 0 AND person IS NOT ?",
        (person, *parameters, person),
    )
