"""What is done to drawn glyphs in training, so that they look like print. Numpy and OpenCV.

The whole square is changed, padding and all, so the padding always has the glyph's background.
Sizes are those of the original at 224 pixels and grow and shrink with the square.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.recognizer.squares import WHITE

__all__ = ["Look", "augment_squares"]

Grey = npt.NDArray[np.uint8]

FULL_PX: Final = 224
PAPER_SHADES: Final = (0.5, 1.0)  # of tinted paper, 1 is white


@dataclass(frozen=True, slots=True)
class Look:
    """How far glyphs are changed. Shares are 0 to 1.

    Attributes:
        shift: largest move, of the side of the square.
        scale: smallest and largest size.
        strokes: share of glyphs with thinner or fatter strokes.
        blur: smallest and largest standard deviation, pixels at 224.
    """

    shift: float
    scale: tuple[float, float]
    strokes: float
    blur: tuple[float, float] = (0.1, 2.0)

    @classmethod
    def of(cls, framing: str, *, high_blur: bool = False) -> "Look":
        """The original's for a framing: `line` (English) or `centred` (Japanese)."""
        blur = (1.0, 4.0) if high_blur else (0.1, 2.0)
        if framing == "line":
            return cls(shift=0.1, scale=(0.9, 1.1), strokes=0.5, blur=blur)
        return cls(shift=0.2, scale=(0.8, 1.0), strokes=0.0, blur=blur)


def augment_squares(squares: Grey, look: Look, rng: np.random.Generator) -> Grey:
    """Move, tint, fatten, sprinkle and blur glyphs, each by chance.

    Args:
        squares: [n, size, size] uint8, paper 255.
        look: how far.
        rng: draws all of it.

    Returns:
        [n, size, size] uint8, new.
    """
    return (
        np.stack([_augment(square, look, rng) for square in squares])
        if len(squares)
        else squares.copy()
    )


def _augment(square: Grey, look: Look, rng: np.random.Generator) -> Grey:
    unit = len(square) / FULL_PX
    if rng.random() < 0.7:
        square = _moved(square, look, rng)
    if rng.random() < look.strokes:
        square = _stroked(square, unit, rng)
    light = square.astype(np.float32)
    if rng.random() < 0.25:
        np.minimum(light, WHITE * rng.uniform(*PAPER_SHADES), out=light)
    if rng.random() < 0.5:
        light *= rng.uniform(0.5, 1.5)
        light += (light.mean() - light) * rng.uniform(-0.3, 0.3)
    if rng.random() < 0.25:
        light += rng.uniform(10, 150) ** 0.5 * rng.standard_normal(light.shape, np.float32)
    if rng.random() < 0.3:
        sigma = float(rng.uniform(*look.blur)) * unit
        blurred = cv2.GaussianBlur(light, (0, 0), max(sigma, 0.05), borderType=cv2.BORDER_REPLICATE)
        light = np.asarray(blurred, np.float32)
    return np.clip(light, 0, WHITE).astype(np.uint8)


def _moved(square: Grey, look: Look, rng: np.random.Generator) -> Grey:
    """Shift and scale around the middle."""
    size = len(square)
    scale = rng.uniform(*look.scale)
    shift = rng.uniform(-look.shift, look.shift, 2) * size
    matrix = np.array([[scale, 0, 0], [0, scale, 0]])
    matrix[:, 2] = (size - 1) / 2 * (1 - scale) + shift
    moved = cv2.warpAffine(
        square, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=float(WHITE)
    )
    return np.asarray(moved, np.uint8)


def _stroked(square: Grey, unit: float, rng: np.random.Generator) -> Grey:
    """Make strokes thinner or fatter; in small squares by a share of what a pixel would."""
    rows, columns = int(rng.integers(3, 5)), int(rng.integers(2, 4))
    change = cv2.erode if rng.random() < 0.5 else cv2.dilate
    size = (max(1, round(rows * unit)), max(1, round(columns * unit)))
    whole = size if size != (1, 1) else (2, 2)
    changed = change(square, np.ones(whole, np.uint8), borderType=cv2.BORDER_REPLICATE)
    share = min(1.0, (rows + columns - 2) * unit / 2) if whole != size else 1.0
    return np.asarray(cv2.addWeighted(changed, share, square, 1 - share, 0), np.uint8)
