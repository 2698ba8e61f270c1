"""Photos of people that are patches of colour, found by their colour: what other programs do to a photo is done to
real files, and what the program makes of it can be told exactly."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from phototagger.catalog.analysis import suggestions
from phototagger.catalog.analysis.suggestions import SavedAnswer
from phototagger.catalog.store.pending import choose_boxes
from phototagger.domain.findings import Answer, FaceFinding, Findings, ObjectFinding, Task
from phototagger.domain.frames import Frame, PhotoVersion
from phototagger.domain.records import Box, Region, RegionKind
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging.decode import PillowDecoder
from phototagger.jobs.analysis.read_names import read_names
from phototagger.jobs.people import People
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.settings.declared import WriteSettings
from tests.support.catalog_parts import LANDMARKS, regions_of, vector
from tests.support.photos import prepare, read
from tests.support.write_world import World, found, world_of

ANNA, BEN, DOG = (255, 0, 255), (0, 255, 255), (255, 255, 0)
PEOPLE = {ANNA: (1.0, 0.0), BEN: (0.0, 1.0)}
WHERE_ANNA, WHERE_BEN, WHERE_DOG = (
    Box(0.2, 0.25, 0.1, 0.15),
    Box(0.65, 0.5, 0.1, 0.15),
    Box(0.4, 0.7, 0.1, 0.1),
)
NETWORKS: dict[str, str] = {Task.OBJECTS: "objects@1", Task.FACES: "faces@1", Task.IDENTITY: "identity@1"}
DECODER = PillowDecoder()


def scene(seed: int = 1, width: int = 600, height: int = 400) -> Image.Image:
    """Soft greys, another picture for each seed."""
    rough = np.random.default_rng(seed).integers(0, 255, (6, 9), dtype=np.uint8)
    grey = Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)
    return grey.filter(ImageFilter.GaussianBlur(8)).convert("RGB")


def with_patches(photo: Image.Image, *patches: tuple[tuple[int, int, int], Box]) -> Image.Image:
    for colour, box in patches:
        left, top = round(box.x * photo.width), round(box.y * photo.height)
        size = (round(box.w * photo.width), round(box.h * photo.height))
        photo.paste(colour, (left, top, left + size[0], top + size[1]))
    return photo


def couple(seed: int = 1) -> Image.Image:
    return with_patches(scene(seed), (ANNA, WHERE_ANNA), (BEN, WHERE_BEN))


def save(photo: Image.Image, path: Path, like: Path | None = None) -> Path:
    """As a program that keeps the metadata as they are does, wherever the pixels go."""
    kept = {}
    if like is not None:
        with Image.open(like) as old:
            kept = {name: old.info[name] for name in ("exif", "xmp") if name in old.info}
    photo.save(path, quality=95, subsampling=0, **kept)
    return path


def patch(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], colour: tuple[int, int, int]
) -> Box | None:
    near = np.abs(pixels.astype(np.int32) - np.array(colour)).max(axis=2) < 60
    if near.sum() < 20:
        return None
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    height, width = near.shape
    left, top = columns[0] / width, rows[0] / height
    return Box(left, top, (columns[-1] + 1) / width - left, (rows[-1] + 1) / height - top)


@dataclass
class Studio:
    """A catalog and photos, with networks that know three colours. ``blind``: they find nothing."""

    world: World
    writer: ExifToolWriter
    tool: ExifTool
    blind: bool = False
    networks: dict[str, str] = field(default_factory=lambda: dict(NETWORKS))
    vectors: dict[tuple[int, int, int], tuple[float, ...]] = field(default_factory=lambda: dict(PEOPLE))
    sketches: bool = True
    jitter: float = 0.0  # of a box's side, by which faces are found beside their place

    def analyse(self) -> None:
        """A scan, and an analysis of the photos that changed."""
        self.world.scan()
        for number, photo_id in enumerate(self.world.ids):
            photo = self.world.photo(number)
            if photo.state == "pending":
                self.look_at(photo_id, self.world.paths[number])

    def look_at(self, photo_id: int, path: Path) -> None:
        decoded = DECODER.decode(path, 1600)
        boxes = {colour: patch(decoded.pixels, colour) for colour in (ANNA, BEN, DOG)}
        faces = [
            FaceFinding(
                0.99,
                Box(box.x + self.jitter * box.w, box.y, box.w, box.h),
                LANDMARKS,
                0.9,
                vector(*self.vectors[colour]),
            )
            for colour, box in boxes.items()
            if box is not None and colour in self.vectors and not self.blind
        ]
        dog = boxes[DOG]
        dogs = [] if dog is None or self.blind else [ObjectFinding("coco:18", "dog", 0.9, dog)]
        findings = Findings((), tuple(dogs), tuple(faces), self.networks)
        facts = decoded.facts if self.sketches else dataclasses.replace(decoded.facts, sketch=None)
        answer = Answer(photo_id, found(path).signature, facts, findings, b"jpeg")
        self.world.catalog.write(lambda c: suggestions.save(c, [SavedAnswer(answer)]))

    def name(self) -> None:
        """Says who everybody is."""
        people = People(self.world.catalog)
        for row in people.clusters():
            left = people.faces(row.id)[0].photo_id  # patches of one colour are one group
            boxes = [face.box for face in people.faces(row.id) if face.photo_id == left]
            colour = self._colour_at(left, boxes[0])
            people.name(row.id, {ANNA: "Anna", BEN: "Ben"}[colour])

    def _colour_at(self, photo_id: int, box: Box) -> tuple[int, int, int]:
        pixels = DECODER.decode(self.world.paths[self.world.ids.index(photo_id)], 1600).pixels
        seen = {colour: patch(pixels, colour) for colour in (ANNA, BEN)}
        return max(seen, key=lambda colour: box.iou(there) if (there := seen[colour]) else 0.0)

    def want_dog(self) -> None:
        self.world.want("animal|dog", *range(len(self.world.ids)))

    def regions(self, number: int = 0) -> list[Region]:
        return regions_of(self.world.catalog, self.world.ids[number])

    def named(self, number: int = 0) -> dict[str, Box]:
        """Who is where in the catalog; held ones left out. Nobody is there twice."""
        faces = [region for region in self.regions(number) if region.person and not region.held]
        assert len({face.person for face in faces}) == len(faces)
        return {str(face.person): face.box for face in faces}

    def held(self, number: int = 0) -> list[str]:
        return sorted(str(region.person or region.name) for region in self.regions(number) if region.held)

    def is_true(self, number: int = 0) -> bool:
        """Whether every box in the file lies where the photo shows what it is called."""
        pixels = DECODER.decode(self.world.paths[number], 1600).pixels
        seen = {
            "Anna": patch(pixels, ANNA),
            "Ben": patch(pixels, BEN),
            "dog": patch(pixels, DOG),
        }
        boxes = read(self.writer, self.world.paths[number]).regions()
        return all(
            (place := seen[region.name]) is not None and place.iou(region.box) > 0.8 and region.fits
            for region in boxes
        )

    def names(self, number: int = 0) -> list[str]:
        """Of the boxes in the file; each must stand in both face fields, or once as an object."""
        return sorted(region.name for region in read(self.writer, self.world.paths[number]).regions())

    def flag(self, orientation: int, number: int = 0, *more: str) -> None:
        prepare(self.tool, self.world.paths[number], "-n", f"-IFD0:Orientation={orientation}", *more)

    def edit(self, photo: Image.Image, number: int = 0) -> None:
        """Another program saves these pixels in the place of the photo's, with the metadata it had."""
        save(photo, self.world.paths[number], like=self.world.paths[number])

    def pixels(self, number: int = 0) -> Image.Image:
        """As stored, whatever the orientation."""
        with Image.open(self.world.paths[number]) as photo:
            return photo.convert("RGB")

    def frame(self, path: Path) -> Frame:
        frame = read(self.writer, path).frame()
        assert frame is not None
        return frame

    def read_names(self) -> None:
        run_to_end(read_names(self.world.catalog, self.writer, Cancel()))


def version_of(path: Path) -> PhotoVersion:
    facts = DECODER.decode(path, 1600).facts
    return PhotoVersion(facts.width, facts.height, facts.orientation, facts.sketch)


def make_writer(folder: Path, **settings: object) -> ExifToolWriter:
    wanted = dataclasses.replace(
        WriteSettings(preset="lightroom", sidecar_names="full", objects=True),
        **settings,  # type: ignore[arg-type]
    )
    return ExifToolWriter(wanted, lock_folder=folder / "locks", spare_bytes=0, version_of=version_of)


def open_studio(folder: Path, tool: ExifTool, photos: list[Image.Image], **settings: object) -> Studio:
    (folder / "photos").mkdir()
    paths = [save(photo, folder / "photos" / f"{number}.jpg") for number, photo in enumerate(photos)]
    studio = Studio(
        world_of(folder / "photos", folder / "catalog.sqlite", paths), make_writer(folder, **settings), tool
    )
    studio.world.catalog.write(lambda c: choose_boxes(c, list(RegionKind)))
    return studio
