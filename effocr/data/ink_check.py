"""Check of boxes against the ink of the image: what only looking at the pixels can find.

A guess, not a proof: flourishes, rules and stains are ink without a box too.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from effocr.data.records import Boxes, LineImage, Skipped
from effocr.errors import EffOCRError

__all__ = ["check_ink", "empty_boxes", "unboxed_ink"]

Grey = npt.NDArray[np.uint8]
LEAST_HEIGHT = 0.4  # of the line's median box height: smaller ink is dots, stains and commas
LEAST_WIDTH = 0.12  # of the same
MOST_COVERED = 0.2  # of the ink's bounding box: more and it belongs to a boxed glyph


def check_ink(lines: Iterable[LineImage], *, load: Callable[[Path], Grey]) -> Iterator[Skipped]:
    """Yield the lines with a box on bare paper, or with ink of the size of a glyph and no box.

    Args:
        lines: lines without boxes are passed over.
        load: reads an image as [height, width] uint8.
    """
    for line in lines:
        if line.boxes is None or not len(line.boxes):
            continue
        try:
            grey = load(line.path)
        except EffOCRError as error:
            yield Skipped(str(line.path), str(error))
            continue
        bare = empty_boxes(grey, line.boxes)
        if bare:
            yield Skipped(str(line.path), f"no ink in box {', '.join(map(str, bare))} (from 0)")
        for x0, y0, x1, y1 in unboxed_ink(grey, line.boxes):
            yield Skipped(
                str(line.path), f"ink of a glyph's size without a box at {x0} {y0} {x1} {y1}"
            )


def _ink(grey: Grey) -> Grey:
    """Return [height, width] uint8, 1 where there is ink: the rarer side of Otsu's threshold."""
    dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1].astype(np.uint8)
    return dark if dark.mean() <= 0.5 else 1 - dark


def empty_boxes(grey: Grey, boxes: Boxes) -> list[int]:
    """Return the numbers of the boxes without a pixel of ink.

    Args:
        grey: [height, width] uint8, ink darker or lighter than the paper.
        boxes: [n, 4] float32, x0 y0 x1 y1 in pixels, right and bottom exclusive.
    """
    ink = _ink(grey)
    return [
        number
        for number, (x0, y0, x1, y1) in enumerate(_whole(boxes, grey))
        if not ink[y0:y1, x0:x1].any()
    ]


def unboxed_ink(grey: Grey, boxes: Boxes) -> list[tuple[int, int, int, int]]:
    """Find connected ink as large as a glyph that no box covers, left to right.

    Ink that touches the upper or lower edge of the image is taken for the neighbouring line's.

    Args:
        grey: [height, width] uint8, ink darker or lighter than the paper.
        boxes: [n, 4] float32, n > 0, x0 y0 x1 y1 in pixels, right and bottom exclusive.

    Returns:
        Their bounding boxes, x0 y0 x1 y1 in whole pixels.
    """
    covered = np.zeros(grey.shape, bool)
    for x0, y0, x1, y1 in _whole(boxes, grey):
        covered[y0:y1, x0:x1] = True
    unit = float(np.median(boxes[:, 3] - boxes[:, 1]))
    _, _, stats, _ = cv2.connectedComponentsWithStats(_ink(grey), connectivity=8)
    found = []
    for x, y, width, height, _ in stats[1:].tolist():
        at_edge = y == 0 or y + height == grey.shape[0]
        small = height < LEAST_HEIGHT * unit or width < LEAST_WIDTH * unit
        if at_edge or small or covered[y : y + height, x : x + width].mean() > MOST_COVERED:
            continue
        found.append((x, y, x + width, y + height))
    return sorted(found)


def _whole(boxes: Boxes, grey: Grey) -> list[list[int]]:
    """Return the boxes in whole pixels of the image, every pixel they touch included."""
    low, high = np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])
    height, width = grey.shape
    inside = np.clip(np.hstack([low, high]), 0, (width, height, width, height))
    whole: list[list[int]] = inside.astype(int).tolist()
    return whole
