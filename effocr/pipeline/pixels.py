"""Arrays of any kind of pixels -> grey, 8 bits, on white."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from effocr.errors import ImageError

__all__ = ["eight_bits", "grey_of_array", "over_white"]

Grey = npt.NDArray[np.uint8]

_WHITE = 255


def grey_of_array(array: npt.NDArray[np.generic]) -> Grey:
    """Reduce an array to grey.

    Raises:
        ImageError: its shape or type is not that of an image.
    """
    if array.ndim not in (2, 3) or not array.size or (array.ndim == 3 and array.shape[2] > 4):
        raise ImageError(
            f"an array of shape {list(array.shape)} is not an image: expected [height, width] "
            "or [height, width, 1 to 4]"
        )
    if array.dtype.kind not in "buif":
        raise ImageError(f"an array of {array.dtype} is not an image: expected numbers")
    pixels = eight_bits(array)
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return np.ascontiguousarray(pixels.reshape(pixels.shape[:2]))
    if pixels.shape[2] in (2, 4):
        return over_white(pixels)
    return _luma(pixels.astype(np.float32))


def eight_bits(array: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Reduce to 8 bits: deeper integers by the bits in use, floats from 0 to 1 or 0 to 255."""
    if array.dtype == np.uint8:
        return np.asarray(array, np.uint8)
    if array.dtype == np.bool_:
        return np.where(array, _WHITE, 0).astype(np.uint8)
    if array.dtype.kind == "f":
        values = np.nan_to_num(np.asarray(array, np.float32), nan=0.0, posinf=255.0, neginf=0.0)
        if values.max() <= 1.0:
            values = values * _WHITE
        rounded: Grey = np.clip(values + 0.5, 0, _WHITE).astype(np.uint8)
        return rounded
    whole: npt.NDArray[np.integer[Any]] = np.maximum(np.asarray(array), 0)
    shift = max(int(whole.max()).bit_length() - 8, 0)
    pixels: Grey = np.right_shift(whole, shift).astype(np.uint8)
    return pixels


def over_white(pixels: npt.NDArray[np.uint8]) -> Grey:
    """Lay [height, width, 2 or 4] with alpha last over white."""
    alpha = pixels[..., -1].astype(np.float32) / _WHITE
    colour = pixels[..., :-1].astype(np.float32)
    grey = colour[..., 0] if colour.shape[2] == 1 else _luma(colour).astype(np.float32)
    blended: Grey = (grey * alpha + _WHITE * (1 - alpha) + 0.5).astype(np.uint8)
    return blended


def _luma(rgb: npt.NDArray[np.float32]) -> Grey:
    """Grey of RGB [height, width, 3]: ITU-R 601, as Pillow's."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    grey: Grey = (rgb @ weights + 0.5).astype(np.uint8)
    return grey
