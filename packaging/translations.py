"""What translators need. ``translations.py collect phototagger_de.ts`` writes, or updates, a file of all sentences
for Qt Linguist; ``translations.py release phototagger_de.ts`` makes of it what the window reads, to be put into
``resources/translations``; ``translations.py pseudo FOLDER`` makes a language that nobody speaks, in which the
window shows what is not translated or does not fit. Qt's tools for it come with PySide6."""

from __future__ import annotations

import argparse
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import PySide6

ROOT = Path(__file__).parents[1]
DOORS = (
    "said",
    "tr",
)  # the functions whose first argument is a sentence; Qt's tools know "tr" alone by themselves
LONGER = 0.35  # than English are most languages, as a share
_ACCENTS = str.maketrans("AEIOUYaeiouycdnrstzCDNRSTZ", "ÅÉÎÕÛÝåéîõûýçđñřšŧžÇĐÑŘŠŦŽ")
# Words of Qt's own in our dialogs.
_OF_QT = {
    "QPlatformTheme": (
        "OK",
        "Save",
        "Open",
        "&Yes",
        "&No",
        "Abort",
        "Close",
        "Cancel",
        "Discard",
        "Help",
        "Apply",
    ),
    "QTabBar": ("Scroll Left", "Scroll Right"),
    "QDialogButtonBox": ("OK", "Cancel", "Close", "&OK", "&Cancel", "&Close"),
}


class ToolError(Exception):
    """One of Qt's tools did not do its work. ``str()`` is what it said."""


@dataclass(frozen=True)
class Sentence:
    """A sentence as Qt's tools found it. ``counted``: it has plural forms."""

    template: str
    note: str
    counted: bool
    context: str


def collect(ts: Path, sources: Path = ROOT / "phototagger") -> None:
    """Writes all sentences into ``ts``; translations in it stay.

    Raises:
        ToolError: lupdate failed, or warned.
    """
    files = [str(path) for path in sorted(sources.rglob("*.py"))]
    aliases = ",".join(f"tr+={door}" for door in DOORS if door != "tr")
    options = ["-locations", "relative", "-no-obsolete", "-warnings-are-errors"]
    listed = ts.with_suffix(".files")
    listed.write_text("\n".join(files), encoding="utf-8")
    _run("lupdate", *options, "-tr-function-alias", aliases, f"@{listed}", "-ts", str(ts))
    listed.unlink()


def sentences(ts: Path) -> list[Sentence]:
    """Those of a file that :func:`collect` wrote."""
    return [
        Sentence(
            message.findtext("source", ""),
            message.findtext("comment", ""),
            message.get("numerus") == "yes",
            context.findtext("name", ""),
        )
        for context in ElementTree.parse(ts).getroot().iter("context")
        for message in context.iter("message")
    ]


def release(ts: Path, qm: Path) -> None:
    """Makes of a file of translations what the window reads.

    Raises:
        ToolError: lrelease failed.
    """
    _run("lrelease", str(ts), "-qm", str(qm))


def pseudo(folder: Path) -> Path:
    """A language in which each sentence is longer by :data:`LONGER`, accented, and between brackets: what the
    window shows without them is not translated. Gives its ``.qm``."""
    ts, qm = folder / "pseudo.ts", folder / "pseudo.qm"
    collect(ts)
    translate(ts, accented)
    release(ts, qm)
    return qm


def translate(ts: Path, translation: Callable[[str], str]) -> None:
    """Fills in a translation of each sentence, the same for one and many where it is counted."""
    tree = ElementTree.parse(ts)
    root = tree.getroot()
    root.set("language", "en_GB")  # has two forms, one and many, as English
    for context, words in _OF_QT.items():
        made = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(made, "name").text = context
        for word in words:
            message = ElementTree.SubElement(made, "message")
            ElementTree.SubElement(message, "source").text = word
            ElementTree.SubElement(message, "translation")
    for message in root.iter("message"):
        target = message.find("translation")
        assert target is not None
        target.attrib.pop("type", None)
        text = translation(message.findtext("source", ""))
        if message.get("numerus") == "yes":
            for form in list(target):
                target.remove(form)
            for mark in ("¹", "ⁿ"):
                ElementTree.SubElement(target, "numerusform").text = text.replace("⟧", f"{mark}⟧")
        else:
            target.text = text
    tree.write(ts, encoding="utf-8", xml_declaration=True)


def accented(text: str) -> str:
    """``⟦Çłöšé ~~⟧``, with what stands between braces, and the count, as it is."""
    parts, inside = [], 0
    for place, letter in enumerate(text):
        inside += letter == "{"
        count = text[place - 1 : place + 1] == "%n"
        parts.append(letter if inside or count else letter.translate(_ACCENTS))
        inside -= letter == "}"
    tail = " ".join(textwrap.wrap("~" * round(LONGER * len(text)), 8))  # long texts must find where to wrap
    return f"⟦{''.join(parts)}{tail}⟧"


def _run(tool: str, *arguments: str) -> None:
    program = Path(PySide6.__file__).parent / (f"{tool}.exe" if sys.platform == "win32" else tool)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise ToolError(f"{tool} failed: {done.stdout}{done.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("collect", "release", "pseudo"))
    parser.add_argument("path", type=Path)
    asked = parser.parse_args()
    if asked.what == "collect":
        collect(asked.path)
        found = sentences(asked.path)
        print(f"{len(found)} sentences in {asked.path}")
    elif asked.what == "release":
        release(asked.path, asked.path.with_suffix(".qm"))
    else:
        asked.path.mkdir(parents=True, exist_ok=True)
        print(pseudo(asked.path))


if __name__ == "__main__":
    main()
