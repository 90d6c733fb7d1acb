"""Single glyphs drawn from fonts, framed as crops of a line or of a column are.

Real crops are cut over the whole height of their line, so that size and place on the line can be
seen; renders that were cut to their ink would look otherwise, and a comma like an apostrophe.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont, features

from effocr.synth.face import open_face
from effocr.synth.fonts import FontFile

__all__ = ["Framing", "Look", "draw_glyph", "has_vertical_forms"]

Framing = Literal["line", "centred"]
Grey = npt.NDArray[np.uint8]

EM_PX: Final = 128
WHITE: Final = 255
FAINT: Final = 40  # less ink than this, of 255, is the soft edge of a glyph
USUAL_TOP: Final = 0.75  # of the tallest letters over the baseline, in ems, where a font lacks them
USUAL_BOTTOM: Final = -0.22  # of the descenders


@dataclass(frozen=True, slots=True)
class Look:
    """How glyphs are framed.

    Attributes:
        framing: `line`: as high as a line from ascender to descender and as wide as the ink;
            `centred`: as wide as a column of one em and as high as the ink.
        vertical: draw the forms of columns (ー stands, brackets lie) where the font has them.
        padding: paper around the frame, as a share of its width and height.
    """

    framing: Framing = "line"
    vertical: bool = False
    padding: float = 0.05


def has_vertical_forms() -> bool:
    """Whether Pillow here can set columns (it needs the Raqm library)."""
    return bool(features.check("raqm"))


def draw_glyph(font: FontFile, glyph: str, look: Look) -> Grey | None:
    """Draw one glyph, black on white.

    Args:
        font: covers the glyph.
        glyph: a character of any number of code points.
        look: how it is framed.

    Returns:
        [height, width] uint8, or None where the font draws nothing.
    """
    draw = _on_line if look.framing == "line" else _in_column
    return draw(font, glyph, look)


def _on_line(font: FontFile, glyph: str, look: Look) -> Grey | None:
    """A glyph between the ascender and the descender line, its sides at the ink."""
    raster = open_face(str(font.path), font.index, EM_PX).raster(glyph)
    height, width = raster.ink.shape
    if not height:
        return None
    tops = [value for value in (font.ascender, font.cap_height) if value is not None]
    top = -round(max(tops, default=USUAL_TOP) * EM_PX)
    bottom = -round((USUAL_BOTTOM if font.descender is None else font.descender) * EM_PX)
    above = below = round((bottom - top) * look.padding)
    top = min(top - above, raster.top)
    bottom = max(bottom + below, raster.top + height)
    side = max(round(width * look.padding), 1)
    canvas = np.full((bottom - top, width + 2 * side), WHITE, np.uint8)
    row = raster.top - top
    canvas[row : row + height, side : side + width] = WHITE - raster.ink
    return canvas


def _in_column(font: FontFile, glyph: str, look: Look) -> Grey | None:
    """A glyph in the middle of a column one em wide, cut above and below to its ink."""
    face = _shaping_face(str(font.path), font.index)
    canvas = Image.new("L", (3 * EM_PX, 4 * EM_PX), 0)
    draw = ImageDraw.Draw(canvas)
    middle = canvas.width // 2
    if look.vertical and has_vertical_forms():
        draw.text((middle, EM_PX), glyph, 255, face, "st", direction="ttb", features=["vert"])
    else:
        draw.text((middle, 2 * EM_PX), glyph, 255, face, "ms")
    ink = np.asarray(canvas)
    rows, columns = np.flatnonzero(ink.max(axis=1) > FAINT), np.flatnonzero(ink.max(axis=0) > FAINT)
    if not rows.size:
        return None
    half = round(EM_PX * (0.5 + look.padding))
    left = min(middle - half, int(columns[0]))
    right = max(middle + half, int(columns[-1]) + 1)
    edge = max(round(EM_PX * look.padding), 1)
    picture = ink[max(int(rows[0]) - edge, 0) : int(rows[-1]) + 1 + edge, left:right]
    return np.ascontiguousarray(WHITE - picture)


@lru_cache(maxsize=16)
def _shaping_face(path: str, index: int) -> ImageFont.FreeTypeFont:
    way = ImageFont.Layout.RAQM if has_vertical_forms() else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, EM_PX, index=index, layout_engine=way)
