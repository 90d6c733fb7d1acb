"""Cut crops a little off, so that the encoder forgives what the localizer and the scan do."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import CropShape, LineShape
from effocr.frame import PAPER
from effocr.recognizer.config import Jitter

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

STROKE: Final = np.ones((2, 2), np.uint8)


def cut_jittered(
    lines: Sequence[Grey],
    boxes: Floats,
    *,
    line: LineShape,
    crop: CropShape,
    jitter: Jitter,
    rng: np.random.Generator,
) -> Grey:
    """Cut one crop from each line.

    Args:
        lines: n frames [height, width] uint8, each its own width.
        boxes: [n, 4] float32, the glyph in each, frame pixels.
        line: shape of the frames.
        crop: shape of the crops.
        jitter: how far off.
        rng: draws all of it.

    Returns:
        [n, line.height, crop.width] uint8.
    """
    count = len(boxes)
    x0 = boxes[:, 0] + _off(rng, jitter.edge_px, count)
    x1 = np.maximum(boxes[:, 2] + _off(rng, jitter.edge_px, count), x0 + 1)
    matrices, half_px = _placements(x0, x1, line=line, crop=crop, jitter=jitter, rng=rng)
    crops = np.empty((count, line.height, crop.width), np.uint8)
    for pixels, matrix, out in zip(lines, matrices, crops, strict=True):
        cv2.warpAffine(
            pixels,
            matrix,
            (crop.width, line.height),
            dst=out,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=PAPER,
        )
    _wear(crops, jitter, rng)
    # Beyond the margin is blank, as `cut_crops` leaves it.
    beside = np.abs(np.arange(crop.width) + 0.5 - crop.width / 2) > half_px[:, None]
    return np.where(beside[:, None, :], np.uint8(PAPER), crops)


def _off(rng: np.random.Generator, most: float, count: int) -> Floats:
    return rng.uniform(-most, most, count).astype(np.float32)


def _placements(
    x0: Floats,
    x1: Floats,
    *,
    line: LineShape,
    crop: CropShape,
    jitter: Jitter,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float64], Floats]:
    """Matrices [n, 2, 3] from crop to frame pixels, and half of the width kept, [n] crop pixels."""
    count = len(x0)
    scale = np.exp(_off(rng, jitter.scale, count))  # frame pixels for one crop pixel
    across = scale * np.exp(_off(rng, jitter.stretch, count))
    half_px = (x1 - x0) / 2 / across + crop.margin_px
    squeeze = np.maximum(1.0, half_px / (crop.width / 2))
    across, half_px = across * squeeze, half_px / squeeze
    shear = _off(rng, jitter.shear, count)
    matrices = np.zeros((count, 2, 3))
    matrices[:, 0, 0] = across
    matrices[:, 0, 1] = shear
    matrices[:, 1, 1] = scale
    # OpenCV speaks of pixel centres, boxes of edges: the half pixels below. The slant turns around
    # the middle of the x-height, the scale around the baseline.
    middle_row = line.baseline_px - line.x_height_px / 2
    matrices[:, 0, 2] = (x0 + x1) / 2 - 0.5 - across * (crop.width / 2 - 0.5) - shear * middle_row
    baseline = line.baseline_px + _off(rng, jitter.shift_px, count)
    matrices[:, 1, 2] = baseline - scale * line.baseline_px + 0.5 * (scale - 1)
    return matrices, half_px.astype(np.float32)


def _wear(crops: Grey, jitter: Jitter, rng: np.random.Generator) -> None:
    """Thin or fatten strokes, blur, lighten and sprinkle, in place."""
    count = len(crops)
    kinds = rng.random(count)
    for index in np.flatnonzero(kinds < jitter.weight):
        change = cv2.erode if kinds[index] < jitter.weight / 2 else cv2.dilate
        change(crops[index], STROKE, dst=crops[index], borderType=cv2.BORDER_REPLICATE)
    for index in np.flatnonzero(rng.random(count) < jitter.blurred):
        sigma = float(rng.uniform(0.4, 1.0))
        cv2.GaussianBlur(
            crops[index], (3, 3), sigma, dst=crops[index], borderType=cv2.BORDER_REPLICATE
        )
    ink = 1 - rng.uniform(0, jitter.contrast, (count, 1, 1)).astype(np.float32)
    spread = 255 * rng.uniform(0, jitter.noise, (count, 1, 1)).astype(np.float32)
    worn = PAPER - (PAPER - crops.astype(np.float32)) * ink
    worn += spread * rng.standard_normal(crops.shape, np.float32)
    np.clip(worn, 0, 255, out=worn)
    crops[...] = worn
