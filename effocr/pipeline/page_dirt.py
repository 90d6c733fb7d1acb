"""What a detector found on a page and is no line of print, told by what was read there."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.document import UNKNOWN, Line

__all__ = ["is_cut_off", "is_print"]

MOST_UNKNOWN: Final = 0.6  # of the glyphs of a line; more is a picture or dirt
SHORT: Final = 6  # glyphs; of a line of no more the confidence is asked for, too
LEAST_CONFIDENCE: Final = 0.4  # of a short line; less is dirt
EDGE: Final = 0.1  # of its height: a line so near the edge of the page may be cut off by it
LEAST_CUT_OFF: Final = 0.65  # confidence of such a line; less is the tops or feet of letters


def is_print(line: Line) -> bool:
    """Whether a line that the detector found holds print, and is no picture and no dirt.

    The confidence of long lines is not asked for, since that would make all their boxes.
    """
    unknown = line.text.count(UNKNOWN)
    if not line.text or unknown > MOST_UNKNOWN * len(line.text):
        return False
    return len(line.text) > SHORT or line.confidence >= LEAST_CONFIDENCE


def is_cut_off(line: Line, polygon: npt.NDArray[np.float32], side_px: int) -> bool:
    """Whether the edge of the page cuts through a line, so that it cannot be read.

    An image of one line often shows the tops of the letters of the next one.

    Args:
        line: as it was read.
        polygon: [n, 2] its outline, pixels of the upright page.
        side_px: of that page: its height, for columns its width.
    """
    across = 0 if line.direction == "ttb" else 1
    first, last = polygon[:, across].min(), polygon[:, across].max()
    near = EDGE * (last - first)
    at_edge = first <= near or last >= side_px - near
    return bool(at_edge) and line.confidence < LEAST_CUT_OFF
