"""Lines that a detector found across an upright rule, cut at it.

A page is made so low that a band of it is a sixth of a line: letters come and go from band to band,
a rule stays. What is narrow and dark in one band after another, for several lines, is a rule;
columns, the cells of a table and the frames of advertisements end there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.layout.edges import edge_height, line_edges
from effocr.layout.skew import edges_slope
from effocr.pipeline.gutters import line_parts
from effocr.pipeline.images import Grey
from effocr.shrink import shrink

__all__ = ["Rule", "cut_at_rules", "find_rules"]

Floats = npt.NDArray[np.float64]
Polygon = npt.NDArray[np.float32]

BANDS: Final = 6  # for a line of the usual height
LARGE_PX: Final = 40.0  # height of a line; larger pages are looked at in half the size
THICKEST: Final = 0.3  # of a line: a rule; wider is a picture or a letter of a headline
DARKER: Final = 0.12  # of the contrast of the page, than what is beside it
CONTRAST: Final = (2.0, 90.0)  # percentiles of the bands' grey levels: ink and paper
SIDE: Final = 0.1  # of a line: so far beside a rule it is white
LEAST_DARKER: Final = 8.0  # grey levels, in any case
EVERY: Final = 16  # columns of which one tells the contrast
WHITE: Final = 0.6  # of the bands on both sides of a rule; beside a stem there are letters
LONG: Final = 10.0  # lines: stems do not stand below each other for so long,
WHITE_IF_LONG: Final = 0.35  # so that text may nearly touch the rule
WANDERS_PX: Final = 1  # to either side, from band to band, once the page is level
WHOLE: Final = 3.0  # lines: a piece of a rule without a gap
SHORTEST: Final = 5.0  # lines: a rule, from its first piece to its last
COVERED: Final = 0.5  # of a rule by its pieces
SAME: Final = 0.4  # of a line: pieces no further apart, from side to side, are one rule
NEAR: Final = 0.75  # of a line, that its middle is off a rule; headlines stand in its gaps
LEAST: Final = 0.35  # of a line, on either side of a rule: a digit; less is the edge of an outline
BESIDE: Final = 0.12  # of a line: left out on both sides of the middle of a rule
FEWEST: Final = 4  # lines that tell how high one is


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """An upright rule.

    Attributes:
        x: [n] float64, its middle at each y, pixels of the page.
        y: [n] float64, from top to bottom, where it is to be seen; it may have gaps.
    """

    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A piece of a rule without a gap: bands, middle in each, and how white it is beside."""

    bands: npt.NDArray[np.intp]
    middles: Floats
    white: float


def cut_at_rules(page: Grey, polygons: Sequence[Polygon]) -> list[Polygon]:
    """Cut lines that reach over an upright rule; the rule is left out of both parts.

    Args:
        page: [height, width] uint8, upright, print darker than paper.
        polygons: [n, 2] each, outlines of its lines, which run from side to side.

    Returns:
        The outlines; those of a line that was cut stand together, from left to right.
    """
    edges = [line_edges(polygon) for polygon in polygons]
    if len(edges) < FEWEST:
        return list(polygons)
    unit = float(np.median([edge_height(*one) for one in edges]))
    rules = find_rules(page, unit, edges_slope(edges))
    if not rules:
        return list(polygons)
    ends = np.array([(*top[0], *bottom[0], *top[-1], *bottom[-1]) for top, bottom in edges])
    left, right = ends[:, :4].reshape(-1, 2, 2).mean(1), ends[:, 4:].reshape(-1, 2, 2).mean(1)
    crossed: list[list[float]] = [[] for _ in edges]
    for rule in rules:
        y = (left[:, 1] + right[:, 1]) / 2
        x = np.interp(y, rule.y, rule.x)
        off = np.abs(rule.y[:, None] - y).min(axis=0)
        over = (off <= NEAR * unit) & (left[:, 0] < x) & (x < right[:, 0])
        for line in np.flatnonzero(over):
            crossed[line].append(float(x[line]))
    cut: list[Polygon] = []
    for polygon, (top, bottom), places in zip(polygons, edges, crossed, strict=True):
        spans = _spans(places, float(top[0, 0]), float(top[-1, 0]), unit)
        cut += line_parts(top, bottom, spans) if spans else [polygon]
    return cut


def _spans(
    places: Sequence[float], first: float, last: float, unit: float
) -> list[tuple[float, float]]:
    """From where to where the parts of a line reach; nothing where no rule crosses it."""
    if not places:
        return []
    stops, beside = [-np.inf, *sorted(places), np.inf], BESIDE * unit
    spans = [(x0 + beside, x1 - beside) for x0, x1 in pairwise(stops)]
    return [(x0, x1) for x0, x1 in spans if min(x1, last) - max(x0, first) >= LEAST * unit]


def find_rules(page: Grey, unit: float, slope: float = 0.0) -> list[Rule]:
    """Find upright rules: between columns, in tables, of frames.

    Args:
        page: [height, width] uint8, print darker than paper.
        unit: usual height of a line, pixels.
        slope: of its lines, pixels down for a pixel to the right; rules stand upright to them.

    Returns:
        Rules from left to right.
    """
    bands = round(page.shape[0] * BANDS / unit) if unit > 0 else 0
    if bands < SHORTEST * BANDS or page.shape[1] < unit:
        return []
    scale = 0.5 if unit >= LARGE_PX else 1.0
    page, unit = shrink(page, scale), unit * scale
    step = page.shape[0] / bands  # pixels of the page for a band
    lean = slope * step  # pixels that a rule goes to the left from band to band
    narrow = _narrow_ink(page, bands, lean, unit)
    beside = np.ones((1, 2 * WANDERS_PX + 1), np.uint8)
    running = np.ones((2 * round(WHOLE * BANDS / 2) + 1, 1), np.uint8)  # odd: even ones shift
    dark = cv2.morphologyEx(cv2.dilate(narrow, beside), cv2.MORPH_OPEN, running)
    rules = []
    for group in _grouped(_pieces(np.asarray(dark, np.uint8), narrow, unit), SAME * unit):
        rows = np.concatenate([piece.bands for piece in group])
        columns = np.concatenate([piece.middles for piece in group])
        lines = (rows[-1] - rows[0] + 1) / BANDS
        white = sum(piece.white * len(piece.bands) for piece in group) / len(rows)
        least = WHITE if lines < LONG else WHITE_IF_LONG
        if lines >= SHORTEST and len(rows) >= COVERED * BANDS * lines and white >= least:
            middle = columns - lean * rows - _shift(lean, bands) + 0.5
            rules.append(Rule(middle / scale, step * (rows + 0.5) / scale))
    return sorted(rules, key=lambda rule: float(rule.x.mean()))


def _narrow_ink(page: Grey, bands: int, lean: float, unit: float) -> Grey:
    """[bands, width] 1 where a narrow stroke of ink runs down through the whole band, level."""
    low = cv2.resize(page, (page.shape[1], bands), interpolation=cv2.INTER_AREA)
    level = np.array([[1.0, lean, _shift(lean, bands)], [0.0, 1.0, 0.0]])
    size = page.shape[1] + math.ceil(abs(lean) * bands), bands  # nothing is pushed off the side
    low = cv2.warpAffine(low, level, size, borderMode=cv2.BORDER_REPLICATE)
    ink, paper = np.percentile(low[:, ::EVERY], CONTRAST)
    kernel = np.ones((1, 2 * round(THICKEST * unit) + 1), np.uint8)
    darker = cv2.morphologyEx(low, cv2.MORPH_BLACKHAT, kernel)
    return np.asarray(darker > max(DARKER * (paper - ink), LEAST_DARKER), np.uint8)


def _shift(lean: float, bands: int) -> float:
    """Pixels that levelled bands stand further to the right."""
    return max(-lean * bands, 0.0)


def _pieces(dark: Grey, narrow: Grey, unit: float) -> list[_Piece]:
    """Every piece that is narrow enough."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    found = []
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if area > THICKEST * unit * height or width > unit:
            continue
        rows, columns = np.nonzero(labels[y : y + height, x : x + width] == label)
        counts = np.bincount(rows, minlength=height)  # a piece has ink in each of its bands
        bands, middles = np.arange(y, y + height), x + np.bincount(rows, columns) / counts
        beside = counts.max() / 2 - WANDERS_PX + SIDE * unit
        sides = [_white(narrow, bands, middles + side * beside, unit) for side in (-1, 1)]
        found.append(_Piece(bands, middles, sum(sides) / 2))
    return found


def _white(narrow: Grey, bands: npt.NDArray[np.intp], columns: Floats, unit: float) -> float:
    """Share of the bands without ink around some columns."""
    half = round(SIDE * unit / 2)
    near = np.rint(columns).astype(np.intp)[:, None] + np.arange(-half, half + 1)
    near = np.clip(near, 0, narrow.shape[1] - 1)
    return float((narrow[bands[:, None], near] == 0).all(axis=1).mean())


def _grouped(pieces: Sequence[_Piece], apart: float) -> list[list[_Piece]]:
    """Pieces below each other, each group from top to bottom."""
    groups: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: int(piece.bands[0])):
        for group in groups:
            last = group[-1]
            below = last.bands[-1] < piece.bands[0]
            if below and abs(last.middles[-1] - piece.middles[0]) < apart:
                group.append(piece)
                break
        else:
            groups.append([piece])
    return groups
