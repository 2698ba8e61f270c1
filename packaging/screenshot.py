"""Makes the screenshot of the README: the real window, the real networks, the sample photos.

    python packaging/screenshot.py [--theme light|dark] [--scale 2] [resources/screenshot.png]

Needs no display: it draws on Qt's offscreen platform. Nothing of the person's own catalog is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

WAIT_S = 300  # for the analysis of a handful of photos, on a slow machine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("target", nargs="?", type=Path, default=Path("resources/screenshot.png"))
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--scale", default="1", help="device pixels to one logical pixel")
    parser.add_argument("--photos", type=Path, help="a folder of other photos; it is only read")
    options = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded
    os.environ["QT_SCALE_FACTOR"] = options.scale
    with tempfile.TemporaryDirectory() as home:
        return take(options.target, options.theme, Path(home), options.photos)


def take(target: Path, theme_name: str, home: Path, photos: Path | None) -> int:
    """Opens the window on the photos, reviews a little, and writes the picture of it."""
    from phototagger.app.program import Program
    from phototagger.gui.bridge.runner import JobRunner
    from phototagger.gui.kit import theme
    from phototagger.gui.operations.jobs import Slot
    from phototagger.gui.shell import application
    from phototagger.gui.shell.main_window import MainWindow

    qt = application.application()
    theme.apply(qt, theme_name)
    app = Program.open(home / "catalog.sqlite", home / "settings.toml", device="cpu", in_process=True)
    settings = app.preferences.settings
    app.preferences.update(replace(settings, window=replace(settings.window, thumbnail_side=160)))
    runner = JobRunner()
    window = MainWindow(runner)
    window.resize(1280, 760)
    window.show()
    window.attach(app)
    photos_page, review = window.photos_page, window.review
    assert photos_page is not None
    assert review is not None

    def wait(ready: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + WAIT_S
        while not ready():
            qt.processEvents()
            time.sleep(0.01)
            if time.monotonic() > until:
                raise TimeoutError(f"waited {WAIT_S} s for {what}")

    def settle(seconds: float) -> None:
        until = time.monotonic() + seconds
        wait(lambda: time.monotonic() > until, "the window to come to rest")

    context = window.context
    assert context is not None
    window.add([photos or app.analysis.sample_photos()])
    wait(lambda: not context.jobs.busy(Slot.ANALYSIS), "the analysis")
    settle(2.0)
    for message in window.messages.shown():
        message.leave()
    best = max(
        photos_page.model.ids(), key=lambda one: len(app.library.details(one).suggestions), default=None
    )
    if best is not None:
        photos_page.grid.show_photo(best)
        wait(lambda: review.lines.photos == 1, "the review panel")
        if len(review.lines.to_review) > 1:
            review.accept_current()
    photos_page.grid.setFocus()
    settle(2.0)
    target.parent.mkdir(parents=True, exist_ok=True)
    written = window.grab().save(str(target))
    window.close()
    runner.shutdown()
    sys.stdout.write(f"{target}\n" if written else f"{target} could not be written\n")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main())
