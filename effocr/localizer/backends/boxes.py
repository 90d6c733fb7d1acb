"""What every localizer backend gives: boxes of glyphs and of words on a line image. Numpy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Backend", "BoxLocalizer", "LineBoxes"]

Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

Backend = Literal["native", "torchvision", "detectron2", "yolo", "mmdetection", "detectron2-onnx"]


@dataclass(frozen=True, slots=True)
class LineBoxes:
    """What a backend found on one line, in pixels of its image, in no particular order.

    Attributes:
        glyphs: [n, 4] float32, x0 y0 x1 y1.
        scores: [n] float32, 0 to 1.
        words: [m, 4] float32; empty where the backend knows no words or found none.
        word_scores: [m] float32, 0 to 1.
    """

    glyphs: Floats
    scores: Floats
    words: Floats
    word_scores: Floats


class BoxLocalizer(Protocol):
    """A localizer that looks at line images as they are."""

    def locate(self, lines: Sequence[Grey]) -> list[LineBoxes]:
        """Find glyphs and words; called by several threads at once.

        Args:
            lines: each [height, width] uint8, dark on light, of any size.

        Returns:
            One `LineBoxes` for each line, in order.
        """
        ...
