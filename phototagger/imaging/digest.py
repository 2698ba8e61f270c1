"""A digest of decoded pixels, by which write-back proves that it changed metadata only."""

from __future__ import annotations

import hashlib

from PIL import Image

_STRIP_BYTES = 8 * 1024 * 1024  # hashed at a time, so that a giant photo is not copied whole
_MOST_FRAMES = 1000


def digest_frames(photo: Image.Image, pixel_limit: int) -> bytes:
    """BLAKE2b (32 bytes) over mode, size, palette and full-resolution pixels of each frame of an open photo.

    Frames are taken until 1000 of them or ``pixel_limit`` pixels in all have been seen (the first always),
    so that an endless animation stays affordable; their number is part of the digest.
    """
    frames = 1 if photo.format == "PSD" else int(getattr(photo, "n_frames", 1))  # PSD's would be its layers
    digest = hashlib.blake2b(frames.to_bytes(8, "little"), digest_size=32)
    seen = 0
    for number in range(min(frames, _MOST_FRAMES)):
        try:
            if frames > 1:
                photo.seek(number)
            photo.load()
        except MemoryError:
            raise
        except Exception:
            # A later frame that cannot be read (frequent in MPO files that an editor cut down) is a fact about
            # the file too. Pillow raises nearly anything here.
            if number == 0:
                raise
            digest.update(b"unreadable")
            break
        seen += photo.width * photo.height
        if number and seen > pixel_limit:
            break
        _add_frame(digest, photo)
    return digest.digest()


def _add_frame(digest: hashlib.blake2b, photo: Image.Image) -> None:
    digest.update(f"{photo.mode} {photo.width} {photo.height};".encode())
    if photo.mode in ("P", "PA"):
        digest.update(bytes(photo.getpalette() or ()))
        digest.update(repr(photo.info.get("transparency")).encode())
    rows = max(1, _STRIP_BYTES // (max(1, photo.width) * len(photo.getbands()) * 4))
    for top in range(0, photo.height, rows):
        digest.update(photo.crop((0, top, photo.width, min(top + rows, photo.height))).tobytes())
