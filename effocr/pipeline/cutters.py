"""What of a line the encoder sees of each glyph: `effocr.pipeline.engines.Cutter`."""

from __future__ import annotations

from dataclasses import dataclass

from effocr.bundle import CropShape, Manifest, WindowShape
from effocr.errors import BundleError
from effocr.pipeline.engines import Floats, Grey, LocatedLine
from effocr.recognizer.arrays import cut_crops, cut_windows
from effocr.recognizer.squares import cut_squares

__all__ = ["FrameCutter", "SquareCutter", "WindowCutter", "cutter_of"]


@dataclass(frozen=True, slots=True)
class FrameCutter:
    """Slices of the frame, as native encoders want them."""

    crop: CropShape

    def cut(self, line: LocatedLine) -> Grey:
        """[n, frame height, crop width] uint8."""
        return cut_crops(line.pixels, line.located.boxes, self.crop)


@dataclass(frozen=True, slots=True)
class WindowCutter:
    """Windows of the localizer's features, for recognizers that share them."""

    window: WindowShape

    def cut(self, line: LocatedLine) -> Floats:
        """[n, channels, columns] float32.

        Raises:
            BundleError: the localizer gives other features than the recognizer learnt from.
        """
        given = 0 if line.features is None else len(line.features)
        if line.features is None or given != self.window.channels:
            raise BundleError(
                f"the recognizer looks at {self.window.channels} features of its localizer, "
                f"this one gives {given}; use the two that were exported together"
            )
        return cut_windows(line.features, line.located.boxes, self.window)


def cutter_of(manifest: Manifest) -> FrameCutter | WindowCutter:
    """What the encoder of a model folder sees."""
    if manifest.window is not None:
        return WindowCutter(manifest.window)
    return FrameCutter(manifest.crop)


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
