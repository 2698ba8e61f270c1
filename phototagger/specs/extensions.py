"""What installed packages add, by the entry points ``phototagger.networks`` and ``phototagger.keyword_sources``.

A package that cannot be loaded is a :class:`Problem` in words, and everything else goes on without it.
"""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phototagger.domain.sentences import Said, said

__all__ = ["KEYWORD_SOURCES", "NETWORKS", "Extension", "NetworkPack", "Problem", "extensions"]

NETWORKS = "phototagger.networks"
KEYWORD_SOURCES = "phototagger.keyword_sources"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NetworkPack:
    """What an entry point of ``phototagger.networks`` names, or a function without arguments that gives one.

    ``folder`` holds a spec folder for each network. ``tasks`` are classes after ``inference.tasks.PhotoTask``, for
    what none of ours does. ``modules`` make torch modules (``inference.networks.base.Network``) by the name that a
    spec of runtime ``torch`` gives as its architecture, each from a ``NetworkSpec``.
    """

    folder: Path
    tasks: tuple[type[Any], ...] = ()
    modules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of others that could not be used: whose, and a sentence with what to do."""

    source: str
    message: Said


@dataclass(frozen=True, slots=True)
class Extension:
    """An entry point that was loaded: its name, the package that brought it, and what it names."""

    name: str
    package: str
    value: Any


def extensions(group: str) -> tuple[list[Extension], list[Problem]]:
    """Every installed extension of a group that loads, by name, and what is wrong with the others."""
    found: list[Extension] = []
    problems: list[Problem] = []
    for entry in sorted(importlib.metadata.entry_points(group=group), key=lambda one: (one.name, one.value)):
        package = entry.dist.name if entry.dist is not None else entry.value
        try:
            found.append(Extension(entry.name, package, entry.load()))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others: whatever it does, the program goes on
            _log.warning("the extension %s of %s does not load", entry.name, package, exc_info=True)
            problems.append(unusable(package, error))
    return found, problems


def unusable(package: str, error: BaseException | str) -> Problem:
    """The sentence for an extension that cannot be used."""
    fault = error if isinstance(error, str) else f"{type(error).__name__}: {error}".splitlines()[0]
    return Problem(
        package,
        said(
            "The extension {package} cannot be used ({fault}). Update it, or uninstall it.",
            package=package,
            fault=fault,
        ),
    )
