"""One frame of a film stands for it, where the optional package av (FFmpeg) is installed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from PIL import Image, ImageStat

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.imaging.opening.facts import ExifFacts
from phototagger.imaging.opening.source import as_photo_errors, damaged, truncated, unsupported

_PLACES = (0.1, 0.4, 0.7)  # of the film's length, where a frame is looked for that shows something
_PLAIN = (
    8.0  # standard deviation of the grey values, of 255, up to which a frame is a fade or a title's ground
)
_LOCATION = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")  # ISO 6709, in degrees
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


@dataclass(frozen=True, slots=True)
class FilmFrame:
    """``photo``: an RGB frame, upright. ``size``: the film's, upright."""

    photo: Image.Image
    size: tuple[int, int]
    facts: ExifFacts


@cache
def films_are_read() -> bool:
    """Whether the package that decodes films is installed; it is not loaded for that."""
    return find_spec("av") is not None


def open_film(file: IO[bytes], path: Path, longest_side: int, pixel_limit: int) -> FilmFrame:
    """A frame from the first part of the film, no larger than needed.

    Raises PhotoError: UNSUPPORTED, DAMAGED, TRUNCATED, TOO_LARGE or NO_MEMORY.
    """
    if not films_are_read():
        raise PhotoError(
            ErrorKind.UNSUPPORTED,
            said(
                "{path} is a film, whose decoder is not installed. Install it with pip install av.", path=path
            ),
        )
    import av  # optional: 110 MB, and its FFmpeg is under the GPL, so it is not shipped

    file.seek(0)
    with as_photo_errors(path):
        try:
            with av.open(file, metadata_errors="ignore") as container:
                if not container.streams.video:
                    raise unsupported(path, said("a film without a picture"))
                photo, size = _frame(av, container, path, longest_side, pixel_limit)
                return FilmFrame(photo, size, _facts(container.metadata))
        except (av.error.EOFError, StopIteration) as error:
            raise truncated(path, said("no frame of it can be decoded")) from error
        except (av.error.DecoderNotFoundError, av.error.PatchWelcomeError) as error:
            raise unsupported(
                path, said("a film of a rare kind ({reason})", reason=error.strerror)
            ) from error
        except av.error.FFmpegError as error:
            raise damaged(path, error.strerror or str(error)) from error


def _frame(
    av: ModuleType, container: Any, path: Path, longest_side: int, pixel_limit: int
) -> tuple[Image.Image, tuple[int, int]]:
    """The first frame that shows something, or the last looked at; with the film's size, both upright."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    found: Image.Image | None = None
    size = (0, 0)
    for place in _PLACES:
        if container.duration:
            container.seek(int(container.duration * place))  # to the key frame before
        try:
            frame = next(container.decode(stream))
        except (StopIteration, av.error.FFmpegError):
            if found is None and place == _PLACES[-1]:
                raise
            continue
        if frame.width * frame.height > pixel_limit:
            raise PhotoError(
                ErrorKind.TOO_LARGE,
                said(
                    "{path} has {width} x {height} pixels, more than the limit of {pixel_limit} megapixels. "
                    "If it is a real film, raise the pixel limit in the settings.",
                    path=path,
                    width=frame.width,
                    height=frame.height,
                    pixel_limit=pixel_limit // 1000000,
                ),
            )
        found, size = _upright(frame, longest_side)
        if ImageStat.Stat(found.convert("L")).stddev[0] > _PLAIN:
            break
    if found is None:
        raise StopIteration
    return found, size


def _upright(frame: Any, longest_side: int) -> tuple[Image.Image, tuple[int, int]]:
    scale = min(1.0, longest_side / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    photo: Image.Image = frame.to_image(width=width, height=height)
    angle = round(frame.rotation / 90) * 90 % 360  # counter-clockwise, as the display matrix says
    size = (frame.width, frame.height)
    if angle in _TURNS:
        photo = photo.transpose(_TURNS[angle])
    return photo, size[::-1] if angle in (90, 270) else size


def _facts(tags: Mapping[str, str]) -> ExifFacts:
    latitude = longitude = None
    place = _LOCATION.match(tags.get("com.apple.quicktime.location.ISO6709") or tags.get("location") or "")
    if place and (abs(float(place[1])) <= 90 and abs(float(place[2])) <= 180):
        latitude, longitude = float(place[1]), float(place[2])
    local, universal = tags.get("com.apple.quicktime.creationdate"), tags.get("creation_time")
    taken_at = _time(local) or _time(universal, here=True)
    return ExifFacts(1, taken_at, latitude, longitude)


def _time(text: str | None, *, here: bool = False) -> str | None:
    """ISO 8601 without zone; ``here``: of a universal time, as the clocks of this computer's zone showed it."""
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if time.year < 1980:  # a camera whose clock was never set
        return None
    if here:
        time = time.astimezone()
    return time.replace(tzinfo=None, microsecond=0).isoformat()
