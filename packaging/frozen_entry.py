"""Where the frozen program starts. multiprocessing's children start here too, so they branch off first."""

import multiprocessing
import sys
from pathlib import Path

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from phototagger.__main__ import main, main_window

    # Windows has a second program without a console, for the menu.
    sys.exit(main_window() if Path(sys.executable).stem.lower() == "phototagger-window" else main())
