"""A drawn glyph: its ink and where it lies at the pen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Ink", "Raster"]

Ink = npt.NDArray[np.uint8]  # 0 paper, 255 full ink


@dataclass(frozen=True, slots=True)
class Raster:
    """A glyph drawn once: its ink and where the ink lies relative to the pen on the baseline."""

    ink: Ink
    left: int
    top: int
    advance: float
