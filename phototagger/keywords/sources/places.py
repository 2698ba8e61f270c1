"""From GPS positions to place names, offline: the town of the gazetteer in ``resources/places``."""

from __future__ import annotations

import csv
import gzip
import io
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import said

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE_NAME = "places.csv.gz"
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
TOWN_KM = 20.0  # a town further away is not where the photo was taken
CITY_KM = (
    0.006  # times the root of its people: 11 km round the middle of Berlin is Berlin, not one of its boroughs
)
COUNTRY_KM = 75.0  # further away is the open sea, or nobody's land; larger than any city
_SLAB = COUNTRY_KM / EARTH_RADIUS_KM  # chord; nothing within it differs by more along the earth's axis


class Gazetteer:
    """Read once, when the first photo with a position asks; thread-safe.

    Towns are compared one by one, but only those of about the same latitude: some 4,000 of 131,808. A k-d tree is
    in scipy, 100 MB for this alone; usearch finds the nearest town of 99 in 100 positions only.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._names: list[tuple[str, str, str]] = []
        self._people: NDArray[np.float32] = np.zeros(0, np.float32)
        self._points: NDArray[np.float32] | None = None
        self._from_south: NDArray[np.int64] = np.zeros(0, np.int64)  # numbers of towns by latitude
        self._heights: NDArray[np.float32] = np.zeros(0, np.float32)  # theirs along the axis, -1..1, rising

    def place(self, latitude: float, longitude: float) -> tuple[str, ...] | None:
        """(country, region, town) of a position in WGS84 degrees; without the town where the nearest one is over 20
        km away, None where it is over 75 km away. Inside a city its boroughs and suburbs have the city's name. A
        region without a name is left out. Near a border the nearest town may be a neighbour's.

        Raises ModelError when the gazetteer is missing or damaged.
        """
        points = self._loaded()
        if not (abs(latitude) <= 90 and abs(longitude) <= 360):  # of a damaged catalog: nowhere
            return None
        position = _unit(np.array([latitude]), np.array([longitude]))[0]
        low, high = np.searchsorted(self._heights, (position[2] - _SLAB, position[2] + _SLAB))
        near = np.sort(self._from_south[low:high])
        if not len(near):
            return None
        # By the chord, not the angle's cosine: that has no digits left for short distances in float32.
        chords = np.linalg.norm(points[near] - position, axis=1)
        chosen = int(np.argmin(chords))
        people = self._people[near]
        inside = np.flatnonzero(chords * EARTH_RADIUS_KM <= CITY_KM * np.sqrt(people))
        if len(inside):
            chosen = int(inside[np.argmax(people[inside])])
        distance = 2 * EARTH_RADIUS_KM * float(np.arcsin(min(float(chords[chosen]) / 2, 1.0)))
        if distance > COUNTRY_KM:
            return None
        country, region, town = self._names[int(near[chosen])]
        return tuple(name for name in (country, region, town if distance <= TOWN_KM else "") if name)

    def _loaded(self) -> NDArray[np.float32]:
        with self._lock:
            points = self._points
            if points is None:
                points = self._points = self._load()
            return points

    def _load(self) -> NDArray[np.float32]:
        try:
            text = gzip.decompress(self._path.read_bytes()).decode()
            rows = list(csv.reader(io.StringIO(text)))[1:]
            self._names = [(row[0], row[1], row[2]) for row in rows]
            degrees = np.array([[float(row[3]), float(row[4])] for row in rows])
            self._people = np.array([float(row[5]) for row in rows], np.float32)
        except OSError as error:
            raise ModelError(
                said(
                    "The gazetteer {path} cannot be read ({reason}). Install the program again.",
                    path=self._path,
                    reason=error,
                )
            ) from error
        except (EOFError, ValueError, IndexError) as error:
            raise ModelError(
                said("The gazetteer {path} is damaged. Install the program again.", path=self._path)
            ) from error
        points = _unit(degrees[:, 0], degrees[:, 1])
        self._from_south = np.argsort(points[:, 2], kind="stable")
        self._heights = points[self._from_south, 2]
        return points


def _unit(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points on the unit sphere, (n, 3)."""
    phi, theta = np.radians(latitude), np.radians(longitude)
    parts = (np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi))
    return np.stack(parts, axis=-1).astype(np.float32)
