"""Lines of a page without a network: for clean pages, and for models without a page detector.

Letters are told from rules, pictures and specks by their size. Their ink is blurred more along the
lines than across; the ridges of what comes out are the cores of lines (after Bukhari, Shafait and
Breuel, "Script-independent handwritten textlines segmentation using active contours", 2009, with a
local maximum in place of their snakes), and every letter belongs to the nearest core. White strips
that run down past many lines part columns (Breuel, "Two geometric algorithms for layout analysis",
2002), so do rules.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.layout.baseline import LineFit, fit_line, outline, page_slope
from effocr.pipeline.detected import DetectedLine
from effocr.pipeline.images import Grey
from effocr.pipeline.page_ink import PageInk, page_ink, usual_height

__all__ = ["ClassicalLines"]

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

CELL: Final = 6.0  # grid cells to the height of a letter
SIZES: Final = ((0.0, 3.2), (3.2, 12.0))  # heights of letters, in usual ones, that go together
SEED: Final = 0.5  # of the height of a letter; less is a mark or a speck
LONGEST: Final = 12.0  # letter heights; wider pieces are rules or pictures
BLUR_ALONG, BLUR_ACROSS = 1.5, 0.28  # letter heights
REACH: Final = 1.1  # letter heights up and down, in which a ridge is highest
RIDGE: Final = 0.75  # of the highest
WHITE: Final = 12  # of 255, blurred; less ink is none
LEAST_RIDGE: Final = 0.4  # of the usual ridge; less bridges two lines
FARTHEST: Final = 1.1  # letter heights from its core that a mark may stand
JOINED: Final = 4.0  # letter heights between parts of a line
LEVEL: Final = 0.4  # letter heights that their baselines may differ by
TOUCHES: Final = 2.0  # letter heights; what is higher may be letters of two lines
ROWS: Final = 1.2  # letter heights between the middles of letters, before they may be of two rows
BETWEEN: Final = 0.5  # letter heights without the middle of any letter, between two rows
GUTTER: Final = (1.3, 18.0)  # letter heights, width and length of white that parts columns
RULE: Final = 5.0  # letter heights that a rule is long
FEWEST: Final = 2  # letters in a line
LETTERS: Final = 0.4  # of the pieces of a short line; fewer are the grain of a picture
ON_BASELINE, STANDING = 0.12, 0.45  # letter heights off it; share of the letters that stand on it
LONG: Final = 10  # letters; so many tell by their baseline alone
MANY: Final = 4  # letters, of which that much stands on the baseline
ALONE: Final = (0.8, 2.6)  # letter heights of a figure that stands alone


class ClassicalLines:
    """Connected components, smeared; see the module. A `LineDetector`."""

    def detect(self, page: Grey) -> list[DetectedLine]:
        """Find the lines of text, from the top.

        Args:
            page: [height, width] uint8, upright.
        """
        ink = page_ink(page)
        height = usual_height(ink)
        if height is None:
            return []
        found: list[DetectedLine] = []
        for least, most in SIZES:
            found += _lines_of_size(ink, height, least, most)
        return sorted(found, key=lambda line: float(line.polygon[:, 1].mean()))


def _lines_of_size(ink: PageInk, usual: float, least: float, most: float) -> list[DetectedLine]:
    """Lines of letters that are so many usual heights high."""
    heights, widths = ink.heights, ink.widths
    sized = (heights > least * usual) & (heights <= most * usual)
    sized &= widths <= LONGEST * most * usual
    sized[0] = False
    height = usual if least == 0 else float(np.median(heights[sized])) if sized.any() else usual
    members = np.flatnonzero(sized & ~_rules(ink, height)).astype(np.int32)
    seeds = members[heights[members] >= SEED * height]
    if len(seeds) < FEWEST:
        return []
    grid = _on_grid(ink, seeds, CELL / height)
    walls = _walls(ink, grid, height)
    owner = _owners(ink, members, _cores(grid, walls), height)
    boxes = ink.boxes[members]
    parts = [boxes[owner == number] for number in range(1, owner.max(initial=0) + 1)]
    parts = [part for part in parts if len(part)]
    slope = page_slope(parts, height)
    parts = [row for part in parts for row in _rows(part, slope, height)]
    parts = _joined(parts, walls, height, slope)
    fits = [fit_line(part, height, slope=slope, may_bend=True) for part in parts]
    return [
        _line(part, fit, ink.scale)
        for part, fit in zip(parts, fits, strict=True)
        if _is_text(part, fit, height)
    ]


def _line(letters: Ints, fit: LineFit, scale: float) -> DetectedLine:
    """A line of these letters, in pixels of the page."""
    score = min(1.0, 0.5 + 0.1 * len(letters))
    return DetectedLine(outline(fit) * np.float32(scale), score, fit.height * scale)


def _rows(part: Ints, slope: float, height: float) -> list[Ints]:
    """The rows of letters of a part, where strokes that touch made one of several."""
    middle = (part[:, 1] + part[:, 3] - slope * (part[:, 0] + part[:, 2])) / 2
    tall = part[:, 3] - part[:, 1]
    letters = np.sort(middle[(tall > SEED * height) & (tall < TOUCHES * height)])
    if len(letters) < 2 or letters[-1] - letters[0] < ROWS * height:
        return [part]
    gaps = np.diff(letters)
    cuts = np.flatnonzero(gaps > BETWEEN * height)
    edges = (letters[cuts] + letters[cuts + 1]) / 2
    row = np.searchsorted(edges, middle)
    return [part[row == number] for number in range(len(edges) + 1)]


def _joined(parts: list[Ints], walls: Flags, height: float, slope: float) -> list[Ints]:
    """Lines from their parts: neighbours on one level with no wall between them."""
    fits = [fit_line(part, height, slope=slope) for part in parts]
    order = sorted(range(len(parts)), key=lambda number: fits[number].start)
    starts = np.array([fits[number].start for number in order])
    after: dict[int, int] = {}
    taken: set[int] = set()
    for place, one in sorted(enumerate(order), key=lambda item: fits[item[1]].stop):
        stop = fits[one].stop
        level = fits[one].y(stop)
        for other in order[place + 1 : int(np.searchsorted(starts, stop + JOINED * height))]:
            fit = fits[other]
            beside = fit.stop > stop and fit.start > stop - height
            off = abs(fit.y(fit.start) - level - slope * (fit.start - stop))
            if other in taken or not beside or off > LEVEL * height:
                continue
            if not _parted(walls, (stop, fit.start), level - height / 2, height):
                after[one] = other
                taken.add(other)
                break
    lines = []
    for first in (number for number in order if number not in taken):
        chain = [first]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        lines.append(np.concatenate([parts[number] for number in chain]))
    return lines


def _parted(walls: Flags, span: tuple[float, float], y: float, height: float) -> bool:
    """Whether a wall stands between two parts of a line, at height y in pixels of the ink."""
    cell = CELL / height
    first, last = (int(edge * cell) for edge in span)
    row = min(max(int(y * cell), 0), len(walls) - 1)
    return bool(walls[row, max(first, 0) : last + 1].any())


def _is_text(boxes: Ints, fit: LineFit, height: float) -> bool:
    """Whether these pieces of ink are a line, and not dirt or the grain of a picture."""
    tall = boxes[:, 3] - boxes[:, 1]
    letters = boxes[tall >= SEED * height]
    if len(letters) < FEWEST:
        low, high = ALONE
        wide = boxes[:, 2] - boxes[:, 0]
        alone = (tall >= low * height) & (tall <= high * height) & (wide >= 0.2 * tall)
        return bool(alone.any())
    if len(letters) < LONG and len(letters) < LETTERS * len(boxes):
        return False
    off = np.abs(letters[:, 3] - fit.baseline((letters[:, 0] + letters[:, 2]) / 2))
    level = float((off <= max(ON_BASELINE * height, 1.0)).mean())
    return len(letters) < MANY or level >= STANDING


def _rules(ink: PageInk, height: float) -> Flags:
    """[n] bool: pieces that are long and thin, or solid and large."""
    long = np.maximum(ink.widths, ink.heights)
    thin = np.minimum(ink.widths, ink.heights)
    rules: Flags = (long > RULE * height) & (thin < long / 12)
    return rules


def _cores(grid: Grey, walls: Flags) -> Ints:
    """The cores of lines on the grid: [rows, columns] int32, numbered from 1, 0 between them."""
    blurred = cv2.GaussianBlur(grid, (0, 0), CELL * BLUR_ALONG, sigmaY=CELL * BLUR_ACROSS)
    window = np.ones((2 * round(CELL * REACH) + 1, 1), np.uint8)
    highest = cv2.dilate(blurred, window)
    core = (blurred > RIDGE * highest) & (blurred > WHITE)
    if core.any():
        core &= blurred > LEAST_RIDGE * float(np.median(blurred[core]))
    core &= ~walls
    return np.asarray(cv2.connectedComponents(core.astype(np.uint8), connectivity=8)[1], np.int32)


def _on_grid(ink: PageInk, pieces: Ints, cell: float) -> Grey:
    """The ink of some pieces, 0 to 255, `cell` grid cells for a pixel."""
    kept = np.zeros(len(ink.boxes), np.uint8)
    kept[pieces] = 255
    rows, columns = ink.labels.shape
    size = (max(round(columns * cell), 1), max(round(rows * cell), 1))
    way = cv2.INTER_AREA if cell < 1 else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(np.take(kept, ink.labels, mode="clip"), size, interpolation=way), np.uint8
    )


def _walls(ink: PageInk, grid: Grey, height: float) -> Flags:
    """What no line crosses: long white strips between columns, and upright rules."""
    width, length = GUTTER
    white = (cv2.blur(grid, (3, 3)) < WHITE).astype(np.uint8)
    strip = np.ones((round(length * CELL), round(width * CELL)), np.uint8)
    opened = cv2.morphologyEx(
        white, cv2.MORPH_OPEN, strip, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    walls: Flags = np.asarray(opened > 0)
    upright = np.flatnonzero(_rules(ink, height) & (ink.heights > ink.widths)).astype(np.int32)
    if len(upright):
        walls = walls | (_on_grid(ink, upright, CELL / height) > WHITE)
    return walls


def _owners(ink: PageInk, members: Ints, cores: Ints, height: float) -> Ints:
    """[n] int32, the core that each piece belongs to; 0 for none."""
    empty = (cores == 0).astype(np.uint8)
    distance, nearest = cv2.distanceTransformWithLabels(
        empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    core_of = np.zeros(int(nearest.max()) + 1, np.int32)
    inside = empty == 0
    core_of[nearest[inside]] = cores[inside]
    boxes = ink.boxes[members]
    cell = CELL / height
    column = ((boxes[:, 0] + boxes[:, 2]) * (cell / 2)).astype(np.int64)
    row = ((boxes[:, 1] + boxes[:, 3]) * (cell / 2)).astype(np.int64)
    place = np.minimum(row, cores.shape[0] - 1), np.minimum(column, cores.shape[1] - 1)
    owner: Ints = core_of[nearest[place]]
    owner[distance[place] > FARTHEST * CELL] = 0
    return owner
