"""All networks there are: those that ship, those in the person's own folder, and those of extensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import Said, joined, said
from phototagger.settings.locations import default_catalog_path, resources_folder
from phototagger.specs.extensions import NETWORKS, NetworkPack, Problem, extensions, unusable
from phototagger.specs.labels import labels_of
from phototagger.specs.reading import read_spec, spec_folders
from phototagger.specs.spec import NetworkSpec

__all__ = ["FoundNetworks", "find_networks", "own_networks_folder", "shipped_networks"]


@dataclass(frozen=True, slots=True)
class FoundNetworks:
    """``specs``: those that ship first, then the person's, then extensions'; a name is one network's alone.
    ``problems``: what could not be used. ``tasks`` and ``modules``: see :class:`NetworkPack`."""

    specs: tuple[NetworkSpec, ...]
    problems: tuple[Problem, ...] = ()
    tasks: tuple[type[Any], ...] = ()
    modules: Mapping[str, Any] = field(default_factory=dict)

    @property
    def more(self) -> tuple[NetworkSpec, ...]:
        """Those that do not ship."""
        return tuple(spec for spec in self.specs if spec.kind != "shipped")

    def chosen(self, names: Sequence[str]) -> tuple[NetworkSpec, ...]:
        """Those of these names.

        Raises:
            ModelError: There is none of a name that can be used.
        """
        known = {spec.name: spec for spec in self.more}
        for name in names:
            if name not in known:
                raise ModelError(self._missing(name, known))
        return tuple(known[name] for name in names)

    def _missing(self, name: str, known: Iterable[str]) -> Said:
        broken = [problem.message for problem in self.problems if problem.source == name]
        if broken:
            return joined(broken)
        return said(
            "The settings name the network {name}, which is neither in {folder} nor in an extension; those have"
            " {known}. Put it there, or take it out of analysis.networks.",
            name=repr(name),
            folder=own_networks_folder(),
            known=", ".join(known) or said("none"),
        )


def own_networks_folder() -> Path:
    """Where a person puts spec folders of their own."""
    return default_catalog_path().parent / "networks"


@lru_cache(maxsize=8)
def shipped_networks(folder: Path | None = None) -> tuple[NetworkSpec, ...]:
    """The networks that ship, by name.

    Args:
        folder: Where their spec folders lie; by default where they ship.

    Raises:
        ModelError: There is none, or one of them is damaged.
    """
    folder = folder or resources_folder() / "models"
    found = [read_spec(one, "shipped") for one in spec_folders(folder)]
    if not found:
        raise ModelError(said("There are no networks in {folder}. Reinstall.", folder=folder))
    return tuple(found)


def find_networks(shipped: Path | None = None, own: Path | None = None) -> FoundNetworks:
    """Every network there is. Imports what extensions name, but neither torch nor a network.

    Args:
        shipped: Where those that ship lie; by default where they ship.
        own: The person's folder; by default :func:`own_networks_folder`.

    Raises:
        ModelError: One that ships is damaged.
    """
    specs = list(shipped_networks(shipped))
    problems: list[Problem] = []
    _add(own or own_networks_folder(), "own", specs, problems)
    packs, faults = extensions(NETWORKS)
    problems += faults
    tasks: list[type[Any]] = []
    modules: dict[str, Any] = {}
    for extension in packs:
        try:
            pack = extension.value() if callable(extension.value) else extension.value
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others
            problems.append(unusable(extension.package, error))
            continue
        if not isinstance(pack, NetworkPack):
            problems.append(unusable(extension.package, f"{extension.name} names no NetworkPack"))
            continue
        _add(Path(pack.folder), extension.package, specs, problems)
        tasks += pack.tasks
        modules |= pack.modules
    return FoundNetworks(tuple(specs), tuple(problems), tuple(tasks), modules)


def _add(folder: Path, kind: str, specs: list[NetworkSpec], problems: list[Problem]) -> None:
    try:
        folders = spec_folders(folder)
    except OSError as error:
        problems.append(
            Problem(
                folder.name,
                said("{folder} cannot be listed ({reason}).", folder=folder, reason=error.strerror or error),
            )
        )
        return
    for one in folders:
        try:
            spec = read_spec(one, kind)
            labels_of(spec)
        except ModelError as error:
            problems.append(Problem(one.name, error.message))
            continue
        if any(spec.name == other.name for other in specs):
            problems.append(
                Problem(
                    f"{kind}:{spec.name}",
                    said("{one} has the name of another network. Give its folder another name.", one=one),
                )
            )
        else:
            specs.append(spec)
