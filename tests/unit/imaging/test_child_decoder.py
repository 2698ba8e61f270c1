"""The window's own decoder may die, hang and be closed: always a sentence, and a fresh one for the next photo."""

from __future__ import annotations

import errno
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import Decoded, PhotoFacts
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import plain
from phototagger.imaging.child_decoder import ApartDecoder
from phototagger.imaging.decode import PillowDecoder


class Trap:
    """Decodes by the file's name: ``segv`` kills the process, ``hang`` never ends, ``bad`` fails, and so on."""

    def decode(self, path: Path, longest_side: int) -> Decoded:
        if path.stem == "segv":
            os.kill(os.getpid(), signal.SIGSEGV)
        if path.stem == "hang":
            threading.Event().wait()
        if path.stem == "bad":
            raise PhotoError(ErrorKind.TRUNCATED, plain(f"{path} ends too early."))
        if path.stem == "fault":
            raise ValueError("a fault of ours")
        if path.stem == "disk":
            raise OSError(errno.EIO, "Input/output error")
        if path.stem == "memory":
            raise MemoryError
        if path.stem == "killed":
            os.kill(os.getpid(), signal.SIGTERM)
            threading.Event().wait()
        side = np.full((2, longest_side, 3), os.getpid() % 251, dtype=np.uint8)
        return Decoded(side, PhotoFacts("JPEG", longest_side, 2))

    def pixel_digest(self, path: Path) -> bytes:
        self.decode(path, 1)
        return f"{path.stem} in {os.getpid()}".encode()


def make_trap(limit: int) -> Trap:
    return Trap()


@pytest.fixture
def decoder() -> Iterator[ApartDecoder]:
    made = ApartDecoder(make_trap, seconds=30)
    yield made
    made.close()


def test_nothing_starts_before_the_first_photo_and_nothing_is_left(decoder: ApartDecoder) -> None:
    before = decoder.pid
    assert before is None
    assert decoder.decode(Path("a.jpg"), 7, 300).pixels.shape == (2, 7, 3)
    child = decoder.pid
    assert child is not None
    assert child != os.getpid()
    decoder.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_decoder_that_dies_is_a_sentence_and_the_next_photo_gets_a_fresh_one(decoder: ApartDecoder) -> None:
    decoder.decode(Path("a.jpg"), 7, 300)
    first = decoder.pid
    with pytest.raises(PhotoError, match=r"segv\.jpg") as told:
        decoder.decode(Path("/photos/segv.jpg"), 7, 300)
    assert told.value.kind is ErrorKind.CRASHED
    assert decoder.decode(Path("b.jpg"), 9, 300).facts.width == 9
    assert decoder.pid != first


def test_a_digest_is_taken_apart_too(decoder: ApartDecoder) -> None:
    assert decoder.pixel_digest(Path("a.jpg"), 300) == f"a in {decoder.pid}".encode()
    with pytest.raises(PhotoError, match=r"segv\.jpg") as told:
        decoder.pixel_digest(Path("segv.jpg"), 300)
    assert told.value.kind is ErrorKind.CRASHED
    assert decoder.pixel_digest(Path("b.jpg"), 300) == f"b in {decoder.pid}".encode()


def test_the_digest_is_the_decoders_own(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8), "red").save(path)
    apart = ApartDecoder(PillowDecoder)
    try:
        assert apart.pixel_digest(path, 300) == PillowDecoder().pixel_digest(path)
        with pytest.raises(PhotoError) as told:
            apart.pixel_digest(tmp_path / "none.png", 300)
        assert told.value.kind is ErrorKind.GONE
    finally:
        apart.close()


def test_an_error_of_the_photo_comes_as_it_is(decoder: ApartDecoder) -> None:
    with pytest.raises(PhotoError, match="ends too early") as told:
        decoder.decode(Path("bad.jpg"), 7, 300)
    assert told.value.kind is ErrorKind.TRUNCATED


def test_a_photo_that_never_ends_is_given_up() -> None:
    decoder = ApartDecoder(make_trap, seconds=0.05)
    with pytest.raises(PhotoError) as told:
        decoder.decode(Path("hang.jpg"), 7, 300)
    assert told.value.kind is ErrorKind.TIMED_OUT
    assert decoder.pid is None
    decoder.close()


def test_closing_ends_a_decode_in_hand(decoder: ApartDecoder) -> None:
    decoder.decode(Path("a.jpg"), 7, 300)
    told: list[PhotoError] = []

    def hang() -> None:
        try:
            decoder.decode(Path("hang.jpg"), 7, 300)
        except PhotoError as error:
            told.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    decoder.close()
    thread.join(10)
    assert len(told) == 1
    with pytest.raises(PhotoError, match="ends"):
        decoder.decode(Path("a.jpg"), 7, 300)


@pytest.mark.parametrize("digest", [False, True])
@pytest.mark.parametrize(
    ("stem", "kind", "says"),
    [
        ("fault", ErrorKind.INTERNAL, "through a fault in phototagger (ValueError: a fault of ours)"),
        ("disk", ErrorKind.UNREADABLE, "cannot be read (Input/output error). Check the disk"),
        ("memory", ErrorKind.NO_MEMORY, "not enough memory"),
        ("killed", ErrorKind.INTERNAL, "was ended from outside"),
    ],
)
def test_only_the_photo_is_blamed_for_what_it_did(
    decoder: ApartDecoder, stem: str, kind: ErrorKind, says: str, digest: bool
) -> None:
    path = Path(f"{stem}.jpg")
    with pytest.raises(PhotoError) as caught:
        decoder.pixel_digest(path, 300) if digest else decoder.decode(path, 7, 300)
    assert caught.value.kind is kind
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "damaged" not in str(caught.value)
    assert decoder.decode(Path("a.jpg"), 7, 300).pixels.shape == (2, 7, 3)
