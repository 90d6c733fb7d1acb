"""The paper around a set line: margins, neighbours, stretch, skew, rules; boxes move along."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from effocr.data.labelled import LabelledLine
from effocr.synth.compose import Composed

__all__ = ["Canvas", "clip_rows", "draw_rule", "put_on_paper", "skew", "stretch"]

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
    widest_margin: float,
    rng: np.random.Generator,
) -> Canvas:
    """Put the line on a piece of paper with ragged margins.

    Ink of the lines above and below reaching in.
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
        pitch = x_height * rng.uniform(2.0, 3.2)
        side = rng.random()
        if side < 0.67:
            _overlay(ink, neighbour, baseline - pitch, int(rng.integers(0, max(1, width // 2))))
        if side > 0.33:
            _overlay(ink, neighbour, baseline + pitch, int(rng.integers(0, max(1, width // 2))))
    boxes = composed.boxes + np.array([left, above, left, above], np.float32)
    return Canvas(ink, boxes, baseline)


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


def draw_rule(canvas: Canvas, x_height: float, rng: np.random.Generator) -> None:
    """Now and then an underline or a rule, in place."""
    if rng.random() > 0.03:
        return
    width = canvas.ink.shape[1]
    row = canvas.baseline + x_height * rng.uniform(0.2, 0.9)
    first, last = sorted(float(v) for v in rng.uniform(0, width, 2))
    ends = [(round(x), round(row + canvas.slope * x)) for x in (first, last)]
    cv2.line(canvas.ink, ends[0], ends[1], 255, max(1, round(x_height * rng.uniform(0.05, 0.12))))


def clip_rows(line: LabelledLine, shares: tuple[float, float]) -> LabelledLine:
    """Cut the crop so tight that it takes off some of the print.

    Args:
        line: level enough that rows cut all of it alike.
        shares: of the print's height, above and below; 0, 0 changes nothing.
    """
    if not any(shares):
        return line
    top, bottom = float(line.boxes[:, 1].min()), float(line.boxes[:, 3].max())
    height = line.grey.shape[0]
    first = max(0, round(top + shares[0] * (bottom - top))) if shares[0] else 0
    last = min(height, round(bottom - shares[1] * (bottom - top))) if shares[1] else height
    boxes = line.boxes - np.array([0, first, 0, first], np.float32)
    boxes[:, 1::2] = np.clip(boxes[:, 1::2], 0, last - first)
    row, slope = line.baseline
    return replace(
        line,
        grey=np.ascontiguousarray(line.grey[first:last]),
        boxes=boxes,
        baseline=(row - first, slope),
    )
