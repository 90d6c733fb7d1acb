"""The paper around a set line: margins, neighbours, stretch, skew, rules; boxes move along."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from effocr.synth.compose import Composed

__all__ = ["Canvas", "draw_rule", "put_on_paper", "skew", "stretch"]

Grey = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Canvas:
    """The clean line on its paper, before wear: ink, truth and where the baseline runs."""

    ink: Grey
    boxes: npt.NDArray[np.float32]
    baseline: float
    slope: float = 0.0


def put_on_paper(
    composed: Composed,
    neighbour: Composed | None,
    x_height: float,
    rng: np.random.Generator,
    *,
    widest_margin: float,
    cut_out: float = 0.0,
) -> Canvas:
    """Put the line on a piece of paper with ragged margins.

    Ink of the lines above and below reaching in.

    Args:
        composed: the line.
        neighbour: what stands above and below.
        x_height: pixels.
        rng: draws all of it.
        widest_margin: above and below, of the print's height.
        cut_out: share of the other lines' ink that a polygon around the line cuts short.
    """
    height, width = composed.ink.shape
    margins = [
        int(height * rng.uniform(0, widest_margin))
        if rng.random() < 0.6
        else int(rng.integers(0, 4))
        for _ in range(2)
    ]
    above, below = margins
    left, right = (int(x_height * min(rng.exponential(0.5), 3.0)) for _ in range(2))
    ink = np.zeros((above + height + below, left + width + right), np.uint8)
    ink[above : above + height, left : left + width] = composed.ink
    baseline = above + composed.baseline
    if neighbour is not None and neighbour.glyphs:
        others = _other_lines(ink.shape, neighbour, baseline, x_height, rng)
        if rng.random() < cut_out:
            _cut_out(others, (above, above + height), x_height, rng)
        np.maximum(ink, others, out=ink)
    boxes = composed.boxes + np.array([left, above, left, above], np.float32)
    return Canvas(ink, boxes, baseline)


def _other_lines(
    shape: tuple[int, int],
    neighbour: Composed,
    baseline: float,
    x_height: float,
    rng: np.random.Generator,
) -> Grey:
    """The ink of the lines above and below, or of one of them."""
    others = np.zeros(shape, np.uint8)
    pitch, side = x_height * rng.uniform(2.0, 3.2), rng.random()
    last = max(1, shape[1] // 2)
    if side < 0.67:
        _overlay(others, neighbour, baseline - pitch, int(rng.integers(0, last)))
    if side > 0.33:
        _overlay(others, neighbour, baseline + pitch, int(rng.integers(0, last)))
    return others


def _cut_out(
    others: Grey, rows: tuple[int, int], x_height: float, rng: np.random.Generator
) -> None:
    """Erase what lies outside of a polygon around the line, in place.

    Tops and tails of the other lines are left, cut off level, slanting or in steps.

    Args:
        others: ink of the other lines.
        rows: first and last of the line.
        x_height: pixels.
        rng: draws the polygon.
    """
    height, width = others.shape
    first, last = rows
    reach = 0.5 * x_height
    row = np.arange(height)[:, None]
    others[row < _edge(0.0, first + reach, width, rng)] = 0
    others[row > _edge(float(height), last - reach, width, rng)] = 0
    if rng.random() < 0.4:
        begin, end = sorted(int(value) for value in rng.integers(0, width + 1, 2))
        others[:, :begin] = 0
        others[:, end:] = 0


def _edge(
    border: float, far: float, width: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """[width] rows of a polygon's side, between the border of the paper and `far` inside."""
    corners = int(rng.integers(2, 6))
    rows = border + rng.random() * (far - border) * rng.random(corners)
    x = np.linspace(0, corners - 1, width)
    if rng.random() < 0.4:
        return np.asarray(rows[np.rint(x).astype(int)], np.float64)
    return np.asarray(np.interp(x, np.arange(corners), rows), np.float64)


def _overlay(ink: Grey, neighbour: Composed, baseline: float, x: int) -> None:
    """Draw the neighbouring line where it lies on the canvas.

    In place; repeated to fill the width.
    """
    tiled = np.tile(neighbour.ink, (1, -(-ink.shape[1] // neighbour.ink.shape[1]) + 1))[
        :, x : x + ink.shape[1]
    ]
    top = round(baseline - neighbour.baseline)
    first, last = max(0, top), min(ink.shape[0], top + tiled.shape[0])
    if first < last:
        target = ink[first:last, : tiled.shape[1]]
        np.maximum(target, tiled[first - top : last - top], out=target)


def stretch(canvas: Canvas, factor: float) -> Canvas:
    """Condense or expand the line."""
    height, width = canvas.ink.shape
    wide = max(2, round(width * factor))
    ink = np.asarray(cv2.resize(canvas.ink, (wide, height), interpolation=cv2.INTER_AREA), np.uint8)
    boxes = canvas.boxes * np.array([wide / width, 1, wide / width, 1], np.float32)
    return Canvas(ink, boxes, canvas.baseline)


def skew(canvas: Canvas, slope: float) -> Canvas:
    """Let the line climb or fall.

    The piece of paper grows by half of what it needs, as line crops do.
    """
    height, width = canvas.ink.shape
    drift = abs(slope) * width
    if drift < 1:
        return canvas
    taller = round(drift)
    shift = taller / 2 - slope * width / 2
    matrix = np.array([[1.0, 0.0, 0.0], [slope, 1.0, shift]])
    ink = np.asarray(cv2.warpAffine(canvas.ink, matrix, (width, height + taller)), np.uint8)
    middle = (canvas.boxes[:, 0] + canvas.boxes[:, 2]) / 2
    moved = (slope * middle + shift).astype(np.float32)
    boxes = canvas.boxes.copy()
    boxes[:, 1] += moved
    boxes[:, 3] += moved
    return Canvas(ink, boxes, canvas.baseline + shift, slope)


def draw_rule(canvas: Canvas, x_height: float, share: float, rng: np.random.Generator) -> None:
    """Now and then an underline or a rule, in place; one in two from glyph to glyph."""
    if rng.random() >= share:
        return
    width = canvas.ink.shape[1]
    row = canvas.baseline + x_height * rng.uniform(0.2, 0.9)
    first, last = sorted(float(v) for v in rng.uniform(0, width, 2))
    if rng.random() < 0.5:
        begin, end = sorted(int(v) for v in rng.integers(0, len(canvas.boxes), 2))
        first, last = float(canvas.boxes[begin, 0]), float(canvas.boxes[end, 2])
    ends = [(round(x), round(row + canvas.slope * x)) for x in (first, last)]
    cv2.line(canvas.ink, ends[0], ends[1], 255, max(1, round(x_height * rng.uniform(0.05, 0.12))))
