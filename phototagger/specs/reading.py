"""Spec folders: ``NAME/spec.toml`` with the network's files beside it, held to the types of ``specs/spec.py``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import Said, said
from phototagger.files.whole_file import read_file
from phototagger.settings.rules import nearest, shown
from phototagger.specs.spec import ROLES, NetworkSpec, Runtime, SpecFile

__all__ = ["SPEC", "read_spec", "spec_folders"]

SPEC = "spec.toml"
_LONGEST = 1 << 18  # bytes of a spec file
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ENDINGS = {Runtime.TIMM: ".safetensors", Runtime.TORCH: ".safetensors", Runtime.ONNX: ".onnx"}
_AT = re.compile(r"(?P<what>.*?)(?: - at `(?P<key>(?:key in )?\$[^`]*)`)?")
_FIELD = re.compile(r"Object (?P<wrong>missing required|contains unknown) field `(?P<field>.*)`")


def spec_folders(folder: Path) -> list[Path]:
    """The spec folders in this one, by name; none where it is not there.

    Raises:
        OSError: It cannot be listed.
    """
    try:
        return sorted(entry.parent for entry in folder.glob(f"*/{SPEC}"))
    except FileNotFoundError:
        return []


def read_spec(folder: Path, kind: str) -> NetworkSpec:
    """The network of a spec folder. ``kind``: see :class:`NetworkSpec`.

    Raises:
        ModelError: What is wrong, in which file and at which key, and what to do.
    """
    path = folder / SPEC
    if _NAME.fullmatch(folder.name) is None:
        raise ModelError(
            said(
                "{folder} cannot be a network's folder: its name is the network's. Use letters, digits, "
                "dots, - and _.",
                folder=folder,
            )
        )
    try:
        table = tomllib.loads(read_file(path, _LONGEST).decode("utf-8-sig"))
    except OSError as error:
        raise ModelError(
            said(
                "{path} cannot be read ({reason}). {mend}",
                path=path,
                reason=error.strerror or error,
                mend=_mend(folder, kind),
            )
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(
            said(
                "{path} is not valid TOML ({reason}). {mend}",
                path=path,
                reason=error,
                mend=_mend(folder, kind),
            )
        ) from error
    try:
        content = msgspec.convert(table, SpecFile)
    except msgspec.ValidationError as error:
        raise ModelError(
            said("{path}: {told} {mend}", path=path, told=_told(str(error), table), mend=_mend(folder, kind))
        ) from error
    wrong = _disagreement(content)
    if wrong:
        raise ModelError(said("{path}: {wrong} {mend}", path=path, wrong=wrong, mend=_mend(folder, kind)))
    return _spec(folder, kind, content)


def _mend(folder: Path, kind: str) -> Said:
    if kind == "shipped":
        return said("Reinstall.")
    if kind == "own":
        return said("Correct it, or take the folder away.")
    return said("Tell the makers of {kind}, or remove it.", kind=kind)


def _disagreement(content: SpecFile) -> Said | None:
    """What does not fit together, as a sentence."""
    ending = _ENDINGS[content.runtime]
    if not content.weights.endswith(ending):
        return said(
            "weights is {weights}; a network of runtime {runtime} comes as a {ending} file.",
            weights=shown(content.weights),
            runtime=content.runtime,
            ending=ending,
        )
    if content.runtime is not Runtime.ONNX and not content.architecture:
        return said(
            "architecture is missing; a network of runtime {runtime} needs the name of what to build.",
            runtime=content.runtime,
        )
    odd = [role for role in content.roles if role not in ROLES]
    if odd:
        return said("roles.{role} is not known here; there are {known}.", role=odd[0], known=", ".join(ROLES))
    return None


def _spec(folder: Path, kind: str, content: SpecFile) -> NetworkSpec:
    return NetworkSpec(
        folder.name,
        folder,
        kind,
        content.task,
        content.runtime,
        content.architecture,
        folder / content.weights,
        content.input.size,
        content.input.mean,
        content.input.std,
        revision=content.revision,
        sha256=content.sha256,
        bytes=content.bytes,
        labels=content.labels,
        under=content.under,
        activation=content.activation,
        crop_share=content.input.crop_share,
        interpolation=content.input.interpolation,
        calibration=content.calibration,
        roles=content.roles,
        thresholds=content.thresholds,
        outputs=content.onnx.outputs,
        origin=content.origin,
        measured=content.measured,
    )


def _told(message: str, table: dict[str, Any]) -> str:
    """msgspec's words in ours: the key, its value, and what it should be."""
    match = _AT.fullmatch(message)
    what, key = (match["what"], match["key"] or "$") if match else (message, "$")
    parts = re.findall(r"[^.\[\]]+", key.removeprefix("key in ").removeprefix("$"))
    field = _FIELD.fullmatch(what)
    if field is None:
        value = _value(parts, table)
        wish = _description(parts) or what
        return f"{'.'.join(_named(parts))} is {shown(value)}; it should be {wish}."
    parts.append(field["field"])
    name = ".".join(_named(parts))
    if field["wrong"].startswith("missing"):
        wish = _description(parts)
        return f"{name} is missing; it should be {wish}." if wish else f"{name} is missing."
    meant = nearest(parts[-1], _fields(parts[:-1]))
    hint = f" Did you mean {meant}?" if meant else ""
    return f"{name} is not known here.{hint}"


def _named(parts: Iterable[str]) -> list[str]:
    """Without the places in lists."""
    return [part for part in parts if not part.isdigit()]


def _value(parts: Iterable[str], table: Any) -> object:
    for part in _named(parts):
        table = table.get(part) if isinstance(table, dict) else table
    return table


def _type(parts: list[str]) -> Any:
    found: Any = SpecFile
    for part in _named(parts):
        inner = next((one for one in (found, *get_args(found)) if _is_struct(one)), None)
        found = get_type_hints(inner, include_extras=True).get(part) if inner is not None else found
    return found


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _fields(parts: list[str]) -> list[str]:
    kind = _type(parts)
    inner = next((one for one in (kind, *get_args(kind)) if _is_struct(one)), None)
    return list(get_type_hints(inner)) if inner is not None else []


def _description(parts: list[str]) -> str:
    kind = _type(parts)
    for one in (kind, *get_args(kind)):
        for meta in getattr(one, "__metadata__", ()):
            if isinstance(meta, msgspec.Meta) and meta.description:
                return meta.description
    return "a table" if any(_is_struct(one) for one in (kind, *get_args(kind))) else ""
