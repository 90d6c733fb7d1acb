"""What happened to the versions of a name: one JSON object a line, oldest first."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from effocr.data.records import Skipped
from effocr.versions import HISTORY

__all__ = ["Action", "Event", "Figures", "append_event", "read_history"]

Action = Literal["adopt", "promote", "refuse", "rollback"]


class Figures(BaseModel, frozen=True, extra="forbid"):
    """Both models on one gate set, measured in the same run."""

    lines: int = Field(ge=0)
    before: float | None = Field(description="CER of the current version, percent; None: no such")
    after: float = Field(description="CER of the new version, percent")


class Event(BaseModel, frozen=True, extra="forbid"):
    """One line of history.jsonl."""

    at: datetime = Field(description="when, UTC")
    action: Action = Field(
        description="adopt: kept as the version before the first one; refuse: worse than current"
    )
    version: str = Field(description="that it happened to")
    previous: str | None = Field(None, description="version that was current")
    source: str = Field("", description="folder that the version was copied from")
    gates: dict[str, Figures] = Field({}, description="by set; empty: promoted with --no-gate")
    tolerance: float = Field(0.0, ge=0, description="points of CER that it may be worse")
    forced: bool = Field(False, description="promoted though it was worse")


def append_event(home: Path, event: Event) -> None:
    """Add a line and wait until it is on the disk; a line cut off by a kill stays by itself.

    Raises:
        OSError: it cannot be written.
    """
    path = home / HISTORY
    with path.open("ab+") as file:
        broken = file.tell() > 0 and _last_byte(path) != b"\n"
        file.write(b"\n" * broken + event.model_dump_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_history(home: Path) -> tuple[list[Event], list[Skipped]]:
    """The events of a name, and the lines that cannot be read; both empty if there is no history.

    An event is written before `current` is: after a kill in between, the last one did not come to
    pass. What is current is in the file `current` alone.
    """
    path = home / HISTORY
    events: list[Event] = []
    skipped: list[Skipped] = []
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return events, skipped
    for number, line in enumerate(lines, 1):
        try:
            events.append(Event.model_validate_json(line))
        except ValidationError:
            skipped.append(Skipped(f"{path}:{number}", "not an event; it was cut off or changed"))
    return events, skipped


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
