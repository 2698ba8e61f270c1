"""Builds ``resources/vocabulary/countries.csv``: what countries are called in each language of the keywords.

The names are CLDR's, under the Unicode License v3, out of the package Babel (``pip install babel``), which only
this script needs; what CLDR calls otherwise than people who tag photos do stands in ``NAMES``. Rows by ISO 3166
code, columns code, en, de, fr, es, zh. ``build_places.py`` takes the English ones: run it afterwards.

    python packaging/build_countries.py
"""

from __future__ import annotations

import csv
import importlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "vocabulary" / "countries.csv"
LANGUAGES = ("en", "de", "fr", "es", "zh")
# CLDR puts the state first, or an older name, or tells two Congos by their capitals.
NAMES = {
    "HK": ("Hong Kong", "Hongkong", "Hong Kong", "Hong Kong", "香港"),
    "MO": ("Macao", "Macau", "Macao", "Macao", "澳门"),
    "MM": ("Myanmar", "Myanmar", "Myanmar", "Myanmar", "缅甸"),
    "CD": (
        "Democratic Republic of the Congo",
        "Demokratische Republik Kongo",
        "République démocratique du Congo",
        "República Democrática del Congo",
        "刚果民主共和国",
    ),
    "CG": (
        "Republic of the Congo",
        "Republik Kongo",
        "République du Congo",
        "República del Congo",
        "刚果共和国",
    ),
    "CI": ("Ivory Coast", "Elfenbeinküste", "Côte d'Ivoire", "Costa de Marfil", "科特迪瓦"),
    "PS": ("Palestinian Territories", "Palästina", "Palestine", "Palestina", "巴勒斯坦"),
    "TR": ("Turkey", "Türkei", "Turquie", "Turquía", "土耳其"),
    "TL": ("East Timor", "Osttimor", "Timor oriental", "Timor Oriental", "东帝汶"),
    "SH": ("Saint Helena", "St. Helena", "", "", ""),
    "VC": ("Saint Vincent and the Grenadines", "St. Vincent und die Grenadinen", "", "", ""),
    "CV": ("", "Kap Verde", "", "", ""),
    "BN": ("", "Brunei", "", "", ""),
    "MD": ("", "Moldau", "", "", ""),
    "VN": ("", "", "Vietnam", "", ""),
    "VA": ("", "", "Vatican", "", ""),
    "VI": ("US Virgin Islands", "", "", "", ""),
}
_COUNTRY = re.compile(r"[A-Z]{2}")
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


def cldr() -> dict[str, list[str]]:
    """Code -> names, in the order of ``LANGUAGES``. Raises ImportError without Babel."""
    locale = importlib.import_module("babel").Locale
    tables = [locale(language).territories for language in LANGUAGES]
    codes = sorted(code for code in tables[0] if _COUNTRY.fullmatch(code) and code not in _NO_COUNTRIES)
    return {code: [plain(table[code]) for table in tables] for code in codes}


def plain(name: str) -> str:
    """As it is typed: straight apostrophes, words written out."""
    name = name.replace("\u2019", "'").replace("\xa0", " ").replace(" & ", " and ")
    return re.sub(r"^St\. ", "Saint ", name)


def main() -> int:
    try:
        found = cldr()
    except ImportError:
        print("Babel is not installed; install it with: pip install babel", file=sys.stderr)
        return 2
    for code, names in NAMES.items():
        found[code] = [own or name for own, name in zip(names, found[code], strict=True)]
    for place, language in enumerate(LANGUAGES):
        called = [names[place].casefold() for names in found.values()]
        twice = {name for name in called if called.count(name) > 1}
        if twice:
            print(
                f"Two countries have one name in {language!r}: {', '.join(sorted(twice))}.", file=sys.stderr
            )
            return 1
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", *LANGUAGES))
        writer.writerows((code, *names) for code, names in found.items())
    print(f"{TARGET.relative_to(ROOT)}: {len(found)} countries, {TARGET.stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
