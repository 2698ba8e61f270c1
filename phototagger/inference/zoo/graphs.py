"""Exported networks as files: those that ship with a build, and those kept in the person's cache.

A graph's file is named ``<network>-<key>-<content>.onnx``: the key is a hash of what the graph was made from, the
second hash is of its content. So anything stale or broken is passed over, in both places, by the same rule.
Importing this module imports neither torch nor onnxruntime.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from phototagger import __version__
from phototagger.files.whole_file import put_file

if TYPE_CHECKING:
    from phototagger.specs.spec import NetworkSpec

__all__ = ["cached_graph", "shipped_graph", "shipped_graph_folder", "store_cached", "store_shipped"]

_log = logging.getLogger(__name__)


def shipped_graph_folder(spec: NetworkSpec) -> Path:
    """Where a build puts exported graphs: ``onnx`` beside the spec folders. A checkout has no such folder."""
    return spec.folder.parent / "onnx"


def shipped_graph(spec: NetworkSpec) -> bytes | None:
    """The graph that ships with the program, if there is a whole one that was made from this very network."""
    return _read(shipped_graph_folder(spec), _stem(spec))


def store_shipped(graph: bytes, spec: NetworkSpec, folder: Path) -> Path:
    """Puts a graph where a build takes it from, and gives the file.

    Raises:
        OSError: The file cannot be written.
    """
    return _write(graph, folder, _stem(spec))


def cached_graph(spec: NetworkSpec, cache_dir: Path) -> bytes | None:
    """The graph that was exported on this machine, if there is a whole one."""
    return _read(cache_dir, _cache_stem(spec))


def store_cached(graph: bytes, spec: NetworkSpec, cache_dir: Path) -> None:
    """Put the graph into the cache in one step, and take out this network's older ones.

    Where that cannot be done, it is logged: the graph is then exported at every start.
    """
    try:
        target = _write(graph, cache_dir, _cache_stem(spec))
        older = re.compile(re.escape(spec.name) + r"(-[0-9a-f]{16}){2}\.onnx")
        for other in cache_dir.glob(f"{spec.name}-*.onnx"):
            if other != target and older.fullmatch(other.name):
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("the network %s cannot be cached in %s: %s", spec.name, cache_dir, error)


def _stem(spec: NetworkSpec, *versions: str) -> str:
    """A graph's file name up to the content's hash; changes with whatever changes the graph."""
    content = spec.sha256 or hashlib.sha256(spec.path.read_bytes()).hexdigest()
    parts = [spec.identifier, content, spec.architecture, spec.activation]
    parts += [str(spec.size), str(spec.mean), str(spec.std)]
    key = hashlib.sha256("\n".join([*parts, _code_revision(), *versions]).encode()).hexdigest()
    return f"{spec.name}-{key[:16]}"


def _cache_stem(spec: NetworkSpec) -> str:
    """A cached graph outlives updates of what exports and runs it, so those count too; a shipped one does not."""
    return _stem(spec, *(importlib.metadata.version(package) for package in ("torch", "onnxruntime")))


@lru_cache(maxsize=1)
def _code_revision() -> str:
    """Our version and, where they lie about as files, a hash of the networks' modules."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted((Path(__file__).parents[1] / "networks").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _content_hash(graph: bytes) -> str:
    return hashlib.sha256(graph).hexdigest()[:16]


def _read(folder: Path, stem: str) -> bytes | None:
    for path in sorted(folder.glob(f"{stem}-*.onnx")):
        try:
            graph = path.read_bytes()
        except OSError as error:
            _log.warning("%s cannot be read: %s", path, error)
            continue
        if path.stem.endswith(_content_hash(graph)):
            return graph
        _log.warning("%s is broken", path)
    return None


def _write(graph: bytes, folder: Path, stem: str) -> Path:
    target = folder / f"{stem}-{_content_hash(graph)}.onnx"
    put_file(graph, target)
    return target
