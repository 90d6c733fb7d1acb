"""A font at one size: draws single glyphs and remembers them."""

from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from effocr.synth.composed import compose_glyph
from effocr.synth.raster import Raster

__all__ = ["Face", "open_face"]

FACES_KEPT: Final = 48  # opened font sizes a process keeps
NO_CHARACTER: Final = "\U0010fffd"  # for private use: drawn as the missing-glyph box


class Face:
    """A font at one size. Holds the open font and the glyphs drawn so far."""

    def __init__(
        self,
        path: str,
        index: int,
        size_px: int,
        *,
        composed: frozenset[str] = frozenset(),
        slant: float = 0.0,
    ) -> None:
        """Open the font.

        Args:
            path: of the font file.
            index: of the face in a collection.
            size_px: em.
            composed: glyphs to put together, as `effocr.synth.composed` does.
            slant: by how much upright type leans to the right, over its height.
        """
        self.size_px = size_px
        self.composed, self.slant = composed, slant
        self._source = path, index
        self._font = ImageFont.truetype(
            path, size_px, index=index, layout_engine=ImageFont.Layout.BASIC
        )
        self._rasters: dict[str, Raster] = {}
        self._kerning: dict[str, float] = {}

    def raster(self, glyph: str) -> Raster:
        """The glyph's ink, cropped to it; an empty array for a blank."""
        found = self._rasters.get(glyph)
        if found is None:
            if glyph in self.composed:
                found = compose_glyph(glyph, self.raster, self.size_px)
            else:
                found = self._draw(glyph)
            self._rasters[glyph] = found
        return found

    def slanted(self, slant: float) -> "Face":
        """The same type, leaning."""
        path, index = self._source
        return open_face(path, index, self.size_px, composed=self.composed, slant=slant)

    def kerning(self, left: str, right: str) -> float:
        """Pixels to add between two glyphs, from the font."""
        if left in self.composed or right in self.composed:
            return 0.0
        pair = left + right
        found = self._kerning.get(pair)
        if found is None:
            together = self._font.getlength(pair)
            found = together - self.raster(left).advance - self.raster(right).advance
            self._kerning[pair] = found
        return found

    @cached_property
    def pitch(self) -> float:
        """Width of every glyph of a monospaced font (typewriter, line printer), else 0."""
        missing, pitch = self.raster(NO_CHARACTER).ink, 0.0
        for pair in ("\u03b9\u03c9", "im"):
            narrow, wide = map(self.raster, pair)
            if abs(wide.advance - narrow.advance) >= 0.02 * self.size_px:
                return 0.0
            if not np.array_equal(wide.ink, missing):
                pitch = wide.advance
        return pitch

    def _draw(self, glyph: str) -> Raster:
        advance = float(self._font.getlength(glyph))
        x0, y0, x1, y1 = self._font.getbbox(glyph, anchor="ls")
        pad = 3
        width, height = int(x1 - x0) + 2 * pad, int(y1 - y0) + 2 * pad
        canvas = Image.new("L", (max(width, 1), max(height, 1)), 0)
        ImageDraw.Draw(canvas).text(
            (pad - x0, pad - y0), glyph, fill=255, font=self._font, anchor="ls"
        )
        if self.slant:
            canvas, x0 = _lean(canvas, self.slant, x0, pad - y0)
        ink = np.asarray(canvas)
        rows, columns = np.flatnonzero(ink.max(axis=1) > 40), np.flatnonzero(ink.max(axis=0) > 40)
        if not rows.size:
            return Raster(np.zeros((0, 0), np.uint8), 0, 0, advance)
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        return Raster(
            ink[top:bottom, left:right].copy(), int(x0 - pad + left), int(y0 - pad + top), advance
        )


def _lean(
    canvas: Image.Image, slant: float, left: float, baseline: float
) -> tuple[Image.Image, float]:
    """Shear a drawn glyph so that its place on the baseline stays; return it and its new left."""
    above = int(np.ceil(slant * max(0.0, baseline)))
    below = int(np.ceil(slant * max(0.0, canvas.height - baseline)))
    size = (canvas.width + above + below, canvas.height)
    matrix = (1.0, slant, -below - slant * baseline, 0.0, 1.0, 0.0)
    leaning = canvas.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    return leaning, left - below


@lru_cache(maxsize=FACES_KEPT)
def open_face(
    path: str,
    index: int,
    size_px: int,
    *,
    composed: frozenset[str] = frozenset(),
    slant: float = 0.0,
) -> Face:
    """The font at this size, kept open for the next line; `Face` says what is asked for."""
    return Face(path, index, size_px, composed=composed, slant=slant)
