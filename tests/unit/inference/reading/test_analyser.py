"""All networks on real photos, and what happens to photos that go wrong."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from phototagger.domain.errors import DeviceError, ModelError
from phototagger.domain.findings import Findings, Task
from phototagger.inference.analyser import Analyser
from phototagger.inference.loading import load_analyser
from phototagger.inference.zoo.backends import Backend, Outputs

Pixels = NDArray[np.uint8]


def read(path: Path) -> Pixels:
    with Image.open(path) as photo:
        return np.array(photo.convert("RGB"))


def first(analyser: Analyser, photo: Pixels) -> Findings:
    (answer,) = analyser.analyse([photo])
    assert isinstance(answer, Findings)
    return answer


def test_labels_of_real_photos(analyser: Analyser, shared_photos: Path) -> None:
    with (shared_photos / "imagenet" / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:16]

    answers = analyser.analyse([read(shared_photos / "imagenet" / row["file"]) for row in rows])

    right = 0
    for row, answer in zip(rows, answers, strict=True):
        assert isinstance(answer, Findings)
        scores = [label.score for label in answer.labels]
        assert scores == sorted(scores, reverse=True)
        assert scores[-1] >= 0.001
        assert sum(scores) <= 1.0001
        assert answer.features is not None
        assert len(answer.features) == 1280 * 2
        right += answer.labels[0].label == "wn:" + row["wnid"][1:]
    assert right >= 12


def test_objects_of_a_real_photo(analyser: Analyser, shared_photos: Path) -> None:
    answer = first(analyser, read(shared_photos / "coco" / "000000000285.jpg"))

    best = answer.objects[0]
    assert (best.label, best.name) == ("coco:23", "bear")
    assert best.score > 0.5
    assert best.box.w > 0.9
    assert best.box.h > 0.85
    assert len(answer.objects) <= 100
    assert answer.networks[Task.OBJECTS] == "nanodet_plus_m_416.coco@1"


def test_the_same_person_has_like_embeddings(analyser: Analyser, shared_photos: Path) -> None:
    with (shared_photos / "identities" / "identities.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "LFW 250x250 crop"]
    people = [row["identity"] for row in rows if row["identity"] in ("p000", "p001", "p004")][:12]
    files = [row["file"] for row in rows if row["identity"] in ("p000", "p001", "p004")][:12]

    answers = analyser.analyse([read(shared_photos / "identities" / file) for file in files])

    faces = [answer.faces[0] for answer in answers if isinstance(answer, Findings)]
    vectors = np.stack([face.embedding for face in faces if face.embedding is not None])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    likeness = vectors @ vectors.T
    same = np.equal.outer(people, people)
    assert np.median(likeness[same & ~np.eye(len(people), dtype=bool)]) > 0.55
    assert np.median(likeness[~same]) < 0.25
    left, right = faces[0].landmarks[:2]
    assert left[0] < right[0]
    assert 0 <= faces[0].quality <= 1


def test_boxes_do_not_depend_on_the_scale(analyser: Analyser, shared_photos: Path) -> None:
    photo = read(shared_photos / "faces" / "dlib_6d3001b66f.jpg")
    larger = np.array(Image.fromarray(photo).resize((photo.shape[1] * 2, photo.shape[0] * 2)))

    small, large = first(analyser, photo).faces, first(analyser, larger).faces

    assert len(small) == 7
    assert all(max(face.box.iou(other.box) for other in large) > 0.7 for face in small)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (2000, 7), (40, 40)])
def test_odd_sizes_have_answers(analyser: Analyser, size: tuple[int, int]) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)

    answer = first(analyser, photo)

    for box in [found.box for found in answer.objects] + [found.box for found in answer.faces]:
        assert min(box.x, box.y) >= 0
        assert max(box.x + box.w, box.y + box.h) <= 1 + 1e-9


def test_a_bad_photo_fails_alone(analyser: Analyser) -> None:
    good = np.zeros((64, 64, 3), np.uint8)
    bad = np.zeros((64, 64), np.uint8)

    answers = analyser.analyse([good, bad, good])

    assert [isinstance(answer, Findings) for answer in answers] == [True, False, True]


def test_nothing_gives_nothing(analyser: Analyser) -> None:
    assert analyser.analyse([]) == []


class _Picky:
    """Runs a backend, except for batches that hold a white photo."""

    def __init__(self, inner: Backend) -> None:
        self.spec = inner.spec
        self._inner = inner

    def run(self, batch: Pixels) -> Outputs:
        if (batch.reshape(len(batch), -1).min(axis=1) == 255).any():
            raise RuntimeError("cannot bear white")
        return self._inner.run(batch)


def test_a_photo_that_breaks_a_network_fails_alone(
    analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    (classify,) = (task for task in analyser.tasks if task.name == Task.CLASSIFY)
    monkeypatch.setattr(classify, "backend", _Picky(classify.backend))
    grey, white = np.full((80, 80, 3), 128, np.uint8), np.full((80, 80, 3), 255, np.uint8)

    answers = analyser.analyse([grey, white, grey])

    assert isinstance(answers[0], Findings)
    assert isinstance(answers[2], Findings)
    assert str(answers[1]) == "cannot bear white"


def test_only_the_tasks_asked_for_run(models_dir: Path, cache_dir: Path, shared_photos: Path) -> None:
    analyser = load_analyser(models_dir, cache_dir, "cpu", [Task.IDENTITY])

    answer = first(analyser, read(shared_photos / "faces" / "dlib_6d3001b66f.jpg"))

    assert set(answer.networks) == {Task.FACES, Task.IDENTITY}
    assert answer.labels == ()
    assert answer.objects == ()
    assert answer.features is None
    assert all(face.embedding is not None for face in answer.faces)


def test_what_cannot_be_loaded_says_so(tmp_path: Path, models_dir: Path) -> None:
    with pytest.raises(DeviceError):
        load_analyser(models_dir, tmp_path, "abacus")
    with pytest.raises(ModelError):
        load_analyser(tmp_path, tmp_path, "cpu")


def test_a_warm_start_does_not_import_torch(analyser: Analyser, models_dir: Path, cache_dir: Path) -> None:
    assert analyser.device == "cpu"  # the cache is warm now
    program = (
        "import sys; from pathlib import Path; from phototagger.inference.loading import load_analyser; "
        "load_analyser(Path(sys.argv[1]), Path(sys.argv[2]), 'cpu'); "
        "sys.exit(3 if {'torch', 'timm'} & sys.modules.keys() else 0)"
    )

    done = subprocess.run([sys.executable, "-c", program, str(models_dir), str(cache_dir)], check=False)

    assert done.returncode == 0
