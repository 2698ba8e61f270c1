"""Text in photos: kept, found again, made a keyword, and waited for by photos that were analysed without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import findings, photos, search
from phototagger.domain.findings import Findings, Task, TextLine, WantedNetworks
from phototagger.domain.records import Box
from phototagger.keywords.propose import Proposer
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.sources.texts import DOCUMENT, text_words
from phototagger.settings.declared import WordSettings
from tests.support.catalog_parts import NETWORKS, add_photos, answer, save

VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
READS = {**NETWORKS, Task.TEXT: "rapidocr@1"}


def page(lines: int, height: float = 0.03, step: float = 0.08) -> tuple[TextLine, ...]:
    return tuple(TextLine(f"line {n}", 0.9, Box(0.1, 0.05 + step * n, 0.6, height)) for n in range(lines))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A photo with a sign on it, and one analysed before text was read."""
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    signed, plain = add_photos(opened, Path("/photos"), "a.jpg", "b.jpg")
    made = answer(signed, networks=READS)
    assert made.answer.findings is not None
    sign = TextLine("Straße 7", 0.9, Box(0.1, 0.1, 0.2, 0.1))
    read = replace(made.answer.findings, text=(sign,))
    save(opened, replace(made, answer=replace(made.answer, findings=read)), answer(plain))
    yield opened
    opened.close()


def test_photos_are_found_by_the_text_in_them(catalog: Catalog) -> None:
    assert list(catalog.read(lambda c: search.ids(c, text="STRASSE a.jpg"))) == [1]
    assert list(catalog.read(lambda c: search.ids(c, text="straße b.jpg"))) == []


def test_text_is_kept_and_outlives_an_analysis_without_it(catalog: Catalog) -> None:
    save(catalog, answer(1))
    kept, other = catalog.read(lambda c: findings.page(c, 0, 9))
    assert [line.text for line in kept.findings.text] == ["Straße 7"]
    assert kept.findings.text[0].box == Box(0.1, 0.1, 0.2, 0.1)
    assert other.findings.text == ()


def test_photos_analysed_without_text_wait_for_it(catalog: Catalog) -> None:
    waiting = catalog.read(lambda c: photos.pending(c, 0, 9, wanted=WantedNetworks(("text",))))
    assert [request.photo_id for request in waiting] == [2]
    assert catalog.read(lambda c: photos.count_pending(c, wanted=WantedNetworks(("text",)))) == 1
    assert catalog.read(lambda c: photos.count_pending(c)) == 0


def test_a_page_full_of_text_is_a_document() -> None:
    found = Findings(text=page(10), networks={Task.TEXT: "rapidocr@1"})
    (word,) = Proposer(Suggester(VOCABULARY)).suggest(found)
    assert (word.keyword, word.network) == (DOCUMENT, "rapidocr@1")


@pytest.mark.parametrize("lines", [page(5), page(10, height=0.02), page(10, step=0.02)])
def test_a_few_or_small_lines_in_one_place_are_not(lines: tuple[TextLine, ...]) -> None:
    assert text_words(lines, "rapidocr@1", None, WordSettings()) == []


def test_documents_can_be_switched_off() -> None:
    assert text_words(page(10), "rapidocr@1", None, WordSettings(document=False)) == []
