"""Keywords learnt by example: prototypes, and suggestions that follow each decision at once."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from phototagger.catalog.analysis import suggestions
from phototagger.catalog.connection import Catalog
from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Answer, Task
from phototagger.domain.records import ReviewState
from phototagger.jobs import review
from phototagger.jobs.words.keyword_book import KeywordBook, NotLearnt
from phototagger.jobs.words.learn import load, unlike, update
from phototagger.keywords.examples.prototypes import centred, learn, scaled
from phototagger.keywords.examples.standins import STANDINS, standins_for
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.sources.everyday import Everyday
from phototagger.settings.declared import WordSettings
from phototagger.settings.locations import resources_folder
from phototagger.specs.found import shipped_networks
from tests.support.catalog_parts import add_photos, answer, save, states, suggestion_ids, wanted

ROOT = Path("/photos")
VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
CHANNELS, PHOTOS, KIND = 64, 160, 30
SAUNA = "holiday|jacuzzi"


def features(count: int = PHOTOS, seed: int = 0) -> NDArray[np.float32]:
    """Photos of two kinds: the first ``KIND`` have eight loud channels that the others have not."""
    random = np.random.default_rng(seed)
    made = random.gamma(8.0, 0.05, (count, CHANNELS)).astype(np.float32)
    made[:KIND, :8] += 2.0
    return made


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(VOCABULARY)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = filled(tmp_path / "catalog.sqlite", features())
    yield opened
    opened.close()


def filled(path: Path, rows: NDArray[np.float32]) -> Catalog:
    """A catalog of analysed photos with these features."""
    opened = Catalog.open(path)
    ids = add_photos(opened, ROOT, *(f"{number:03}.jpg" for number in range(len(rows))))
    vectors = rows.astype("<f2")
    answers = []
    for photo, vector in zip(ids, vectors, strict=True):
        made = answer(photo)
        assert made.answer.findings is not None
        found = replace(made.answer.findings, features=vector.tobytes())
        answers.append(replace(made, answer=replace(made.answer, findings=found)))
    save(opened, *answers)
    return opened


def standins(_network: str) -> NDArray[np.float32]:
    """Photos of other kinds."""
    return features(330, seed=5)[KIND:]


def suggested(catalog: Catalog, keyword: str = SAUNA) -> set[int]:
    return {photo for photo in range(1, PHOTOS + 1) if states(catalog, photo).get(keyword) == "suggested"}


def teach(catalog: Catalog, photos: Sequence[int], keyword: str = SAUNA) -> set[int]:
    review.add_keyword(catalog, photos, keyword)
    return set(update(catalog, "normal", ()).photos)


def test_three_photos_teach_a_keyword_and_two_do_not(catalog: Catalog) -> None:
    assert teach(catalog, [1, 2]) == set()
    changed = teach(catalog, [3])
    assert suggested(catalog) == changed
    assert changed <= set(range(4, KIND + 1))
    assert len(changed) >= KIND - 8


def test_the_scores_are_probabilities_over_the_threshold_under_an_id_of_its_own(catalog: Catalog) -> None:
    teach(catalog, [1, 2, 3])
    photo = min(suggested(catalog))
    (found,) = catalog.read(lambda c: suggestions.for_photos(c, [photo]))
    assert 0.6 <= found.score <= 1.0
    assert (found.label, found.network, found.state) == (f"own:{SAUNA}", "examples@1", ReviewState.SUGGESTED)


def test_nothing_is_done_while_no_example_changed(catalog: Catalog) -> None:
    teach(catalog, [1, 2, 3])
    review.add_keyword(catalog, [50], "something else")
    assert not update(catalog, "normal", ())


def test_a_rejected_suggestion_stays_rejected_and_teaches_too(catalog: Catalog) -> None:
    teach(catalog, [1, 2, 3])
    chosen = sorted(suggested(catalog))[:4]
    for photo in chosen:
        review.reject(catalog, [suggestion_ids(catalog, photo)[SAUNA]])
    others = len(suggested(catalog))
    update(catalog, "normal", ())
    learnt = load(catalog, "normal", ())
    vectors = [features()[photo - 1].astype("<f2").tobytes() for photo in chosen]
    assert sum(bool(learnt.suggest(vector, "classifier@1")) for vector in vectors) <= len(chosen) / 2
    assert len(suggested(catalog)) < others
    assert not suggested(catalog) & set(chosen)
    assert all(states(catalog, photo)[SAUNA] == "rejected" for photo in chosen)


def test_a_confirmed_suggestion_is_an_example_from_then_on(catalog: Catalog) -> None:
    teach(catalog, [1, 2, 3])
    photo = min(suggested(catalog))
    review.confirm(catalog, [suggestion_ids(catalog, photo)[SAUNA]])
    update(catalog, "normal", ())
    assert SAUNA in wanted(catalog, photo)
    assert photo not in suggested(catalog)


def test_taking_the_examples_back_takes_the_suggestions_back(catalog: Catalog) -> None:
    changed = teach(catalog, [1, 2, 3])
    review.undo(catalog)
    assert set(update(catalog, "normal", ()).photos) == changed
    assert suggested(catalog) == set()


def test_what_the_networks_have_words_for_is_not_learnt(catalog: Catalog) -> None:
    review.add_keyword(catalog, [1, 2, 3], "animal|dog")
    assert not update(catalog, "normal", {"animal|dog"})


def test_new_photos_get_learnt_keywords_with_their_analysis(catalog: Catalog, suggester: Suggester) -> None:
    teach(catalog, [1, 2, 3])
    proposer = KeywordBook(catalog, suggester).proposer()
    made = answer(1).answer
    assert isinstance(made, Answer)
    assert made.findings is not None
    kind = replace(made.findings, labels=(), features=features(40, seed=9)[0].astype("<f2").tobytes())
    other = replace(kind, features=features(40, seed=9)[39].astype("<f2").tobytes())
    assert [found.keyword for found in proposer.suggest(kind)] == [SAUNA]
    assert proposer.suggest(other) == []
    assert proposer.suggest(replace(kind, features=None)) == []


def test_features_of_another_network_are_never_compared(catalog: Catalog) -> None:
    teach(catalog, [1, 2, 3])
    learnt = load(catalog, "normal", ())
    vector = features()[5].astype("<f2").tobytes()
    assert learnt.suggest(vector, "classifier@1")
    assert learnt.suggest(vector, "classifier@2") == []


def test_the_order_of_photos_and_their_brightness_do_not_matter() -> None:
    made = features()
    mean = scaled(made).mean(axis=0)
    one = learn("x", centred(made[:3], mean), made[:0], centred(made[3:], mean), "normal")
    again = learn("x", centred(3 * made[[2, 0, 1]], mean), made[:0], centred(made[3:], mean), "normal")
    assert one is not None
    assert again is not None
    assert np.allclose(one.direction, again.direction, atol=1e-5)


def test_too_few_other_photos_teach_nothing() -> None:
    made = features(25)
    mean = scaled(made).mean(axis=0)
    assert learn("x", centred(made[:3], mean), made[:0], centred(made[3:20], mean), "normal") is None


@pytest.mark.parametrize("having", [6, 14])
def test_three_photos_teach_in_a_catalog_of_twenty_as_in_a_large_one(tmp_path: Path, having: int) -> None:
    made = np.concatenate([features()[:having], features()[KIND : KIND + 20 - having]])
    small = filled(tmp_path / "small.sqlite", made)
    review.add_keyword(small, [1, 2, 3], SAUNA)
    assert not update(small, "normal", ()).photos  # there is nothing to compare with
    small.write(lambda c: c.execute("DELETE FROM taught"))
    assert update(small, "normal", (), standins).photos == set(range(4, having + 1))
    assert unlike(small, "normal", (), standins) == frozenset()
    small.close()


def test_one_photo_more_than_its_examples_is_enough(tmp_path: Path) -> None:
    tiny = filled(tmp_path / "tiny.sqlite", features()[:4])
    review.add_keyword(tiny, [1, 2, 3], SAUNA)
    assert update(tiny, "normal", (), standins).photos == {4}
    tiny.close()


def test_from_enough_photos_on_only_the_catalogs_own_count(tmp_path: Path) -> None:
    large = filled(tmp_path / "large.sqlite", features(STANDINS))
    review.add_keyword(large, [1, 2, 3], SAUNA)
    plain, helped = load(large, "normal", ()), load(large, "normal", (), standins)
    assert plain.prototypes[0].spread == helped.prototypes[0].spread
    large.close()


def test_stand_ins_of_another_network_are_never_compared(catalog: Catalog) -> None:
    review.add_keyword(catalog, [1, 2, 3], SAUNA)
    other = np.ones((300, CHANNELS + 1), np.float32)
    assert load(catalog, "normal", (), lambda _: other).prototypes


def test_the_stand_ins_that_ship_are_of_the_classifier_that_ships_and_of_its_weights() -> None:
    root = VOCABULARY.parents[1]
    (network,) = (info for info in shipped_networks() if info.task == Task.CLASSIFY)
    held = standins_for(VOCABULARY, network.identifier)
    assert held is not None
    assert held.shape == (STANDINS, 1280)
    assert standins_for(VOCABULARY, "another@1") is None
    spec = importlib.util.spec_from_file_location("build", root / "packaging" / "build_standins.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    made = build.standins({name: values.astype(float) for name, values in load_file(network.path).items()})
    assert np.abs(np.sqrt(made / made.max(axis=1, keepdims=True)) - np.sqrt(held) / 255).max() < 0.01


def test_damaged_stand_ins_are_told(tmp_path: Path) -> None:
    (tmp_path / "standins").mkdir()
    (tmp_path / "standins" / "a@1.npy").write_bytes(b"\x93NUMPY\x01\x00")
    with pytest.raises(ModelError, match=r"a@1\.npy is damaged"):
        standins_for(tmp_path, "a@1")


def test_a_renamed_word_goes_on_teaching_and_so_does_the_old_one_after_undo(
    catalog: Catalog, suggester: Suggester
) -> None:
    before = teach(catalog, [1, 2, 3])
    rejected = min(before)
    review.reject(catalog, [suggestion_ids(catalog, rejected)[SAUNA]])
    book = KeywordBook(catalog, suggester)
    book.learn()
    left = suggested(catalog)
    assert left
    book.rename(["jacuzzi"], "Holiday|Jacuzzi")
    assert suggested(catalog, "Holiday|Jacuzzi") == left
    assert suggested(catalog) == set()
    assert states(catalog, rejected)["Holiday|Jacuzzi"] == "rejected"
    review.undo(catalog)
    book.learn()
    assert suggested(catalog) == left
    assert suggested(catalog, "Holiday|Jacuzzi") == set()


def test_it_is_said_why_a_word_is_not_learnt(catalog: Catalog, suggester: Suggester) -> None:
    (ids,) = [add_photos(catalog, ROOT, "new 1.jpg", "new 2.jpg", "new 3.jpg")]
    for word, photos in {
        SAUNA: [1, 2, 3],
        "few": [1, 2],
        "not analysed": ids,
        "mixed": [4, 50, 90],
        "season|summer": [1],
    }.items():
        review.add_keyword(catalog, photos, word)
    rows = {row.keyword: row for row in KeywordBook(catalog, suggester).rows()}
    assert {word: row.not_learnt for word, row in rows.items() if word != "x"} == {
        SAUNA: None,
        "few": NotLearnt.TOO_FEW,
        "not analysed": NotLearnt.NOT_ANALYSED,
        "mixed": NotLearnt.TOO_UNLIKE,
        "season|summer": None,
    }


def test_what_faces_and_things_seen_together_tell_is_no_lesson(
    catalog: Catalog, suggester: Suggester
) -> None:
    """Portraits accepted as a couple do not make couples of all portraits."""
    everyday = Everyday.load(resources_folder() / "models", suggester.vocabulary)
    book = KeywordBook(catalog, suggester, None, None, VOCABULARY, everyday)
    told = ("person|couple", "person|two people", "person|smile", "place|room|kitchen", "sport|surfing")
    for keyword in told:
        review.add_keyword(catalog, [1, 2, 3], keyword)
    assert not book.learn()
    assert {row.not_learnt for row in book.rows() if row.keyword in told} == {None}
    review.add_keyword(catalog, [1, 2, 3], "person|grandparents")  # the program's word, which nothing finds
    assert book.learn()
    assert suggested(catalog, "person|grandparents")


def test_a_stricter_setting_suggests_less(catalog: Catalog) -> None:
    teach(catalog, [1, 2, 3])
    thresholds = [load(catalog, name, ()).prototypes[0].threshold for name in ("eager", "normal", "strict")]
    assert thresholds == sorted(set(thresholds))


def test_one_rejection_does_not_silence_a_keyword(catalog: Catalog) -> None:
    before = teach(catalog, [1, 2, 3])
    photo = min(before)
    review.reject(catalog, [suggestion_ids(catalog, photo)[SAUNA]])
    update(catalog, "normal", ())
    assert len(suggested(catalog)) >= (len(before) - 1) / 2


def test_neither_places_nor_translated_words_are_learnt(catalog: Catalog, suggester: Suggester) -> None:
    german = KeywordBook(catalog, suggester, WordSettings(language="de"), None, VOCABULARY)
    for keyword in ("Aufnahmeort|Germany|Berlin", "Jahreszeit|Sommer", "season|summer", "Tier|Hund"):
        review.add_keyword(catalog, [1, 2, 3], keyword)
    assert not german.learn()
    assert [row.keyword for row in german.rows() if row.examples] == []
    review.add_keyword(catalog, [1, 2, 3], SAUNA)
    assert german.learn()
    assert [row.keyword for row in german.rows() if row.examples] == [SAUNA]
