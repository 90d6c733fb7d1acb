"""What of a line the encoder sees of each glyph: `effocr.pipeline.engines.Cutter`."""

from __future__ import annotations

from dataclasses import dataclass

from effocr.bundle import CropShape
from effocr.pipeline.engines import Grey, LocatedLine
from effocr.recognizer.arrays import cut_crops
from effocr.recognizer.squares import cut_squares

__all__ = ["FrameCutter", "SquareCutter"]


@dataclass(frozen=True, slots=True)
class FrameCutter:
    """Slices of the frame, as native encoders want them."""

    crop: CropShape

    def cut(self, line: LocatedLine) -> Grey:
        """[n, frame height, crop width] uint8."""
        return cut_crops(line.pixels, line.located.boxes, self.crop)


@dataclass(frozen=True, slots=True)
class SquareCutter:
    """Squares of the image, as encoders of the original EffOCR want them.

    Attributes:
        size_px: side of the squares.
        vertical: lines are columns.
    """

    size_px: int
    vertical: bool = False

    def cut(self, line: LocatedLine) -> Grey:
        """[n, size, size] uint8."""
        return cut_squares(line.grey, line.boxes, size_px=self.size_px, vertical=self.vertical)
