"""Numpy-only parts of the recognizer: frame and boxes -> glyph crops, features and boxes ->
windows. Shared by torch and ONNX."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import CropShape, WindowShape
from effocr.frame import PAPER

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Views = npt.NDArray[Any]
"""What encoders see of glyphs: [n, height, width] uint8 crops, paper 255, or
[n, channels, columns] float32 windows of the localizer's features."""


def cut_crops(line: Grey, boxes: npt.NDArray[np.float32], crop: CropShape) -> Grey:
    """Cut each glyph out of the frame at full height, so that its size and place on the line are
    kept.

    The box stands in the middle of its crop; what lies more than `crop.margin_px` beside it is
    blanked. A box too wide for the crop is squeezed.

    Args:
        line: [height, width] uint8, the frame, paper 255.
        boxes: [n, 4] float32, frame pixels.
        crop: width and margin of a crop.

    Returns:
        [n, height, crop.width] uint8.
    """
    height, size = line.shape[0], crop.width
    if not len(boxes):
        return np.zeros((0, height, size), np.uint8)
    left = np.floor(boxes[:, 0] - crop.margin_px + 0.5).astype(np.int64)
    right = np.floor(boxes[:, 2] + crop.margin_px + 0.5).astype(np.int64)
    left = np.clip(left, -size, line.shape[1])
    right = np.clip(right, left + 1, line.shape[1] + size)
    start = (left + right - size) // 2
    padded = np.full((height, line.shape[1] + 4 * size), PAPER, np.uint8)
    padded[:, 2 * size : 2 * size + line.shape[1]] = line
    columns = start[:, None] + np.arange(size)  # [n, size]
    crops = padded[:, columns + 2 * size].transpose(1, 0, 2).copy()
    outside = (columns < left[:, None]) | (columns >= right[:, None])
    crops = np.where(outside[:, None, :], np.uint8(PAPER), crops)
    for index in np.flatnonzero(right - left > size):
        wide = padded[:, left[index] + 2 * size : right[index] + 2 * size]
        crops[index] = cv2.resize(wide, (size, height), interpolation=cv2.INTER_AREA)
    return crops


def cut_windows(features: Floats, boxes: Floats, window: WindowShape) -> Floats:
    """Take the columns around the middle of each glyph out of the localizer's features.

    Args:
        features: [channels, columns] float32, of the whole frame.
        boxes: [n, 4] float32, frame pixels.
        window: how many columns.

    Returns:
        [n, channels, window.columns] float32; 0 beyond either end of the frame.
    """
    columns = features.shape[1]
    half = window.columns // 2
    middle = np.floor((boxes[:, 0] + boxes[:, 2]) / (2 * window.stride_px)).astype(np.int64)
    wanted = np.clip(middle, 0, columns - 1)[:, None] + np.arange(-half, half + 1)
    windows = features.take(wanted, axis=1, mode="clip")  # [channels, n, window.columns]
    beyond = (wanted < 0) | (wanted >= columns)
    if beyond.any():
        windows[:, beyond] = 0.0
    return np.ascontiguousarray(windows.transpose(1, 0, 2))
