"""A page of any size -> regions: how large it is looked at, in tiles where it is huge.

Numpy and OpenCV. Whatever runs the network is given as a function, so that torch and ONNX find the
same.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.detector.arrays import Regions, decode
from effocr.detector.config import Look
from effocr.shrink import shrink

__all__ = [
    "Network",
    "estimate_x_height",
    "find_regions",
    "look_scale",
    "padded",
    "page_maps",
    "seen_page",
]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Network = Callable[[Grey], Floats]
"""[height, width] uint8, multiples of 32 -> [channels, height / stride, width / stride] float32."""

PAPER: Final = 255
MULTIPLE: Final = 32  # the network halves five times
MOST_ENLARGED: Final = 2.0  # times; what is smaller is no print, or can't be read anyway
LARGEST_LINE: Final = 2.0  # of the usual height, for the sake of more pixels: as in training
LINE_PER_X: Final = 2.1  # height of a line's box, ascenders to descenders, in heights of x

MEASURED_SIDE_PX: Final = 1600  # long side of what the size of type is measured on
LEAST_MEASURED_PX: Final = 5.0  # height of x; less is measured on twice the size
THRESHOLD_WINDOW_PX: Final = 31  # around a pixel, for the level that parts ink and paper
INK_STEP: Final = 12  # grey levels that ink is darker than what is around it
LEAST_LETTER_PX: Final = 3
MOST_LETTER: Final = 1 / 12  # of the long side
LETTER_ASPECTS: Final = (0.15, 4.0)  # width over height
LETTER_QUANTILE: Final = 0.4  # of all letters, by height: ascenders and capitals are above it
LEAST_LETTERS: Final = 8

TILE_PX: Final = 1536  # side of a tile, a multiple of 32
OVERLAP_PX: Final = 192  # of neighbouring tiles: near its edge a tile lacks what lies around
MOST_PIXELS: Final = 4_200_000  # looked at in one piece


def find_regions(
    page: Grey, network: Network, look: Look, *, line_px: float | None = None
) -> Regions:
    """Find the regions of a page.

    Args:
        page: [height, width] uint8, 0 black.
        network: see `Network`.
        look: how.
        line_px: height of the page's lines where it is known; None: it is measured.

    Returns:
        Regions in pixels of the page.
    """
    seen, _ = seen_page(page, look, line_px=line_px)
    found = decode(page_maps(seen, network, look.map_stride), look)
    back = np.array((page.shape[1] / seen.shape[1], page.shape[0] / seen.shape[0]), np.float32)
    most = np.array((page.shape[1], page.shape[0]), np.float32)
    return Regions(tuple(np.clip(each * back, 0, most) for each in found.polygons), found.scores)


def seen_page(page: Grey, look: Look, *, line_px: float | None = None) -> tuple[Grey, float]:
    """A page in the size that it is looked at, and by how much that is smaller or larger."""
    scale = look_scale(page, look, line_px=line_px)
    height, width = (max(1, round(side * scale)) for side in page.shape)
    if (height, width) == page.shape:
        return page, 1.0
    if scale < 1:
        return shrink(page, scale), scale
    larger = cv2.resize(page, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(larger, np.uint8), scale


def look_scale(page: Grey, look: Look, *, line_px: float | None = None) -> float:
    """By how much a page is made smaller (or larger) before the network sees it.

    Args:
        page: [height, width] uint8.
        look: how.
        line_px: height of its lines; None: it is measured.
    """
    side: int = max(page.shape)
    most = look.long_side_px / side
    if look.sized_by == "page":
        return min(1.0, most)
    if line_px is None:
        x_height = estimate_x_height(page)
        line_px = None if x_height is None else x_height * LINE_PER_X
    wanted = 1.0 if line_px is None else min(look.line_px / line_px, MOST_ENLARGED)
    larger = math.sqrt(look.least_pixels / page.size)
    fuller = min(larger, LARGEST_LINE * wanted, 1.0)
    return min(max(wanted, fuller, min(look.least_side_px / side, 1.0)), most)


def estimate_x_height(page: Grey) -> float | None:
    """Height of the small letters that a page has most of, from its connected components.

    Args:
        page: [height, width] uint8, 0 black; print is darker than paper.

    Returns:
        Pixels of the page; None where there are too few letters to tell.
    """
    side: int = max(page.shape)
    measured = MEASURED_SIDE_PX
    while True:
        scale = min(1.0, measured / side)
        found = _letter_height(page, scale)
        if found is None:
            return None
        if found >= LEAST_MEASURED_PX or scale == 1.0:
            return found / scale
        measured *= 2


def _letter_height(page: Grey, scale: float) -> float | None:
    """The same of a page that is made smaller first, in pixels of the smaller one."""
    page = shrink(page, scale)
    ink = cv2.adaptiveThreshold(
        page, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, THRESHOLD_WINDOW_PX, INK_STEP
    )
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    heights, widths = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    aspects = widths / np.maximum(heights, 1)
    letters = heights[
        (heights >= LEAST_LETTER_PX)
        & (heights <= MOST_LETTER * max(page.shape))
        & (aspects >= LETTER_ASPECTS[0])
        & (aspects <= LETTER_ASPECTS[1])
    ]
    if len(letters) < LEAST_LETTERS:
        return None
    # Each counts by its height: a page has more specks and dots than letters.
    letters = np.sort(letters)
    share = np.cumsum(letters) / letters.sum()
    return float(letters[np.searchsorted(share, LETTER_QUANTILE)])


def page_maps(seen: Grey, network: Network, stride: int) -> Floats:
    """Maps of an image, from one look or, where it is huge, from tiles put together.

    Args:
        seen: [height, width] uint8, of any size.
        network: see `Network`.
        stride: of the maps.

    Returns:
        [channels, height / stride, width / stride] float32, rounded up.
    """
    height, width = seen.shape
    rows, columns = -(-height // stride), -(-width // stride)
    if height * width <= MOST_PIXELS:
        return network(padded(seen))[:, :rows, :columns]
    maps: Floats | None = None
    for (top, bottom), (keep_top, keep_bottom) in _spans(height):
        for (left, right), (keep_left, keep_right) in _spans(width):
            part = network(padded(seen[top:bottom, left:right]))
            if maps is None:
                maps = np.zeros((len(part), rows, columns), np.float32)
            y0, y1, x0, x1 = (
                -(-edge // stride) for edge in (keep_top, keep_bottom, keep_left, keep_right)
            )
            y, x = top // stride, left // stride
            maps[:, y0:y1, x0:x1] = part[:, y0 - y : y1 - y, x0 - x : x1 - x]
    return np.zeros((1, rows, columns), np.float32) if maps is None else maps


def _spans(length: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Tiles along one side: what is looked at, and what of it is kept."""
    step = TILE_PX - OVERLAP_PX
    count = max(1, -(-(length - OVERLAP_PX) // step))
    for number in range(count):
        start, end = number * step, min(number * step + TILE_PX, length)
        keep_start = start + OVERLAP_PX // 2 if number else 0
        keep_end = end - OVERLAP_PX // 2 if number < count - 1 else length
        yield (start, end), (keep_start, keep_end)


def padded(image: Grey) -> Grey:
    """An image with paper below and to the right, up to sides that the network takes."""
    height, width = image.shape
    more = ((0, -height % MULTIPLE), (0, -width % MULTIPLE))
    if not more[0][1] and not more[1][1]:
        return np.ascontiguousarray(image)
    return np.pad(image, more, constant_values=PAPER)
