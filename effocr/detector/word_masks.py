"""Pages as ocrs shows them to its detection network, and their masks of words. Numpy and OpenCV."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.detector.polygons import offset_polygon

__all__ = ["PAGE_SIZE", "SHRINK_PX", "draw_mask", "jittered", "shown", "view", "word_quads"]

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Polygon = npt.NDArray[np.float32]

PAGE_SIZE: Final = (800, 600)
"""Height and width that every page is brought to."""
SHRINK_PX: Final = 3.0
"""Words are this much smaller on every side, in pixels of the page: so neighbours stay apart."""
BEYOND: Final = 128  # grey level beyond the edge, 0 to the network
SUBPIXEL_BITS: Final = 4  # of what OpenCV draws

AUGMENTED: Final = 0.5  # share of the pages
BRIGHTNESS: Final = 0.1  # at most so much more or less, and the same of contrast
TURN_DEG, SHEAR_DEG = 5.0, 5.0
SCALES: Final = (0.8, 1.2)
PERSPECTIVE: Final = 0.1  # of half a side
CROP_PX: Final = 600  # of the page itself


def view(shape: tuple[int, int], rng: np.random.Generator | None = None) -> tuple[Doubles, bool]:
    """How a page is brought to `PAGE_SIZE`, in training half of the times with a change.

    Args:
        shape: height and width of the page.
        rng: draws one of: other grey levels, a turn, a perspective, a crop; None: no change.

    Returns:
        [3, 3]: from pixels of the page to those of what the network sees, edges on edges; and
        whether the grey levels are to be changed, which the mask has no part in.
    """
    height, width = shape
    scale = np.diag((PAGE_SIZE[1] / width, PAGE_SIZE[0] / height, 1.0))
    if rng is None or rng.random() >= AUGMENTED:
        return scale, False
    match int(rng.integers(4)):
        case 0:
            return scale, True
        case 1:
            return scale @ _turned(width, height, rng), False
        case 2:
            return scale @ _tilted(width, height, rng), False
        case _:
            left = float(rng.uniform(min(0.0, width - CROP_PX), max(0.0, width - CROP_PX)))
            top = float(rng.uniform(min(0.0, height - CROP_PX), max(0.0, height - CROP_PX)))
            there = np.diag((PAGE_SIZE[1] / CROP_PX, PAGE_SIZE[0] / CROP_PX, 1.0))
            return there @ _shift(-left, -top), False


def _turned(width: int, height: int, rng: np.random.Generator) -> Doubles:
    turn = np.deg2rad(rng.uniform(-TURN_DEG, TURN_DEG))
    shear = np.tan(np.deg2rad(rng.uniform(-SHEAR_DEG, SHEAR_DEG)))
    scale = rng.uniform(*SCALES)
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    change = np.array(((cosine, -sine, 0), (sine, cosine, 0), (0, 0, 1.0)))
    leant = np.array(((1.0, shear, 0), (0, 1, 0), (0, 0, 1)))
    middle, back = _shift(width / 2, height / 2), _shift(-width / 2, -height / 2)
    turned: Doubles = middle @ change @ leant @ back
    return turned


def _tilted(width: int, height: int, rng: np.random.Generator) -> Doubles:
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    most = PERSPECTIVE / 2 * np.array((width, height))
    inwards = np.sign(np.array((width, height)) / 2 - corners)
    moved = (corners + inwards * rng.uniform(0, most, (4, 2))).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, moved), np.float64)


def _shift(x: float, y: float) -> Doubles:
    return np.array(((1.0, 0, x), (0, 1, y), (0, 0, 1)))


def shown(page: Grey, to: Doubles) -> Grey:
    """A page as the network sees it, [800, 600] uint8.

    Args:
        page: [height, width] uint8.
        to: see `view`.
    """
    half = _shift(-0.5, -0.5) @ to @ _shift(0.5, 0.5)  # OpenCV counts from the middles of pixels
    warped = cv2.warpPerspective(
        page, half, PAGE_SIZE[::-1], flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=BEYOND,
    )  # fmt: skip
    return np.asarray(warped, np.uint8)


def jittered(page: Grey, rng: np.random.Generator) -> Grey:
    """The same page a little darker or lighter, and with more or less contrast."""
    brightness, contrast = rng.uniform(1 - BRIGHTNESS, 1 + BRIGHTNESS, 2)
    levels = page.astype(np.float32) * brightness
    levels = (levels - levels.mean()) * contrast + levels.mean()
    changed: Grey = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    return changed


def draw_mask(polygons: Sequence[Polygon], to: Doubles) -> Mask:
    """The words of a page as the network shall find them: [800, 600] uint8, 1 within.

    Args:
        polygons: of all words, legible or not, in pixels of the page.
        to: see `view`.
    """
    mask = np.zeros(PAGE_SIZE, np.uint8)
    scale = 1 << SUBPIXEL_BITS
    for polygon in polygons:
        for shrunk in offset_polygon(polygon, -SHRINK_PX):
            moved = cv2.perspectiveTransform(shrunk[None].astype(np.float64), to)[0]
            cv2.fillPoly(
                mask, [np.round((moved - 0.5) * scale).astype(np.int32)], 1, shift=SUBPIXEL_BITS
            )
    return mask


def word_quads(mask: Mask, *, grown_px: float = 0.0) -> list[Polygon]:
    """The least turned rectangles around the parts of a mask, each [4, 2] float32, pixels.

    Args:
        mask: [height, width] uint8, 1 within words.
        grown_px: how much larger they are made on every side.
    """
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        middle, (width, height), angle = cv2.minAreaRect(contour)
        grown = (width + 2 * grown_px, height + 2 * grown_px)
        quads.append(np.asarray(cv2.boxPoints((middle, grown, angle)), np.float32))
    return quads
