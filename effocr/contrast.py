"""The contrast of a line image: light print is turned dark, ink becomes black and paper white."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.shrink import shrink

__all__ = ["MOST_INK", "Stretched", "contrast_of", "stretch"]

Grey = npt.NDArray[np.uint8]

LEAST_CONTRAST: Final = 16  # grey levels between ink and paper; less is a blank line
MOST_INK: Final = 0.55  # share of dark pixels; more means light print on a dark ground
INK_QUANTILE: Final = 0.2  # of the dark pixels; that level becomes black
LEAST_INK_PX: Final = 3  # dark pixels; fewer is a blank line
INK, PAPER = 0.005, 0.9  # shares of all pixels up to ink and up to paper: a dash has little ink


@dataclass(frozen=True, slots=True)
class Stretched:
    """A line with its contrast stretched.

    Attributes:
        grey: [height, width] uint8, ink near 0, paper 255; the image itself where it is so already.
        dark: [height, width] uint8, 1 where there is ink, 0 elsewhere.
        turned: True where the image was light on dark.
    """

    grey: Grey
    dark: Grey
    turned: bool


def stretch(grey: Grey) -> Stretched | None:
    """Turn light print dark, make ink black and paper white.

    Args:
        grey: [height, width] uint8.

    Returns:
        The line, or None when it holds no print.
    """
    level, least, most = _parted(grey)
    if least == most:
        return None
    dark = np.asarray(cv2.threshold(grey, level, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    inked = cv2.countNonZero(dark)
    turned = inked > MOST_INK * grey.size
    if turned:
        grey, dark = np.asarray(cv2.bitwise_not(grey), np.uint8), np.asarray(1 - dark, np.uint8)
        level, least, most, inked = 254 - level, 255 - most, 255 - least, grey.size - inked
    if inked < LEAST_INK_PX:
        return None
    ink = _quantile(grey, INK_QUANTILE * inked, least, level)
    paper = _quantile(grey, inked + 0.5 * (grey.size - inked), level + 1, most)
    if paper - ink < LEAST_CONTRAST:
        return None
    if (ink, least, paper, most) != (0, 0, 255, 255):
        levels = np.clip((np.arange(256) - ink) * (255.0 / (paper - ink)), 0, 255)
        grey = np.asarray(cv2.LUT(grey, levels.astype(np.uint8)), np.uint8)
    return Stretched(grey, dark, turned)


def contrast_of(crop: Grey) -> int:
    """Grey levels between the ink and the paper of a line, specks aside.

    Args:
        crop: [height, width] uint8, dark print.
    """
    if not crop.size:
        return 0
    small = shrink(crop, 0.5)
    return _quantile(small, PAPER * small.size, 0, 255) - _quantile(small, INK * small.size, 0, 255)


def _parted(grey: Grey) -> tuple[int, int, int]:
    """The level up to which pixels are dark (Otsu, 1979), the least and the greatest level."""
    lowest, highest, _, _ = cv2.minMaxLoc(grey)
    least, most = int(lowest), int(highest)
    # Black and white, as many scans are, needs no search. The sum tells whether there is any grey.
    above = int(cv2.sumElems(grey)[0]) - least * grey.size
    if above == (most - least) * (grey.size - _up_to(grey, least)):
        return least, least, most
    level, _ = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    return int(level), least, most


def _up_to(grey: Grey, level: int) -> int:
    """How many pixels are of this level or darker."""
    return cv2.countNonZero(cv2.threshold(grey, level, 1, cv2.THRESH_BINARY_INV)[1])


def _quantile(grey: Grey, pixels: float, first: int, last: int) -> int:
    """The least level, from `first` to `last`, that at least so many pixels do not exceed.

    By halving: counting the pixels up to a level is far faster than a histogram of all levels. The
    last level comes first, because most of a page is as white as it can be.
    """
    middle = last - 1
    while first < last:
        if _up_to(grey, middle) >= pixels:
            last = middle
        else:
            first = middle + 1
        middle = (first + last) // 2
    return first
