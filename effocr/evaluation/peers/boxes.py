"""Regions of text that other programs find on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from effocr.data.detection import Region

__all__ = ["BoxesRun"]


@dataclass(frozen=True, slots=True)
class BoxesRun:
    """Pages, looked at once by one engine.

    Attributes:
        regions: of each image, in the order given; None where it failed.
        seconds: of the engine's processes, from their start to their end, models loaded.
        rss_mb: peak memory of the engine's processes together, MiB; None where it is not known.
        configuration: the engine's version and how it was run, for people.
        failures: reason per path of each image that could not be read.
    """

    regions: tuple[tuple[Region, ...] | None, ...]
    seconds: float
    rss_mb: float | None
    configuration: str
    failures: Mapping[str, str] = field(default_factory=dict)
