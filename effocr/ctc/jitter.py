"""What is done to a line in training, so that it is never seen twice alike."""

import cv2
import numpy as np
import numpy.typing as npt

from effocr.ctc.arrays import HEIGHT, LEAST_WIDTH
from effocr.ctc.config import LineJitter

__all__ = ["jitter_line"]

Grey = npt.NDArray[np.uint8]


def jitter_line(
    grey: Grey, jitter: LineJitter, rng: np.random.Generator, *, widths: tuple[int, int]
) -> Grey:
    """Change a line a little, or leave it.

    Args:
        grey: [64, width] uint8.
        jitter: how much.
        rng: draws all of it.
        widths: least and most width of the result, pixels: what its text needs and its batch holds.

    Returns:
        [64, width] uint8.
    """
    if rng.random() >= jitter.share:
        return grey
    width = round(grey.shape[1] * (1 + rng.uniform(-jitter.stretch, jitter.stretch)))
    width = min(max(width, widths[0], LEAST_WIDTH), widths[1])
    moved = _worn(_move(grey, width, jitter, rng), jitter, rng)
    pixels: Grey = np.clip(moved + 0.5, 0, 255).astype(np.uint8)
    return pixels


def _move(
    grey: Grey, width: int, jitter: LineJitter, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Stretch, scale, slant and shift; what comes in from beyond repeats the edge."""
    middle = HEIGHT / 2
    scale = 1 + rng.uniform(-jitter.scale, jitter.scale)
    shear = rng.uniform(-jitter.shear, jitter.shear)
    shift = middle * (1 - scale) + rng.uniform(-jitter.shift_px, jitter.shift_px)
    matrix = np.array([[width / grey.shape[1], -shear, shear * middle], [0, scale, shift]])
    moved = cv2.warpAffine(grey, matrix, (width, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _worn(
    pixels: npt.NDArray[np.float32], jitter: LineJitter, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Paler ink, blur and noise."""
    paper = float(np.percentile(pixels, 95))
    pixels = paper + (pixels - paper) * (1 - rng.uniform(0, jitter.contrast))
    if rng.random() < jitter.blurred:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.4)), np.float32)
    noise = rng.standard_normal(pixels.shape, np.float32)
    worn: npt.NDArray[np.float32] = pixels + noise * np.float32(255 * rng.uniform(0, jitter.noise))
    return worn
