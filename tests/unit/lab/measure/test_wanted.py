"""Measuring suggestions against what people would want said of photos."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from phototagger.domain.errors import UsageError
from phototagger.domain.findings import Findings, LabelScore, Task
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.keywords.propose import Proposer
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.lab.evaluate import evaluate_dataset
from phototagger.lab.measure.wanted import WantedPart
from phototagger.lab.truth.wanted import find_wanted, fold_word
from phototagger.settings.locations import resources_folder
from tests.support.made_datasets import TableEngine

CAT, DOG = "wn:02123045", "wn:02099601"  # tabby, golden retriever
NETWORKS: dict[str, str] = {Task.CLASSIFY: "efficientnet_lite2.in1k@1"}


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)


def seen(label: str) -> Findings:
    return Findings((LabelScore(label, "", 0.97),), networks=NETWORKS)


@pytest.fixture
def suggester() -> Suggester:
    return Suggester(resources_folder() / "vocabulary")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    photos = tmp_path / "photos" / "mine"
    lists = tmp_path / "photos" / "wanted" / "mine"
    write_csv(
        lists / "wanted.csv",
        [
            {"file": "a.jpg", "must": "Cats;garden", "fine": "tabby cat", "never": "dog"},
            {"file": "b.jpg", "must": "golden retriever", "fine": "", "never": "cat;animal"},
            {"file": "c.jpg", "must": "sunset", "fine": "", "never": ""},
        ],
    )
    for name in "abc":
        (photos / f"{name}.jpg").parent.mkdir(exist_ok=True)
        (photos / f"{name}.jpg").touch()
    write_csv(
        lists.parent / "kinds.csv",
        [{"word": "cat", "kind": "animal"}, {"word": "sunset", "kind": "weather/time"}],
    )
    write_csv(lists.parent / "synonyms.csv", [{"canonical": "cat", "synonym": "kitty"}])
    write_csv(lists.parent / "broader.csv", [{"word": "cat", "broader": "animal"}])
    return photos


def measure(dataset: Path, suggester: Suggester, to_judge: Path | None = None) -> dict[str, float]:
    engine = TableEngine({"a.jpg": seen(CAT), "b.jpg": seen(DOG)})
    part = WantedPart(find_wanted(dataset), Proposer(suggester))
    report = run_to_end(
        evaluate_dataset(dataset, engine, suggester, Cancel(), wanted=part, to_judge=to_judge)
    )
    assert report["command"].endswith("--truth wanted")
    found: dict[str, float] = report["wanted"]
    return found


def test_what_is_wanted_welcome_and_wrong_is_counted(dataset: Path, suggester: Suggester) -> None:
    figures = measure(dataset, suggester)
    # a: cat of cat and garden; b: golden retriever; c: nothing of sunset
    assert figures["recall"] == pytest.approx((1 / 2 + 1 + 0) / 3, abs=1e-4)
    assert figures["recall_overall"] == 0.5
    assert figures["recall_animal"] == 1.0
    assert figures["recall_weather_time"] == 0.0
    assert (figures["photos"], figures["without_words"]) == (3, 1)
    # said: animal, cat, tabby of a: all welcome; animal (never), dog (in no list), golden retriever of b
    assert figures["precision_strict"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["precision_best"] == pytest.approx(5 / 6, abs=1e-4)


def test_words_in_no_list_can_be_judged(dataset: Path, suggester: Suggester, tmp_path: Path) -> None:
    to_judge = tmp_path / "judge.csv"
    measure(dataset, suggester, to_judge)
    assert to_judge.read_text() == "file,word,verdict\nb.jpg,dog,\n"
    lists = dataset.parent / "wanted" / "mine"
    (lists / "judged.csv").write_text(to_judge.read_text().replace("dog,", "dog,fine"))
    assert measure(dataset, suggester)["precision_strict"] == pytest.approx(5 / 6, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wine glasses", "wine-glasses"),
        ("buses", "bus"),
        ("Café", "cafes"),
        ("children (two)", "child"),
        ("men's clothing", "mens clothing"),
        ("city", "cities"),
        ("beaches", "beach"),
    ],
)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


def test_without_lists_it_says_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no wanted\.csv in"):
        find_wanted(tmp_path)


def test_a_damaged_list_is_named(dataset: Path) -> None:
    (dataset.parent / "wanted" / "kinds.csv").write_text("word,kind\ncat\n")
    with pytest.raises(UsageError, match=r"kinds\.csv is not in the layout"):
        find_wanted(dataset)


def test_the_figures_are_those_of_the_scorer_that_came_with_the_lists(
    shared_photos: Path, suggester: Suggester, tmp_path: Path
) -> None:
    lists = shared_photos.parent / "wanted"
    if not (lists / "score.py").is_file():
        pytest.skip("the lists of wanted words are not there")
    truth = find_wanted(shared_photos)
    part = WantedPart(truth, Proposer(suggester))
    keywords = suggester.vocabulary.keywords()
    with (tmp_path / "tags.jsonl").open("w") as tags:
        for number, (path, wanted) in enumerate(sorted(truth.photos.items())):
            chosen = [*keywords[number::97], *(truth.names.get(key, key) for key in sorted(wanted.must)[::2])]
            part._take(path, wanted, chosen)
            tags.write(json.dumps({"path": str(path), "keywords": chosen}) + "\n")
    command = [sys.executable, str(lists / "score.py"), "open", str(tmp_path / "tags.jsonl"), "--ignore"]
    told = subprocess.run(
        [
            *command,
            "object;look;place;location;season;time of day",
            "--per-photo",
            str(tmp_path / "each.csv"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with (tmp_path / "each.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    figures = part.result()
    assert figures["words_a_photo"] == pytest.approx(sum(int(row["said"]) for row in rows) / len(rows))
    assert f"mean a photo {100 * figures['recall']:5.1f}%" in told
    assert f"strict (unjudged = bad) {100 * figures['precision_strict']:5.1f}%" in told
    assert f"best case (unjudged = good) {100 * figures['precision_best']:5.1f}%" in told
