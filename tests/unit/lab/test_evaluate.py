"""Evaluation of small made datasets whose figures can be worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from phototagger.domain.errors import Cancelled, PhotoError, UsageError
from phototagger.domain.findings import FaceFinding
from phototagger.domain.records import Box, ErrorKind
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FileFields
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging.decode import PillowDecoder
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.tree import translate
from phototagger.lab.evaluate import evaluate_dataset
from phototagger.lab.measure.faces import main_face
from phototagger.lab.measure.measure import held_out
from phototagger.lab.truth.file_keywords import read_file_truth
from phototagger.lab.truth.ground_truth import find_ground_truth
from tests.support.made_datasets import (
    UNREADABLE,
    TableEngine,
    faces,
    labels,
    objects,
    write_csv,
    write_instances,
)

VOCABULARY = Path(__file__).resolve().parents[3] / "resources" / "vocabulary"


class FixedFields(ExifToolWriter):
    """Answers from a table, as if it had read files."""

    def __init__(self, table: dict[Path, FileFields | Exception]) -> None:
        self._table = table

    def read(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        return {path: self._table[path] for path in paths if path in self._table}


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(VOCABULARY)


def evaluated(dataset: Path, engine: TableEngine, suggester: Suggester) -> dict[str, Any]:
    return run_to_end(evaluate_dataset(dataset, engine, suggester, Cancel()))


def class_rows(*names: str) -> list[dict[str, object]]:
    return [{"file": name, "wnid": "n02099601", "class_index": 207, "class_name": "x"} for name in names]


def test_classification(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("first.jpg", "second.jpg", "sixth.jpg", "none.jpg"))
    others = {f"wn0209971{number}": 0.1 - number / 100 for number in range(5)}
    engine = TableEngine(
        {
            "first.jpg": labels(wn02099601=0.9, wn02099712=0.05),
            "second.jpg": labels(wn02099712=0.9, wn02099601=0.05),
            "sixth.jpg": labels(**others, wn02099601=0.01),
        }
    )
    report = evaluated(tmp_path, engine, suggester)
    assert report["photos"] == 4
    assert report["classification"] == {"top1": 0.25, "top5": 0.5}
    assert set(report) == {"photos", "classification", "keywords", "command"}
    json.dumps(report)


def test_keywords_of_labelled_photos(tmp_path: Path, suggester: Suggester) -> None:
    """True words of each: animal, animal|dog, animal|dog|golden retriever."""
    write_csv(tmp_path / "labels.csv", class_rows("breed.jpg", "dog.jpg", "wrong.jpg"))
    engine = TableEngine(
        {
            "breed.jpg": labels(wn02099601=0.9),
            "dog.jpg": labels(wn02099601=0.4, wn02099712=0.4),
            "wrong.jpg": labels(wn07753592=0.7),
        }
    )
    figures = evaluated(tmp_path, engine, suggester)["keywords"]
    assert figures["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["recall"] == pytest.approx((3 + 2 + 0) / 9, abs=1e-4)
    # The slices: 0.7 wrong; 0.8 right; 0.9 right.
    assert figures["reliability_error"] == pytest.approx((0.7 + 0.2 + 0.1) / 3, abs=1e-4)
    assert figures["per_photo"] == 1.0


def test_keywords_are_ranked_over_all_photos(tmp_path: Path, suggester: Suggester) -> None:
    """Two golden retrievers, ranked first and third behind a banana that looks like one: (1/1 + 2/3) / 2 for each
    of retriever, dog and animal; the banana is first of its own three (food, fruit, banana)."""
    rows = [*class_rows("sure.jpg", "doubtful.jpg"), {**class_rows("banana.jpg")[0], "wnid": "n07753592"}]
    write_csv(tmp_path / "labels.csv", rows)
    engine = TableEngine(
        {
            "sure.jpg": labels(wn02099601=0.9),
            "banana.jpg": labels(wn02099601=0.3, wn07753592=0.6),
            "doubtful.jpg": labels(wn02099601=0.1),
        }
    )
    figures = evaluated(tmp_path, engine, suggester)["keywords"]
    assert figures["map"] == pytest.approx((3 * 5 / 6 + 3) / 6, abs=1e-4)


def test_objects_a_label_cannot_speak_of_are_not_judged(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("with_chair.jpg"))
    engine = TableEngine({"with_chair.jpg": objects(("coco:62", 0.95, [0, 0, 50, 50]))})
    figures = evaluated(tmp_path, engine, suggester)["keywords"]
    assert figures.pop("map") == 0.0
    assert figures == {"recall": 0.0, "per_photo": 1.0, "judged": 0, "true_keywords": 3}


def test_objects(tmp_path: Path, suggester: Suggester) -> None:
    write_instances(
        tmp_path / "instances.json",
        {"both.jpg": [(18, [0, 0, 100, 100]), (17, [100, 0, 100, 100])], "empty.jpg": []},
    )
    engine = TableEngine(
        {
            "both.jpg": objects(("coco:18", 0.9, [0, 0, 100, 100]), ("coco:1", 0.9, [0, 0, 9, 9])),
            "empty.jpg": objects(("coco:18", 0.3, [0, 0, 50, 50])),
        }
    )
    report = evaluated(tmp_path, engine, suggester)
    assert report["objects"] == {"ap": 0.5, "ap50": 0.5}  # dog 1, cat 0; person has no true box
    # Suggested: dog (right) and person (wrong). True: animal, dog, cat; cat is missed.
    assert report["keywords"]["precision"] == 0.5
    assert report["keywords"]["recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert report["keywords"]["per_photo"] == 1.0


def test_a_breed_is_right_where_a_dog_is_true(tmp_path: Path, suggester: Suggester) -> None:
    write_instances(
        tmp_path / "instances.json", {"dog.jpg": [(18, [0, 0, 9, 9])], "cat.jpg": [(17, [0, 0, 9, 9])]}
    )
    breed = labels(wn02099601=0.9)
    report = evaluated(tmp_path, TableEngine({"dog.jpg": breed, "cat.jpg": breed}), suggester)
    assert report["keywords"]["precision"] == 0.5


def face_row(name: str, **values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "file": name, "count": "", "count_kind": "unknown", "boxes": "", "box_kind": "", "tags": "",
    }  # fmt: skip
    return {**row, **values}


def test_faces(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(
        tmp_path / "faces.csv",
        [
            face_row(
                "two.jpg", count=2, count_kind="exact", boxes="10,10,40,50;100,10,25,30", box_kind="face box"
            ),
            face_row("tiny.jpg", count=1, count_kind="annotated", boxes="10,10,19,19", box_kind="face box"),
            face_row(
                "squeezed.jpg", count=1, count_kind="exact", boxes="1,-1,40,-1", box_kind="face box",
                tags="group squeezed-aspect",
            ),
            face_row("landmarks.jpg", count=1, count_kind="at least", boxes="1,1,50,50", box_kind="landmark box"),
        ],
    )  # fmt: skip
    engine = TableEngine({"two.jpg": faces([12, 12, 40, 50], [150, 50, 25, 30]), "squeezed.jpg": faces()})
    report = evaluated(tmp_path, engine, suggester)
    # Of the two faces of 20 px and more one is found; the count is right in two.jpg and wrong in squeezed.jpg.
    assert report["faces"] == {
        "recall_20": 0.5,
        "recall_40": 1.0,
        "recall_10_20": 0.0,
        "count_exact": 0.5,
    }
    assert "keywords" not in report


def test_one_found_face_is_not_two(tmp_path: Path, suggester: Suggester) -> None:
    row = face_row("a.jpg", boxes="10,10,40,40;12,12,40,40", box_kind="face box")
    write_csv(tmp_path / "faces.csv", [row])
    report = evaluated(tmp_path, TableEngine({"a.jpg": faces([11, 11, 40, 40])}), suggester)
    assert report["faces"]["recall_40"] == 0.5


def test_false_faces(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "no_person.csv", [{"file": name, "objects": "clock"} for name in ("a.jpg", "b.jpg")])
    report = evaluated(tmp_path, TableEngine({"a.jpg": faces([0, 0, 20, 20])}), suggester)
    assert report["faces"] == {"false_per_photo": 0.5}


def test_identities(tmp_path: Path, suggester: Suggester) -> None:
    people = {"a1": "anna", "a2": "anna", "b1": "bert", "b2": "bert", "crowd": "anna"}
    write_csv(
        tmp_path / "identities.csv",
        [
            {"file": f"{name}.jpg", "identity": person, "people_in_photo": 2 if name == "crowd" else 1}
            for name, person in people.items()
        ],
    )
    middle = [80.0, 40.0, 30.0, 30.0]
    engine = TableEngine(
        {
            "a1.jpg": faces(middle, direction=(1.0, 0.0)),
            "a2.jpg": faces(middle, direction=(0.8, 0.6)),
            "b1.jpg": faces(middle, direction=(0.0, 1.0)),
            "b2.jpg": faces(),
        }
    )
    report = evaluated(tmp_path, engine, suggester)
    assert report["photos"] == 4
    # Same-person pairs: a1-a2 at 0.8 above the best other pair (0.6); b1-b2 has a photo without a face.
    # Nearest: a1 -> a2, a2 -> a1 right; b1 -> a2 and b2 (no face) wrong. Groups: a1+a2, b1, b2:
    # precision 1, recall (1 + 1 + 1/2 + 1/2) / 4.
    assert report["identities"] == {
        "tpr_at_fpr_0_001": 0.5,
        "rank1": 0.5,
        "bcubed_f": pytest.approx(2 * 0.75 / 1.75, abs=1e-4),
    }


def test_the_main_face_is_large_and_central() -> None:
    def face(box: Box) -> FaceFinding:
        return FaceFinding(0.9, box, (), 1.0)

    bystander = face(Box(0.0, 0.0, 0.22, 0.22))
    subject = face(Box(0.4, 0.4, 0.2, 0.2))
    speck = face(Box(0.49, 0.49, 0.02, 0.02))
    assert main_face((bystander, subject, speck)) is subject
    assert main_face((bystander,)) is bystander
    assert main_face(()) is None


def test_a_folder_of_datasets_is_one_dataset_and_shared_photos_are_analysed_once(
    tmp_path: Path, suggester: Suggester
) -> None:
    write_csv(tmp_path / "classes" / "labels.csv", class_rows("dog.jpg"))
    write_instances(tmp_path / "coco" / "instances.json", {"cat.jpg": [(17, [0, 0, 9, 9])]})
    write_csv(tmp_path / "coco" / "no_person.csv", [{"file": "cat.jpg", "objects": "cat"}])
    engine = TableEngine({})
    report = evaluated(tmp_path, engine, suggester)
    assert sorted(engine.asked) == ["cat.jpg", "dog.jpg"]
    assert set(report) == {
        "photos",
        "classification",
        "objects",
        "faces",
        "keywords",
        "object_classes",
        "command",
    }
    assert str(tmp_path) in report["command"]


def test_unreadable_and_missing_photos_are_reported_and_count_in_no_figure(
    tmp_path: Path, suggester: Suggester
) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("good.jpg", "broken.jpg", "gone.jpg"))
    (tmp_path / "gone.jpg").unlink()
    engine = TableEngine({"good.jpg": labels(wn02099601=0.9), "broken.jpg": UNREADABLE})
    report = evaluated(tmp_path, engine, suggester)
    assert report["photos"] == 1
    assert report["classification"] == {"top1": 1.0, "top5": 1.0}
    assert [(Path(row["path"]).name, row["kind"]) for row in report["failed"]] == [
        ("broken.jpg", "truncated"),
        ("gone.jpg", "gone"),
    ]
    assert all(row["message"] for row in report["failed"])


def test_progress_counts_every_photo(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("good.jpg", "broken.jpg", "gone.jpg"))
    (tmp_path / "gone.jpg").unlink()
    job = evaluate_dataset(tmp_path, TableEngine({"broken.jpg": UNREADABLE}), suggester, Cancel())
    reports = list(job)
    assert (reports[0].done, reports[0].total) == (0, 3)
    assert (reports[-1].done, reports[-1].failed) == (3, 2)


def test_nothing_readable_is_a_usage_error(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("broken.jpg"))
    with pytest.raises(UsageError, match="ends before its pixels"):
        evaluated(tmp_path, TableEngine({"broken.jpg": UNREADABLE}), suggester)


def test_cancelling_stops_at_the_next_photo(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("a.jpg", "b.jpg", "c.jpg"))
    cancel = Cancel()
    engine = TableEngine({})
    job = evaluate_dataset(tmp_path, engine, suggester, cancel)
    next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        next(job)
    assert not engine.asked


def test_no_ground_truth_is_one_clear_sentence(tmp_path: Path, suggester: Suggester) -> None:
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(UsageError, match=r"No ground truth was found in .*labels\.csv, instances\.json"):
        evaluated(tmp_path, TableEngine({}), suggester)
    with pytest.raises(UsageError, match="is not a folder"):
        evaluated(tmp_path / "photo.jpg", TableEngine({}), suggester)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", "file,class\na.jpg,dog\n"),
        ("faces.csv", "file,count,count_kind,boxes,box_kind,tags\na.jpg,1,exact,1;2,face box,\n"),
        ("faces.csv", "file,count,count_kind,boxes,box_kind,tags\na.jpg,many,exact,,,\n"),
        ("instances.json", '{"images": []}'),
        ("instances.json", "not json"),
        ("instances.json", "[]"),
        ("labels.csv", "file,wnid\nshort.jpg\n"),
        ("instances.json", "[" * 100_000),
        ("instances.json", '{"categories": ' * 100_000),
        ("labels.csv", "file,wnid\n" + "a" * 200_000 + ",n02099601\n"),
        ("labels.csv", "file,wnid\na\0.jpg,n02099601\n"),
        (
            "instances.json",
            '{"categories": [], "annotations": [], "images": [{"id": 1, "file_name": "a\\u0000.jpg"}]}',
        ),
    ],
)
def test_damaged_ground_truth_names_the_file(
    tmp_path: Path, suggester: Suggester, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        evaluated(tmp_path, TableEngine({}), suggester)


def test_the_real_sets_are_understood(shared_photos: Path, suggester: Suggester) -> None:
    truth = find_ground_truth(shared_photos)
    assert len(truth.labels) == 303
    assert len(truth.objects) == 80
    assert sum(len(entry.objects) for entry in truth.objects.values()) == 542
    assert len(truth.object_labels) == 80
    assert len(truth.identities) == 145
    assert all(suggester.vocabulary.of_label(label) for label in truth.labels.values())


def test_what_a_person_judged_counts_before_ground_truth(tmp_path: Path, suggester: Suggester) -> None:
    write_csv(tmp_path / "labels.csv", class_rows("breed.jpg"))
    rows = [("breed.jpg", "food|fruit|banana", "yes"), ("alone.jpg", "food|fruit|banana", "no")]
    write_csv(
        tmp_path / "judged.csv", [dict(zip(("file", "keyword", "right"), row, strict=True)) for row in rows]
    )
    banana = labels(wn07753592=0.9)
    figures = evaluated(tmp_path, TableEngine({"breed.jpg": banana, "alone.jpg": banana}), suggester)
    assert figures["photos"] == 2
    assert figures["keywords"]["precision"] == 0.5
    write_csv(tmp_path / "judged.csv", [{"file": "breed.jpg", "keyword": "animal", "right": "maybe"}])
    with pytest.raises(UsageError, match=r"judged.csv.*neither yes nor no"):
        find_ground_truth(tmp_path)


def test_only_photos_that_nothing_was_fitted_on(tmp_path: Path, suggester: Suggester) -> None:
    names = [f"{number}.jpg" for number in range(12)]
    write_csv(tmp_path / "labels.csv", class_rows(*names))
    engine = TableEngine({})
    report = run_to_end(evaluate_dataset(tmp_path, engine, suggester, Cancel(), only_held_out=True))
    assert sorted(engine.asked) == sorted(name for name in names if held_out(Path(name)))
    assert 0 < report["photos"] < 12
    assert report["command"].endswith("--held-out")


def test_each_object_s_average_precision_is_told(tmp_path: Path, suggester: Suggester) -> None:
    write_instances(tmp_path / "instances.json", {"a.jpg": [(18, [20, 10, 100, 50]), (17, [0, 0, 20, 20])]})
    engine = TableEngine({"a.jpg": objects(("coco:18", 0.9, [20, 10, 100, 50]))})
    assert evaluated(tmp_path, engine, suggester)["object_classes"] == {"cat": 0.0, "dog": 1.0}


def test_keywords_in_files_are_ground_truth_too(tmp_path: Path, suggester: Suggester) -> None:
    """A dog called retriever (narrower: right), a cat called banana (which another has: wrong), a banana with a car
    (which nobody has: left out)."""
    names = {
        "a.jpg": ("Hund", "Sommer"),
        "b.jpg": ("Tiere|Katze",),
        "c.jpg": ("banana",),
        "d.jpg": ("dog",),
        "e.jpg": ("?",),
        "f.jpg": (),
        "g.jpg": (),
    }
    for name in names:
        (tmp_path / name).touch()
    fields: dict[Path, FileFields | Exception] = {
        tmp_path / name: FileFields(tmp_path / name, {"XMP-dc:Subject": words}, "JPEG")
        for name, words in names.items()
    }
    ours: dict[str, tuple[str, ...]] = {"XMP-dc:Subject": ("dog",), "XMP-ptag:AutoTags": ("dog",)}
    fields[tmp_path / "d.jpg"] = FileFields(tmp_path / "d.jpg", ours, "JPEG")
    lost = PhotoError(ErrorKind.UNREADABLE, plain("g.jpg cannot be opened."))
    fields[tmp_path / "g.jpg"] = lost
    vocabulary = suggester.vocabulary
    german = translate.names(VOCABULARY, vocabulary, "de")
    truth = read_file_truth(tmp_path, PillowDecoder(9), FixedFields(fields), vocabulary, [german], Cancel())
    words = {path.name: found for path, found in truth.words.items()}
    assert words == {"a.jpg": {"animal|dog"}, "b.jpg": {"animal|cat"}, "c.jpg": {"food|fruit|banana"}}
    engine = TableEngine(
        {
            "a.jpg": labels(wn02099601=0.9),
            "b.jpg": labels(wn07753592=0.8),
            "c.jpg": labels(wn04285008=0.9),
        }
    )
    report = run_to_end(evaluate_dataset(tmp_path, engine, suggester, Cancel(), truth=truth))
    assert report["photos"] == 3
    assert report["keywords"]["precision"] == 0.5
    reasons = ("without_keywords", "only_own_words", "unknown_words", "unreadable")
    assert report["passed_over"] == dict.fromkeys(reasons, 1)
    assert report["failed"] == [
        {"path": str(tmp_path / "g.jpg"), "kind": "unreadable", "message": "g.jpg cannot be opened."}
    ]


def test_where_no_photo_counts_the_reasons_are_told(tmp_path: Path, suggester: Suggester) -> None:
    found = {"a.jpg": ("?",), "b.jpg": (), "c.jpg": ()}
    for name in found:
        (tmp_path / name).touch()
    fields: dict[Path, FileFields | Exception] = {
        tmp_path / name: FileFields(tmp_path / name, {"XMP-dc:Subject": words}, "JPEG")
        for name, words in found.items()
    }
    why = (
        "against: 2 have no keywords in their files, 1 has only words that the program does not suggest. Name"
    )
    with pytest.raises(UsageError, match=why):
        read_file_truth(tmp_path, PillowDecoder(9), FixedFields(fields), suggester.vocabulary, [], Cancel())
