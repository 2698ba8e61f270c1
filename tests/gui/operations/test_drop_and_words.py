"""Drops are folded, numbers and plurals read well, colours can be read."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QTranslator, QUrl
from PySide6.QtWidgets import QApplication, QPushButton

from phototagger import gui
from phototagger.gui.kit import icons, theme
from phototagger.gui.kit.drop import dropped_paths, outermost
from phototagger.gui.kit.theme import DARK, LIGHT, Colours
from phototagger.gui.kit.wording import duration, keyword_path, percent, tr, when
from phototagger.settings.locations import resources_folder


def test_drop_keeps_local_paths_and_folds_nested_ones(tmp_path: Path) -> None:
    mime = QMimeData()
    inner = tmp_path / "a" / "b.jpg"
    urls = [
        QUrl.fromLocalFile(str(path)) for path in (inner, tmp_path / "a", tmp_path / "ü c", tmp_path / "a")
    ]
    mime.setUrls([*urls, QUrl("https://example.org/x.jpg")])
    assert dropped_paths(mime) == [tmp_path / "a", tmp_path / "ü c"]


def test_a_name_that_only_begins_alike_is_not_inside() -> None:
    assert outermost([Path("/a/b"), Path("/a/bc")]) == [Path("/a/b"), Path("/a/bc")]


@pytest.mark.parametrize(("count", "text"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos")])
def test_plurals(count: int, text: str) -> None:
    assert tr("%n photo(s)", "", count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "1 h 0 min"), (7800, "2 h 10 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("score", "text"), [(0.934, "93"), (0.9999, "99"), (1.0, "100"), (0.0, "0")])
def test_percent_never_promises_certainty(score: float, text: str) -> None:
    assert percent(score) == f"{text}\u202f%"


def test_path_above_a_keyword() -> None:
    assert keyword_path("animal|dog|golden retriever") == "animal › dog"
    assert keyword_path("person") == ""


def test_a_moment_that_is_none_is_shown_as_it_stands() -> None:
    assert when("some day") == "some day"
    assert "2024" in when("2024-05-01T10:20:30+00:00") or "24" in when("2024-05-01T10:20:30+00:00")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((ink, ground) for ink in ("text", "muted") for ground in ("window", "surface", "well", "tint")),
        ("on_accent", "accent"),
        ("added", "added_tint"),
        ("removed", "removed_tint"),
        ("warning", "warning_tint"),
        ("warning", "surface"),
        ("accent", "surface"),
    ],
)
def test_every_text_can_be_read(look: Colours, ink: str, ground: str) -> None:
    assert contrast(getattr(look, ink), getattr(look, ground)) >= 4.5


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "surface", "well"])
def test_what_rests_can_still_be_recognised(look: Colours, ground: str) -> None:
    assert contrast(look.faint, getattr(look, ground)) >= 3.0


@pytest.mark.parametrize(
    "path", sorted((resources_folder() / "icons").glob("*.svg")), ids=lambda path: path.stem
)
def test_every_icon_draws_something(qapp: QApplication, path: Path) -> None:
    image = icons.pixmap(path.stem, "#ff0000", 24, 2.0).toImage()
    assert (image.width(), image.height()) == (48, 48)
    inked = sum(image.pixelColor(x, y).alpha() > 100 for x in range(48) for y in range(48))
    assert inked > 20


def test_every_icon_named_in_the_window_is_there() -> None:
    named = set()
    for source in Path(gui.__file__).parent.rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        named |= set(re.findall(r'(?:set_icon\([^,()]+, |icons\.(?:icon|pixmap)\()"([a-z-]+)"', text))
    assert named
    assert {name for name in named if not (resources_folder() / "icons" / f"{name}.svg").is_file()} == set()


def test_icons_follow_the_look(qapp: QApplication) -> None:
    parent = QPushButton()
    button = QPushButton(parent)
    try:
        theme.apply(qapp, "light")
        icons.set_icon(button, "check")
        light = button.icon().pixmap(20).toImage()
        theme.apply(qapp, "dark")
        icons.refresh(parent)
        assert button.icon().pixmap(20).toImage() != light
    finally:
        theme.apply(qapp, "system")


def test_qt_is_never_made_to_ask_python_for_its_own_words() -> None:
    """A translator written in Python froze the window: one thread loaded an image plugin, whose lock it held while
    it asked for a translation, another decoded a thumbnail with the interpreter in its hands."""
    for module in pkgutil.walk_packages(gui.__path__, "phototagger.gui."):
        importlib.import_module(module.name)
    assert [cls for cls in QTranslator.__subclasses__() if cls.__module__.startswith("phototagger")] == []
