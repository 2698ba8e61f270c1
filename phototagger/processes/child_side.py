"""The child's side: its end of the pipe, its log, and what every child of ours does first."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from phototagger.diagnostics import crash
from phototagger.diagnostics.log import carried
from phototagger.diagnostics.private_marks import OURS, Known
from phototagger.processes import signals

log = logging.getLogger(__name__)

Sent = TypeVar("Sent")  # what a parent sends to this kind of child
Told = TypeVar("Told")  # what the child tells its parent


class ToParent(Generic[Sent, Told]):
    """The child's end of the pipe; safe from any thread. ``faults``: where this process' stacks go in a crash."""

    def __init__(self, connection: Connection, faults: crash.FaultFile | None) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self.faults = faults

    def receive(self) -> Sent:
        """The next message. Raises EOFError or OSError when the parent is gone."""
        message: Sent = self._connection.recv()
        return message

    def send(self, message: Told) -> None:
        """Raises nothing: when the parent is gone, the process ends here."""
        self._send(message)

    def _send(self, message: Any) -> None:
        try:
            with self._sending:
                self._connection.send(message)
        except OSError:
            os._exit(0)


class _UpThePipe(logging.Handler):
    """Hands the child's records to its parent, whose log they stand in."""

    def __init__(self, parent: ToParent[Any, Any]) -> None:
        super().__init__()
        self._parent = parent

    def emit(self, record: logging.LogRecord) -> None:
        self._parent._send(carried(record))


def begin(
    part: str, connection: Connection, level: int, work: Callable[..., int | None], arguments: tuple[Any, ...]
) -> None:
    """The child's whole life: ``work(parent, *arguments)``, whose answer is the exit status; 1 after a fault, which
    the log tells. Leaves by
    ``os._exit``: nothing here needs the interpreter's own farewell, which could hang or crash on threads inside a
    codec."""
    signals.leave_to_parent()
    parent: ToParent[Any, Any] = ToParent(connection, crash.watch(part))
    logging.getLogger().addHandler(_UpThePipe(parent))
    logging.getLogger(OURS).setLevel(level)
    logging.captureWarnings(True)
    status: int | None = 1
    try:
        status = work(parent, *arguments)
    except Exception:
        log.exception("A fault of ours ends the %s", Known(part))
    finally:
        os._exit(status or 0)
