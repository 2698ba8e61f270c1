"""From findings to keywords: roll-up, the deepest word that holds, objects, faces, strictness."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.domain.errors import SettingsError
from phototagger.domain.findings import FaceFinding, Findings, LabelScore, ObjectFinding, Task
from phototagger.domain.records import Box, keyword_parents
from phototagger.keywords.scoring.calibration import calibrated, worths_of
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester, Thresholds

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
NETWORKS: dict[str, str] = {Task.CLASSIFY: "plain@1", Task.OBJECTS: "boxes@1", Task.FACES: "faces@1"}

GOLDEN, LABRADOR, FLAT_COATED = "wn:02099601", "wn:02099712", "wn:02099267"
SIAMESE, BANANA, SPORTS_CAR, CHIMPANZEE = "wn:02123597", "wn:07753592", "wn:04285008", "wn:02481823"
DOG_BOX, PERSON_BOX, BANANA_BOX = "coco:18", "coco:1", "coco:52"
WEB_PAGE, HOOK = "wn:06359193", "wn:03532672"


def findings(
    labels: dict[str, float] | None = None,
    objects: list[tuple[str, float]] | None = None,
    faces: list[tuple[float, float]] | None = None,
) -> Findings:
    """``labels``: probability by label; ``objects``: (label, score); ``faces``: (score, height of the box).
    Where only faces are told, a doubtful box of a person is round them."""
    whole = ObjectFinding(PERSON_BOX, PERSON_BOX, 0.31, Box(0.0, 0.0, 1.0, 1.0))
    body = (whole,) if faces and objects is None else ()
    return Findings(
        labels=tuple(LabelScore(label, label, score) for label, score in (labels or {}).items()),
        objects=body
        + tuple(ObjectFinding(label, label, s, Box(0.0, 0.0, 0.6, 0.6)) for label, s in objects or []),
        faces=tuple(
            FaceFinding(score, Box(0.1 * place, 0.1, height / 2, height), (), 1.0)
            for place, (score, height) in enumerate(faces or [])
        ),
        networks=NETWORKS,
    )


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(FOLDER)


def words(found: list[NewSuggestion]) -> list[str]:
    return [suggestion.keyword for suggestion in found]


def test_a_sure_breed_is_suggested_alone_with_its_own_label(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings({GOLDEN: 0.9, SIAMESE: 0.05}))
    assert (found.keyword, found.label) == ("animal|dog|golden retriever", GOLDEN)
    assert found.score == pytest.approx(0.9)
    assert found.network == "plain@1"


def test_an_unsure_breed_still_says_dog(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings({GOLDEN: 0.34, LABRADOR: 0.33, FLAT_COATED: 0.2, SIAMESE: 0.1}))
    assert (found.keyword, found.label) == ("animal|dog", "wn:02084071")
    assert found.score == pytest.approx(0.87)


def test_an_unsure_animal_still_says_animal(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings({GOLDEN: 0.4, SIAMESE: 0.4}))
    assert found.keyword == "animal"


def test_nothing_is_suggested_where_nothing_is_likely(suggester: Suggester) -> None:
    assert suggester.suggest(findings({GOLDEN: 0.2, BANANA: 0.2, SPORTS_CAR: 0.2})) == []
    assert suggester.suggest(Findings()) == []


def test_branches_do_not_hide_each_other(suggester: Suggester) -> None:
    eager = Suggester(FOLDER, "eager")
    assert words(eager.suggest(findings({GOLDEN: 0.46, BANANA: 0.45}))) == [
        "animal|dog|golden retriever",
        "food|fruit|banana",
    ]


def test_an_object_adds_its_keyword_by_its_best_box(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings(objects=[(DOG_BOX, 0.7), (DOG_BOX, 0.9), (DOG_BOX, 0.65)]))
    assert (found.keyword, found.label, found.network) == ("animal|dog", "wn:02084071", "boxes@1")
    assert found.score == pytest.approx(0.9)


def test_a_breed_replaces_the_dog_that_a_box_found(suggester: Suggester) -> None:
    assert words(suggester.suggest(findings({GOLDEN: 0.8}, [(DOG_BOX, 0.95)]))) == [
        "animal|dog|golden retriever"
    ]


def test_the_surest_network_speaks_for_a_keyword_both_found(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings({BANANA: 0.7}, [(BANANA_BOX, 0.9)]))
    assert (found.keyword, found.network) == ("food|fruit|banana", "boxes@1")
    (found,) = suggester.suggest(findings({BANANA: 0.95}, [(BANANA_BOX, 0.9)]))
    assert found.network == "plain@1"
    assert found.score == pytest.approx(0.95)


def test_switched_off_words_are_never_suggested(suggester: Suggester) -> None:
    assert suggester.suggest(findings({WEB_PAGE: 0.98})) == []
    assert suggester.suggest(findings({WEB_PAGE: 0.5, HOOK: 0.49})) == []


def test_one_large_face_is_a_portrait(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings(faces=[(0.97, 0.4)]))
    assert (found.keyword, found.network) == ("person|portrait", "faces@1")
    assert found.score == pytest.approx(0.97)


def test_a_small_face_is_a_person(suggester: Suggester) -> None:
    assert words(suggester.suggest(findings(faces=[(0.97, 0.05)]))) == ["person"]


def test_two_large_faces_are_no_portrait(suggester: Suggester) -> None:
    assert words(suggester.suggest(findings(faces=[(0.97, 0.4), (0.96, 0.35)]))) == ["person"]


def test_people_without_faces_are_a_group_too(suggester: Suggester) -> None:
    """From behind, or far away: by their boxes, which say nothing where faces do, or to who wants to be strict."""

    def group(people: int, score: float = 0.45, faces: int = 0, by: Suggester = suggester) -> list[float]:
        seen = findings(objects=[(PERSON_BOX, score)] * people, faces=[(0.95, 0.1)] * faces)
        return [one.score for one in by.suggest(seen) if one.keyword == "person|group"]

    assert group(4) == group(4, faces=1) == [0.9]
    assert group(3) == group(4, score=0.39) == []
    assert group(4, faces=3) == [0.95]
    assert group(4, by=Suggester(FOLDER, "strict")) == []


def test_three_faces_are_a_group_as_sure_as_the_third(suggester: Suggester) -> None:
    (found,) = suggester.suggest(findings(faces=[(0.99, 0.2), (0.9, 0.1), (0.95, 0.1)]))
    assert found.keyword == "person|group"
    assert found.score == pytest.approx(0.9)


def test_a_player_before_spectators_is_no_group(suggester: Suggester) -> None:
    near_and_far = [(0.99, 0.4), (0.9, 0.05), (0.95, 0.05), (0.93, 0.04)]
    assert words(suggester.suggest(findings(faces=near_and_far))) == ["person|portrait"]
    behind = [(0.9, 0.03), (0.95, 0.03), (0.93, 0.025)]  # the player looks away
    assert words(suggester.suggest(findings(objects=[(PERSON_BOX, 0.9)], faces=behind))) == ["person"]

    def boxes(*heights: float) -> list[str]:
        people = tuple(ObjectFinding(PERSON_BOX, "", 0.8, Box(0.1, 0.1, 0.2, height)) for height in heights)
        return words(suggester.suggest(replace(findings(), objects=people)))

    assert boxes(0.5, 0.45, 0.4, 0.3) == ["person|group"]
    assert boxes(0.8, 0.1, 0.1, 0.1, 0.1) == ["person"]


def test_a_narrower_word_is_offered_only_where_it_is_itself_likely(suggester: Suggester) -> None:
    trolleybus, city_bus, bus = "wn:04487081", "wn:03769881", "coco:6"
    seen = findings({trolleybus: 0.5}, [(bus, 0.9)])
    assert words(suggester.suggest(seen)) == ["vehicle|bus"], (
        "a box that is sure, and one of few kinds that is not"
    )
    sure = findings({trolleybus: 0.9}, [(bus, 0.9)])
    assert words(suggester.suggest(sure)) == ["vehicle|bus|trolleybus"]
    of_two = findings({city_bus: 0.41, trolleybus: 0.44})
    assert words(suggester.suggest(of_two)) == ["vehicle|bus"], "either may be right, the bus is"


def test_two_faces_and_two_boxes_are_two_people(suggester: Suggester) -> None:
    def seen(boxes: int, faces: list[tuple[float, float]]) -> list[str]:
        return words(suggester.suggest(findings(objects=[(PERSON_BOX, 0.7)] * boxes, faces=faces)))

    pair = [(0.97, 0.3), (0.95, 0.25)]
    assert seen(2, pair) == ["person|two people"]
    assert seen(3, pair) == seen(1, pair) == seen(2, [*pair, (0.5, 0.2)]) == ["person"]
    assert seen(2, [(0.97, 0.5), (0.9, 0.2)]) == ["person|portrait", "person|two people"]


def test_weak_faces_do_not_count(suggester: Suggester) -> None:
    assert suggester.suggest(findings(faces=[(0.4, 0.4)])) == []
    assert words(suggester.suggest(findings(faces=[(0.99, 0.1), (0.98, 0.1), (0.3, 0.1)]))) == ["person"]


def test_a_portrait_replaces_the_person_that_a_box_found(suggester: Suggester) -> None:
    found = suggester.suggest(findings(objects=[(PERSON_BOX, 0.99)], faces=[(0.97, 0.4)]))
    assert words(found) == ["person|portrait"]


@pytest.mark.parametrize("sight", ["face", "box"])
def test_a_person_is_never_called_an_ape(suggester: Suggester, sight: str) -> None:
    assert words(suggester.suggest(findings({CHIMPANZEE: 0.8}))) == ["animal|ape|chimpanzee"]
    with_person = (
        findings({CHIMPANZEE: 0.8}, [], [(0.9, 0.05)])
        if sight == "face"
        else findings({CHIMPANZEE: 0.8}, objects=[(PERSON_BOX, 0.35)])
    )
    assert not any(word.startswith("animal") for word in words(suggester.suggest(with_person)))


def test_strictness_only_ever_removes_words() -> None:
    by_strictness = {
        name: set(words(Suggester(FOLDER, name).suggest(findings({GOLDEN: 0.5}, [(BANANA_BOX, 0.7)]))))
        for name in ("strict", "normal", "eager")
    }
    assert by_strictness["strict"] == set()
    assert by_strictness["normal"] == {"food|fruit|banana"}
    assert by_strictness["eager"] == {"food|fruit|banana", "animal|dog|golden retriever"}


def test_unknown_strictness_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'lax'.*strict, normal, eager"):
        Suggester(FOLDER, "lax")


def test_a_keyword_may_have_its_own_threshold(suggester: Suggester) -> None:
    node = suggester.vocabulary.of_label("wn:01748264")
    assert node is not None
    assert node.threshold == 0.75
    assert words(suggester.suggest(findings({"wn:01748264": 0.7}))) == ["animal|reptile|snake"]
    assert words(suggester.suggest(findings({"wn:01748264": 0.8}))) == ["animal|reptile|snake|cobra"]


def test_labels_of_other_vocabularies_are_passed_over(suggester: Suggester) -> None:
    assert suggester.suggest(findings({"wn:99999999": 0.99}, [("coco:999", 0.99)])) == []


def test_suggestions_are_sorted_and_none_is_the_parent_of_another() -> None:
    everything = Suggester(FOLDER, "eager", Thresholds(leaf=0.1, inner=0.1, object=0.1, face=0.1))
    found = everything.suggest(
        findings({GOLDEN: 0.5, LABRADOR: 0.3, BANANA: 0.2}, [(DOG_BOX, 0.9)], [(0.99, 0.5)])
    )
    parents = {parent for word in words(found) for parent in keyword_parents(word)}
    assert parents.isdisjoint(words(found))
    assert len(set(words(found))) == len(found)
    scores = [suggestion.score for suggestion in found]
    assert scores == sorted(scores, reverse=True)


def test_object_names_are_everyday_words(suggester: Suggester) -> None:
    assert suggester.object_name(DOG_BOX) == "dog"
    assert suggester.object_name("coco:77") == "cell phone"
    assert suggester.object_name("coco:999") == "coco:999"


@pytest.mark.parametrize(
    "network",
    ["nanodet_plus_m_416.coco@1", "nanodet_g_416.coco@1", "efficientnet_lite2.in1k@2", "unknown@1", ""],
)
def test_calibration_keeps_order_and_stays_a_probability(network: str) -> None:
    scores = [calibrated(step / 20, network, worths_of()) for step in range(21)]
    assert scores == sorted(scores)
    assert all(0.0 <= score <= 1.0 and math.isfinite(score) for score in scores)


def test_an_unknown_network_is_taken_at_its_word() -> None:
    assert calibrated(0.3, "unknown@1", worths_of()) == pytest.approx(0.3)
    assert calibrated(0.5, "efficientnet_lite2.in1k@1", worths_of()) == pytest.approx(
        1 / (1 + math.exp(-1.85))
    )


def test_of_two_labels_on_one_place_the_surer_stays(suggester: Suggester) -> None:
    near = Box(0.11, 0.1, 0.5, 0.5)
    far = Box(0.6, 0.6, 0.3, 0.3)
    found = Findings(
        objects=(
            ObjectFinding(DOG_BOX, "dog", 0.44, near),
            ObjectFinding("coco:17", "cat", 0.52, Box(0.1, 0.1, 0.5, 0.5)),
            ObjectFinding(DOG_BOX, "dog", 0.43, far),
            ObjectFinding("coco:77", "cell phone", 0.2, far),
        ),
        networks=NETWORKS,
    )
    kept = suggester.sure_objects(found)
    assert [(entry.name, entry.box) for entry in kept] == [("cat", Box(0.1, 0.1, 0.5, 0.5)), ("dog", far)]


SCISSORS, STETHOSCOPE = "coco:87", "wn:04317175"
REAL: dict[str, str] = {
    Task.CLASSIFY: "efficientnet_lite2.in1k@1",
    Task.OBJECTS: "nanodet_plus_m_416.coco@1",
    Task.FACES: "faces@1",
}


def test_a_large_box_must_be_surer_where_the_classifier_sees_something_else(suggester: Suggester) -> None:
    def objects(label: str, score: float, sure: float, others: int = 0) -> list[str]:
        boxes = [(label, score), *[("coco:47", 0.41)] * others]
        found = replace(findings({STETHOSCOPE: sure, BANANA: 0.06}, boxes), networks=REAL)
        return [entry.label for entry in suggester.sure_objects(found) if entry.label == label]

    assert objects(SCISSORS, 0.7, sure=0.9) == []
    assert objects(SCISSORS, 0.95, sure=0.9) == [SCISSORS]
    assert objects(SCISSORS, 0.7, sure=0.1) == [SCISSORS], "an unsure classifier has little say"
    assert objects(BANANA_BOX, 0.7, sure=0.9) == [BANANA_BOX], "it sees that too"
    assert objects(SCISSORS, 0.7, sure=0.9, others=4) == [SCISSORS], "one thing of many"
    assert objects(PERSON_BOX, 0.7, sure=0.9) == [PERSON_BOX], "people are none of its classes"


def test_the_score_of_a_box_is_the_same_in_every_place_it_is_told(suggester: Suggester) -> None:
    found = replace(findings({BANANA: 0.2}, [(BANANA_BOX, 0.8)]), networks=REAL)
    (suggestion,) = suggester.suggest(found)
    assert suggestion.score == pytest.approx(suggester.every_score(found)["food|fruit|banana"])
    alone = suggester.suggest(replace(found, labels=()))
    assert alone[0].score == pytest.approx(calibrated(0.8, REAL[Task.OBJECTS], worths_of()))


def test_a_dog_s_face_is_no_person_s(suggester: Suggester) -> None:
    dog = findings({GOLDEN: 0.8}, [], [(0.97, 0.3)])
    assert words(suggester.suggest(dog)) == ["animal|dog|golden retriever"]
    assert "person" in words(suggester.suggest(findings({GOLDEN: 0.4}, faces=[(0.97, 0.1)])))
    with_person = findings({GOLDEN: 0.8}, [(PERSON_BOX, 0.35)], [(0.97, 0.5)])
    assert "person|portrait" in words(suggester.suggest(with_person))


def test_the_face_of_a_doll_or_on_a_pack_is_no_person_s(suggester: Suggester) -> None:
    assert suggester.suggest(findings({}, [("coco:84", 0.35)], [(0.98, 0.3)])) == []
    without_boxes = replace(findings({}, [], [(0.98, 0.3)]), networks={Task.FACES: "faces@1"})
    assert words(suggester.suggest(without_boxes)) == ["person|portrait"]


def test_a_teddy_bear_is_no_dog(suggester: Suggester) -> None:
    teddy = "coco:88"
    assert "animal|dog|golden retriever" not in words(
        suggester.suggest(findings({GOLDEN: 0.7}, [(teddy, 0.7)]))
    )
    both = words(suggester.suggest(findings({GOLDEN: 0.7}, [(teddy, 0.7), (DOG_BOX, 0.8)])))
    assert "animal|dog|golden retriever" in both


SHIPPED: dict[str, str] = {
    Task.CLASSIFY: "efficientnet_lite2.in1k@1",
    Task.OBJECTS: "nanodet_plus_m_416.coco@1",
}
GROOM = "wn:10148035"


def test_a_dog_that_no_box_finds_is_less_sure(suggester: Suggester) -> None:
    seen = {GOLDEN: 0.35}
    alone = replace(findings(seen), networks=SHIPPED)
    found = replace(findings(seen, [(DOG_BOX, 0.45)]), networks=SHIPPED)
    unasked = replace(findings(seen), networks={Task.CLASSIFY: SHIPPED[Task.CLASSIFY]})
    scores = [suggester.every_score(one)["animal|dog"] for one in (alone, unasked, found)]
    assert scores == sorted(scores)
    assert "animal|dog" not in words(suggester.suggest(alone))
    assert any("animal|dog" in word for word in words(suggester.suggest(found)))


def test_a_person_s_box_makes_no_bridegroom(suggester: Suggester) -> None:
    couple = replace(findings({GROOM: 0.22}, [(PERSON_BOX, 0.85)]), networks=SHIPPED)
    assert words(suggester.suggest(couple)) == ["person"]
