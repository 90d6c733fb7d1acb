"""Pages as training holds them: small, in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.data.detection import DetectionPage
from effocr.data.records import Skipped
from effocr.detector.polygons import short_side
from effocr.errors import EffOCRError
from effocr.shrink import shrink

__all__ = ["LearntPage", "load_pages"]

Grey = npt.NDArray[np.uint8]
Polygon = npt.NDArray[np.float32]

KEPT_LINE: Final = 1.5  # lines of a kept page are at most so high, of the usual height
LINES_A_PAGE: Final = 60  # what a page without text is taken for


@dataclass(frozen=True, slots=True, eq=False)
class LearntPage:
    """A page made as small as is useful.

    Attributes:
        kept: [height, width] uint8; None: `path` is read each time, there was no room.
        path: of the image.
        scale: by which it was made smaller.
        polygons: in pixels of the smaller one.
        ignored: of each.
        line_px: the usual height of its regions, pixels of the smaller one.
        load: reads an image file.
    """

    kept: Grey | None
    path: Path
    scale: float
    polygons: list[Polygon]
    ignored: list[bool]
    line_px: float
    load: Callable[[Path], Grey]

    def grey(self) -> Grey:
        """[height, width] uint8."""
        return shrink(self.load(self.path), self.scale) if self.kept is None else self.kept


def load_pages(
    truths: Sequence[DetectionPage],
    *,
    line_px: float,
    memory_mb: int,
    load: Callable[[Path], Grey],
) -> tuple[list[LearntPage], list[Skipped]]:
    """Read images once, make them smaller and keep them; those that can't be read are named.

    Args:
        truths: what is on them.
        line_px: height of lines as the network sees them.
        memory_mb: for kept pages.
        load: reads an image as [height, width] uint8.
    """
    pages: list[LearntPage] = []
    skipped: list[Skipped] = []
    left = memory_mb * 2**20
    for truth in truths:
        try:
            grey = load(truth.image)
        except EffOCRError as error:
            reason = str(error).removeprefix(f"{truth.image}: ")
            skipped.append(Skipped(str(truth.image), f"left out: {reason}"))
            continue
        usual = _usual_line(truth) or max(grey.shape) / LINES_A_PAGE
        scale = min(1.0, KEPT_LINE * line_px / usual)
        small = shrink(grey, scale)
        fits = small.size <= left
        left -= small.size if fits else 0
        pages.append(
            LearntPage(
                kept=small if fits else None,
                path=truth.image,
                scale=scale,
                polygons=[region.polygon * np.float32(scale) for region in truth.regions],
                ignored=[region.ignore for region in truth.regions],
                line_px=usual * scale,
                load=load,
            )
        )
    return pages, skipped


def _usual_line(truth: DetectionPage) -> float | None:
    """The median height of the regions that count; None where there are none."""
    sides = [short_side(region.polygon) for region in truth.regions if not region.ignore]
    return float(np.median(sides)) if sides and np.median(sides) > 0 else None
