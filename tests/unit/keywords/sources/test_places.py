"""The gazetteer that ships: known places, the far north, the date line, the open sea."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest

from phototagger.domain.errors import ModelError
from phototagger.keywords.sources.places import (
    CITY_KM,
    COUNTRY_KM,
    EARTH_RADIUS_KM,
    FILE_NAME,
    TOWN_KM,
    Gazetteer,
)

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "places"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(FOLDER)


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (48.137, 11.575, ("Germany", "Bavaria", "Munich")),
        (48.8584, 2.2945, ("France", "Île-de-France", "Paris")),  # the suburbs are nearer
        (-33.8568, 151.2153, ("Australia", "New South Wales", "Sydney")),
        (36.0575, -112.1386, ("United States", "Arizona", "Grand Canyon")),
        (66.503, 25.729, ("Finland", "Lapland", "Rovaniemi")),
        (78.2232, 15.6267, ("Svalbard and Jan Mayen", "Svalbard", "Longyearbyen")),
    ],
)
def test_known_places(
    gazetteer: Gazetteer, latitude: float, longitude: float, place: tuple[str, ...]
) -> None:
    assert gazetteer.place(latitude, longitude) == place


def test_the_nearest_of_all_towns_is_found_anywhere(gazetteer: Gazetteer) -> None:
    """By the haversine formula over the whole list: nothing is overlooked because of its latitude."""
    text = gzip.decompress((FOLDER / FILE_NAME).read_bytes()).decode()
    towns = list(csv.reader(io.StringIO(text)))[1:]
    degrees = np.array([[float(town[3]), float(town[4])] for town in towns])
    latitudes, longitudes = np.radians(degrees).T
    cities = CITY_KM * np.sqrt(np.array([float(town[5]) for town in towns]))
    random = np.random.default_rng(7)
    positions = degrees[random.integers(0, len(towns), 150)] + random.normal(0, 0.4, (150, 2))
    compared = 0
    for latitude, longitude in np.clip(positions, (-90, -180), (90, 180)):
        phi, theta = np.radians(latitude), np.radians(longitude)
        part = np.sin((latitudes - phi) / 2) ** 2
        part += np.cos(phi) * np.cos(latitudes) * np.sin((longitudes - theta) / 2) ** 2
        distances = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(part))
        if (distances <= cities).any():
            continue  # a city's suburbs have the city's name
        nearest = int(np.argmin(distances))
        country, region, town, *_ = towns[nearest]
        parts = (country, region, town if distances[nearest] <= TOWN_KM else "")
        expected = tuple(filter(None, parts)) if distances[nearest] <= COUNTRY_KM else None
        assert gazetteer.place(latitude, longitude) == expected
        compared += 1
    assert compared > 50


def test_the_open_sea_is_no_place(gazetteer: Gazetteer) -> None:
    assert gazetteer.place(0.1, -30.0) is None
    assert gazetteer.place(-89.9, 10.0) is None


@pytest.mark.parametrize("position", [(float("inf"), 11.5), (48.1, float("-inf")), (float("nan"), 0.0)])
def test_what_is_no_position_is_no_place(gazetteer: Gazetteer, position: tuple[float, float]) -> None:
    assert gazetteer.place(*position) is None


def test_far_from_every_town_only_the_country_is_told(gazetteer: Gazetteer) -> None:
    assert gazetteer.place(47.28, 11.85) is not None
    far = gazetteer.place(23.3, 5.95)  # the Sahara, some 60 km from Tamanrasset
    assert far is not None
    assert far[0] == "Algeria"
    assert len(far) == 2


def test_both_sides_of_the_date_line_are_near(gazetteer: Gazetteer) -> None:
    west, east = gazetteer.place(-16.45, 179.99), gazetteer.place(-16.45, -179.99)
    assert west is not None
    assert west == east
    assert west[0] == "Fiji"


def test_a_missing_or_damaged_gazetteer_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Install the program again"):
        Gazetteer(tmp_path).place(1, 1)
    (tmp_path / "places.csv.gz").write_bytes(gzip.compress(b"country\nFrance\n"))
    with pytest.raises(ModelError, match="damaged"):
        Gazetteer(tmp_path).place(1, 1)
