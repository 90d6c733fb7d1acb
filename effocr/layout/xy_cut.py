"""Lines of a page -> columns and rows, cut at the white between them. Numpy only.

A recursive X-Y cut (Nagy and Seth, "Hierarchical representation of optically scanned documents",
1984) of the boxes of lines instead of pixels. Its cuts are gutters: upright white strips with print
on both sides along their height, the tallest first, in the spirit of Breuel's whitespace cover
("Two geometric algorithms for layout analysis", 2002). What crosses a gutter, such as a headline,
ends it; a single line in the midst of others does not, as two lines that were found as one
would. Beside a gutter stand columns, read one after the other, or cells, read row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.tables import by_rows, side_by_side

__all__ = ["Part", "cut_parts"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CELLS: Final = 2.0  # steps that a line's height is looked at in
INSET: Final = 0.3  # of its height: outlines reach beyond the print at both ends
FEWEST: Final = 3.0  # line heights with print on both sides, for columns
FEWEST_ROWS: Final = 1.5  # the same, for rows of cells
THIN: Final = 1.5  # line heights: what crosses a gutter and is no higher may be two lines in one
BRIDGE: Final = 3.5  # line heights: so much of that, at one place
FLUSH: Final = 1.5  # line heights that two lines in one begin off the edge of the left column
NEXT: Final = 4.0  # line heights before a gutter, within which lines of its left column end
AROUND: Final = 8.0  # line heights above and below them where columns are looked for
NARROW: Final = 0.4  # of the other column's width: beside it stand notes or cells
SHORT: Final = 6.5  # line heights: half of the cells of a column are narrower
LEVEL: Final = 0.25  # of a line's height, that the middles of cells of one row are apart at most
NEARLY: Final = 0.6  # of the tallest gutter: columns go before rows if theirs is as tall
PAIRED: Final = 0.7  # of the cells of the shorter column have one beside them


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that no gutter cuts.

    Attributes:
        lines: their numbers; in reading order if `rows`.
        rows: the lines are cells of a table.
    """

    lines: list[int]
    rows: bool = False


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A gutter: its x, its height in which print stands on both sides, and its ends."""

    x: float
    height: float
    top: float
    bottom: float


def cut_parts(boxes: Floats, unit: float) -> list[Part]:
    """Cut a page into columns and tables.

    Args:
        boxes: [n, 4], of the lines, upright and read from left to right.
        unit: usual height of a line.

    Returns:
        Parts in reading order; every line in one.
    """
    parts: list[Part] = []
    waiting = [list(range(len(boxes)))]
    while waiting:
        lines = waiting.pop()
        some = boxes[lines]
        gutter, rows = _best(some, unit)
        if gutter is None:
            parts.append(Part(lines))
            continue
        middle = (some[:, 1] + some[:, 3]) / 2
        over, under = middle < gutter.top, middle > gutter.bottom
        if over.any() or under.any():
            bands = [over, ~over & ~under, under]
        elif rows:
            parts.append(Part(by_rows(lines, boxes), rows=True))
            continue
        else:
            left = _is_left(some, gutter.x)
            bands = [left, ~left]
        found = [[line for line, within in zip(lines, band, strict=True) if within]
                 for band in bands]  # fmt: skip
        waiting += [band for band in reversed(found) if band]
    return parts


def _is_left(boxes: Floats, x: float) -> Flags:
    """[n] which lines are left of a gutter; what reaches over it is where it begins."""
    left: Flags = boxes[:, 0] + INSET * (boxes[:, 3] - boxes[:, 1]) < x
    return left


def _best(boxes: Floats, unit: float) -> tuple[_Gutter | None, bool]:
    """The gutter to cut at, and whether rows of cells stand beside it."""
    gutters = _gutters(boxes, unit)
    if not gutters:
        return None, False
    rows: _Gutter | None = None
    for gutter in gutters:
        if gutter.height < NEARLY * gutters[0].height:
            break
        kind = _kind(boxes, gutter)
        if kind == "columns" and gutter.height >= FEWEST * unit:
            return gutter, False
        if kind == "rows" and rows is None:
            rows = gutter
    return rows, True


def _gutters(boxes: Floats, unit: float) -> list[_Gutter]:
    """Gutters of some height, the tallest first; one at most for each x."""
    inset = INSET * (boxes[:, 3] - boxes[:, 1])
    starts, ends = boxes[:, 0] + inset, boxes[:, 2] - inset
    step = unit / CELLS
    top = float(boxes[:, 1].min())
    count = int((boxes[:, 3].max() - top) / step) + 1
    centres = top + (np.arange(count) + 0.5) * step
    rows = ((boxes[:, 1, None] < centres) & (boxes[:, 3, None] > centres)).astype(np.float32)
    edges = np.unique(np.floor(starts / step) * step)
    # Half a line before a column first: a page number below the gutter is to cross it.
    places = np.concatenate([edges - step, edges])
    left = (ends[None] <= places[:, None]).astype(np.float32) @ rows > 0
    right = (starts[None] >= places[:, None]).astype(np.float32) @ rows > 0
    crossing = (starts[None] < places[:, None]) & (ends[None] > places[:, None])
    thin = boxes[:, 3] - boxes[:, 1] <= THIN * unit
    crossed = crossing.astype(np.float32) @ rows > 0
    barred = (crossing & ~thin).astype(np.float32) @ rows > 0
    found = []
    for number in np.flatnonzero((left & right & ~crossed).sum(axis=1) >= FEWEST_ROWS * CELLS):
        x, over = float(places[number]), crossing[number]
        beside = starts[(ends <= x) & (ends > x - NEXT * unit)]
        flush = np.abs(starts - np.median(beside)) <= FLUSH * unit if len(beside) else ~over
        odd = rows[over & ~flush].any(axis=0)
        free = left[number] & right[number] & ~crossed[number]
        start, stop, cells = _tallest(free, crossed[number], barred[number], odd)
        if cells * step >= FEWEST_ROWS * unit:
            found.append(_Gutter(x, cells * step, top + start * step, top + stop * step))
    return sorted(found, key=lambda gutter: -gutter.height)


def _tallest(free: Flags, crossed: Flags, barred: Flags, odd: Flags) -> tuple[int, int, int]:
    """First and last (exclusive) step of the tallest gutter, and how much of it has print beside.

    Args:
        free: [n], at that height print stands on both sides and nothing crosses.
        crossed: [n], a line crosses.
        barred: [n], what crosses is too high to be two lines in one.
        odd: [n], what crosses does not begin where the left column does.
    """
    ends = np.flatnonzero(np.diff(np.concatenate(([True], crossed, [True])).astype(np.int8)))
    merged: list[tuple[int, int]] = []
    for first, last in ends.reshape(-1, 2).tolist():
        gap = slice(merged[-1][1], first) if merged else slice(0)
        if merged and not barred[gap].any() and _is_bridge(free, gap, flush=not odd[gap].any()):
            merged[-1] = merged[-1][0], last
        else:
            merged.append((first, last))
    return max(
        ((first, last, int(free[first:last].sum())) for first, last in merged),
        key=lambda run: run[2],
        default=(0, 0, 0),
    )


def _is_bridge(free: Flags, gap: slice, *, flush: bool) -> bool:
    """Whether what crosses in a gap is lines of two columns that were found as one.

    Then it is few and stands in the midst of columns; if it does not even begin where the left
    column does, lines go on closely above and below on both sides.
    """
    if gap.stop - gap.start > BRIDGE * CELLS + 1:
        return False
    near, wanted = (AROUND, FEWEST) if flush else (2.0, 1.5)
    reach = round(near * CELLS)
    above, below = free[max(gap.start - reach, 0) : gap.start], free[gap.stop : gap.stop + reach]
    return bool(min(above.sum(), below.sum()) >= wanted * CELLS)


def _kind(boxes: Floats, gutter: _Gutter) -> str:
    """What stands beside a gutter: columns, rows (of cells), or notes."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    ends = boxes[:, 2] - INSET * (boxes[:, 3] - boxes[:, 1])
    crosses = _is_left(boxes, gutter.x) & (ends > gutter.x)
    within = boxes[(middle > gutter.top) & (middle < gutter.bottom) & ~crosses]
    if not len(within):
        return "notes"  # what is white here lies beside lines whose middles are elsewhere
    is_left = _is_left(within, gutter.x)
    beside = [_nearest(within[is_left], -1), _nearest(within[~is_left], 1)]
    fewer, more = sorted(beside, key=len)
    if len(fewer) < 2:
        return "rows" if len(more) < 4 else "notes"
    usual = [float(np.median(side[:, 2] - side[:, 0])) for side in beside]
    high = [float(np.median(side[:, 3] - side[:, 1])) for side in beside]
    short = any(one < SHORT * tall for one, tall in zip(usual, high, strict=True))
    if short and _is_level(fewer, more).any(axis=1).mean() >= PAIRED:
        return "rows" if 2 * len(fewer) >= len(more) else "notes"
    return "columns" if min(usual) >= NARROW * max(usual) else "notes"


def _is_level(some: Floats, others: Floats) -> Flags:
    """[n, m] whether lines [n, 4] and [m, 4] stand on one baseline, as cells of a row do."""
    middles = [(boxes[:, 1] + boxes[:, 3]) / 2 for boxes in (some, others)]
    tall = [boxes[:, 3] - boxes[:, 1] for boxes in (some, others)]
    lower = np.minimum(tall[0][:, None], tall[1][None, :])
    level: Flags = np.abs(middles[0][:, None] - middles[1][None, :]) <= LEVEL * lower
    return level


def _nearest(boxes: Floats, side: int) -> Floats:
    """Of lines on one side of a gutter those that no other stands in front of.

    Args:
        boxes: [n, 4].
        side: 1: they are right of it; -1: left.
    """
    level = side_by_side(boxes, boxes)
    nearer = side * boxes[:, None, 0] > side * boxes[None, :, 0]
    return boxes[~(level & nearer).any(axis=1)]
