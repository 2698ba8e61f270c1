"""The page of worst photos: who stands first, what stands there, and that names cannot break it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from phototagger.domain.errors import UsageError
from phototagger.domain.findings import Findings as Found
from phototagger.domain.findings import LabelScore, Task
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.lab.measure.keywords import KeywordsPart
from phototagger.lab.measure.measure import Analysed
from phototagger.lab.report import WorstPhotos
from phototagger.lab.truth.ground_truth import GroundTruth

VOCABULARY = Path(__file__).resolve().parents[3] / "resources" / "vocabulary"
GOLDEN, BANANA = "wn:02099601", "wn:07753592"


class Page(HTMLParser):
    """Text by class of its element, in order, and the tags met."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[str] = []
        self.texts: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs)["src"] or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Of four photos of golden retrievers one is right, one unnamed, one called a banana, one not to be judged."""
    found = {
        "right.jpg": {GOLDEN: 0.9},
        "none.jpg": {},
        "<b>&wrong.jpg": {BANANA: 0.9},
        "other.jpg": {BANANA: 0.9},
    }
    paths = {name: Path("/set") / name for name in found}
    truth = GroundTruth(labels={path: GOLDEN for name, path in paths.items() if name != "other.jpg"})
    suggester = Suggester(VOCABULARY)
    part = KeywordsPart(truth, suggester)
    worst = WorstPhotos(part, suggester)
    for name, labels in found.items():
        scores = tuple(LabelScore(label, "", score) for label, score in labels.items())
        findings = Found(scores, networks={Task.CLASSIFY: "plain@1"})
        photo = Analysed(paths[name], 10, 10, findings)
        part.add(photo)
        worst.add(photo, b"jpeg" if "wrong" in name else None)
    worst.write(tmp_path / "worst.html", Path("/set"))
    return Page(tmp_path / "worst.html")


def test_the_worst_photo_stands_first_and_a_right_one_not_at_all(page: Page) -> None:
    names = [text for text in page.texts if text.endswith(".jpg")]
    assert names == ["<b>&wrong.jpg", "none.jpg"]
    assert "b" not in page.tags
    assert "wrong: banana 90%" in page.texts
    assert "2 of 3 photos, worst first, at strictness normal." in page.texts
    assert page.texts.count("missed: golden retriever") == 2
    assert page.images == ["data:image/jpeg;base64,anBlZw=="]


def test_every_keyword_has_its_tally(page: Page) -> None:
    """One of the three golden retrievers has a score for its word, so a third of them is found."""
    at = page.texts.index("animal|dog|golden retriever")
    assert [text for text in page.texts[at : at + 10] if text][:5] == [
        "animal|dog|golden retriever",
        "1",
        "0",
        "2",
        "0.33",
    ]


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    suggester = Suggester(VOCABULARY)
    worst = WorstPhotos(KeywordsPart(GroundTruth(), suggester), suggester)
    with pytest.raises(UsageError, match="was not written: there is no folder"):
        worst.write(tmp_path / "none" / "worst.html", Path("/set"))
