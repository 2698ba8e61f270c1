from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.store.paths import decode, encode
from phototagger.domain.spelling import fold
from tests.support.catalog_parts import add_photos

ODD_NAMES = [
    "line\nbreak.jpg",
    "smile \U0001f600.jpg",
    "Ünï.jpg",
    "Zoe\u0308.jpg",
    "quote'\".jpg",
    "-dash.jpg",
    "sp ace .jpg",
    "100%_?[x].jpg",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_come_back_the_same(catalog: Catalog, tmp_path: Path, name: str) -> None:
    (identity,) = add_photos(catalog, tmp_path, name)
    assert catalog.read(lambda c: photos.by_id(c, [identity]))[0].path == tmp_path / name


@pytest.mark.skipif(os.name == "nt", reason="Windows names are always valid text")
def test_a_name_that_is_not_utf8_comes_back_the_same(catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"f\xff")
    name = os.fsdecode(b"caf\xe9.jpg")
    (identity,) = add_photos(catalog, folder, name)
    found = catalog.read(lambda c: photos.by_id(c, [identity]))[0].path
    assert os.fsencode(found) == os.fsencode(tmp_path) + b"/f\xff/caf\xe9.jpg"
    assert list(catalog.read(lambda c: photos.ids(c, text="caf"))) == [identity]


def test_encode_and_decode_are_inverse() -> None:
    path = Path(os.fsdecode("/a/\u00e9\n".encode()))
    assert decode(encode(path)) == path


def test_fold_ignores_case_and_composition() -> None:
    assert fold("Zoe\u0308") == fold("ZO\u00cb")
    assert fold("Straße") == "strasse"
    assert fold("a\udcffb") == "a?b"
