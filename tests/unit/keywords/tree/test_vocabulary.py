"""The keyword tree that ships: every label mapped, every word fit to stand on a photo."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from phototagger.domain.errors import ModelError
from phototagger.domain.records import keyword_parents
from phototagger.keywords.scoring.suggest import GROUP, GUARDED_BRANCHES, PERSON, PORTRAIT
from phototagger.keywords.tree.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "resources" / "vocabulary"
WORDNET = Path("/usr/share/wordnet/data.noun")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(FOLDER)


def labels_of(name: str) -> dict[str, str]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return {row["label"]: row["name"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(("name", "count"), [("imagenet1k.csv", 1000), ("coco80.csv", 80)])
def test_every_label_has_a_keyword(vocabulary: Vocabulary, name: str, count: int) -> None:
    labels = labels_of(name)
    assert len(labels) == count
    assert [label for label in labels if vocabulary.of_label(label) is None] == []


def test_no_label_is_made_up(vocabulary: Vocabulary) -> None:
    known = labels_of("imagenet1k.csv").keys() | labels_of("coco80.csv").keys()
    counts = Counter(label for node in vocabulary for label in node.labels)
    assert counts.keys() <= known
    assert max(counts.values()) == 1


def test_keywords_and_ids_are_unique(vocabulary: Vocabulary) -> None:
    assert max(Counter(node.keyword.casefold() for node in vocabulary).values()) == 1
    assert max(Counter(node.id for node in vocabulary).values()) == 1


def test_every_parent_is_a_keyword_too(vocabulary: Vocabulary) -> None:
    parents = {parent for node in vocabulary for parent in keyword_parents(node.keyword)}
    assert [parent for parent in parents if vocabulary.of_keyword(parent) is None] == []


def test_tree_is_shallow_and_has_few_roots(vocabulary: Vocabulary) -> None:
    assert max(node.keyword.count("|") for node in vocabulary) <= 3
    roots = {node.keyword.split("|")[0] for node in vocabulary}
    assert len(roots) <= 16
    assert {"animal", "food", "person", "place", "plant", "vehicle"} <= roots


def test_words_are_plain(vocabulary: Vocabulary) -> None:
    allowed = re.compile(r"[A-Za-z][A-Za-z' -]*[A-Za-z]")
    assert [node.keyword for node in vocabulary if not allowed.fullmatch(node.name)] == []


def test_a_word_never_stands_in_two_places(vocabulary: Vocabulary) -> None:
    """Flat keyword fields know no parents: one word must mean one thing."""
    counts = Counter(node.name.casefold() for node in vocabulary)
    assert [word for word, count in counts.items() if count > 1] == []


def test_synonyms_are_no_other_keyword(vocabulary: Vocabulary) -> None:
    words = {node.name.casefold() for node in vocabulary}
    assert [word for node in vocabulary for word in node.synonyms if word.casefold() in words] == []


def test_raw_class_names_that_mislead_are_gone(vocabulary: Vocabulary) -> None:
    words = {node.name.casefold() for node in vocabulary if node.usable}
    misleading = {
        "crane", "drake", "boxer", "maillot", "cock", "kite bird", "nipple", "web site", "eskimo dog", "drumstick",
        "cardoon, artichoke", "jean", "cab", "sorrel", "tusker", "killer whale", "polaroid camera", "crock pot",
        "band aid", "ipod", "torch", "tank", "bow", "plane", "mouse", "ear", "hip", "drop", "iron", "nail", "match",
    }  # fmt: skip
    assert words & misleading == set()


@pytest.mark.parametrize(
    ("label", "keyword"),
    [
        ("wn:02099601", "animal|dog|golden retriever"),
        ("coco:18", "animal|dog"),
        ("wn:01440764", "animal|fish|tench"),
        ("coco:17", "animal|cat"),
        ("wn:02123597", "animal|cat|Siamese cat"),
        ("wn:02012849", "animal|bird|crane bird"),
        ("wn:03126707", "vehicle|construction crane"),
        ("wn:02108089", "animal|dog|boxer dog"),
        ("wn:07753592", "food|fruit|banana"),
        ("coco:52", "food|fruit|banana"),
        ("wn:04285008", "vehicle|car|sports car"),
        ("wn:09428293", "place|beach"),
        ("wn:03028079", "building|church"),
        ("wn:11939491", "plant|flower|daisy"),
        ("coco:1", "person"),
    ],
)
def test_labels_get_the_word_a_person_would_use(vocabulary: Vocabulary, label: str, keyword: str) -> None:
    node = vocabulary.of_label(label)
    assert node is not None
    assert node.keyword == keyword


def test_all_breeds_are_below_dog(vocabulary: Vocabulary) -> None:
    """In WordNet's ImageNet order, classes 151 to 268 are domestic dogs."""
    labels = list(labels_of("imagenet1k.csv"))[151:269]
    nodes = [vocabulary.of_label(label) for label in labels]
    assert [node for node in nodes if node is None or not node.keyword.startswith("animal|dog|")] == []


def test_keywords_that_the_code_names_exist(vocabulary: Vocabulary) -> None:
    for keyword in (PERSON, PORTRAIT, GROUP, *GUARDED_BRANCHES):
        assert vocabulary.of_keyword(keyword) is not None


def test_switched_off_words_are_not_offered_for_completion(vocabulary: Vocabulary) -> None:
    offered = vocabulary.keywords()
    assert offered == sorted(offered)
    assert "object|web page" not in offered
    assert "object" not in offered
    assert "animal|dog" in offered


def test_missing_list_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"keywords\.csv cannot be read"):
        Vocabulary.load(tmp_path)


def test_damaged_list_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "keywords.csv").write_text("id,keyword\nwn:1,animal\n", encoding="utf-8")
    with pytest.raises(ModelError, match="damaged"):
        Vocabulary.load(tmp_path)


@pytest.mark.skipif(not WORDNET.is_file(), reason="WordNet (wordnet-base) is not installed")
def test_shipped_list_is_what_the_script_builds() -> None:
    script = ROOT / "packaging" / "build_vocabulary.py"
    ran = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr or "run packaging/build_vocabulary.py"
