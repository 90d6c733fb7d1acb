"""What printers of tills do to strokes: needles leave dots, heat leaves pale bands."""

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["print_by_heat", "print_by_needles", "print_slip"]

Ink = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
LINE_PER_X: Final = 2.0  # height of a line's characters, in heights of x
NEEDLES: Final = 9  # from the top of a line to its bottom
LEAST_PITCH: Final = 2.0  # pixels from dot to dot
BAND: Final = 12.0  # heights of x from one band to the next


def print_slip(rng: np.random.Generator, ink: Ink, x_height: float) -> Ink:
    """Print a slip by needles, by heat, or without a flaw; [height, width] uint8, 255 ink."""
    kind = rng.random()
    if kind < 0.3:
        return print_by_needles(rng, ink, x_height)
    return print_by_heat(rng, ink, x_height) if kind < 0.6 else ink


def print_by_needles(rng: np.random.Generator, ink: Ink, x_height: float) -> Ink:
    """Break strokes up into rows and columns of dots.

    Args:
        rng: draws pitch and gaps.
        ink: [height, width] uint8.
        x_height: of running text, pixels.
    """
    pitch = max(LEAST_PITCH, LINE_PER_X * x_height / NEEDLES) * rng.uniform(0.8, 1.3)
    rows, columns = (_dots(side, pitch, float(rng.uniform(0.1, 0.8))) for side in ink.shape)
    return np.asarray(ink * (rows[:, None] * columns[None, :]), np.uint8)


def _dots(side: int, pitch: float, gap: float) -> Floats:
    """[side]: 1 in the middle of each dot, 1 - gap between two."""
    return np.asarray(1 - gap * (0.5 + 0.5 * np.cos(2 * np.pi * np.arange(side) / pitch)))


def print_by_heat(rng: np.random.Generator, ink: Ink, x_height: float) -> Ink:
    """Pale bands down and across: a worn head, a roll that lay in the sun. Args as above."""
    down, across = (_bands(rng, side, BAND * x_height) for side in ink.shape)
    return np.asarray(ink * np.minimum(down[:, None], across[None, :]), np.uint8)


def _bands(rng: np.random.Generator, side: int, step: float) -> Floats:
    """[side]: darkness, 1 is full, that changes from one band to the next."""
    number = 2 + round(side / step)
    levels = rng.uniform(rng.uniform(0.35, 0.9), 1.0, number)
    return np.asarray(np.interp(np.arange(side), np.linspace(0, side, number), levels))
