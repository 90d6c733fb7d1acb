"""Small data for the recognizer's tests: a dozen glyphs, drawn with Pillow."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.bundle import CropShape, LineShape
from effocr.recognizer.config import Jitter
from effocr.recognizer.sources import FrameSource, LabelledFrame

GLYPHS = "abcdefgo,'O☐"
DrawSource = Callable[..., FrameSource]


def draw_glyph(glyph: str, *, size: int, thickness: int) -> np.ndarray:
    """One glyph with its baseline at row 28 of 40, in the middle of 40 columns."""
    image = Image.new("L", (40, 40), 255)
    if glyph == "☐":
        ImageDraw.Draw(image).rectangle((12, 12, 26, 27), outline=0, width=1 + thickness)
        return np.asarray(image)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(image).text(
        (20, 28), glyph, fill=0, font=font, anchor="ms", stroke_width=thickness
    )
    return np.asarray(image)


def frame_of(glyph: str, *, size: int = 24, thickness: int = 0) -> LabelledFrame:
    pixels = draw_glyph(glyph, size=size, thickness=thickness)
    rows, columns = np.nonzero(pixels < 160)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return LabelledFrame(pixels, np.array([box], np.float32), (glyph,))


@pytest.fixture
def draw_source() -> DrawSource:
    """Make a source of drawn glyphs: `draw_source(thickness=1, sizes=(24,), jitter=Jitter())`."""

    def make(
        *,
        thickness: int = 0,
        sizes: Sequence[int] = (22, 24, 26),
        jitter: Jitter | None = None,
        glyphs: str = GLYPHS,
    ) -> FrameSource:
        frames = [frame_of(g, size=size, thickness=thickness) for g in glyphs for size in sizes]
        return FrameSource(frames, line=LineShape(), crop=CropShape(), jitter=jitter)

    return make
