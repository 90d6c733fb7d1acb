"""Images made smaller: halved first, which OpenCV does thirty times as fast as any other ratio."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["shrink"]

Grey = npt.NDArray[np.uint8]


def shrink(grey: Grey, scale: float) -> Grey:
    """Make an image smaller; a pixel is the mean of those that it takes the place of.

    Where a side is odd, halving leaves its last row or column out: after k halvings what stands at
    the right or lower edge may be up to 2^k - 1 pixels of the image off, less further in.

    Args:
        grey: [height, width] uint8.
        scale: sides of the result for those of the image; 1 and more change nothing.

    Returns:
        [height, width] uint8, a pixel wide and high at least.
    """
    if scale >= 1:
        return grey
    height, width = (max(1, round(side * scale)) for side in grey.shape)
    while grey.shape[0] >= 2 * height and grey.shape[1] >= 2 * width:
        rows, columns = grey.shape[0] // 2, grey.shape[1] // 2
        even = grey[: 2 * rows, : 2 * columns]  # an odd last row or column is left out
        grey = np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    if grey.shape == (height, width):
        return grey
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
