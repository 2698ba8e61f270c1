"""Numbers are spelled alike all over the window, whatever the system's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from phototagger.domain.records import Box
from phototagger.gui.kit.wording import grouped, percent, tr
from phototagger.gui.people.people_words import group_card
from phototagger.jobs.people import ClusterRow


@pytest.fixture(params=["C", "en_US", "de_DE", "fr_FR", "de_CH"])
def _system(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("_system")
def test_a_number_in_a_sentence_is_spelled_as_one_that_stands_alone() -> None:
    assert tr("%n photo(s)", "", 1234567) == f"{grouped(1234567)} photos"
    assert tr("%n photo(s)", "", 999) == "999 photos"
    assert tr("%n photo(s)", "", 1) == "1 photo"


def test_a_group_that_is_nearly_certain_is_not_called_certain() -> None:
    row = ClusterRow(1, None, 2, 2, 1, 1, waiting=2, suggested="Anna", score=0.996, box=Box(0, 0, 1, 1))
    assert group_card(row).subtitle == f"Anna?  {percent(0.996)}" == "Anna?  99\u202f%"
