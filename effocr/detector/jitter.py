"""A crop of a page as the network sees it in training: cut, turned, scaled, and worn."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.detector.config import CropConfig
from effocr.detector.targets import RegionTruth

__all__ = ["Cut", "crop_page", "draw_cut", "wear"]

Grey = npt.NDArray[np.uint8]
Doubles = npt.NDArray[np.float64]
Polygon = npt.NDArray[np.float32]

PAPER_QUANTILE: Final = 0.9  # of a page's pixels: what lies beyond its edge
SAMPLED: Final = 16  # one pixel in so many rows and columns is looked at for it


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a square crop lies on a page.

    Attributes:
        middle: x and y of its middle, pixels of the page.
        scale: pixels of the crop for one of the page.
        turn_deg: clockwise on the screen.
        size: side of the crop, pixels.
    """

    middle: tuple[float, float]
    scale: float
    turn_deg: float
    size: int

    def matrix(self) -> Doubles:
        """[2, 3]: from pixels of the page to those of the crop."""
        angle = np.deg2rad(self.turn_deg)
        cosine, sine = np.cos(angle) * self.scale, np.sin(angle) * self.scale
        turn = np.array([[cosine, -sine], [sine, cosine]])
        shift = self.size / 2 - turn @ np.array(self.middle)
        return np.concatenate((turn, shift[:, None]), axis=1)


def draw_cut(
    polygons: list[Polygon],
    shape: tuple[int, int],
    *,
    size: int,
    scale: float,
    config: CropConfig,
    rng: np.random.Generator,
) -> Cut:
    """Choose a crop.

    Args:
        polygons: regions of the page.
        shape: height and width of the page.
        size: side of the crop.
        scale: that brings the page's lines to the usual height.
        config: of crops.
        rng: chooses.
    """
    if polygons and rng.random() < config.on_text:
        corners = polygons[int(rng.integers(len(polygons)))]
        shares = rng.dirichlet(np.ones(len(corners)))
        x, y = (shares @ corners).tolist()
    else:
        y, x = (float(rng.uniform(0, side)) for side in shape)
    scale *= float(np.exp(rng.uniform(np.log(config.smallest), np.log(config.largest))))
    turn = float(rng.normal(0, config.skew_deg)) if config.skew_deg else 0.0
    if rng.random() < config.turned:
        turn += float(rng.uniform(-config.turn_deg, config.turn_deg))
    # What was chosen may lie anywhere in the crop.
    x, y = (at + float(rng.uniform(-0.4, 0.4)) * size / scale for at in (x, y))
    return Cut((x, y), scale, turn, size)


def crop_page(
    grey: Grey, polygons: list[Polygon], ignored: list[bool], cut: Cut
) -> tuple[Grey, list[RegionTruth]]:
    """Cut, scale and turn.

    Args:
        grey: [height, width] uint8.
        polygons: of the page.
        ignored: of each.
        cut: where.

    Returns:
        [size, size] uint8, and the regions of which a part lies in it.
    """
    matrix = cut.matrix()
    pixels = _warp(grey, matrix, cut)
    regions = []
    for polygon, hidden in zip(polygons, ignored, strict=True):
        moved = (polygon @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
        if (moved.max(axis=0) > 0).all() and (moved.min(axis=0) < cut.size).all():
            regions.append(RegionTruth(moved, hidden))
    return pixels, regions


def _warp(grey: Grey, matrix: Doubles, cut: Cut) -> Grey:
    """The pixels of a crop; beyond the page there is paper.

    A page that is made smaller is averaged first: linear interpolation alone would drop strokes.
    """
    paper = int(np.quantile(grey[::SAMPLED, ::SAMPLED], PAPER_QUANTILE))
    reach = cut.size / cut.scale * 0.75 + 2  # half a diagonal
    (x, y), (height, width) = cut.middle, grey.shape
    x0, y0 = int(np.clip(x - reach, 0, width - 1)), int(np.clip(y - reach, 0, height - 1))
    x1, y1 = int(np.clip(x + reach, x0 + 1, width)), int(np.clip(y + reach, y0 + 1, height))
    part = grey[y0:y1, x0:x1]
    scale_x = scale_y = 1.0
    if cut.scale < 1:
        sides = (max(1, round((x1 - x0) * cut.scale)), max(1, round((y1 - y0) * cut.scale)))
        scale_x, scale_y = sides[0] / (x1 - x0), sides[1] / (y1 - y0)
        part = np.asarray(cv2.resize(part, sides, interpolation=cv2.INTER_AREA), np.uint8)
    # Of the part to the crop. OpenCV counts from the middles of pixels, so edges are half a pixel
    # off on both sides.
    own = matrix.copy()
    own[:, 2] += matrix[:, :2] @ np.array((x0, y0))
    own[:, :2] /= (scale_x, scale_y)
    own[:, 2] += own[:, :2] @ np.array((0.5, 0.5)) - 0.5
    warped = cv2.warpAffine(
        part, own, (cut.size, cut.size), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=paper,
    )  # fmt: skip
    return np.asarray(warped, np.uint8)


def wear(grey: Grey, config: CropConfig, rng: np.random.Generator) -> Grey:
    """Other levels of ink and paper, shade, noise, blur, light on dark; each by its share.

    Args:
        grey: [height, width] uint8.
        config: the shares.
        rng: chooses.
    """
    page: npt.NDArray[np.floating] = grey.astype(np.float32)
    if rng.random() < config.blurred:
        page = cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.4, 1.2))).astype(np.float32)
    if rng.random() < config.faded:
        ink, paper = float(rng.uniform(0, 110)), float(rng.uniform(150, 255))
        gamma = float(rng.uniform(0.7, 1.4))
        page = ink + (paper - ink) * (page / 255) ** gamma
    if rng.random() < config.shaded:
        height, width = page.shape
        down, across = rng.uniform(-0.35, 0.35, 2)
        rise = np.linspace(0, down, height)[:, None] + np.linspace(0, across, width)[None, :]
        page = page * (1 + rise - max(float(rise.max()), 0.0)).astype(np.float32)
    if rng.random() < config.inverted:
        page = 255 - page
    if rng.random() < config.noisy:
        page = page + rng.normal(0, rng.uniform(2, 14), page.shape).astype(np.float32)
    return np.clip(np.round(page), 0, 255).astype(np.uint8)
