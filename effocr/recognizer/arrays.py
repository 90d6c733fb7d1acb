"""Numpy-only parts of the recognizer: frame and boxes -> glyph crops. Shared by torch and ONNX."""

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import CropShape
from effocr.frame import PAPER

Grey = npt.NDArray[np.uint8]


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
