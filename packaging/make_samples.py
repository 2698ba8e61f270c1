"""Makes resources/samples/ from photos that ship inside two Python packages, and its SOURCES.md.

    python -m venv build/samples && build/samples/bin/pip install scikit-image==0.26.0 scikit-learn==1.9.1
    python packaging/make_samples.py build/samples/lib/python3.*/site-packages

Every source is checked against its SHA-256, so another version of a package cannot slip in another photo.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image

TARGET = Path(__file__).resolve().parent.parent / "resources" / "samples"
MOST_BYTES = 300_000


@dataclass(frozen=True)
class Sample:
    name: str
    shows: str
    source: str  # path below site-packages
    sha256: str
    author: str
    origin: str
    licence: str
    changes: str
    make: Callable[[Path, Path], None]


def copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def as_jpeg(source: Path, target: Path) -> None:
    Image.open(source).convert("RGB").save(target, "JPEG", quality=92, subsampling=0, optimize=True)


def turned_by_exif(source: Path, target: Path) -> None:
    """Stored on its side, with the EXIF orientation (6) that turns it upright again."""
    photo = Image.open(source)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    photo.transpose(Image.Transpose.ROTATE_90).save(target, "JPEG", quality=92, optimize=True, exif=exif)


SKIMAGE = "scikit-image 0.26.0"
SKLEARN = "scikit-learn 1.9.1"
PUBLIC_DOMAIN = "public domain"
CC0 = "CC0 1.0 (public domain dedication)"
CC_BY = "CC BY 2.0, https://creativecommons.org/licenses/by/2.0/"

SAMPLES = (
    Sample(
        "astronaut.jpg",
        "a face: the astronaut Eileen Collins, a flag, a model of a shuttle",
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "NASA",
        f"NASA Great Images database, https://flic.kr/p/r9qvLn; from {SKIMAGE}",
        PUBLIC_DOMAIN,
        "re-encoded from PNG to JPEG",
        as_jpeg,
    ),
    Sample(
        "cat-turned.jpg",
        "an animal: Chelsea the cat; stored on its side, turned upright by its EXIF orientation (6)",
        "skimage/data/chelsea.png",
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        "Stefan van der Walt",
        f"from {SKIMAGE}",
        CC0,
        "pixels turned by 90 degrees, re-encoded from PNG to JPEG, EXIF orientation added",
        turned_by_exif,
    ),
    Sample(
        "temple.jpg",
        "a place: a many-storeyed Chinese tower above a lake, trees",
        "sklearn/datasets/images/china.jpg",
        "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
        "danielbuechele, https://www.flickr.com/photos/danielbuechele/",
        f"https://www.flickr.com/photos/danielbuechele/6061409035/; from {SKLEARN} (china.jpg)",
        CC_BY,
        "re-encoded without its metadata, renamed",
        as_jpeg,
    ),
    Sample(
        "flower.jpg",
        "a plant: a dahlia",
        "sklearn/datasets/images/flower.jpg",
        "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
        "vultilion, https://www.flickr.com/photos/vultilion/",
        f"https://www.flickr.com/photos/vultilion/6056698931/; from {SKLEARN} (flower.jpg)",
        CC_BY,
        "re-encoded without its metadata",
        as_jpeg,
    ),
    Sample(
        "rocket.jpg",
        "the launch of DSCOVR on a Falcon 9",
        "skimage/data/rocket.jpg",
        "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
        "SpaceX",
        f"https://www.flickr.com/photos/spacexphotos/16511594820/; from {SKIMAGE}",
        PUBLIC_DOMAIN,
        "none",
        copy,
    ),
    Sample(
        "coffee.jpg",
        "a cup of coffee and a spoon",
        "skimage/data/coffee.png",
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
        "Rachel Michetti (courtesy of Pikolo Espresso Bar)",
        f"from {SKIMAGE}",
        CC0,
        "re-encoded from PNG to JPEG",
        as_jpeg,
    ),
    Sample(
        "cameraman.png",
        "a person in profile with a camera on a tripod; black and white, PNG",
        "skimage/data/camera.png",
        "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        "Lav Varshney",
        f"from {SKIMAGE} (camera.png)",
        CC0,
        "renamed",
        copy,
    ),
)

HEAD = """# The sample photos

Real photos under free licences, to try phototagger with. Made by `packaging/make_samples.py`, which checks
each source; the licences are those stated by the packages the photos came in.

| file | shows | author | origin | licence | changed |
| --- | --- | --- | --- | --- | --- |
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("packages", type=Path, help="site-packages with scikit-image and scikit-learn")
    packages: Path = parser.parse_args().packages
    TARGET.mkdir(parents=True, exist_ok=True)
    lines = [HEAD]
    for sample in SAMPLES:
        source = packages / sample.source
        if hashlib.sha256(source.read_bytes()).hexdigest() != sample.sha256:
            print(f"{source} is not the photo expected. Install the versions named above.", file=sys.stderr)
            return 1
        target = TARGET / sample.name
        sample.make(source, target)
        if target.stat().st_size > MOST_BYTES:
            print(f"{target} is larger than {MOST_BYTES} bytes.", file=sys.stderr)
            return 1
        cells = (sample.name, sample.shows, sample.author, sample.origin, sample.licence, sample.changes)
        lines.append(f"| {' | '.join(cells)} |\n")
    (TARGET / "SOURCES.md").write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
