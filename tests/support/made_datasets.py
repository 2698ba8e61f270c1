"""Small datasets with ground truth, and an engine that answers from a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from phototagger.domain.findings import (
    AnalyseRequest,
    Answer,
    FaceFinding,
    Findings,
    LabelScore,
    ObjectFinding,
    PhotoFacts,
    Task,
)
from phototagger.domain.records import Box, ErrorKind, Failure
from phototagger.domain.sentences import plain

NETWORKS: dict[str, str] = {Task.CLASSIFY: "plain@1", Task.OBJECTS: "boxes@1", Task.FACES: "faces@1"}
WIDTH, HEIGHT = 200, 100


class TableEngine:
    """Answers by file name; a Failure in the table is a photo that cannot be read."""

    def __init__(self, table: Mapping[str, Findings | Failure]) -> None:
        self._table = table
        self.asked: list[str] = []

    def analyse(self, requests: Iterable[AnalyseRequest]) -> Iterator[Answer]:
        for request in requests:
            self.asked.append(request.path.name)
            found = self._table.get(request.path.name, Findings(networks=NETWORKS))
            if isinstance(found, Failure):
                yield Answer(request.photo_id, request.signature, failure=found)
            else:
                facts = PhotoFacts("JPEG", WIDTH, HEIGHT)
                yield Answer(request.photo_id, request.signature, facts, found)

    def describe(self) -> dict[str, str]:
        return {"device": "table"}

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


UNREADABLE = Failure(ErrorKind.TRUNCATED, plain("The file ends before its pixels do."))


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    """The table, and an empty file for every photo it names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        (path.parent / str(row["file"])).touch()


def write_instances(path: Path, boxes: Mapping[str, list[tuple[int, list[float]]]]) -> None:
    """COCO's layout for photos of 200 x 100 with classes 1 (person), 17 (cat) and 18 (dog)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [
        {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for number, name in enumerate(boxes, 1)
    ]
    annotations = [
        {"id": 100 * number + place, "image_id": number, "category_id": kind, "bbox": box, "iscrowd": 0}
        for number, some in enumerate(boxes.values(), 1)
        for place, (kind, box) in enumerate(some)
    ]
    categories = [{"id": 1, "name": "person"}, {"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]
    table = {"images": images, "annotations": annotations, "categories": categories}
    path.write_text(json.dumps(table), encoding="utf-8")
    for name in boxes:
        (path.parent / name).touch()


def labels(**scores: float) -> Findings:
    """``wn02099601=0.9`` -> a finding of ``wn:02099601``."""
    entries = tuple(LabelScore(f"wn:{key[2:]}", key, score) for key, score in scores.items())
    return Findings(labels=entries, networks=NETWORKS)


def objects(*found: tuple[str, float, list[float]]) -> Findings:
    """(label, score, box in pixels of a photo of 200 x 100)."""
    return Findings(
        objects=tuple(ObjectFinding(label, label, score, in_fractions(box)) for label, score, box in found),
        networks=NETWORKS,
    )


def faces(*boxes: list[float], direction: tuple[float, float] | None = None) -> Findings:
    """Boxes in pixels of a photo of 200 x 100; ``direction``: the embedding of all of them."""
    vector = None if direction is None else np.array(direction, dtype=np.float32)
    return Findings(
        faces=tuple(FaceFinding(0.99, in_fractions(box), (), 1.0, vector) for box in boxes), networks=NETWORKS
    )


def in_fractions(box: list[float]) -> Box:
    return Box(box[0] / WIDTH, box[1] / HEIGHT, box[2] / WIDTH, box[3] / HEIGHT)
