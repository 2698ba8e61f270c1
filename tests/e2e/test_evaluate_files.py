"""``evaluate --truth files`` on real photos: what counts, and why the others do not."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.conftest import Program


def test_photos_that_do_not_count_are_told_with_the_reason(
    program: Program, folder: Path, exiftool: str
) -> None:
    photos = sorted(folder.glob("*.jpg"))[:4]
    for other in folder.iterdir():
        if other not in photos:
            other.unlink()

    def tag(photo: Path, *words: str) -> None:
        arguments = [f"-XMP-dc:Subject+={word}" for word in words]
        subprocess.run([exiftool, "-q", "-overwrite_original", *arguments, photo], check=True)

    assert program("tag", photos[0], "--write", "--above", "0").status == 0  # holds only our own words
    tag(photos[1], "Kaffee", "my trip")
    tag(photos[2], "my trip")
    (folder / "broken.jpg").write_bytes(b"")
    told = program("evaluate", folder, "--truth", "files")
    assert (
        "not counted: 4 photos (1 has no keywords in its file, 1 has only phototagger's own words, "
        "1 has only words that the program does not suggest, 1 cannot be read)\n" in told.out
    )
    assert "broken.jpg is empty" in told.err
    assert told.status == 1
    (folder / "broken.jpg").unlink()
    alone = program("evaluate", folder)
    assert "There is no ground truth beside these photos" in alone.err
    assert "judged" in alone.out, "what the figures rest on"
    done = program("--json", "evaluate", folder, "--truth", "files")
    (report,) = done.records
    assert (done.status, report["photos"]) == (0, 1)
    assert report["passed_over"] == {"without_keywords": 1, "only_own_words": 1, "unknown_words": 1}
