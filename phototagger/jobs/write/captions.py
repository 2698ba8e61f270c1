"""What planning a write makes of a photo's caption, given what its file says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.domain.writing import CaptionChange, FileFields, WritePlan
from phototagger.jobs.write.settling import CREATED_FIELD

MOST_SHOWN = 80  # characters of a caption in a sentence
CAPTION_FIELD = "XMP-dc:Description"


def caption_to_write(asked: CaptionChange, fields: FileFields) -> tuple[CaptionChange, str]:
    """The caption that comes and goes, and, where a wanted one does not come, why."""
    if asked.add is None:
        return asked, ""
    name, held = fields.path.name, fields.captions()
    gone = asked.add if asked.remove is None else asked.remove
    if any(text not in (asked.add, asked.remove) for text in held):
        other = next(text for text in held if text not in (asked.add, asked.remove))
        return CaptionChange(remove=asked.remove), f"{name} has a caption of its own by now ({short(other)})"
    if not held and CAPTION_FIELD in fields.values.get(CREATED_FIELD, ()):  # and none is there to be seen
        return CaptionChange(remove=gone), f"The caption of {name} was taken out in another program"
    return asked, ""


def short(text: str) -> str:
    """A caption in one line, between quotation marks, cut off where it is long."""
    line = " / ".join(text.splitlines())
    return repr(line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…")


def settled_caption(
    asked: CaptionChange, planned: CaptionChange, fields: FileFields, plans: Sequence[WritePlan]
) -> tuple[str | None, str | None]:
    """The caption that the file holds already, and the one it does not hold any more: neither needs a write."""
    comes = any(plan.caption_added is not None for plan in plans)
    goes = any(plan.caption_removed is not None for plan in plans)
    held = planned.add if not comes and planned.add in fields.captions() else None
    # What was there goes when the new one comes, or is rejected.
    gone = asked.remove if not goes and (asked.add is None or held is not None) else None
    return held, gone
