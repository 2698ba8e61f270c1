"""What is kept of the networks and the file comes back, also as an earlier version kept it."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import findings
from phototagger.domain.findings import Findings, PhotoFacts, PhotoShot
from tests.support.catalog_parts import add_photos


def test_what_an_earlier_version_kept_of_the_camera_is_read(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, Path("/p"), "a.jpg")
    shot = PhotoShot(camera="Canon EOS R5", exposure_s=0.01)

    def keep_as_then(c: sqlite3.Connection) -> None:
        findings.keep(c, photo, Findings(), PhotoFacts("JPEG", 4, 3, shot=shot))
        (packed,) = c.execute("SELECT packed FROM finding").fetchone()
        table = json.loads(zlib.decompress(packed))
        table["shot"]["lens"] = "RF 50mm"
        c.execute("UPDATE finding SET packed = ?", (zlib.compress(json.dumps(table).encode()),))
        c.execute("UPDATE photo SET state = 1")

    catalog.write(keep_as_then)
    (kept,) = catalog.read(lambda c: findings.page(c, 0, 10))
    assert not kept.damaged
    assert kept.facts.shot == shot
