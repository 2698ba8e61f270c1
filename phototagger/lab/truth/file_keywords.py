"""Ground truth out of the photos themselves: the keywords that somebody wrote into their files.

A keyword in a file means the program's keyword of that name, synonym or word in another language, where only one
has it; others are passed over. People tag what they care for, so a keyword counts as missing on a photo only where
they use it on another one of the same dataset, and the figures are what *they* would say of the suggestions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR
from phototagger.domain.sentences import said
from phototagger.domain.writing import FileFields
from phototagger.jobs.analysis.roots import CatalogPaths
from phototagger.jobs.analysis.walk import Walker
from phototagger.jobs.ports import Decoder, MetadataWriter
from phototagger.jobs.progress import Cancel
from phototagger.jobs.write.settling import file_failure
from phototagger.keywords.tree.vocabulary import Vocabulary
from phototagger.lab.truth.ground_truth import GroundTruth, PassedOver

PAGE = 200  # files that exiftool reads at a time


def read_file_truth(
    dataset: Path,
    decoder: Decoder,
    writer: MetadataWriter,
    vocabulary: Vocabulary,
    other_names: Iterable[Mapping[str, str]],
    cancel: Cancel,
) -> GroundTruth:
    """The ground truth of every photo below ``dataset``. ``other_names``: keyword -> its path in another language.
    Photos that exiftool cannot read, and those with no keyword known here, are left out and counted
    (``passed_over``); what this program itself wrote into a file is no truth.

    Raises UsageError, with the reasons, when no photo has any, ExifToolError without exiftool, Cancelled.
    """
    meanings = _meanings(vocabulary, other_names)
    truth = GroundTruth()
    for page in _pages(dataset, decoder, cancel):
        for path, fields in writer.read(page).items():
            if isinstance(fields, Exception):
                truth.passed_over[PassedOver.UNREADABLE] += 1
                truth.unreadable.append((path, file_failure(fields)))
                continue
            if unread := fields.unread():
                truth.passed_over[PassedOver.UNREADABLE] += 1
                truth.unreadable.append((path, unread[0]))
                continue
            words = list(_words(fields))
            if found := {meanings[word] for word in words if word in meanings}:
                truth.words[path] = found
            else:
                truth.passed_over[_why(fields, words)] += 1
    if not truth.words:
        reasons = reasons_text(truth.passed_over)
        raise UsageError(
            said(
                "No photo in {dataset} has a keyword that the program knows in its file, so there is "
                "nothing to measure against{part}. Name a folder of photos that were tagged by hand.",
                dataset=dataset,
                part=f": {reasons}" if reasons else "",
            )
        )
    return truth


def _why(fields: FileFields, words: Sequence[str]) -> PassedOver:
    """``words``: those of the file that this program did not write."""
    if words:
        return PassedOver.UNKNOWN_WORDS
    return PassedOver.ONLY_OWN_WORDS if fields.keywords() else PassedOver.WITHOUT_KEYWORDS


def reasons_text(passed_over: Mapping[PassedOver, int]) -> str:
    """``3 have no keywords in their files, 2 cannot be read``; empty for none."""
    words = {
        PassedOver.WITHOUT_KEYWORDS: ("has no keywords in its file", "have no keywords in their files"),
        PassedOver.ONLY_OWN_WORDS: ("has only phototagger's own words", "have only phototagger's own words"),
        PassedOver.UNKNOWN_WORDS: (
            "has only words that the program does not suggest",
            "have only words that the program does not suggest",
        ),
        PassedOver.UNREADABLE: ("cannot be read", "cannot be read"),
    }
    return ", ".join(
        f"{count} {words[reason][count > 1]}"
        for reason in PassedOver
        if (count := passed_over.get(reason, 0))
    )


def _pages(dataset: Path, decoder: Decoder, cancel: Cancel) -> Iterator[list[Path]]:
    page: list[Path] = []
    for batch in Walker(decoder, cancel, CatalogPaths([dataset])).walk(dataset):
        page += [found.path for found in batch]
        while len(page) >= PAGE:
            yield page[:PAGE]
            page = page[PAGE:]
        cancel.check()
    if page:
        yield page


def _words(fields: FileFields) -> Iterator[str]:
    """The last part of each keyword, and its whole path, folded; those of this program's own making left out."""
    ours = {_folded(word) for word in fields.own_words()}
    ours |= {word.rsplit(KEYWORD_SEPARATOR, 1)[-1] for word in ours}
    for keyword in fields.keywords():
        path = _folded(keyword)
        leaf = path.rsplit(KEYWORD_SEPARATOR, 1)[-1]
        if path not in ours and leaf not in ours:
            yield from (path, leaf)


def _meanings(vocabulary: Vocabulary, other_names: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Name, folded -> the one keyword that has it."""
    claims: dict[str, set[str]] = {}
    names: Sequence[Mapping[str, str]] = list(other_names)
    for node in vocabulary:
        if not node.usable:
            continue
        for path in (node.keyword, *(some[node.keyword] for some in names if node.keyword in some)):
            for name in (path, path.rsplit(KEYWORD_SEPARATOR, 1)[-1]):
                claims.setdefault(_folded(name), set()).add(node.keyword)
        for name in node.synonyms:
            claims.setdefault(_folded(name), set()).add(node.keyword)
    return {name: next(iter(keywords)) for name, keywords in claims.items() if len(keywords) == 1}


def _folded(word: str) -> str:
    return word.strip().casefold()
