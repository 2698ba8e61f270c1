"""Makes a catalog of the newest version with a row in every table, for tests/fixtures/catalogs.

Run ``generate(Path("tests/fixtures/catalogs/v<N>.sqlite"))`` once for each version that ships; a committed file
is never made again.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import edits as people_edits
from phototagger.catalog.words import edits, keywords, languages, values
from phototagger.catalog.writing import journal, renames
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import ErrorKind, Failure, FileSignature, ReviewState
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FieldChange, WritePlan
from tests.support.catalog_parts import SIGNATURE, add_photos, answer, dog, face, failed, save, suggestion_ids
from tests.support.said import words

ROOT = Path("/photos")
DOG = ROOT / "2024" / "dog.jpg"


def generate(path: Path) -> None:
    """Writes the fixture through the program's own functions."""
    catalog = Catalog.open(path)
    dog_id, broken = add_photos(catalog, ROOT, "2024/dog.jpg", "broken.jpg")
    save(
        catalog,
        answer(
            dog_id, ("animal|dog", 0.9), ("animal|cat", 0.5), ("beach", 0.4), faces=[face()], objects=[dog()]
        ),
        failed(broken, Failure(ErrorKind.TRUNCATED, plain("broken.jpg ends too early."))),
    )
    ids = suggestion_ids(catalog, dog_id)

    def review(c: sqlite3.Connection) -> None:
        accepted = edits.plan_state(c, [ids["animal|dog"]], ReviewState.CONFIRMED)
        history.finish(c, accepted.step, plain("Accepted 1 suggestion on 1 photo"))
        rejected = edits.plan_state(c, [ids["animal|cat"]], ReviewState.REJECTED)
        history.finish(c, rejected.step, plain("Rejected 1 suggestion on 1 photo"))
        people_edits.name_cluster(c, 1, "Anna")
        keywords.set_written(c, dog_id, written=["holiday"])
        change = FieldChange("XMP-dc:Subject", (), ("dog",))
        plan = WritePlan(dog_id, DOG, DOG, (change,), words("animal|dog"))
        row = journal.begin(c, journal.begin_run(c), plan, SIGNATURE)
        journal.finish(c, row, FileSignature(1100, SIGNATURE.mtime_ns + 1))
        c.execute("INSERT INTO taught VALUES (?, 'examples@1 1:1 0:0')", (keywords.keyword_id(c, "holiday"),))
        c.execute("INSERT INTO own_word VALUES ('holiday', 'vacation')")
        c.execute("INSERT INTO word_rule VALUES ('animal|dog', 'Tiere|Hund'), ('animal|cat', NULL)")

        c.execute("INSERT INTO person (name, folded, hidden) VALUES ('Bea', 'bea', 1)")
        c.execute(
            "INSERT INTO face_rejected SELECT region.id, person.id FROM region, person"
            " WHERE person.name = 'Bea' AND kind = 0"
        )
        c.execute("INSERT INTO people_change SELECT 1, 1, 0, face, person, 0, 1 FROM face_rejected")
        c.execute(
            "INSERT INTO file_face (photo, name, x, y, w, h) VALUES (?, 'Anna', 0.1, 0.1, 0.2, 0.2)",
            (dog_id,),
        )
        languages.name_words(c, {"animal|dog": {"en": "animal|dog", "de": "Tier|Hund"}})
        c.execute("INSERT INTO photo_text VALUES (?, 'stop', '[[\"STOP\", 0.9, 0, 0, 0.1, 0.1]]')", (dog_id,))
        values.propose(c, CAPTION, dog_id, "mark", "STOP")
        c.execute("INSERT INTO statement_change VALUES (1, ?, 'caption', NULL, 0)", (dog_id,))
        c.execute("INSERT INTO language_change VALUES (1, NULL, 3)")
        c.execute("INSERT INTO word_change VALUES (1, 0, 'animal|dog', NULL, 'Tiere|Hund')")
        c.execute(
            "INSERT INTO companion_refused VALUES (?, ?)", (dog_id, keywords.keyword_id(c, "Tier|Hund"))
        )
        c.execute("INSERT INTO file_faces_read VALUES (?, 'mark')", (dog_id,))
        c.execute("INSERT OR REPLACE INTO file_facts VALUES (?, 'mark', '[\"Austria\"]')", (dog_id,))
        c.execute("INSERT OR REPLACE INTO sketch VALUES (?, zeroblob(256))", (dog_id,))
        c.execute(
            "INSERT INTO kept_region SELECT id, 0, NULL, NULL, NULL, NULL FROM region WHERE kind = 1 AND photo = ?",
            (dog_id,),
        )
        renames.finish(
            c, renames.begin(c, journal.begin_run(c), dog_id, [(DOG.with_suffix(".png"), DOG)]), True
        )

    catalog.write(review)
    catalog.close()
