"""What a detector found on a page and is no line of print, told by what was read there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.document import UNKNOWN, Line

__all__ = ["is_cut_off", "printed"]

MOST_UNKNOWN: Final = 0.6  # of the glyphs of a line; more is a picture or dirt
SHORT: Final = 6  # glyphs; of a line of no more the confidence is asked for, too
LEAST_CONFIDENCE: Final = 0.4  # of a short line; less is dirt
MOST_SIGNS: Final = 0.5  # of the glyphs of a line that reads badly; more is a halftone or hatching
BADLY: Final = 0.65  # confidence; lines of a strange typeface read with 0.68 and more
MOST_PATTERNS: Final = 0.5  # of the long lines of a page; more is a page of pictures
EDGE: Final = 0.1  # of its height: a line so near the edge of the page may be cut off by it
LEAST_CUT_OFF: Final = 0.65  # confidence of such a line; less is the tops or feet of letters
USUAL: Final = 75.0  # percentile of the contrasts of a page's lines that is its print's
PALE: Final = 0.5  # of the usual contrast: so pale is what shines through
SURE: Final = 0.8  # confidence; pale lines that read worse, on average, are mirrored
RATHER_PALE: Final = 0.65  # of the usual contrast
LEAST_RATHER_PALE: Final = 0.6  # confidence of a single line that is rather pale
FEWEST: Final = 4  # long lines that tell a page of pictures


def printed(lines: Mapping[int, Line], contrasts: Mapping[int, float]) -> list[int]:
    """Which lines of a page hold print: no pictures, no dirt, nothing that shines through.

    Args:
        lines: as they were read, by their numbers.
        contrasts: of their crops, see `effocr.contrast.contrast_of`.

    Returns:
        Numbers, in order.
    """
    long = {number: line for number, line in lines.items() if len(line.text) > SHORT}
    patterns = {number for number, line in long.items() if _is_pattern(line)}
    kept = {
        number: line
        for number, line in sorted(lines.items())
        if number not in patterns and _is_print(line)
    }
    if len(patterns) > MOST_PATTERNS * max(len(long), FEWEST):
        kept = {number: line for number, line in kept.items() if line.confidence >= BADLY}
    through = _show_through(kept, contrasts)
    return [number for number in kept if number not in through]


def _is_print(line: Line) -> bool:
    """Whether a line that the detector found holds print, and is no dirt.

    The confidence of long lines is not asked for, since that would make all their boxes.
    """
    unknown = line.text.count(UNKNOWN)
    if not line.text or unknown > MOST_UNKNOWN * len(line.text):
        return False
    return len(line.text) > SHORT or line.confidence >= LEAST_CONFIDENCE


def _is_pattern(line: Line) -> bool:
    """Whether a line is badly read signs: the dots of a halftone look like = and *."""
    signs = sum(
        unicodedata.category(one)[0] not in "LNM" for one in line.text if one not in (" ", UNKNOWN)
    )
    mostly = signs > MOST_SIGNS * len(line.text.replace(" ", ""))
    return mostly and line.confidence < BADLY  # in this order: confidence is told when asked for


def _reads_well(line: Line) -> bool:
    return len(line.text) > SHORT and line.confidence >= SURE


def _show_through(lines: Mapping[int, Line], contrasts: Mapping[int, float]) -> set[int]:
    """Numbers of the lines that are the other side of the leaf: pale and mirrored.

    Pale lines are judged together: a short word of those reads well by chance.
    """
    if not lines:
        return set()
    usual = float(np.percentile([contrasts[number] for number in lines], USUAL))
    rather = {
        number: line.confidence
        for number, line in lines.items()
        if contrasts[number] < RATHER_PALE * usual
    }
    pale = {number for number in rather if contrasts[number] < PALE * usual}
    if pale and float(np.median([rather[number] for number in pale])) >= SURE:
        pale = set()
    pale -= {number for number in pale if _reads_well(lines[number])}
    return pale | {number for number in rather if rather[number] < LEAST_RATHER_PALE}


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
