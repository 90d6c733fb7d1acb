"""Ordinary lines that a model keeps, so that what is taught later can be told from all of them.

The file `background.npz` of a model folder: frames in sixteen levels of grey, without pickle.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from effocr.bundle import MEND
from effocr.errors import BundleError
from effocr.recognizer.npz import arrays_in, write_arrays

__all__ = ["BACKGROUND_LINES", "Background"]

Grey = npt.NDArray[np.uint8]

BACKGROUND_LINES: Final = 150  # more cost time whenever a picture is taught
LEVEL: Final = 17  # 15 levels of it are white


@dataclass(frozen=True, slots=True)
class Background:
    """Lines without anything that the model does not know, as its localizer sees them.

    Attributes:
        frames: [height, width] uint8 each, of one height, paper 255.
    """

    frames: tuple[Grey, ...]

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all; the greys are rounded to sixteen levels."""
        level = (np.hstack(self.frames) + np.uint16(LEVEL // 2)) // LEVEL
        level = np.pad(level.astype(np.uint8), ((0, 0), (0, level.shape[1] % 2)))
        ends = np.cumsum([frame.shape[1] for frame in self.frames])
        write_arrays(path, {"pairs": level[:, ::2] * 16 + level[:, 1::2], "ends": ends})

    @classmethod
    def load(cls, path: Path, height: int) -> Self:
        """Read the file.

        Args:
            path: of the file.
            height: of the model's frames, pixels.

        Raises:
            BundleError: it is missing, damaged, or of frames of another height.
        """
        with arrays_in(path, "the background of a model") as arrays:
            pairs = np.asarray(arrays["pairs"], np.uint8)
            ends = np.asarray(arrays["ends"], np.int64)
        fits = pairs.ndim == 2 and ends.ndim == 1 and len(ends) and pairs.shape[0] == height
        if not fits or (np.diff(ends, prepend=0) <= 0).any() or ends[-1] > 2 * pairs.shape[1]:
            raise BundleError(
                f"{path}: its lines do not fit together, or are not {height} high; {MEND}"
            )
        level = np.stack((pairs >> 4, pairs & 15), axis=2).reshape(height, -1)
        grey = level * np.uint8(LEVEL)
        return cls(tuple(np.split(grey[:, : ends[-1]], ends[:-1], axis=1)))
