"""Suggesting again out of what is kept: other words and boxes, no photo opened, what was decided stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import findings
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import Cancelled
from phototagger.domain.findings import AnalyseRequest, Answer, Findings, LabelScore, Task
from phototagger.domain.records import RegionKind
from phototagger.jobs import review
from phototagger.jobs.analysis.analyse import analyse_photos
from phototagger.jobs.analysis.resuggest import ResuggestSummary, resuggest
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.keywords.scoring.suggest import Suggester
from tests.support.catalog_parts import (
    add_photos,
    answer,
    dog,
    face,
    regions_of,
    save,
    states,
    suggestion_ids,
)
from tests.unit.jobs.analysis.test_analyse import ScriptedEngine

ROOT = Path("/photos")
VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
NETWORKS: dict[str, str] = {
    Task.CLASSIFY: "efficientnet_lite2.in1k@1",
    Task.OBJECTS: "nanodet_plus_m_416.coco@1",
}
GOLDEN, PINEAPPLE = "wn:02099601", "wn:07753275"
RETRIEVER, FRUIT = "animal|dog|golden retriever", "food|fruit|pineapple"


def engine_answer(request: AnalyseRequest) -> Answer:
    """A golden retriever, perhaps a pineapple, one sure box and one doubtful one."""
    labels = (LabelScore(GOLDEN, "golden retriever", 0.7), LabelScore(PINEAPPLE, "pineapple", 0.4))
    found = Findings(labels, (dog(0.8), dog(0.37)), (face(),), NETWORKS, b"\0\1\0\2")
    made = answer(request.photo_id, signature=request.signature).answer
    return Answer(made.photo_id, made.signature, made.facts, found, made.thumbnail)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Two photos analysed at the strictest setting."""
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    thumbnails = ThumbnailStore.open(tmp_path / "thumbs")
    add_photos(opened, ROOT, "a.jpg", "b.jpg")
    strict = Suggester(VOCABULARY, "strict")
    run_to_end(analyse_photos(opened, thumbnails, ScriptedEngine(engine_answer), strict, Cancel()))
    yield opened
    thumbnails.close()
    opened.close()


def again(catalog: Catalog, strictness: str, folders: list[Path] | None = None) -> ResuggestSummary:
    return run_to_end(resuggest(catalog, Suggester(VOCABULARY, strictness), Cancel(), folders or []))


def boxes(catalog: Catalog, photo_id: int) -> int:
    found = regions_of(catalog, photo_id)
    return sum(region.kind is RegionKind.OBJECT for region in found)


def test_a_lower_strictness_brings_words_and_boxes_that_were_below_the_threshold(catalog: Catalog) -> None:
    assert set(states(catalog, 1)) == {RETRIEVER}
    assert boxes(catalog, 1) == 1
    summary = again(catalog, "eager")
    assert (summary.photos, summary.changed, summary.without) == (2, 2, 0)
    assert set(states(catalog, 1)) == {RETRIEVER, FRUIT}
    assert boxes(catalog, 1) == 2


def test_it_gives_what_an_analysis_with_the_same_settings_gives(catalog: Catalog, tmp_path: Path) -> None:
    again(catalog, "eager")
    fresh = Catalog.open(tmp_path / "fresh.sqlite")
    thumbnails = ThumbnailStore.open(tmp_path / "fresh.thumbs")
    add_photos(fresh, ROOT, "a.jpg", "b.jpg")
    eager = Suggester(VOCABULARY, "eager")
    run_to_end(analyse_photos(fresh, thumbnails, ScriptedEngine(engine_answer), eager, Cancel()))
    assert states(catalog, 2) == states(fresh, 2)
    thumbnails.close()
    fresh.close()


def test_what_a_person_decided_stands(catalog: Catalog) -> None:
    again(catalog, "eager")
    ids = suggestion_ids(catalog, 1)
    review.confirm(catalog, [ids[FRUIT]])
    review.reject(catalog, [ids[RETRIEVER]])
    again(catalog, "strict")
    again(catalog, "eager")
    assert states(catalog, 1) == {FRUIT: "confirmed", RETRIEVER: "rejected"}


def test_a_word_no_longer_proposed_is_set_aside_and_comes_back(catalog: Catalog) -> None:
    again(catalog, "eager")
    again(catalog, "strict")
    assert FRUIT not in states(catalog, 1)
    again(catalog, "eager")
    assert states(catalog, 1)[FRUIT] == "suggested"


def test_a_second_run_changes_nothing(catalog: Catalog) -> None:
    again(catalog, "eager")
    assert again(catalog, "eager").changed == 0


def test_only_the_folders_asked_for(catalog: Catalog) -> None:
    summary = again(catalog, "eager", [ROOT / "b.jpg"])
    assert (summary.photos, summary.changed) == (1, 1)
    assert FRUIT not in states(catalog, 1)


def test_photos_of_an_earlier_version_are_left_alone_and_counted(catalog: Catalog) -> None:
    catalog.write(lambda c: c.execute("DELETE FROM finding WHERE photo = 1"))
    summary = again(catalog, "eager")
    assert (summary.photos, summary.without) == (1, 1)
    assert set(states(catalog, 1)) == {RETRIEVER}


def test_cancel_stops_before_the_first_page(catalog: Catalog) -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        run_to_end(resuggest(catalog, Suggester(VOCABULARY, "eager"), cancel))
    assert FRUIT not in states(catalog, 1)


def test_findings_come_back_as_they_were_kept(catalog: Catalog) -> None:
    (kept, _) = catalog.read(lambda c: findings.page(c, 0, 9))
    assert [(found.label, found.score) for found in kept.findings.labels] == [(GOLDEN, 0.7), (PINEAPPLE, 0.4)]
    assert [(found.label, found.score) for found in kept.findings.objects] == [
        ("coco:18", 0.8),
        ("coco:18", 0.37),
    ]
    assert kept.findings.objects[0].box == dog().box
    assert kept.findings.faces[0].box == face().box
    assert kept.findings.networks == NETWORKS
    assert kept.findings.features == b"\0\1\0\2"
    assert (kept.facts.taken_at, kept.facts.latitude) == ("2024-05-01T10:20:30", 52.5)


def test_a_number_that_is_none_fails_its_photo_alone(catalog: Catalog) -> None:
    broken = answer(1, ("dog", float("nan")))
    saved = save(catalog, broken, answer(2, ("beach", 0.9)))
    assert saved.changes.photos == {1, 2}
    assert "beach" in states(catalog, 2)
