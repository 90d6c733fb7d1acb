"""A line of any size in the input of a network of fixed size, and boxes back. Numpy and OpenCV.

Both directions use the scales that the resized line really has, which rounding makes differ
slightly between width and height, so a box comes back where it was for every size and aspect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.geometry import Affine

__all__ = [
    "DETECTRON2",
    "MMDETECTION",
    "MMDETECTION_BGR",
    "YOLO",
    "Fit",
    "InputStyle",
    "fit",
    "to_input",
]

Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class InputStyle:
    """How a family of networks wants its pictures. Lines are grey, so all channels start equal.

    Attributes:
        centred: padding on all sides; otherwise only at the right and the bottom.
        mean: taken from the grey value, 0 to 255, one for each channel in the network's order.
        spread: what remains is divided by it.
        fill: of the padding, as the network sees it.
    """

    centred: bool
    mean: Triple
    spread: Triple
    fill: float


YOLO: Final = InputStyle(True, (0, 0, 0), (255, 255, 255), 114 / 255)
# MMDetection normalises first and pads after, so that its padding is the mean colour.
MMDETECTION: Final = InputStyle(False, (123.675, 116.28, 103.53), (58.395, 57.12, 57.375), 0)
MMDETECTION_BGR: Final = InputStyle(False, (103.53, 116.28, 123.675), (57.375, 57.12, 58.395), 0)
# The mean lies in the graph that Detectron2 exports.
DETECTRON2: Final = InputStyle(True, (0, 0, 0), (1, 1, 1), 114)


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a line lies in the input.

    Attributes:
        line: height and width of the line, in its own pixels.
        inner: height and width of the line in the input.
        corner: row and column of its upper left corner in the input.
    """

    line: tuple[int, int]
    inner: tuple[int, int]
    corner: tuple[int, int]

    @property
    def map(self) -> Affine:
        """From pixels of the line to pixels of the input."""
        return Affine.scale_shift(
            self.inner[1] / self.line[1],
            self.inner[0] / self.line[0],
            x_shift=self.corner[1],
            y_shift=self.corner[0],
        )

    def forward(self, boxes: npt.ArrayLike) -> Floats:
        """Boxes on the line as boxes in the input.

        Args:
            boxes: [n, 4] numbers, x0 y0 x1 y1 in pixels of the line.

        Returns:
            [n, 4] float32 in pixels of the input.
        """
        return np.asarray(self.map.boxes(np.asarray(boxes)), np.float32)

    def back(self, boxes: npt.ArrayLike) -> Floats:
        """Boxes in the input as boxes on the line, cut off at its edges.

        Args:
            boxes: [n, 4] numbers, x0 y0 x1 y1 in pixels of the input.

        Returns:
            [n, 4] float32 in pixels of the line; without area where a box lay in the padding.
        """
        height, width = self.line
        found = self.map.inverse().boxes(np.asarray(boxes))
        return np.asarray(np.clip(found, 0, (width, height, width, height)), np.float32)


def fit(line: tuple[int, int], shape: tuple[int, int], *, centred: bool) -> Fit:
    """The largest place for a line in an input, its aspect kept.

    Args:
        line: its height and width.
        shape: height and width of the input.
        centred: in the middle; otherwise in the upper left corner.
    """
    scale = min(shape[0] / line[0], shape[1] / line[1])
    height, width = (
        min(max(round(side * scale), 1), most) for side, most in zip(line, shape, strict=True)
    )
    corner = ((shape[0] - height) // 2, (shape[1] - width) // 2) if centred else (0, 0)
    return Fit(line, (height, width), corner)


def to_input(line: Grey, place: Fit, shape: tuple[int, int], style: InputStyle) -> Floats:
    """The picture that the network sees.

    Args:
        line: [height, width] uint8.
        place: of the line in the input.
        shape: height and width of the input.
        style: of the family of networks.

    Returns:
        [3, height, width] float32.
    """
    (top, left), (height, width) = place.corner, place.inner
    inner = np.asarray(cv2.resize(line, (width, height), interpolation=cv2.INTER_LINEAR))
    mean, spread = (np.array(v, np.float32)[:, None, None] for v in (style.mean, style.spread))
    picture = np.full((3, *shape), style.fill, np.float32)
    picture[:, top : top + height, left : left + width] = (inner - mean) / spread
    return picture
