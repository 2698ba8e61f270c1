"""Where the frozen program starts. multiprocessing's children start here too, so they branch off first."""

import multiprocessing
import sys
from pathlib import Path


def opens_window() -> bool:
    """Windows has a second program without a console, for the menu; a Mac gives it whole paths."""
    window = Path(sys.executable).stem.lower() == "phototagger-window"
    return window or (sys.platform == "darwin" and len(sys.argv) > 1 and Path(sys.argv[1]).is_absolute())


if __name__ == "__main__":
    multiprocessing.freeze_support()
    from phototagger.__main__ import main, main_window

    sys.exit(main_window() if opens_window() else main())
