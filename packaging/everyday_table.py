"""Makes the table that ``train_everyday.py`` learns from: what the networks say of photos with known words.

    python packaging/everyday_table.py TABLE.npz FOLDER...

Each folder is one source and holds ``words.csv``: ``file`` (relative to the folder), ``yes`` and ``no``, words
joined by ``;`` that are and are not true of the photo; of all other words nothing is known of it. Captions are
turned into such words before, word by word, for a caption's silence is no "no". Photos are only read; the table
holds numbers.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.app.networks import make_analyser, make_decoder  # noqa: E402 - the checkout's own package
from phototagger.domain.errors import PhotoError  # noqa: E402
from phototagger.domain.findings import Findings, Task  # noqa: E402
from phototagger.keywords.sources.everyday import context_of  # noqa: E402

LONGEST = 1600
NO, YES, UNKNOWN = range(3)


def words_of(text: str) -> set[str]:
    return {word.strip() for word in text.split(";") if word.strip()}


def rows(folder: Path) -> Iterator[tuple[Path, set[str], set[str]]]:
    with (folder / "words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield folder / row["file"], words_of(row["yes"]), words_of(row["no"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    options = parser.parse_args()
    analyser = make_analyser("cpu", (Task.CLASSIFY, Task.OBJECTS, Task.FACES))
    decoder = make_decoder(300)
    told = {folder: list(rows(folder)) for folder in options.folders}
    words = sorted({word for photos in told.values() for _, yes, no in photos for word in yes | no})
    sources: list[str] = []
    features, labels = [], []
    contexts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for folder, photos in told.items():
        for path, yes, no in photos:
            try:
                findings = analyser.analyse([decoder.decode(path, LONGEST).pixels])[0]
            except PhotoError as error:
                print(error, file=sys.stderr)
                continue
            if not isinstance(findings, Findings) or findings.features is None:
                print(f"{path}: {findings}", file=sys.stderr)
                continue
            sources.append(folder.name)
            features.append(np.frombuffer(findings.features, "<f2"))
            contexts.append(context_of(findings))
            labels.append([YES if word in yes else NO if word in no else UNKNOWN for word in words])
    score, count, faces = (np.concatenate(part) for part in zip(*contexts, strict=True))
    np.savez_compressed(
        options.table,
        source=np.array(sources),
        features=np.array(features),
        box_score=score.astype(np.float16),
        box_count=count.astype(np.uint8),
        faces=faces.astype(np.float16),
        labels=np.array(labels, np.uint8),
        words=np.array(words),
    )
    print(f"{options.table}: {len(sources)} photos, {len(words)} words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
