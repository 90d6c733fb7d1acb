"""What finds the lines of a page: a network, a classical method, or a fake in a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from effocr.pipeline.images import Grey

__all__ = ["DetectedLine", "LineDetector"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class DetectedLine:
    """A line of text on a page.

    Attributes:
        polygon: [n, 2] float32, pixels of the page, clockwise from the start of the top edge: the
            top edge from the start of the line to its end, then the bottom edge back. At least 3
            corners; more than 4 where the line bends.
        score: how sure the detector is, 0 to 1.
        height_px: of a letter without ascender (x), if the detector can tell.
    """

    polygon: Floats
    score: float = 1.0
    height_px: float | None = None


class LineDetector(Protocol):
    """Finds lines; called by several threads at once."""

    def detect(self, page: Grey) -> list[DetectedLine]:
        """Find the lines of text, in any order.

        Args:
            page: [height, width] uint8, upright.
        """
        ...
