"""Lines of a page -> columns and rows, cut at the white between them. Numpy only.

A recursive X-Y cut (Nagy and Seth, "Hierarchical representation of optically scanned documents",
1984) of the boxes of lines instead of pixels. Its cuts are gutters: upright white strips with print
on both sides along their height, the tallest first, in the spirit of Breuel's whitespace cover
("Two geometric algorithms for layout analysis", 2002). What crosses a gutter, such as a headline,
ends it; single lines in the midst of others do not, as two lines that were found as one would:
each costs some of the gutter's height, and the dearest run is taken. Beside a gutter stand columns,
read one after the other, or cells, read row by row: cells are level with each other or far apart,
and cover little of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from effocr.layout.tables import by_rows, covered, side_by_side

__all__ = ["Part", "cut_parts"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]

CELLS: Final = 2.0  # steps that a line's height is looked at in
GRID: Final = 4.0  # the same, across the page
INSET: Final = 0.3  # of its height: outlines reach beyond the print at both ends
FEWEST: Final = 3.0  # line heights with print on both sides, for columns
FEWEST_ROWS: Final = 1.5  # the same, for rows of cells
THIN: Final = 1.5  # line heights: what crosses a gutter and is no higher may be two lines in one
CROSSED: Final = 0.5  # steps of a gutter that a step costs where something crosses it,
ODD: Final = 2.0  # and where that does not begin where the left column does,
BARRED: Final = 1e6  # and where it is a headline
INSIDE: Final = 0.9  # of its height a gutter counts that ends at a line of the left column
FLUSH: Final = 1.5  # line heights that two lines in one begin off the edge of the left column
NEXT: Final = 4.0  # line heights before a gutter, within which lines of its left column end
NARROW: Final = 0.4  # of the other column's width: beside it stand notes or cells
MANY: Final = 12  # lines, if they stand closely, are no notes
SHORT: Final = 6.5  # line heights: half of the cells of a column are narrower
CLEAR: Final = 0.3  # line heights of white below a row of pieces above columns
LEVEL: Final = 0.25  # of a line's height, that the middles of cells of one row are apart at most
NEARLY: Final = 0.6  # of the tallest gutter: columns go before rows if theirs is as tall
LOOSE: Final = 0.48  # of a table's area its cells cover at most, columns of text cover more
LOOSE_SHORT: Final = 9.0  # line heights: half of the cells of one of its columns are narrower
LOOSE_PAIRED: Final = 0.5  # of these have a cell beside them,
THIN_SET: Final = 0.6  # or less than that of a column's height is print; as of notes
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
            first, left = _is_head(some, unit), _is_left(some, gutter.x)
            bands = [first, ~first] if first.any() else [left, ~left]
        found = [[line for line, within in zip(lines, band, strict=True) if within]
                 for band in bands]  # fmt: skip
        waiting += [band for band in reversed(found) if band]
    return parts


def _is_head(boxes: Floats, unit: float) -> Flags:
    """[n] which lines are a row of short pieces above all columns, such as date and price.

    None are where the first row of the columns stands there: it is wide, or lines go on below it.
    """
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    first: Flags = boxes[:, 1] < middle.min()
    none = np.zeros_like(first)
    if first.sum() < 2 or first.all():
        return none
    wide = float((boxes[first, 2] - boxes[first, 0]).sum())
    white = float(boxes[~first, 1].min() - boxes[first, 3].max())
    within = float(boxes[:, 2].max() - boxes[:, 0].min())
    return first if wide < LOOSE * within and white > CLEAR * unit else none


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
    edges = np.unique(np.floor(starts / unit * GRID) * unit / GRID)
    # Half a line before a column first: a page number below the gutter is to cross it.
    places = np.concatenate([edges - step, edges])
    left = (ends[None] <= places[:, None]).astype(np.float32) @ rows > 0
    right = (starts[None] >= places[:, None]).astype(np.float32) @ rows > 0
    crossing = (starts[None] < places[:, None]) & (ends[None] > places[:, None])
    thin = boxes[:, 3] - boxes[:, 1] <= THIN * unit
    flush = _is_flush(starts, ends, places, unit)
    costs = np.zeros((len(places), count))
    for which, cost in ((crossing, CROSSED), (crossing & ~flush, ODD), (crossing & ~thin, BARRED)):
        costs[which.astype(np.float32) @ rows > 0] = cost
    free = left & right & (costs == 0)
    scores, first, last = _tallest(free - costs)
    ends_there = np.pad(costs == CROSSED, ((0, 0), (1, 1)))
    each = np.arange(len(places))
    scores[ends_there[each, first] | ends_there[each, last + 1]] *= INSIDE
    found = [
        _Gutter(float(places[n]), scores[n] * step, top + first[n] * step, top + last[n] * step)
        for n in np.flatnonzero(scores >= FEWEST_ROWS * CELLS).tolist()
    ]
    return sorted(found, key=lambda gutter: -gutter.height)


def _is_flush(starts: Floats, ends: Floats, places: Floats, unit: float) -> Flags:
    """[k, n] whether a line begins where the lines do that end before a place."""
    flush = np.zeros((len(places), len(starts)), np.bool_)
    for number, x in enumerate(places.tolist()):
        beside = starts[(ends <= x) & (ends > x - NEXT * unit)]
        flush[number] = np.abs(starts - np.median(beside)) <= FLUSH * unit if len(beside) else False
    return flush


def _tallest(scores: Floats) -> tuple[Floats, Ints, Ints]:
    """The run of steps with the greatest sum, as long as may be; [k, n] -> [k] each.

    Returns:
        The sum, the first step and the last (exclusive).
    """
    sums = np.concatenate([np.zeros((len(scores), 1)), np.cumsum(scores, axis=1)], axis=1)
    best = sums - np.minimum.accumulate(sums, axis=1)
    last = best.shape[1] - 1 - best[:, ::-1].argmax(axis=1)
    each = np.arange(len(scores))
    before = np.arange(sums.shape[1]) <= last[:, None]
    first = np.where(before, sums, np.inf).argmin(axis=1)
    return best[each, last], first, last


def _kind(boxes: Floats, gutter: _Gutter) -> Literal["columns", "rows", "notes"]:
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
    least = min(one / max(tall, 1e-6) for one, tall in zip(usual, high, strict=True))
    level = float(_is_level(fewer, more).any(axis=1).mean())
    if covered(within) < LOOSE and least < LOOSE_SHORT:
        thin = min(_density(side) for side in beside) < THIN_SET
        if thin or level >= LOOSE_PAIRED:
            return "rows"
    if least < SHORT and level >= PAIRED:
        return "rows" if 2 * len(fewer) >= len(more) else "notes"
    # Narrow lines make a column, too, where they are many and stand closely: advertisements.
    close = len(fewer) >= MANY and min(_density(side) for side in beside) >= THIN_SET
    return "columns" if close or min(usual) >= NARROW * max(usual) else "notes"


def _density(boxes: Floats) -> float:
    """Share of the height of lines [n, 4] that stand above each other, which is not white."""
    height = float(boxes[:, 3].max() - boxes[:, 1].min())
    return float((boxes[:, 3] - boxes[:, 1]).sum()) / max(height, 1e-6)


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
