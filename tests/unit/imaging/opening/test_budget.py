"""No photo takes more memory than it may: small files that claim giants are told from their headers."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.opening.budget import BUDGET_BYTES, SIDE_LIMIT, Purse, check_size

LIMIT = 300_000_000


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, colour: int = 2, depth: int = 8, more: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def flat_png() -> bytes:
    """16,000 x 16,000 of one colour, whole and sound: 250 KB."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(48001) * 1000) for _ in range(16)) + packer.flush()
    header = struct.pack(">IIBBBBB", 16000, 16000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif() -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", 65535, 4500, 0xF0, 0, 0) + bytes(6)
    return screen + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02D\x01\0;"


def bmp(width: int, height: int) -> bytes:
    return (
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, *[0] * 6) + bytes(100)
    )


def psd() -> bytes:
    head = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 17000, 17000, 8, 3)
    return head + struct.pack(">IIIH", 0, 0, 0, 1) + bytes(3 * 2 * 17000 + 100)


def webp() -> bytes:
    """Lossless, 16,383 x 16,383: the header alone says so."""
    bits = (16382 | 16382 << 14).to_bytes(4, "little")
    body = b"\x2f" + bits + bytes(20)
    whole = b"WEBPVP8L" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def claiming(kind: str, width: int, height: int) -> bytes:
    """A small file whose header says another size."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48)).save(file, kind)
    size = struct.pack(">II", width, height)
    return (
        file.getvalue()
        .replace(struct.pack(">II", 64, 48), size)
        .replace(struct.pack(">II", 48, 64), size[::-1])
    )


def progressive_jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48)).save(file, "JPEG", progressive=True)
    return file.getvalue().replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 16000, 16000))


def tiff(bits: int, form: int) -> bytes:
    tags = [
        *((256, 17000), (257, 17000), (258, bits), (259, 8), (262, 1), (273, 8), (277, 1)),
        *((278, 17000), (279, 100), (339, form)),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


BOMBS: dict[str, Callable[[], bytes]] = {
    "side.png": lambda: png(1, LIMIT),
    "grey16.png": lambda: png(17000, 17000, 0, 16),
    "rgba.png": lambda: png(17000, 17000, 6),
    "palette.png": lambda: png(17000, 17000, 3, 8, chunk(b"PLTE", bytes(768))),
    "flat.png": flat_png,
    "screen.gif": gif,
    "a.bmp": lambda: bmp(17000, 17000),
    "b.bmp": lambda: bmp(2**31 - 1, -(2**31)),
    "a.psd": psd,
    "a.webp": webp,
    "a.avif": lambda: claiming("AVIF", 16000, 16000),
    "a.jpg": progressive_jpeg,
    "f64.tif": lambda: tiff(64, 3),
    "u32.tif": lambda: tiff(32, 1),
    "profile.png": lambda: png(9, 9, more=chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(300_000_000), 9))),
    "text.png": lambda: png(9, 9, more=chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(300_000_000), 9))),
    "texts.png": lambda: png(9, 9, more=chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(30_000_000), 9)) * 30),
}

DECODE = """
import sys
from pathlib import Path
from phototagger.domain.errors import PhotoError
from phototagger.imaging.opening.budget import limit_memory
from phototagger.imaging.decode import PillowDecoder
limit_memory(300_000_000)
for name in sys.argv[1:]:
    try:
        PillowDecoder().decode(Path(name), 1600)
        print(name, "decoded")
    except PhotoError as error:
        print(name, error.kind)
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmHWM:")).split()[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_small_files_that_claim_giants_are_clear_errors_and_cost_little(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in BOMBS]
    for path in paths:
        path.write_bytes(BOMBS[path.name]())
        assert path.stat().st_size < 2_000_000
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DECODE, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    *told, peak = ran.stdout.splitlines()
    assert told == [f"{path} too_large" for path in paths]
    assert int(peak) < 400_000  # KiB, the interpreter and its libraries included


@pytest.mark.parametrize(
    ("size", "mode", "kind", "length"),
    [
        ((30000, 10000), "RGB", "PNG", 300_000_000),
        ((16000, 12000), "RGB", "TIFF", 600_000_000),
        ((12000, 12000), "RGB", "HEIF", 20_000_000),
        ((20000, 15000), "1", "TIFF", 1_000_000),  # a plan
        ((9000, 6000), "RGB", "AVIF", 700_000),  # 54 megapixels, packed as strongly as anybody does
        ((100_000, 3000), "L", "TIFF", 200_000_000),
        ((8000, 6000), "P", "PNG", 60_000),  # a page of one colour
    ],
)
def test_real_photos_are_let_pass(size: tuple[int, int], mode: str, kind: str, length: int) -> None:
    check_size(Path("a"), size, mode, LIMIT, kind=kind, length=length)


def test_a_side_too_long_and_a_photo_too_large(tmp_path: Path) -> None:
    for size in ((SIDE_LIMIT + 1, 1), (1, SIDE_LIMIT + 1), (18000, 18000), (15000, 15000)):
        with pytest.raises(PhotoError) as caught:
            check_size(tmp_path, size, "RGB", LIMIT, each=16, length=10**9)
        assert caught.value.kind is ErrorKind.TOO_LARGE
    check_size(
        tmp_path, (15000, 15000), "RGB", 4 * LIMIT, each=16, length=10**9
    )  # whoever raises the pixel limit


def test_decoders_wait_while_the_memory_is_taken() -> None:
    purse, inside, go_on = Purse(), threading.Event(), threading.Event()
    order: list[str] = []

    def hold() -> None:
        with purse.take(80, 100):
            inside.set()
            go_on.wait(30)
            order.append("first")

    def follow() -> None:
        with purse.take(30, 100):
            order.append("second")

    first, second = threading.Thread(target=hold), threading.Thread(target=follow)
    first.start()
    assert inside.wait(30)
    second.start()
    with purse.take(20, 100):  # what fits goes at once
        go_on.set()
    first.join(30)
    second.join(30)
    assert order == ["first", "second"]
    with purse.take(BUDGET_BYTES, 100):  # alone, anything goes
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's own memory")
def test_the_system_refuses_what_no_header_tells() -> None:
    code = (
        "from phototagger.imaging.opening.budget import limit_memory\n"
        "assert limit_memory(1_000_000)\n"
        "held = []\n"
        "try:\n"
        "    for _ in range(64): held.append(bytearray(100_000_000))\n"
        "except MemoryError:\n"
        "    print(len(held) * 100)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 1000 < int(ran.stdout) < 2800  # MB: the budget and a gigabyte


def test_a_flat_photo_of_ordinary_size_is_decoded(tmp_path: Path) -> None:
    Image.new("RGB", (8000, 6000), (9, 9, 9)).save(tmp_path / "a.png")
    assert PillowDecoder().decode(tmp_path / "a.png", 100).pixels.shape == (75, 100, 3)
