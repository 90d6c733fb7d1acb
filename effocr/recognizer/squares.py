"""Square crops, as the original EffOCR's encoders see glyphs. Numpy only.

A crop is the glyph's box drawn out over the whole height of its line (of a column: over the whole
width), so that its size and place on the line can be seen, padded with white at the right and the
bottom to a square and scaled.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["cut_squares", "network_input", "to_square"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

WHITE: Final = 255
# Of the ImageNet pictures that most published weights were trained on, red green blue, 1 is white.
MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD: Final = np.array([0.229, 0.224, 0.225], np.float32)


def cut_squares(
    line: Grey, boxes: Floats, *, size_px: int, vertical: bool = False, whole_line: bool = True
) -> Grey:
    """Cut glyphs out of a line.

    Args:
        line: [height, width] uint8, paper light.
        boxes: [n, 4] float32, x0 y0 x1 y1 in pixels of the line.
        size_px: side of the result.
        vertical: the line is a column.
        whole_line: draw the box out over the whole height (of a column: the width) of the line.

    Returns:
        [n, size_px, size_px] uint8; white where a box has no area inside of the line.
    """
    height, width = line.shape
    squares = np.full((len(boxes), size_px, size_px), WHITE, np.uint8)
    for square, box in zip(squares, boxes, strict=True):
        x0, y0 = np.floor(box[:2]).astype(int)
        x1, y1 = np.ceil(box[2:]).astype(int)
        if whole_line and vertical:
            x0, x1 = 0, width
        elif whole_line:
            y0, y1 = 0, height
        crop = line[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
        if crop.size:
            square[...] = to_square(crop, size_px)
    return squares


def to_square(crop: Grey, size_px: int) -> Grey:
    """Pad with white at the right and the bottom to a square, and scale.

    Args:
        crop: [height, width] uint8, not empty.
        size_px: side of the result.

    Returns:
        [size_px, size_px] uint8.
    """
    side = max(crop.shape)
    square = np.full((side, side), WHITE, np.uint8)
    square[: crop.shape[0], : crop.shape[1]] = crop
    way = cv2.INTER_AREA if side > size_px else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (size_px, size_px), interpolation=way), np.uint8)


def network_input(squares: Grey) -> Floats:
    """Squares as networks of colour pictures want them.

    Args:
        squares: [n, size, size] uint8.

    Returns:
        [n, 3, size, size] float32, three equal colours, normalised by ImageNet's mean and spread.
    """
    scaled: Floats = np.divide(squares[:, None], np.float32(WHITE), dtype=np.float32)
    normal: Floats = (scaled - MEAN[:, None, None]) / SPREAD[:, None, None]
    return normal
