"""Any box localizer as a `Locator`: its boxes in reading order, with word gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from effocr.geometry import Affine
from effocr.layout.words import word_starts
from effocr.localizer.arrays import Located
from effocr.localizer.backends.boxes import BoxLocalizer, LineBoxes
from effocr.pipeline.engines import Grey, LocatedLine

__all__ = ["BoxLocator"]


@dataclass(frozen=True, slots=True)
class BoxLocator:
    """A backend's boxes, brought into reading order. The frame is the image itself.

    Attributes:
        localizer: the backend.
        direction: of the lines.
        spaces: the language has spaces; words that the backend found decide where they stand, and
            on a line where it found none the gaps between glyphs do.
    """

    localizer: BoxLocalizer
    direction: Literal["ltr", "rtl", "ttb"] = "ltr"
    spaces: bool = True

    def locate(self, lines: Sequence[Grey]) -> list[LocatedLine | None]:
        """See `effocr.pipeline.engines.Locator`."""
        return [
            LocatedLine(line, Affine.identity(), line, self._in_order(found))
            for line, found in zip(lines, self.localizer.locate(lines), strict=True)
        ]

    def _in_order(self, found: LineBoxes) -> Located:
        axis = 1 if self.direction == "ttb" else 0
        middle = found.glyphs[:, axis] + found.glyphs[:, axis + 2]
        order = np.argsort(middle, kind="stable")
        boxes, scores = found.glyphs[order], found.scores[order]
        starts = np.zeros(len(boxes), bool)
        if self.spaces:
            starts = word_starts(boxes, found.words, axis=axis)
        if self.direction == "rtl":
            boxes, scores = boxes[::-1], scores[::-1]
            starts = np.concatenate((starts[:1], starts[:0:-1]))  # a gap stays where it is
        return Located(
            np.ascontiguousarray(boxes, np.float32),
            np.ascontiguousarray(scores, np.float32),
            starts.astype(np.float32),
            None,
            0.0,
        )
