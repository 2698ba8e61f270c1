"""Draws the program's icon for every system from resources/icons/app.svg: PNGs, phototagger.ico, phototagger.icns.

python packaging/make_icons.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parent.parent
SIDES = (16, 24, 32, 48, 64, 128, 256, 512)


def draw(side: int, target: Path) -> None:
    canvas = QImage(side, side, QImage.Format.Format_ARGB32)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    QSvgRenderer(str(ROOT / "resources" / "icons" / "app.svg")).render(painter)
    painter.end()
    if not canvas.save(str(target)):
        raise OSError(f"{target} cannot be written")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication([])
    for side in SIDES:
        draw(side, folder / f"{side}.png")
    del application
    with Image.open(folder / "512.png") as largest:
        largest.save(folder / "phototagger.ico", sizes=[(side, side) for side in SIDES if side <= 256])
        largest.save(folder / "phototagger.icns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
