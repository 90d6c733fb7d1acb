"""Lines of a page -> blocks, in reading order. Numpy only.

A page is first made flat (`effocr.layout.flatten`) and cut at its gutters into columns and tables
(`effocr.layout.xy_cut`). Within such a part, lines that stand closely below each other make a
block. Blocks are ordered by two rules (Breuel, "High performance document layout analysis", 2003):
one comes before another that it shares columns with if it is above, and before one that is right of
it unless something between them in height reaches over both; then a topological sort. Added to
that: short cells on one level are read by rows, and notes in a margin follow the block that they
stand beside.

All of it is done on a page turned so that lines run from left to right, the first at the top.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.geometry import Direction, union_box
from effocr.layout.flatten import flat_boxes
from effocr.layout.tables import joined_rows
from effocr.layout.xy_cut import cut_parts

__all__ = ["arrange"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Polygons = list[Floats]

NEAR: Final = 1.1  # median line heights of white inside of a block
SHARED: Final = 0.5  # of the narrower line's width, that lines of a block share
ALIKE: Final = 1.5  # times higher no line of a block is than the next
TOUCHING: Final = 0.15  # of the smaller extent; sharing less is sharing nothing
SMALL: Final = 6.0  # line heights; a page number is no wider
SOLID: Final = 3.0  # line heights; what is higher makes a column
LEAST_PX: Final = 1.0  # usual height of a line; lines of a PDF's text may be flat
NOTE: Final = 0.4  # of its neighbour's width: a note in the margin is narrower


def arrange(
    lines: list[npt.NDArray[np.float32]] | Polygons,
    *,
    width: int,
    height: int,
    direction: Direction = "ltr",
) -> list[list[int]]:
    """Put lines into blocks and both into reading order.

    Args:
        lines: [n, 2] each, outlines in page pixels.
        width: of the page, pixels.
        height: of the page, pixels.
        direction: of the lines.

    Returns:
        Numbers of the lines of each block; every line once.
    """
    if not lines:
        return []
    upright = [_upright(np.asarray(line, np.float64), width, direction) for line in lines]
    size = (height, width) if direction == "ttb" else (width, height)
    boxes = flat_boxes(upright, width=size[0], height=size[1])
    unit = max(float(np.median(boxes[:, 3] - boxes[:, 1])), LEAST_PX)
    blocks: list[list[int]] = []
    for part in cut_parts(boxes, unit):
        if part.rows:
            blocks.append(part.lines)
            continue
        found = _arranged(boxes[part.lines], unit)
        blocks += [[part.lines[place] for place in block] for block in found]
    return blocks


def _arranged(boxes: Floats, unit: float) -> list[list[int]]:
    """Blocks of a part of a page, in order; `unit` is the usual height of a line."""
    blocks = joined_rows(_blocks(boxes), boxes)
    around = np.array([union_box(boxes[block]) for block in blocks])
    notes = _notes(around)
    order = _ordered(around, [place for place in range(len(blocks)) if place not in notes], unit)
    for note, host in sorted(notes.items(), key=lambda pair: -around[pair[0], 1]):
        order.insert(order.index(host) + 1, note)
    return [blocks[place] for place in order]


def _upright(line: Floats, width: float, direction: Direction) -> Floats:
    """A line as if it ran from left to right: mirrored, or a column laid down."""
    match direction:
        case "ltr":
            return line
        case "rtl":
            return np.stack([width - line[:, 0], line[:, 1]], axis=1)
        case "ttb":
            return np.stack([line[:, 1], width - line[:, 0]], axis=1)


def _blocks(boxes: Floats) -> list[list[int]]:
    """Numbers of the lines of each block, from the top; boxes [n, 4]."""
    below = _next_below(boxes)
    above: dict[int, list[int]] = {}
    for one, other in below.items():
        above.setdefault(other, []).append(one)
    follows = {other: ones[0] for other, ones in above.items() if len(ones) == 1}
    after = {one: other for other, one in follows.items()}
    blocks = []
    for first in np.lexsort((boxes[:, 0], boxes[:, 1])).tolist():
        if first in follows:
            continue
        block = [first]
        while block[-1] in after:
            block.append(after[block[-1]])
        blocks.append(block)
    return blocks


def _next_below(boxes: Floats) -> dict[int, int]:
    """For each line the one that goes on below it, where there is one and no more."""
    tall = boxes[:, 3] - boxes[:, 1]
    usual = float(np.median(tall))
    shared = _shared(boxes, 0)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    is_below = middle[None, :] > middle[:, None] + 0.3 * np.minimum(tall[:, None], tall[None, :])
    found = {}
    for one in range(len(boxes)):
        under = np.flatnonzero(is_below[one] & (shared[one] > TOUCHING))
        if not under.size:
            continue
        top = float(boxes[under, 1].min())
        # What begins beside the nearest line competes with it: a head over two columns ends there.
        nearest = under[boxes[under, 1] < top + 0.6 * usual]
        if len(nearest) != 1:
            continue
        other = int(nearest[0])
        higher, lower = max(tall[one], tall[other]), max(min(tall[one], tall[other]), 1e-6)
        white = boxes[other, 1] - boxes[one, 3]
        if shared[one, other] >= SHARED and white <= NEAR * usual and higher <= ALIKE * lower:
            found[one] = other
    return found


def _shared(boxes: Floats, axis: int) -> Floats:
    """[n, n] how much of the smaller extent two boxes share along an axis, 0 to 1."""
    low = np.maximum(boxes[:, None, axis], boxes[None, :, axis])
    high = np.minimum(boxes[:, None, axis + 2], boxes[None, :, axis + 2])
    extent = boxes[:, axis + 2] - boxes[:, axis]
    least = np.maximum(np.minimum(extent[:, None], extent[None, :]), 1e-6)
    shared: Floats = np.clip((high - low) / least, 0.0, 1.0)
    return shared


def _notes(boxes: Floats) -> dict[int, int]:
    """Blocks that are notes in a margin, and the block that each stands beside."""
    beside, over = _shared(boxes, 1), _shared(boxes, 0)
    wide = boxes[:, 2] - boxes[:, 0]
    tall = boxes[:, 3] - boxes[:, 1]
    left, right = float(boxes[:, 0].min()), float(boxes[:, 2].max())
    found: dict[int, int] = {}
    for one in range(len(boxes)):
        hosts = np.flatnonzero(
            (beside[one] > 0.5)
            & (over[one] < TOUCHING)
            & (wide * NOTE > wide[one])
            & (tall > tall[one])
        )
        outside = boxes[one, 0] <= left + wide[one] or boxes[one, 2] >= right - wide[one]
        if hosts.size and outside:
            found[one] = int(hosts[np.argmax(beside[one, hosts] * wide[hosts])])
    return {note: host for note, host in found.items() if host not in found}


def _ordered(boxes: Floats, members: list[int], unit: float) -> list[int]:
    """Members in reading order, by their boxes; `unit` is the usual height of a line."""
    some = boxes[members]
    before = _before(some, unit)
    waits_for = before.sum(axis=0)
    waiting = np.lexsort((some[:, 0], some[:, 1])).tolist()
    order: list[int] = []
    while waiting:
        free = [one for one in waiting if not waits_for[one]]
        # Boxes that overlap may ask for a circle; it is cut at the highest.
        one = _next(free, order, some) if free else waiting[0]
        waiting.remove(one)
        waits_for -= before[one]
        order.append(one)
    return [members[one] for one in order]


def _next(free: list[int], order: list[int], boxes: Floats) -> int:
    """Of what may come next, the block that goes on below the last one, else the highest."""
    if order:
        shared = _shared(boxes, 0)[order[-1]]
        lower = [one for one in free if shared[one] > TOUCHING]
        free = lower or free
    return min(free, key=lambda one: (boxes[one, 1], boxes[one, 0]))


def _in_columns(boxes: Floats, over: Flags, left: Flags, unit: float) -> Flags:
    """[n, n] whether being left of another block counts, because both stand in columns.

    A block that lies lower counts as left of another only if the column that it stands in reaches
    up beside the other, or that of the other, if it is a true column, down beside the first. Else
    they are parts of a letter, say a greeting on the right and a list of enclosures below.
    """
    beside = _shared(boxes, 1) > TOUCHING
    lower = boxes[:, None, 1] >= boxes[None, :, 3]
    solid = boxes[:, 3] - boxes[:, 1] > SOLID * unit
    stands_left = beside & left
    reaches_up = over.astype(int) @ stands_left.astype(int) > 0
    true_columns = over & solid[:, None] & solid[None, :]
    reaches_down = stands_left.astype(int) @ true_columns.astype(int) > 0
    found: Flags = beside | ~lower | reaches_up | reaches_down
    return found


def _widened(boxes: Floats, unit: float) -> Floats:
    """Boxes [n, 4] with small ones wider, so that a page number below a gutter is below columns."""
    tall = boxes[:, 3] - boxes[:, 1]
    small = (tall < 2 * unit) & (boxes[:, 2] - boxes[:, 0] < SMALL * unit)
    aside = np.where(small, tall / 2, 0.0)
    wider: Floats = boxes + np.stack([-aside, 0 * aside, aside, 0 * aside], axis=1)
    return wider


def _before(boxes: Floats, unit: float) -> Flags:
    """[n, n] whether the first block has to come before the second."""
    over = _shared(_widened(boxes, unit), 0) > TOUCHING
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    above = over & (middle[:, None] < middle[None, :])
    left = ~over & (boxes[:, None, 0] < boxes[None, :, 0])
    left &= _in_columns(boxes, over, left, unit)
    for one in range(len(boxes)):
        top = np.minimum(boxes[one, 3], boxes[:, 3])[:, None]
        bottom = np.maximum(boxes[one, 1], boxes[:, 1])[:, None]
        between = (middle > top) & (middle < bottom) & over[one] & over
        left[one] &= ~between.any(axis=1)
    before: Flags = above | left
    np.fill_diagonal(before, False)
    return before
