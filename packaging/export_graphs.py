"""Exports the networks to ONNX graphs for a build, each checked against torch. Needs torch and timm.

python packaging/export_graphs.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from phototagger.inference.zoo.backends import export_graph  # noqa: E402 - found by the line above
from phototagger.inference.zoo.graphs import store_shipped  # noqa: E402
from phototagger.specs.found import shipped_networks  # noqa: E402


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.onnx"):
        old.unlink()
    for info in shipped_networks(ROOT / "resources" / "models"):
        path = store_shipped(export_graph(info), info, folder)
        print(f"{path.name}: {path.stat().st_size / 2**20:.1f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
