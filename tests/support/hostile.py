"""Files that are built to stop exiftool, and an exiftool that stops at names which ask for it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from phototagger.exiftool.process.locate import shipped_config

HEAD = (
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:a='http://a/'>"
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"

# In the words of Perl, after our own configuration: each file's beginning is noted down, one a line.
_FAULTS = """
require Image::ExifTool;
require 'Image/ExifTool/Writer.pl';
my $extract = \\&Image::ExifTool::ExtractInfo;
my $write = \\&Image::ExifTool::WriteInfo;
sub meet {
    my ($file, $way) = @_;
    open(my $notes, '>>', '%(notes)s'); print $notes "$way $file\\n"; close($notes);
    if ($file =~ /$way-stalls/) { while (1) { } }
    if ($file =~ /$way-sleeps/) { sleep 600 }
    if ($file =~ /$way-dies/) { kill 'KILL', $$; sleep 600 }
    if ($file =~ /$way-once/ and not -e "%(notes)s.once") {
        open(my $mark, '>', "%(notes)s.once"); close($mark); kill 'KILL', $$; sleep 600;
    }
    if ($file =~ /$way-eats/) { my @all; push @all, 'x' x 50_000_000 while 1 }
    if ($file =~ /$way-talks/) { print 'x' x 1_000_000 while 1 }
}
{
    no warnings qw(redefine prototype);
    *Image::ExifTool::ExtractInfo = sub { meet($_[0]{FILENAME} // $_[1], 'read'); return &$extract };
    *Image::ExifTool::WriteInfo = sub { meet($_[1], 'write'); return &$write };
}
1;
"""


def faulty_config(folder: Path) -> Path:
    """A configuration for exiftool with which it stops at ``read-stalls.jpg``, ``write-dies.png`` and the like."""
    path = folder / "faulty.config"
    ours = shipped_config().read_text(encoding="utf-8").rstrip().removesuffix("1;")
    path.write_text(ours + _FAULTS % {"notes": folder / "notes"}, encoding="utf-8")
    return path


def meetings(config: Path, way: str, name: str) -> int:
    """How often exiftool began to read or write the file of this name."""
    lines = (config.parent / "notes").read_text(encoding="utf-8").splitlines()
    return sum(line.startswith(way) and line.endswith(f"/{name}") for line in lines)


def deep_xmp(levels: int) -> str:
    return HEAD + "<a:b>" * levels + "x" + "</a:b>" * levels + TAIL


def with_xmp(path: Path, xmp: str) -> Path:
    """A small photo in the format of its suffix, with this packet inside."""
    image = Image.new("RGB", (64, 48), (200, 90, 30))
    if path.suffix == ".png":
        chunks = PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", xmp, zip=True)
        image.save(path, pnginfo=chunks)
    elif path.suffix == ".tif":
        image.save(path, tiffinfo={700: xmp.encode()})
    else:
        image.save(path, xmp=xmp.encode())
    return path


def png_with_huge_xmp(path: Path, mebibytes: int) -> Path:
    """A PNG of some 400 KB whose packet is this large once it is unpacked."""
    Image.new("RGB", (64, 48), (10, 90, 30)).save(path)
    data = path.read_bytes()
    packer = zlib.compressobj(9)
    packed = packer.compress(HEAD.encode())
    for _ in range(mebibytes):
        packed += packer.compress(b" " * 2**20)
    packed += packer.compress(TAIL.encode()) + packer.flush()
    body = b"iTXtXML:com.adobe.xmp\0\1\0\0\0" + packed
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    at = data.index(b"IDAT") - 4
    path.write_bytes(data[:at] + chunk + data[at:])
    return path
