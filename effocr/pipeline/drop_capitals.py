"""Drop capitals: large letters at the start of a paragraph, beside two to four of its lines.

A detector of lines takes one for a line, for the start of any of the lines beside it, or for
nothing, and often runs these lines together; so large letters are looked for in the ink, with a
line near and strokes heavier than its. Which of them are drop capitals is told by the lines that
are found on the page without them: two or more begin beside one, and none before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.geometry import right_of
from effocr.pipeline.images import Grey
from effocr.pipeline.page_ink import PageInk, page_ink
from effocr.pipeline.rectify import paper_of
from effocr.shrink import shrink

__all__ = ["DropCapital", "LargeLetter", "find_large_letters", "settle_drop_capitals"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Polygon = npt.NDArray[np.float32]

LINE_PX: Final = 20.0  # usual height of a line, where the ink is looked at
# All lengths are in usual heights of the lines beside it.
LOWEST, HIGHEST = 1.1, 6.0  # of a drop capital
WIDEST: Final = 1.6  # of its height
BROAD: Final = 0.75  # narrower ones are letters of two lines that touch, or braces, ...
NARROWEST: Final = 0.12  # of its height: rules are narrower, ...
FULL: Final = 0.5  # of its box: ... but an I, which is mostly ink
BESIDE: Final = 1.3  # from it to the start of a line beside it, at most
BEFORE: Final = 0.5  # that a line may begin before it
LONG: Final = 2.0  # of a line beside it, at least
ABOVE: Final = 0.25  # of its height, from the foot of the first line to the letter's top, at least
TOP: Final = 0.8  # that its top and that of the first line are apart
INK: Final = 0.6  # of the paper's grey level; darker is ink
OTHERS: Final = 0.06  # of its square, of ink that a line has left of where it begins
FEWEST, MOST = 2, 5  # lines beside it
TEXT: Final = 5.0  # of the print beside it, that its strokes are measured by
HEAVY: Final = 1.25  # times broader its strokes are, at least


@dataclass(frozen=True, slots=True, eq=False)
class LargeLetter:
    """What may be a drop capital.

    Attributes:
        box: x0 y0 x1 y1, pixels of the page, right and bottom exclusive.
        ink: [y1 - y0, x1 - x0] bool, its ink and a rim of paper.
    """

    box: tuple[int, int, int, int]
    ink: Flags


@dataclass(frozen=True, slots=True, eq=False)
class DropCapital:
    """A drop capital, and the numbers of the lines beside it, from the top."""

    letter: LargeLetter
    lines: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Lines of a page, in its pixels.

    Attributes:
        polygons: their outlines.
        boxes: [n, 4] float64, around them.
        heights: [n] float64, means along the lines.
    """

    polygons: Sequence[Polygon]
    boxes: Floats
    heights: Floats


def find_large_letters(page: Grey, polygons: Sequence[Polygon]) -> list[LargeLetter]:
    """Find what may be drop capitals.

    Args:
        page: [height, width] uint8, upright.
        polygons: [n, 2] each, outlines of its lines, which run from left to right.
    """
    if not len(polygons):
        return []
    lines = _measured(polygons)
    usual = float(np.median(lines.heights))
    scale = max(usual / LINE_PX, 1.0)
    ink = page_ink(shrink(page, 1 / scale))
    scale *= ink.scale
    tall = ink.heights * scale >= LOWEST * float(np.quantile(lines.heights, 0.1))
    tall &= (ink.widths <= WIDEST * ink.heights) & (ink.widths >= NARROWEST * ink.heights)
    tall[0] = False
    found: list[LargeLetter] = []
    for piece in np.flatnonzero(tall).tolist():
        near = _near(ink.boxes[piece] * scale, lines)
        height = min(usual, float(lines.heights[near].min(initial=usual))) / scale
        if near.size and _is_letter(ink, piece, height):
            found.append(_on_page(ink, piece, scale, page.shape))
    return found


def settle_drop_capitals(
    page: Grey, polygons: Sequence[Polygon], letters: Sequence[LargeLetter]
) -> list[DropCapital]:
    """Tell which large letters are drop capitals.

    Args:
        page: [height, width] uint8, upright, without the letters.
        polygons: [n, 2] each, outlines of its lines.
        letters: that were on the page.

    Returns:
        One at most beside each line.
    """
    if len(polygons) < FEWEST:
        return []
    lines = _measured(polygons)
    kept: list[DropCapital] = []
    for letter in sorted(letters, key=lambda one: -one.ink.size):
        beside = _beside(page, letter, lines)
        if beside and not any(set(beside) & set(other.lines) for other in kept):
            kept.append(DropCapital(letter, beside))
    return kept


def _measured(polygons: Sequence[Polygon]) -> _Lines:
    """Lines by their outlines."""
    boxes = np.array([[*one.min(axis=0), *one.max(axis=0)] for one in polygons], np.float64)
    areas = [cv2.contourArea(np.asarray(one, np.float32)) for one in polygons]
    heights = np.array(areas) / np.maximum(boxes[:, 2] - boxes[:, 0], 1.0)
    return _Lines(polygons, boxes, np.maximum(heights, 1.0))


def _near(box: Floats, lines: _Lines) -> npt.NDArray[np.intp]:
    """Numbers of the lines that reach beyond the right of a box and begin no further right."""
    _, y0, x1, y1 = box.tolist()
    left, top, right, bottom = lines.boxes.T
    near = (top < y1) & (bottom > y0) & (right > x1 + LONG * lines.heights)
    return np.flatnonzero(near & (left < x1 + BESIDE * lines.heights))


def _beside(page: Grey, letter: LargeLetter, lines: _Lines) -> list[int]:
    """Numbers of the lines beside a letter, from the top; none: it is no drop capital."""
    x0, y0, x1, y1 = letter.box
    near = _near(np.array(letter.box), lines).tolist()
    spans = {line: _span(lines, line, x1) for line in near}
    spans = {
        line: (top, bottom)
        for line, (top, bottom) in spans.items()
        if y0 < bottom - ABOVE * (bottom - top)
        and (top + bottom) / 2 < y1
        and not _holds_print(page, (x0, top, x1, bottom))
    }
    if not FEWEST <= len(spans) <= MOST:
        return []
    height = min(bottom - top for top, bottom in spans.values())
    if not LOWEST * height <= y1 - y0 <= HIGHEST * height:
        return []
    before = lines.boxes[list(spans), 0] < x0 - BEFORE * height
    if before.any() or abs(min(spans.values())[0] - y0) > TOP * height:
        return []
    return sorted(spans, key=lambda line: spans[line])


def _holds_print(page: Grey, box: tuple[float, float, float, float]) -> bool:
    """Whether the middle rows of a box hold print: a line that begins under a letter."""
    x0, top, x1, bottom = box
    height = bottom - top
    rows = slice(max(round(top + 0.25 * height), 0), max(round(bottom - 0.25 * height), 1))
    seen = page[rows, round(x0) : round(x1)]
    if not seen.size:  # an outline may begin as a hairline
        return False
    return bool(np.count_nonzero(seen < INK * paper_of(seen)) > OTHERS * height * height)


def _span(lines: _Lines, line: int, x: float) -> tuple[float, float]:
    """Top and bottom of a line where it stands right of x, over its height."""
    start = max(x, float(lines.boxes[line, 0]))
    part = right_of(lines.polygons[line], start)
    part = right_of(part * (-1, 1), -start - float(lines.heights[line]))
    return float(part[:, 1].min()), float(part[:, 1].max())


def _is_letter(ink: PageInk, piece: int, height: float) -> bool:
    """Whether a piece of ink may be a capital beside lines of a height, pixels of the ink."""
    wide, tall = float(ink.widths[piece]), float(ink.heights[piece])
    if tall < LOWEST * height:
        return False
    if wide < BROAD * height and ink.areas[piece] <= FULL * wide * tall:
        return False
    x0, y0, x1, y1 = ink.boxes[piece].tolist()
    beside = ink.labels[y0:y1, x1 : x1 + round(TEXT * height)] > 0
    return _stroke(ink.labels[y0:y1, x0:x1] == piece) > HEAVY * _stroke(beside) > 0


def _stroke(ink: Flags) -> float:
    """How far ink is from paper on average, pixels; 0 without ink."""
    far = cv2.distanceTransform(np.pad(ink.astype(np.uint8), 1), cv2.DIST_L2, 5)
    return float(far[far > 0].mean()) if ink.any() else 0.0


def _on_page(ink: PageInk, piece: int, scale: float, shape: tuple[int, ...]) -> LargeLetter:
    """A piece of ink in pixels of the page, [height, width]."""
    rim = 1
    x0, y0, x1, y1 = (ink.boxes[piece] + np.array([-rim, -rim, rim, rim])).tolist()
    x0, y0 = max(x0, 0), max(y0, 0)
    own = (ink.labels[y0:y1, x0:x1] == piece).astype(np.uint8)
    own = np.asarray(cv2.dilate(own, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)))
    left, top = round(x0 * scale), round(y0 * scale)
    right = min(round(x1 * scale), shape[1])
    bottom = min(round(y1 * scale), shape[0])
    own = cv2.resize(own, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
    return LargeLetter((left, top, right, bottom), np.asarray(own) > 0)
