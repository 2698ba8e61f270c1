"""Keyword lists as files: Lightroom's text (tabs for levels, braces for synonyms) and plain CSV. Both are read back
as they were written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR, keyword_parents
from phototagger.domain.sentences import said
from phototagger.files.outputs import write_output

MOST_BYTES = 16 * 2**20  # of a list: some 500,000 keywords
COLUMNS = ("keyword", "synonyms", "replaces")
# What a spreadsheet runs as a formula when it opens a file: https://owasp.org/www-community/attacks/CSV_Injection.
# With an apostrophe before it, it is text; so is one that has such apostrophes already.
_RUN = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_MARKED = re.compile(r"\\*[\[{]")  # words that Lightroom's list would take for a level or a synonym


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
        with path.open("rb") as file:  # a pipe will do
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UsageError(
                said(
                    "The keyword list {path} is longer than {most} MiB, as no list of keywords is. Name "
                    "the list that a program exported.",
                    path=path,
                    most=MOST_BYTES >> 20,
                )
            )
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            said("The keyword list {path} cannot be read ({reason}).", path=path, reason=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            said("The keyword list {path} is not UTF-8 text. Export it again as UTF-8.", path=path)
        ) from error
    try:
        words = from_csv(text, path) if path.suffix.lower() == ".csv" else from_lightroom(text, path)
    except csv.Error as error:
        raise UsageError(
            said(
                "The keyword list {path} is no proper CSV file ({reason}). Export it again.",
                path=path,
                reason=error,
            )
        ) from error
    if not words:
        raise UsageError(said("There is no keyword in {path}.", path=path))
    return words


def write_list(path: Path, words: Iterable[ListedWord]) -> None:
    """Writes a ``.csv`` file, or Lightroom's text as ``.txt``. Raises UsageError for any other name, and when it
    cannot be written."""
    text = to_csv(words) if path.suffix.lower() == ".csv" else to_lightroom(words)
    write_output(
        path,
        text,
        (".txt", ".csv"),
        said("a keyword list"),
    )


def from_lightroom(text: str, path: Path) -> list[ListedWord]:
    """One keyword a line, a tab for each level; ``{word}`` is a synonym of the keyword above it, ``[word]`` a level
    that is no keyword by itself (Lightroom writes it into no photo). A backslash before such a mark, as
    :func:`to_lightroom` sets it, makes it part of the word. Raises UsageError for a line that stands more than one
    level deeper than the one above it."""
    levels: list[str] = []
    found: dict[str, list[str]] = {}
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        word = line.strip().replace(KEYWORD_SEPARATOR, "/")
        depth = len(line) - len(line.lstrip("\t"))
        if not word:
            continue
        if word.startswith("{") and word.endswith("}") and 0 < depth <= len(levels):
            if (synonyms := found.get(KEYWORD_SEPARATOR.join(levels[:depth]))) is not None:
                synonyms.append(word[1:-1].strip())
            continue
        if depth > len(levels):
            raise UsageError(
                said(
                    "Line {number} of {path} is more than one level below its parent. Export the list again, or "
                    "correct it.",
                    number=number,
                    path=path,
                )
            )
        if word.startswith("[") and word.endswith("]"):
            levels = [*levels[:depth], word[1:-1].strip()]
            continue
        levels = [*levels[:depth], word[1:] if word.startswith("\\") and _MARKED.match(word) else word]
        found.setdefault(KEYWORD_SEPARATOR.join(levels), [])
    return [ListedWord(keyword, tuple(synonyms)) for keyword, synonyms in found.items()]


def to_lightroom(words: Iterable[ListedWord]) -> str:
    """The list as Lightroom's *Import Keywords* reads it. Levels that are no keywords of the list are put in, as
    such: in brackets."""
    tree: dict[str, tuple[str, ...] | None] = {}
    for word in words:
        for parent in keyword_parents(word.keyword):
            tree.setdefault(parent, None)
        tree[word.keyword] = word.synonyms
    lines: list[str] = []
    for keyword in sorted(tree, key=lambda path: path.split(KEYWORD_SEPARATOR)):
        *parents, leaf = keyword.split(KEYWORD_SEPARATOR)
        synonyms = tree[keyword]
        shown = f"[{leaf}]" if synonyms is None else "\\" + leaf if _MARKED.match(leaf) else leaf
        lines.append("\t" * len(parents) + shown)
        lines += ["\t" * (len(parents) + 1) + "{" + synonym + "}" for synonym in synonyms or ()]
    return "".join(f"{line}\n" for line in lines)


def from_csv(text: str, path: Path) -> list[ListedWord]:
    """Columns ``keyword`` (a path, levels split by ``|``), and if wished ``synonyms`` (split by ``;``) and
    ``replaces``; what :func:`to_csv` set before a formula is taken off. Raises UsageError without the first one."""
    reader = csv.DictReader(io.StringIO(text))
    if "keyword" not in (reader.fieldnames or ()):
        raise UsageError(
            said("The first line of {path} must name the columns, one of them 'keyword'.", path=path)
        )
    words = []
    for row in reader:
        if keyword := _as_it_was((row["keyword"] or "").strip()):
            synonyms = (_as_it_was(word.strip()) for word in (row.get("synonyms") or "").split(";"))
            replaces = _as_it_was((row.get("replaces") or "").strip())
            words.append(ListedWord(keyword, tuple(filter(None, synonyms)), replaces))
    return words


def to_csv(words: Iterable[ListedWord]) -> str:
    """Every cell in quotes, for where a semicolon parts cells, what follows one would be a cell of its own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for word in words:
        synonyms = "; ".join(map(_never_run, word.synonyms))
        writer.writerow((_never_run(word.keyword), synonyms, _never_run(word.replaces)))
    return text.getvalue()


def _never_run(cell: str) -> str:
    return f"'{cell}" if _RUN.match(cell) else cell


def _as_it_was(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RUN.match(cell) else cell


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
