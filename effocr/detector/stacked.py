"""Lines set so tightly that their kernels touch, taken apart again. Numpy and OpenCV.

Between two lines the probability is lower than on them: at a higher threshold one kernel becomes
two. Cells that are lost to that threshold go to the nearer part, so that ends are not cut off.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["part_stacked"]

Floats = npt.NDArray[np.float32]
Cells = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

THRESHOLDS: Final = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # tried in turn, above that of the look
FULL: Final = 0.45  # of the line's height: mean height of a kernel that may be two; one has 0.36
HIGH: Final = 0.75  # of the line's height: from the first to the last row of a place with two lines
SHARE: Final = 0.25  # of the length, at least so high; and the least length of a part
SAME_ROW: Final = 0.4  # of the line's height: parts beside each other, so close, are one line
PIECE: Final = 4.0  # heights of the line: a part so long counts in any case
SHORTEST: Final = 2.0  # heights of the line: length of a kernel that is looked at


def part_stacked(cells: Cells, probability: Floats, height: float) -> list[Cells]:
    """Take a kernel apart that is two or more lines, one below the other.

    Args:
        cells: [n] intp, flat indices into `probability`, those of the kernel.
        probability: [height, width] float32 of the page, 0 to 1.
        height: of a line, in cells.

    Returns:
        Cells of each line, from top to bottom as they begin; those given where it is one line.
    """
    pieces = _pieces(cells, probability, height)
    return _joined(pieces, probability.shape[1], height) if len(pieces) > 1 else pieces


def _pieces(cells: Cells, probability: Floats, height: float) -> list[Cells]:
    """Parts that are no longer as high as two lines, each a line or a piece of one."""
    rows, columns = np.divmod(cells, probability.shape[1])
    top, left = int(rows.min()), int(columns.min())
    size = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    if max(size) < SHORTEST * height or len(cells) < FULL * height * max(size):
        return [cells]
    kernel = np.zeros(size, np.bool_)
    kernel[rows - top, columns - left] = True
    if not _is_high(kernel, height):
        return [cells]
    seen = probability[top : top + size[0], left : left + size[1]]
    for threshold in THRESHOLDS:
        nearest = _nearest(kernel & (seen > threshold), height)
        if nearest is not None:
            of = nearest[rows - top, columns - left]
            parts = [cells[of == part] for part in np.unique(of)]
            return [one for part in parts for one in _pieces(part, probability, height)]
    return [cells]


def _is_high(kernel: Mask, height: float) -> bool:
    """Whether a kernel, over enough of its length, is as high as two lines."""
    along = kernel if kernel.shape[1] >= kernel.shape[0] else kernel.T
    inked = along.any(axis=0)
    first = along.argmax(axis=0)
    last = len(along) - 1 - along[::-1].argmax(axis=0)
    high = inked & (last - first + 1 > HIGH * height)
    return bool(high.sum() > SHARE * along.shape[1])


def _nearest(kernel: Mask, height: float) -> npt.NDArray[np.int32] | None:
    """[height, width] the number of the nearest long part; None where there are not two."""
    seeds = kernel.astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(seeds, connectivity=8)
    sides = stats[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)].max(axis=1)
    long = sides > min(SHARE * max(kernel.shape), PIECE * height)
    long[0] = False  # the ground
    if long.sum() < 2:
        return None
    seeds[~long[labels]] = 0
    _, nearest = cv2.distanceTransformWithLabels(1 - seeds, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(nearest, np.int32)


def _joined(pieces: list[Cells], width: int, height: float) -> list[Cells]:
    """Lines of pieces: what runs on beside another piece is one line with it."""
    places = [np.divmod(piece, width) for piece in pieces]
    if np.median([np.ptp(rows) - np.ptp(columns) for rows, columns in places]) > 0:
        places = [(columns, rows) for rows, columns in places]  # they run down
    lines: list[list[Cells]] = []
    ends: list[tuple[int, float]] = []  # of each line: its last column, and its row there
    for number in sorted(range(len(pieces)), key=lambda number: int(places[number][1].min())):
        across, along = places[number]
        begins = float(across[along < along.min() + height].mean())
        line = next(
            (
                place
                for place, (end, row) in enumerate(ends)
                if end < along.min() + height and abs(row - begins) < SAME_ROW * height
            ),
            len(lines),
        )
        end = int(along.max()), float(across[along > along.max() - height].mean())
        if line == len(lines):
            lines.append([])
            ends.append(end)
        lines[line].append(pieces[number])
        ends[line] = end
    return sorted(map(np.concatenate, lines), key=lambda line: int(line.min()))
