"""A window from which a folder can be dragged, as from a file manager, for packaging/test-installed.sh.

python packaging/drag_source.py FOLDER X Y
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Any press of the mouse starts dragging the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._folder = folder
        self.setWindowTitle("drag source")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - the name is Qt's
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(self._folder))])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    app = QApplication(sys.argv[:1])
    source = Source(Path(sys.argv[1]).absolute())
    source.setGeometry(int(sys.argv[2]), int(sys.argv[3]), 200, 200)
    source.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
