"""What networks are for: one class a task, in one registry.

A class says how a photo becomes input, which outputs it wants, and how they become findings. Come in: tasks. Not:
architectures, devices, thresholds of single networks (those are in their specs).
"""

from __future__ import annotations

from collections.abc import Iterable

from phototagger.inference.tasks.base import FaceTask, NetworkTask, PhotoTask
from phototagger.inference.tasks.classify import ClassifyTask
from phototagger.inference.tasks.faces import FacesTask, IdentityTask, TraitsTask
from phototagger.inference.tasks.labels import LabelsTask
from phototagger.inference.tasks.objects import ObjectsTask
from phototagger.inference.tasks.text import TextTask

__all__ = ["TASKS", "FaceTask", "FacesTask", "NetworkTask", "PhotoTask", "TextTask", "registry"]

TASKS: tuple[type[NetworkTask], ...] = (
    ClassifyTask,
    ObjectsTask,
    FacesTask,
    IdentityTask,
    TraitsTask,
    LabelsTask,
    TextTask,
)
"""In the order in which they run."""


def registry(more: Iterable[type[NetworkTask]] = ()) -> dict[str, type[NetworkTask]]:
    """All tasks by name; ours come first and keep their names."""
    found = {str(task.name): task for task in TASKS}
    for task in more:
        found.setdefault(str(task.name), task)
    return found
