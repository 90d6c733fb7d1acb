"""The crop of a line: how close to the print, or into it, its four sides are cut."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.synth.options import LineOptions

__all__ = ["Crop", "crop_line", "draw_crop"]

KEPT: Final = 0.6  # of the height and width of every glyph, whatever the crop cuts off
CLIPPED: Final = 0.12  # most of the print's height that is cut off at one side
CLOSE: Final = 0.12  # most paper of a tight crop, of the print's height


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """Where the sides are cut, in heights of the print.

    Above 0 into it, below 0 with as much paper left around it; None leaves a side as it is.
    """

    above: float | None = None
    below: float | None = None
    left: float | None = None
    right: float | None = None


def crop_line(line: LabelledLine, crop: Crop) -> LabelledLine:
    """Cut out the line; boxes are cut with it, and `KEPT` of each glyph stays."""
    if crop == Crop():
        return line
    x0, y0, x1, y1 = line.boxes.T
    high, wide = (1 - KEPT) * (y1 - y0), (1 - KEPT) * (x1 - x0)
    unit = float(y1.max() - y0.min())
    top = _first(crop.above, unit, float(y0.min()), float((y0 + high).min()))
    left = _first(crop.left, unit, float(x0.min()), float((x0 + wide).min()))
    # The other two sides are the same cut, looked at from the other end.
    height, width = line.grey.shape
    below = _first(crop.below, unit, float((height - y1).min()), float((height - y1 + high).min()))
    right = _first(crop.right, unit, float((width - x1).min()), float((width - x1 + wide).min()))
    grey = np.ascontiguousarray(line.grey[top : height - below, left : width - right])
    boxes = line.boxes - np.array([left, top, left, top], np.float32)
    boxes[:, 0::2] = np.clip(boxes[:, 0::2], 0, grey.shape[1])
    boxes[:, 1::2] = np.clip(boxes[:, 1::2], 0, grey.shape[0])
    row, slope = line.baseline
    return replace(line, grey=grey, boxes=boxes, baseline=(row + slope * left - top, slope))


def _first(share: float | None, unit: float, print_begins: float, most: float) -> int:
    """How many pixels go at one side."""
    if share is None:
        return 0
    return max(0, int(min(print_begins + share * unit, most)))


def draw_crop(rng: np.random.Generator, options: LineOptions) -> Crop:
    """How a line is cut out; print is cut off at the ends less often than above or below."""
    kind = rng.random()
    if kind >= options.clipped + options.tight:
        return Crop()
    close = [-float(value) for value in rng.uniform(0, CLOSE, 4)]
    if kind >= options.clipped:
        return Crop(above=close[0], below=close[1], left=close[2], right=close[3])
    cut = [float(value) for value in rng.uniform(0, CLIPPED, 4)]
    side, left, right, rest = rng.random(4)
    spared = close if rest < 0.5 else [None] * 4
    return Crop(
        above=cut[0] if side < 0.67 else spared[0],
        below=cut[1] if side > 0.33 else spared[1],
        left=cut[2] if left < 0.15 else spared[2],
        right=cut[3] if right < 0.15 else spared[3],
    )
