"""From the flat sheet to the image: skew, curvature towards the gutter, waves of paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Warp", "draw_warp", "warp_ink", "warp_points"]

Ink = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
CELL: Final = 16  # pixels; the bend is exact at every CELL-th, between them it is interpolated
ROUNDS: Final = 8  # of the search for where a point of the sheet comes to lie


@dataclass(frozen=True, slots=True, kw_only=True)
class Warp:
    """Where each pixel of the image comes from on the sheet, which has the same size.

    Attributes:
        size: width and height, pixels.
        angle: degrees, positive turns the text clockwise.
        bend: rows that lines drop at the gutter, pixels.
        reach: from the gutter to where the page is flat, share of the width.
        gutter: 0 left, 1 right.
        tilt: by how much the bend changes from top to bottom, -1 to 1.
        wave: rows that paper waves up and down, pixels.
        phase: of the wave.
    """

    size: tuple[int, int]
    angle: float = 0.0
    bend: float = 0.0
    reach: float = 0.3
    gutter: float = 0.0
    tilt: float = 0.0
    wave: float = 0.0
    phase: float = 0.0

    @property
    def bent(self) -> bool:
        """Whether straight lines do not stay straight."""
        return bool(self.bend or self.wave)

    def less(self) -> "Warp":
        """The same with half of the skew and the bend."""
        return replace(self, angle=self.angle / 2, bend=self.bend / 2, wave=self.wave / 2)

    def matrix(self) -> Floats:
        """[2, 3] the turn from image to sheet, around the middle."""
        width, height = self.size
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), self.angle, 1.0)
        return np.asarray(matrix, np.float64)

    def drop(self, x: Floats, y: Floats) -> Floats:
        """Rows by which what is seen at places of the image has dropped."""
        width, height = self.size
        away = np.abs(x / width - self.gutter) / max(self.reach, 1e-6)
        bow = self.bend * np.exp(-(away**2) * 2.5) * (1 + self.tilt * (y / height - 0.5) * 2)
        return np.asarray(bow + self.wave * np.sin(5.0 * x / width + self.phase), np.float64)


def draw_warp(
    rng: np.random.Generator,
    size: tuple[int, int],
    *,
    skewed: float,
    steepest: float,
    curved: float,
) -> Warp:
    """Draw how a page lies under the scanner.

    Args:
        rng: draws all of it.
        size: width and height, pixels.
        skewed: share of pages that are.
        steepest: degrees.
        curved: share of pages that are.
    """
    angle = bend = wave = 0.0
    if rng.random() < skewed:
        angle = float(np.clip(rng.normal(0, steepest / 3), -steepest, steepest))
    if rng.random() < curved:
        bend = float(rng.uniform(-1, 1)) * 0.016 * size[0]
        wave = float(rng.uniform(-1, 1)) * 0.004 * size[0] if rng.random() < 0.4 else 0.0
    return Warp(
        size=size,
        angle=angle,
        bend=bend,
        reach=float(rng.uniform(0.15, 0.5)),
        gutter=float(rng.integers(2)),
        tilt=float(rng.uniform(-1, 1)),
        wave=wave,
        phase=float(rng.uniform(0, 6.3)),
    )


def warp_ink(ink: Ink, warp: Warp) -> Ink:
    """Bend and turn a sheet [height, width] uint8; paper comes in from outside."""
    height, width = ink.shape
    if not warp.bent:
        if not warp.angle:
            return ink
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        turned = cv2.warpAffine(ink, warp.matrix(), (width, height), flags=how)
        return np.asarray(turned, np.uint8)
    rows, columns = -(-height // CELL), -(-width // CELL)
    y, x = np.mgrid[0:rows, 0:columns] * float(CELL) + (CELL - 1) / 2
    drift = _drift(x, y, warp).astype(np.float32)
    full = cv2.resize(drift, (columns * CELL, rows * CELL), interpolation=cv2.INTER_LINEAR)
    full = full[:height, :width]
    map_x = full[..., 0] + np.arange(width, dtype=np.float32)
    map_y = full[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(cv2.remap(ink, map_x, map_y, cv2.INTER_LINEAR, borderValue=0), np.uint8)


def warp_points(points: Sequence[Sequence[float]] | Floats, warp: Warp) -> npt.NDArray[np.float32]:
    """Where points [n, 2] of the sheet come to lie in the image: [n, 2] float32."""
    flat = np.asarray(points, np.float64).reshape(-1, 2)
    matrix = warp.matrix()
    back, shift = np.linalg.inv(matrix[:, :2]), matrix[:, 2]
    image = (flat - shift) @ back.T
    for _ in range(ROUNDS if warp.bent else 0):
        dropped = flat.copy()
        dropped[:, 1] += warp.drop(image[:, 0], image[:, 1])
        image = (dropped - shift) @ back.T
    return image.astype(np.float32)


def _drift(x: Floats, y: Floats, warp: Warp) -> Floats:
    """[rows, columns, 2] from places of the image to those of the sheet that they show."""
    matrix = warp.matrix()
    on_sheet = np.stack([x, y], axis=-1) @ matrix[:, :2].T + matrix[:, 2]
    on_sheet[..., 1] -= warp.drop(x, y)
    return np.asarray(on_sheet - np.stack([x, y], axis=-1), np.float64)
