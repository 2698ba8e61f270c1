"""Everyday words: what classes, boxes and faces say together, and what faces tell of a photo."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phototagger.app.networks import make_analyser, make_decoder
from phototagger.catalog.connection import Catalog
from phototagger.domain.errors import ModelError
from phototagger.domain.findings import FaceFinding, Findings, ObjectFinding, PhotoFacts, Task, Traits
from phototagger.domain.records import Box
from phototagger.imaging.photo_look import measure_look
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.keywords.propose import Proposer
from phototagger.keywords.rules import Rules
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.sources.activities import activity_words, landscape
from phototagger.keywords.sources.everyday import FILE_NAME, Everyday
from phototagger.keywords.sources.people import people_words
from phototagger.keywords.sources.places import Gazetteer
from phototagger.settings.declared import WordSettings
from phototagger.settings.locations import resources_folder

MODELS, VOCABULARY = resources_folder() / "models", resources_folder() / "vocabulary"
FACTS = PhotoFacts("JPEG", 1000, 1000)
NETWORKS: dict[str, str] = {Task.OBJECTS: "boxes@1", Task.FACES: "faces@1", Task.TRAITS: "traits@1"}
LEFT, RIGHT = Box(0.1, 0.2, 0.15, 0.2), Box(0.7, 0.2, 0.15, 0.2)


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(VOCABULARY)


@pytest.fixture(scope="module")
def everyday(suggester: Suggester) -> Everyday:
    return Everyday.load(MODELS, suggester.vocabulary)


def face(age: float = 30.0, male: float = 0.5, smile: float = 0.0, box: Box | None = None) -> FaceFinding:
    place = box or Box(0.4, 0.2, 0.15, 0.2)
    return FaceFinding(0.95, place, (), 0.9, traits=Traits(age, male, smile))


def thing(label: str, box: Box | None = None) -> ObjectFinding:
    return ObjectFinding(label, label, 0.8, box or Box(0.3, 0.3, 0.2, 0.3))


def told(
    *faces: FaceFinding, objects: tuple[ObjectFinding, ...] = (), strictness: str = "normal"
) -> set[str]:
    findings = Findings(faces=faces, objects=objects, networks=NETWORKS)
    found = people_words(findings, FACTS, WordSettings(man_and_woman=True), strictness)
    return {suggestion.keyword.removeprefix("person|") for suggestion in found}


# --- faces --------------------------------------------------------------------------------------------------------


def test_a_smiling_man_and_a_woman() -> None:
    assert told(face(male=0.98, smile=0.99), face(male=0.05, box=LEFT)) >= {"man", "woman", "smile"}
    assert told(face(male=0.5)) == set()


def test_man_and_woman_are_off_until_asked_for() -> None:
    findings = Findings(faces=(face(male=0.98, smile=0.99),), networks=NETWORKS)
    assert [word.keyword for word in people_words(findings, FACTS, WordSettings())] == ["person|smile"]
    assert people_words(findings, FACTS, WordSettings(people=False)) == []


def test_a_child_is_neither_man_nor_woman() -> None:
    assert told(face(age=7, male=0.97)) == {"child"}
    assert told(face(age=1)) == {"baby"}


def test_a_child_and_a_grown_up_are_a_family_and_three_grown_ups_friends() -> None:
    assert "family" in told(face(age=7), face(age=35, box=LEFT))
    assert "friends" in told(face(), face(box=LEFT), face(box=RIGHT))
    assert "friends" not in told(face(), face(box=LEFT))


def test_heads_together_are_a_couple() -> None:
    assert "couple" in told(face(), face(box=Box(0.55, 0.22, 0.15, 0.2)))
    assert "couple" not in told(face(), face(box=Box(0.8, 0.22, 0.15, 0.2)))


def test_a_selfie_is_one_large_near_face_with_air_above_the_head() -> None:
    large = face(box=Box(0.35, 0.3, 0.3, 0.35))
    assert "selfie" in told(large, objects=(thing("coco:1", Box(0.1, 0.15, 0.8, 0.85)),))
    assert "selfie" not in told(large, objects=(thing("coco:1", Box(0.1, 0.0, 0.8, 1.0)),))


def test_faces_of_a_crowd_and_tiny_ones_tell_nothing() -> None:
    many = [face(smile=1.0, box=Box(0.1 * at, 0.2, 0.08, 0.1)) for at in range(8)]
    assert told(*many) == set()
    assert told(face(smile=1.0, box=Box(0.4, 0.4, 0.02, 0.025))) == set()


def test_two_in_front_of_a_group_are_no_couple_and_many_are_no_selfie() -> None:
    near = (face(box=Box(0.1, 0.1, 0.25, 0.45)), face(box=Box(0.4, 0.1, 0.25, 0.4)))
    body = (thing("coco:1", Box(0.0, 0.1, 0.9, 0.8)),)
    far = face(box=Box(0.9, 0.1, 0.03, 0.05))
    assert {"couple", "selfie"} <= told(*near, far, objects=body)
    behind = [face(box=Box(at, 0.1, 0.1, 0.18)) for at in (0.7, 0.8)]
    assert not {"couple", "selfie"} & told(*near, *behind, objects=body)


def test_two_of_three_people_are_no_couple() -> None:
    """The third one's face is turned away or cut by the edge, and found by nobody."""
    pair = (face(), face(box=Box(0.55, 0.22, 0.15, 0.2)))
    bodies = [replace(thing("coco:1", Box(at, 0.1, 0.3, 0.9)), score=0.45) for at in (0.2, 0.5, 0.7)]
    assert "couple" in told(*pair, objects=tuple(bodies[:2]))
    assert "couple" not in told(*pair, objects=tuple(bodies))


def test_a_dog_s_or_a_doll_s_face_makes_no_man_no_baby_and_no_smile(suggester: Suggester) -> None:
    proposer = Proposer(suggester, words=WordSettings(man_and_woman=True))
    looks = (face(age=1.0, smile=1.0), face(male=1.0, smile=1.0, box=LEFT))
    doll = Findings(faces=looks, objects=(thing("coco:88"),), networks=NETWORKS)
    assert not [word for word in proposer.suggest(doll, FACTS) if word.keyword.startswith("person")]
    people = replace(doll, objects=(thing("coco:1", Box(0.0, 0.0, 1.0, 1.0)),))
    said = {word.keyword for word in proposer.suggest(people, FACTS)}
    assert {"person|man", "person|baby", "person|smile"} <= said


def test_where_clouds_are_is_sky(everyday: Everyday) -> None:
    threshold = everyday.threshold.copy()
    threshold[everyday.keywords.index("nature|clouds")] = -100.0
    findings = Findings(features=np.ones(1280, "<f2").tobytes(), networks=NETWORKS)
    said = replace(everyday, threshold=threshold).suggest(findings, "normal")
    assert {"nature|clouds", "nature|sky"} <= {word.keyword for word in said}


def test_a_photo_of_one_even_colour_shows_nothing(suggester: Suggester, everyday: Everyday) -> None:
    """As of a covered lens; where it was taken is known all the same."""
    analyser = make_analyser("cpu", (Task.CLASSIFY, Task.OBJECTS, Task.FACES))
    proposer = Proposer(suggester, gazetteer=Gazetteer(resources_folder() / "places"), everyday=everyday)
    for grey in (0, 136, 255):
        look = measure_look(Image.new("RGB", (320, 240), (grey, grey, grey)))
        (findings,) = analyser.analyse([np.full((240, 320, 3), grey, np.uint8)])
        assert isinstance(findings, Findings)
        assert proposer.suggest(findings, replace(FACTS, look=look)) == []
        placed = replace(FACTS, look=look, latitude=48.14, longitude=11.58)
        assert [word.keyword.split("|")[0] for word in proposer.suggest(findings, placed)] == ["location"]


def test_strict_says_less() -> None:
    assert "family" not in told(face(age=7), face(age=35, box=LEFT), strictness="strict")


# --- things -------------------------------------------------------------------------------------------------------


def test_a_person_and_a_surfboard_are_surfing_a_surfboard_alone_is_not() -> None:
    person, board = thing("coco:1"), thing("coco:42")
    words = [word.keyword for word in activity_words(Findings(objects=(person, board), networks=NETWORKS))]
    assert words == ["sport|surfing"]
    assert activity_words(Findings(objects=(board,), networks=NETWORKS)) == []


def test_two_faces_at_a_laptop_meet() -> None:
    found = activity_words(Findings(faces=(face(), face(box=LEFT)), objects=(thing("coco:73"),)))
    assert [word.keyword for word in found] == ["event|meeting"]


def test_a_mountain_is_a_landscape_unless_somebody_stands_before_it() -> None:
    assert [word.keyword for word in landscape(Findings(), {"place|mountain"})] == ["nature|landscape"]
    assert landscape(Findings(faces=(face(),)), {"place|mountain"}) == []
    assert landscape(Findings(objects=(thing("coco:1"),)), {"nature|sea"}) == []
    assert landscape(Findings(objects=(thing("coco:3", Box(0, 0, 0.8, 0.8)),)), {"place|mountain"}) == []
    assert landscape(Findings(), {"place|room|kitchen"}) == []


# --- the head -----------------------------------------------------------------------------------------------------


def test_every_word_of_the_head_is_a_keyword(everyday: Everyday, suggester: Suggester) -> None:
    unknown = [word for word in everyday.keywords if suggester.vocabulary.of_keyword(word) is None]
    assert {word.split("|")[0] for word in unknown} == {"season"}
    assert {"place|room|kitchen", "place|street", "nature|snow", "sport|tennis"} <= {*everyday.keywords}


def test_photos_without_features_or_of_another_network_get_nothing(everyday: Everyday) -> None:
    assert everyday.suggest(Findings(), "normal") == []
    assert everyday.suggest(Findings(features=np.zeros(768, "<f2").tobytes()), "normal") == []


def test_a_damaged_head_is_told(tmp_path: Path, suggester: Suggester) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        Everyday.load(tmp_path, suggester.vocabulary)
    (tmp_path / FILE_NAME).write_bytes((MODELS / FILE_NAME).read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged"):
        Everyday.load(tmp_path, suggester.vocabulary)
    shutil.copy(MODELS / FILE_NAME, tmp_path)
    assert Everyday.load(tmp_path, suggester.vocabulary).keywords


def test_strictness_moves_what_is_said(everyday: Everyday) -> None:
    columns = np.maximum(everyday.weight[:1280].T, 0) ** 2
    mixed = [columns[at] + 0.5 * columns[at - 7] for at in range(len(columns))]
    photos = [Findings(features=row.astype("<f2").tobytes()) for row in mixed]
    counts = [
        sum(len(everyday.suggest(photo, strictness)) for photo in photos)
        for strictness in ("strict", "normal", "eager")
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]


def test_hidden_words_are_not_said_and_dates_win_over_snow(suggester: Suggester, everyday: Everyday) -> None:
    snow = everyday.keywords.index("season|winter")
    features = (np.maximum(everyday.weight[:1280, snow], 0) ** 2).astype("<f2").tobytes()
    findings = Findings(features=features, networks={Task.CLASSIFY: "efficientnet_lite2.in1k@1"})
    gazetteer = Gazetteer(resources_folder() / "places")

    def words(rules: Rules, facts: PhotoFacts) -> set[str]:
        proposer = Proposer(suggester, rules=rules, gazetteer=gazetteer, everyday=everyday)
        return {word.keyword for word in proposer.suggest(findings, facts)}

    july = PhotoFacts("JPEG", 10, 10, 1, "2024-07-01T12:00:00", 48.0, 11.0)
    assert {"season|winter", "nature|snow"} <= words(Rules(), FACTS)
    assert "season|winter" not in words(Rules(), july)
    assert "season|summer" in words(Rules(), july)
    assert "nature|snow" not in words(Rules({"nature|snow": None}), FACTS)


def test_a_street_and_a_beach_get_their_words(
    shared_photos: Path, suggester: Suggester, everyday: Everyday
) -> None:
    analyser = make_analyser("cpu", (Task.CLASSIFY, Task.OBJECTS, Task.FACES))
    decoder = make_decoder(300)
    proposer = Proposer(suggester, everyday=everyday)

    def words(name: str) -> set[str]:
        decoded = decoder.decode(shared_photos / "coco" / name, 1600)
        (findings,) = analyser.analyse([decoded.pixels])
        assert isinstance(findings, Findings)
        return {word.keyword for word in proposer.suggest(findings, decoded.facts)}

    assert "place|street" in words("000000000094.jpg")
    assert "place|beach" in words("000000000315.jpg")


def test_what_a_real_face_looks_like() -> None:
    decoded = make_decoder(300).decode(resources_folder() / "samples" / "astronaut.jpg", 1600)
    (findings,) = make_analyser("cpu", (Task.FACES, Task.TRAITS)).analyse([decoded.pixels])
    assert isinstance(findings, Findings)
    (traits,) = [found.traits for found in findings.faces]
    assert traits is not None
    assert traits.smile > 0.9
    assert traits.male < 0.3
    assert 15 < traits.age < 60


def test_what_a_rule_or_the_head_says_is_not_learnt_by_example_too(
    suggester: Suggester, everyday: Everyday, tmp_path: Path
) -> None:
    """Else each round of accepting would teach the next one."""
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    try:
        book = KeywordBook(catalog, suggester, everyday=everyday)
        known = book._known(Rules())
    finally:
        catalog.close()
    said = {
        "person|selfie",
        "person|couple",
        "food|meal",
        "sport|surfing",
        "nature|landscape",
        "person|group",
    }
    assert [word for word in said if word not in known] == []
    assert "event|wedding" not in known
    assert "my own word" not in known
