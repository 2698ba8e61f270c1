"""The words that people gave their folders and files: "2023-05 Holiday in Rome" says "Holiday in Rome". Pure.

What cameras, phones and programs call folders and files, dates, counters and words for any folder say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain.records import KEYWORD_SEPARATOR
from phototagger.domain.spelling import fold
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.sources.folder_noise import (
    BEFORE_NUMBERS,
    BRANDS,
    EMPTY,
    HANGING,
    MODEL_WORDS,
    MONTHS,
)
from phototagger.keywords.sources.source import PhotoContext

FOLDERS = "folders@1"
# Before the name of the folder, or the word that files are called by.
FOLDER_LABEL, FILES_LABEL = "folder:", "files:"
# Below what `tag` accepts by itself: a folder's name waits for a person.
FOLDER_SCORE = 0.45
MOST_LETTERS = 60  # longer ones are sentences, or made by a program
MOST_LEVELS = 2  # of folders: "Italy/Rome/Day 1" says Rome and Italy
LEAST_FILES = 3  # of one folder that are called alike

_CAMERA_FOLDER = re.compile(r"\d{3}[A-Z0-9_]{5}|\d{3}_?\d{4}|\d{3,4}[A-Z]{2,5}_?\d{0,4}")  # DCF's 100CANON
# Names that cameras, phones and programs give files, with whatever number follows.
_CAMERA_FILE = re.compile(
    r"(?:_?img|_?dsc[nf]?|dscn|dscf|_?mg|p|pxl|mvimg|mvi|vid|mov|wp|sam|gopr|gp|gh|gx|dji|cimg|imag|imgp|pict|"
    r"hpim|kic|sdc|sl|ssa|burst|fb|fullsizerender|snapchat|signal|received|image|photo|foto|bild|picture|scan|"
    r"screenshot|bildschirmfoto|capture|frame|whatsapp image|wa|lrm|export|untitled|unbenannt|collage|inshot)"
    r"[\W_]*(?:\d.*)?",
    re.IGNORECASE,
)
_HEX = re.compile(
    r"(?=.*\d)[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f]{4}-.*|(?=.*\d)(?=.*[a-z])[a-z0-9]{14,}", re.IGNORECASE
)
_YEAR = r"(?:1[89]|20)\d\d"
_DATES = (
    re.compile(
        rf"(?<!\d){_YEAR}[-_. /]?(?:0[1-9]|1[0-2])[-_. /]?(?:0[1-9]|[12]\d|3[01])(?:[-_ T]?\d{{4,6}})?(?!\d)"
    ),
    re.compile(rf"(?<!\d){_YEAR}[-_./](?:0?[1-9]|1[0-2])(?:[-_./](?:0?[1-9]|[12]\d|3[01]))?(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}\.?\s*(?:-|–|bis|to|au|al)\s*\d{1,2}\.\s*\d{1,2}\.(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.(?!\d)"),
    re.compile(rf"{_YEAR}\s*年?(?:\s*\d{{1,2}}\s*月)?(?:\s*\d{{1,2}}\s*日)?(?!\d)(?=\D|$)"),
    re.compile(rf"(?<!\d)['’]?{_YEAR}(?:\s*[-–/]\s*(?:{_YEAR}|\d\d))?(?!\d)"),
    re.compile(r"(?<![\w])['’]\d\d(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}(?::|h)\d{2}(?!\d)(?:\s*[ap]m\b)?", re.IGNORECASE),
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_TO = r"\s*(?:-|–|bis|to|au|al)\s*"
_DAY = r"\d{1,2}(?:\.|st|nd|rd|th|er)?"
_DAY_AND_MONTH = re.compile(
    rf"\b(?:{_DAY}{_TO})?{_DAY}\s*(?:de |of )?(?:{_MONTH})\b\.?|\b(?:{_MONTH})\.?\s+{_DAY}(?!\d)",
    re.IGNORECASE,
)
_GONE = "\0"  # stands where a date was, so that a month beside it goes too
_MONTH_BY_DATE = re.compile(
    rf"\b(?:{_MONTH})\b\.?(?:\s*[-–/]\s*(?:{_MONTH})\b\.?)?[\s,]*(?:de |of )?(?={_GONE})"
    rf"|(?<={_GONE})[\s,_-]*(?:{_MONTH})\b\.?",
    re.IGNORECASE,
)
_COUNTER_BEFORE = re.compile(r"^\s*(?:[#(\[]?\d+[)\].:]?(?:[\s_-]+|$))+")
_COUNTER_AFTER = re.compile(r"(?:[\s_.,-]*[#(\[]\s*\d+\s*[)\]]|[\s_.,-]+#?\d+)+\s*$")
_COPY = re.compile(
    r"[\s_-]*(?:-\s*|\()?\b(?:copy|kopie|copie|copia|bearbeitet|edited|副本)\b\)?\s*$", re.IGNORECASE
)
_EDGES = " \t-–—_.,;:+&~=!#*@/\\'’\"“”„«»()[]{}<>"


@dataclass(frozen=True, slots=True)
class FolderWord:
    """``word`` as it is offered; ``source``: the name of the folder that it is from, empty where the files are
    called so."""

    word: str
    source: str


def folder_word(name: str) -> str | None:
    """The word in a folder's name; None where it says nothing."""
    if _CAMERA_FOLDER.fullmatch(name):
        return None
    return _word(name)


def file_word(name: str) -> str | None:
    """The word in a file's name, as albums give them ("Anna's wedding 012.jpg"); None where it says nothing."""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    if _CAMERA_FILE.fullmatch(stem.strip()):
        return None
    word = _word(stem)
    # One word with a number behind it is more likely a camera's name than a person's.
    return word if word is not None and not _CAMERA_FILE.fullmatch(word) else None


def album_words(names: Iterable[str]) -> Counter[str]:
    """How many of these files of a folder are called by each word."""
    return Counter(word for word in map(file_word, names) if word is not None)


def words_of(path: Path, root: Path, album: Mapping[str, int]) -> list[FolderWord]:
    """The words for one photo: of its folder and those round it up to what was added (``root``), nearest first, and
    of what was added only where it is an album itself: with no album of a name between, or with a date, and
    of its name where others beside it (``album``) are called so, too."""
    found: list[FolderWord] = []
    for folder in _folders(path, root):
        word = folder_word(folder.name)
        if folder == root and found and not _tells_a_date(folder.name):
            break
        if word is not None and all(fold(word) != fold(one.word) for one in found):
            found.append(FolderWord(word, folder.name))
        if len(found) == MOST_LEVELS:
            break
    word = file_word(path.name)
    if (
        word is not None
        and album.get(word, 0) >= LEAST_FILES
        and fold(word) not in {fold(f.word) for f in found}
    ):
        found.append(FolderWord(word, ""))
    return found


def _folders(path: Path, root: Path) -> Iterable[Path]:
    for folder in path.parents:
        if not folder.is_relative_to(root) or folder == folder.parent or _is_home(folder):
            return
        yield folder


def _tells_a_date(name: str) -> bool:
    return any(pattern.search(name) for pattern in (_DAY_AND_MONTH, *_DATES))


def _is_home(folder: Path) -> bool:
    """A person's home, or the top of a disk: called by the account or by the maker."""
    if folder == Path.home():
        return True
    above = [part.casefold() for part in folder.parts[1:-1]]
    if above[:2] == ["run", "media"]:
        return len(above) == 3
    return above in (["home"], ["users"], ["media"], ["mnt"], ["volumes"]) or (
        len(above) == 2 and above[0] == "media"
    )


def _word(name: str) -> str | None:
    text = unicodedata.normalize("NFC", name)
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Co", "Cn"} for letter in text) or "\ufffd" in text:
        return None
    if _HEX.fullmatch(text.strip()) or fold(text).strip().rstrip("0123456789") in EMPTY:
        return None
    text = text.replace(KEYWORD_SEPARATOR, " ")
    if not re.search(r"\s", text.strip()):  # words joined as in file names
        text = _joined(text)
    text = _without_dates(text.replace("_", " "))
    text = _COPY.sub("", text)
    text = _COUNTER_BEFORE.sub("", text)
    before = _COUNTER_AFTER.sub("", text)
    if fold(before).split()[-1:] and fold(before).split()[-1] not in BEFORE_NUMBERS:
        text = before
    text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
    text = _trimmed(re.sub(r"\s+", " ", text))
    return text if _says_something(text) else None


def _joined(text: str) -> str:
    """``rome-2023``, ``anna.und.ben``: what stands for blanks between letters. Digits keep theirs, for dates."""
    return re.sub(r"(?<=[^\W\d])[._+-](?=\w)|(?<=\w)[._+-](?=[^\W\d])", " ", text) if len(text) > 3 else text


def _without_dates(text: str) -> str:
    told = text
    told = _DAY_AND_MONTH.sub(_GONE, told)
    for pattern in _DATES:
        told = pattern.sub(_GONE, told)
    told = _MONTH_BY_DATE.sub("", told)
    if _GONE not in told:
        return told
    parts = [_unhung(part) for part in told.split(_GONE)]
    return " ".join(part for part in parts if part)


def _unhung(part: str) -> str:
    words = part.strip(_EDGES.replace("(", "").replace(")", "").replace("#", "")).split()
    while words and fold(words[-1]) in HANGING:
        words.pop()
    return " ".join(words)


def _trimmed(text: str) -> str:
    """Without what stands at the edges; a bracket that belongs to one inside stays."""
    text = text.strip(_EDGES.replace(")", "").replace("(", "").replace("'", "").replace("’", ""))
    if text.count("(") != text.count(")"):
        text = text.strip("() ")
    while text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    return text.strip(_EDGES.replace(")", "")) if "(" in text else text.strip(_EDGES)


def _says_something(text: str) -> bool:
    letters = sum(letter.isalpha() for letter in text)
    wide = any(letter >= "\u2e80" for letter in text)  # Chinese: two signs are a word
    if letters < (2 if wide else 3) or len(text) > MOST_LETTERS:
        return False
    words = [word for word in re.split(r"[\W_]+", fold(text)) if word]
    empty = EMPTY | MONTHS | HANGING
    if all(word in empty or word.isdigit() for word in words) or fold(text) in EMPTY:
        return False
    rest = [word for word in words if word not in empty]
    is_camera = rest[0] in BRANDS and all(
        word in BRANDS or word in MODEL_WORDS or any(letter.isdigit() for letter in word) for word in rest
    )
    return not is_camera and not (len(rest) == 1 and bool(_CAMERA_FOLDER.fullmatch(text)))


class FolderWords:
    """See :class:`KeywordSource`. The words are people's, so they are no path of the tree yet."""

    name = "folders"
    needs = frozenset({"place"})

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :func:`words_of`."""
        assert photo.place is not None
        return [
            NewSuggestion(
                one.word,
                f"{FOLDER_LABEL}{one.source}" if one.source else f"{FILES_LABEL}{one.word}",
                FOLDER_SCORE,
                FOLDERS,
            )
            for one in words_of(photo.place.path, photo.place.root, photo.place.album)
        ]
