"""One run of the program, from its start to its end, as log and fault file know it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from phototagger.diagnostics import crash
from phototagger.diagnostics import log as logs
from phototagger.diagnostics.private_marks import Known
from phototagger.domain.errors import Cancelled, PhotoTaggerError

log = logging.getLogger(__name__)


@contextmanager
def with_log(part: str, level: str = "info", queued: bool = False) -> Iterator[None]:
    """While inside, this process has a log, and a crash leaves its stacks. What is raised is logged on its way out:
    our own faults with where they came from.

    ``part``: window or command. ``queued``: see :func:`.log.start`.
    """
    written = logs.start(part, level, queued)
    faults = crash.watch(part)
    begun = time.monotonic()
    try:
        yield
        log.info("The %s ends after %.1f s", Known(part), time.monotonic() - begun)
    except (Cancelled, KeyboardInterrupt):
        log.info("The %s was stopped after %.1f s", Known(part), time.monotonic() - begun)
        raise
    except PhotoTaggerError as error:
        log.info("The %s ends with an error of the kind %s: %s", Known(part), Known(error.name), error)
        raise
    except Exception:
        log.exception("The %s ends with a fault of ours", Known(part))
        raise
    finally:
        if faults is not None:
            faults.close()
        if written is not None:
            written.close()
