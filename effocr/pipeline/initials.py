"""Drop capitals set before the lines that they begin, so that both are read as one line.

On a copy of the page the capital is covered, outlines are cut where they reach into it, and what
was found of it alone goes. In the crop of its line it stands in front, as high as a capital there:
the networks see an ordinary line, and tell O from o and 0, and where the word ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape
from effocr.document import Line
from effocr.frame import PAPER, prepare
from effocr.geometry import Affine, right_of
from effocr.pipeline.drop_capitals import DropCapital, LargeLetter
from effocr.pipeline.images import Grey
from effocr.pipeline.rectify import AfterInitial, Crop, paper_of

__all__ = [
    "Begun",
    "begin_lines",
    "begins_with_capital",
    "begun_lines",
    "with_initial",
    "without_letters",
]

Polygon = npt.NDArray[np.float32]

CAPITAL: Final = 1.4  # x-heights, of a capital
SPACE: Final = 0.12  # of its height, between it and the next letter
MARGIN: Final = 0.3  # of its height, of paper before it
CLEAR: Final = 0.03  # of its height, right of its ink: there an outline is cut
INSIDE: Final = 0.6  # of an outline: it is that of the capital alone
SHORTEST: Final = 0.5  # heights of a line that is left beside a capital
LEAST_CONFIDENCE: Final = 0.65  # of a capital; less is an ornament, or letters that touch
HALF: Final = 128  # between ink and paper, grey level of a line with its contrast stretched


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """A page that its drop capitals were taken out of.

    Attributes:
        page: [height, width] uint8, without them.
        polygons: outlines of its lines, without them.
        capitals: by the numbers of the lines that they begin.
    """

    page: Grey
    polygons: list[Polygon]
    capitals: dict[int, LargeLetter]


def without_letters(page: Grey, letters: Sequence[LargeLetter]) -> Grey:
    """A page with paper in the place of some letters.

    Args:
        page: [height, width] uint8; stays as it is.
        letters: of the page.
    """
    if letters:
        page = page.copy()
    for letter in letters:
        x0, y0, x1, y1 = letter.box
        seen = page[y0:y1, x0:x1]
        paper = seen[~letter.ink]
        seen[letter.ink] = int(np.median(paper)) if paper.size else PAPER
    return page


def begun_lines(polygons: Sequence[Polygon], capitals: Sequence[DropCapital]) -> dict[int, Polygon]:
    """Outlines of lines without drop capitals, by their numbers; what is nothing else goes.

    Args:
        polygons: [n, 2] each.
        capitals: as found among them.
    """
    left: dict[int, Polygon] = dict(enumerate(polygons))
    for capital in capitals:
        for number, polygon in enumerate(polygons):
            if number in capital.lines:
                left[number] = _beside(polygon, capital.letter)
            elif _within(polygon, capital.letter):
                left[number] = polygon[:0]
    return {number: polygon for number, polygon in left.items() if len(polygon)}


def begin_lines(page: Grey, polygons: Sequence[Polygon], capitals: Sequence[DropCapital]) -> Begun:
    """Take drop capitals out of a page.

    Args:
        page: [height, width] uint8, upright.
        polygons: [n, 2] each, outlines of its lines.
        capitals: as found there.
    """
    left = begun_lines(polygons, capitals)
    first = {capital.lines[0]: capital.letter for capital in capitals}
    return Begun(
        without_letters(page, [capital.letter for capital in capitals]),
        list(left.values()),
        {place: first[number] for place, number in enumerate(left) if number in first},
    )


def with_initial(crop: Crop, page: Grey, capital: LargeLetter, shape: LineShape) -> Crop:
    """A line with its drop capital set before it.

    Args:
        crop: of the line, from the page without the capital.
        page: [height, width] uint8, with the capital.
        capital: of the page.
        shape: of the frame that the line is read in.

    Returns:
        The line; the crop as it is if it holds no print.
    """
    prepared = prepare(crop.grey, shape)
    if prepared is None or isinstance(crop.to_page, AfterInitial):
        return crop
    ends = np.array([[0.0, shape.baseline_px], [0.0, shape.baseline_px - shape.x_height_px]])
    baseline, middle = prepared.frame.points(ends)[:, 1].tolist()
    height = max(CAPITAL * (baseline - middle), 1.0)
    start = int(np.flatnonzero((prepared.grey < HALF).any(axis=0))[:1].sum())
    letter, ratio = _letter(page, capital, height, paper_of(crop.grey))
    margin, above = round(MARGIN * height), max(round(height - baseline), 0)
    split = margin + letter.shape[1] + round(SPACE * height)
    rows, columns = crop.grey.shape
    joined = np.full((rows + above, split + columns - start), paper_of(crop.grey), np.uint8)
    joined[above:, split:] = crop.grey[:, start:]
    top = round(baseline) + above - letter.shape[0]
    shown = letter[max(-top, 0) : joined.shape[0] - top]
    joined[max(top, 0) : max(top, 0) + len(shown), margin : margin + letter.shape[1]] = shown
    x0, y0 = capital.box[:2]
    initial = Affine.scale_shift(
        ratio, ratio, x_shift=x0 - ratio * margin, y_shift=y0 - ratio * top
    )
    shift = np.array([split - start, above], np.float64)
    rows, columns = letter.shape
    box = np.array([margin, top, margin + columns, top + rows], np.float64)
    to_page = AfterInitial(float(split), box, initial, crop.to_page, shift)
    return Crop(joined, to_page)


def begins_with_capital(line: Line, crop: Crop) -> bool:
    """Whether a capital was read where one was set before a line, and nothing else.

    Args:
        line: as it was read in its crop.
        crop: see `with_initial`.
    """
    if not isinstance(crop.to_page, AfterInitial):
        return False
    before = [one for one in line.glyphs if one.box[0] + one.box[2] < 2 * crop.to_page.split]
    if len(before) != 1 or len(line.glyphs) == 1:
        return False
    text = before[0].text
    is_capital = text.isalpha() and not text.islower()  # not every script has cases
    return is_capital and before[0].confidence >= LEAST_CONFIDENCE


def _letter(page: Grey, capital: LargeLetter, height: float, paper: int) -> tuple[Grey, float]:
    """The capital on paper, made so high, and pixels of the page for one pixel of it."""
    x0, y0, x1, y1 = capital.box
    seen = page[y0:y1, x0:x1]
    alone = np.where(capital.ink, seen, paper).astype(np.uint8)
    ratio = (y1 - y0) / max(round(height), 1)
    size = max(round((x1 - x0) / ratio), 1), max(round(height), 1)
    return np.asarray(cv2.resize(alone, size, interpolation=cv2.INTER_AREA), np.uint8), ratio


def _within(polygon: Polygon, capital: LargeLetter) -> bool:
    """Whether an outline is that of a capital."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    x0, y0, x1, y1 = capital.box
    shared = np.minimum(high, (x1, y1)) - np.maximum(low, (x0, y0))
    area = float(np.prod(np.maximum(high - low, 1e-6)))
    return bool((shared > 0).all()) and float(np.prod(shared)) > INSIDE * area


def _beside(polygon: Polygon, capital: LargeLetter) -> Polygon:
    """What is left of an outline beside a capital; without corners if that is hardly anything."""
    x0, y0, _, y1 = capital.box
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    rows = slice(max(int(low[1]) - y0, 0), max(int(high[1]) - y0, 1))
    inked = np.flatnonzero(capital.ink[rows].any(axis=0))
    x = x0 + inked[-1] + CLEAR * (y1 - y0) if inked.size else low[0]
    if x <= low[0]:
        return polygon
    left = right_of(polygon, float(x))
    if len(left) < 3 or float(np.ptp(left[:, 0])) < SHORTEST * float(np.ptp(left[:, 1])):
        return left[:0]
    return left
