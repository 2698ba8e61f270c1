"""Keyword lists as files: Lightroom's text (tabs for levels, braces for synonyms) and plain CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain import KEYWORD_SEPARATOR
from phototagger.errors import UsageError
from phototagger.jobs.outputs import check_ending

COLUMNS = ("keyword", "synonyms", "replaces")


@dataclass(frozen=True, slots=True)
class ListedWord:
    """One keyword of a list. ``replaces``: the program's keyword that is called by this one."""

    keyword: str
    synonyms: tuple[str, ...] = ()
    replaces: str = ""


def read_list(path: Path) -> list[ListedWord]:
    """The keywords in a ``.csv`` file, or in any other text as Lightroom exports it, parents before children.

    Raises UsageError when it cannot be read or is no such list.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"The keyword list {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The keyword list {path} is not UTF-8 text. Export it again as UTF-8.") from error
    words = from_csv(text, path) if path.suffix.lower() == ".csv" else from_lightroom(text, path)
    if not words:
        raise UsageError(f"There is no keyword in {path}.")
    return words


def write_list(path: Path, words: Iterable[ListedWord]) -> None:
    """Writes a ``.csv`` file, or Lightroom's text as ``.txt``. Raises UsageError for any other name, and when it
    cannot be written."""
    check_ending(path, (".txt", ".csv"), "a keyword list")
    text = to_csv(words) if path.suffix.lower() == ".csv" else to_lightroom(words)
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"The keyword list {path} cannot be written ({error.strerror}).") from error


def from_lightroom(text: str, path: Path) -> list[ListedWord]:
    """One keyword a line, a tab for each level; ``{word}`` is a synonym of the keyword above it, ``[word]`` a
    keyword that Lightroom does not export but that is a level all the same. Raises UsageError for a line that
    stands more than one level deeper than the one above it."""
    levels: list[str] = []
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip().replace(KEYWORD_SEPARATOR, "/")
        depth = len(line) - len(line.lstrip("\t"))
        if not word:
            continue
        if word.startswith("{") and word.endswith("}") and 0 < depth <= len(levels):
            found[KEYWORD_SEPARATOR.join(levels[:depth])].append(word[1:-1].strip())
            continue
        if depth > len(levels):
            raise UsageError(
                f"Line {number} of {path} stands deeper than its parent. Export the list again, or mend it."
            )
        if word.startswith("[") and word.endswith("]"):
            word = word[1:-1].strip()
        levels = [*levels[:depth], word]
        found.setdefault(KEYWORD_SEPARATOR.join(levels), [])
    return [ListedWord(keyword, tuple(synonyms)) for keyword, synonyms in found.items()]


def to_lightroom(words: Iterable[ListedWord]) -> str:
    """The list as Lightroom's *Import Keywords* reads it; missing parents are put in."""
    tree: dict[str, tuple[str, ...]] = {}
    for word in words:
        parts = word.keyword.split(KEYWORD_SEPARATOR)
        for depth in range(1, len(parts)):
            tree.setdefault(KEYWORD_SEPARATOR.join(parts[:depth]), ())
        tree[word.keyword] = word.synonyms
    lines: list[str] = []
    for keyword in sorted(tree, key=lambda path: path.split(KEYWORD_SEPARATOR)):
        *parents, leaf = keyword.split(KEYWORD_SEPARATOR)
        lines.append("\t" * len(parents) + leaf)
        lines += ["\t" * (len(parents) + 1) + "{" + synonym + "}" for synonym in tree[keyword]]
    return "".join(f"{line}\n" for line in lines)


def from_csv(text: str, path: Path) -> list[ListedWord]:
    """Columns ``keyword`` (a path, levels split by ``|``), and if wished ``synonyms`` (split by ``;``) and
    ``replaces``. Raises UsageError without the first one."""
    reader = csv.DictReader(io.StringIO(text))
    if "keyword" not in (reader.fieldnames or ()):
        raise UsageError(f"The first line of {path} must name the columns, one of them 'keyword'.")
    words = []
    for row in reader:
        if keyword := (row["keyword"] or "").strip():
            synonyms = (word.strip() for word in (row.get("synonyms") or "").split(";"))
            words.append(
                ListedWord(keyword, tuple(filter(None, synonyms)), (row.get("replaces") or "").strip())
            )
    return words


def to_csv(words: Iterable[ListedWord]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for word in words:
        writer.writerow((word.keyword, "; ".join(word.synonyms), word.replaces))
    return text.getvalue()


def matches(words: Iterable[ListedWord], known: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Keyword of ``known`` (path -> its names) -> the listed keyword that has the same name or synonym; only where
    exactly one on each side does."""
    names: dict[str, set[str]] = {}
    for word in words:
        for name in (word.keyword.rsplit(KEYWORD_SEPARATOR, 1)[-1], *word.synonyms):
            names.setdefault(name.casefold(), set()).add(word.keyword)
    claims: dict[str, list[str]] = {}
    for keyword, own_names in known.items():
        targets = set().union(*(names.get(name.casefold(), set()) for name in own_names))
        if len(targets) == 1:
            claims.setdefault(targets.pop(), []).append(keyword)
    return {keywords[0]: target for target, keywords in claims.items() if len(keywords) == 1}
