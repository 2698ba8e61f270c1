"""Made photos, a second reader (exiv2) and a picture of everything a write must leave alone."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from phototagger.domain.writing import FileFields, WritePlan
from phototagger.exiftool.containers.parts import jpeg_segments
from phototagger.exiftool.process.pool import ExifTool, parse_json
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.plan.fields.fields import LIST_FIELDS
from phototagger.settings.declared import WriteSettings
from tests.support.said import wanted

OURS = (*LIST_FIELDS, "XMP-x:XMPToolkit", "Photoshop:IPTCDigest", "IPTC:CodedCharacterSet")


def make_photo(path: Path, seed: int = 0, side: int = 64, exif: Image.Exif | None = None) -> Path:
    """A small colourful photo in the format of the suffix."""
    pixels = np.random.default_rng(seed).integers(0, 255, (side * 2 // 3, side, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    image.save(path, exif=exif) if exif else image.save(path)
    return path


def camera_exif() -> Image.Exif:
    """EXIF like a camera's: orientation, maker, time, a maker note of arbitrary bytes."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Maker", "Model 1", 6
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 10:20:30"
    exif.get_ifd(0x8769)[0x927C] = bytes(range(256)) * 4
    return exif


def exiftool(tool: ExifTool, *args: str | bytes | Path) -> str:
    """One command of the tests' own, which must succeed."""
    reply = tool.execute(args)
    assert reply.status == 0, reply.stderr
    return reply.stdout.decode()


def prepare(tool: ExifTool, path: Path, *args: str) -> Path:
    """Puts metadata into a made photo."""
    exiftool(tool, "-m", "-overwrite_original", "-charset", "filename=UTF8", *args, path)
    return path


def exiv2(path: Path, key: str) -> list[str]:
    """What exiv2 reads under one key: a line a value for IPTC, all values in one line for XMP."""
    answer = subprocess.run(
        ["exiv2", "-q", "-K", key, "-Pv", os.fsencode(path)], capture_output=True, check=False
    )
    return [line.strip() for line in answer.stdout.decode().splitlines()]


def read(writer: ExifToolWriter, path: Path) -> FileFields:
    fields = writer.read([path])[path]
    assert isinstance(fields, FileFields), fields
    return fields


def plan(writer: ExifToolWriter, path: Path, add: list[str], remove: list[str] | None = None) -> WritePlan:
    return writer.plans(1, read(writer, path), wanted(add, remove or []))[-1]


def write(writer: ExifToolWriter, path: Path, add: list[str], remove: list[str] | None = None) -> WritePlan:
    """Plans and writes; gives the plan."""
    made = plan(writer, path, add, remove)
    assert made.refused is None, made.refused
    writer.write(made)
    return made


def with_settings(program: str, folder: Path, **changes: Any) -> ExifToolWriter:
    """A writer with these settings; Lightroom's fields unless they name another preset."""
    wanted = WriteSettings(**{"exiftool": program, "preset": "lightroom", **changes})
    return ExifToolWriter(wanted, lock_folder=folder, spare_bytes=0)


def values(writer: ExifToolWriter, path: Path, field: str) -> tuple[str, ...]:
    return read(writer, path).values.get(field, ())


def temporaries(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".ptag-")]  # noqa: PTH208


@dataclass(frozen=True)
class Snapshot:
    """Everything of a photo that a keyword must not change."""

    path: Path
    pixels: bytes
    scan: bytes
    fields: dict[str, object]
    mode: int
    mtime_ns: int
    names: tuple[str, ...]

    @staticmethod
    def of(path: Path, tool: ExifTool) -> Snapshot:
        status = path.stat()
        with Image.open(path) as image:
            pixels = image.convert("RGB").tobytes()
        data = path.read_bytes()
        scan = data[jpeg_segments(data)[1] :] if data.startswith(b"\xff\xd8") else b""
        raw = parse_json(exiftool(tool, "-j", "-G1", "-n", "-a", "-m", "-u", "-all", path).encode())[0]
        fields = {
            name: value
            for name, value in raw.items()
            if not name.startswith(("System:", "ExifTool:", "Composite:", "File:"))
            and name not in OURS
            and not name.endswith(("Offset", "Offsets", "RecordVersion", "WebP_Flags"))
        }
        fields.pop("SourceFile", None)
        names = tuple(sorted(os.listdir(path.parent)))  # noqa: PTH208
        return Snapshot(path, pixels, scan, fields, status.st_mode, status.st_mtime_ns, names)

    def check(self, tool: ExifTool) -> None:
        now = Snapshot.of(self.path, tool)
        assert now.pixels == self.pixels
        assert now.scan == self.scan
        assert now.fields == self.fields
        assert (now.mode, now.mtime_ns, now.names) == (self.mode, self.mtime_ns, self.names)
