"""Pictures of what was read: every glyph boxed, its text below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from effocr.document import Document, Glyph, Line

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    from effocr.pipeline.images import Grey

__all__ = ["draw_document"]

_LEAST_HEIGHT_PX: Final = 64  # smaller lines are enlarged
_MOST_ENLARGED: Final = 4
_COLOURS: Final = ((0.9, (0, 130, 60)), (0.6, (220, 130, 0)), (0.0, (210, 0, 40)))
"""Least confidence and its colour: green, orange, red."""


def draw_document(grey: Grey, document: Document) -> Image.Image:
    """Draw the boxes of the first page's glyphs, and their text in a strip below the image.

    The glyphs of a column would lie over one another there; they get their boxes only.

    Green boxes are sure (90 % and more), orange ones less so, red ones below 60 %.

    Args:
        grey: [height, width] uint8, the image that was read.
        document: what was read from it.

    Returns:
        An RGB picture, a whole number of times as large as the image.
    """
    from PIL import Image, ImageDraw, ImageFont

    height, width = grey.shape
    scale = max(1, min(_MOST_ENLARGED, -(-_LEAST_HEIGHT_PX // height)))
    size_px = max(12, min(32, height * scale // 3))
    picture = Image.new("RGB", (width * scale, height * scale + 2 * size_px), "white")
    picture.paste(Image.fromarray(grey).resize((width * scale, height * scale)), (0, 0))
    font = ImageFont.load_default(size_px)
    pen = ImageDraw.Draw(picture)
    for line in document.pages[0].lines:
        text_y = None if _runs_down(line) else height * scale + size_px // 2
        for glyph in line.glyphs:
            _draw_glyph(pen, glyph, scale=scale, text_y=text_y, font=font)
    return picture


def _runs_down(line: Line) -> bool:
    """Whether the line is a column, by its outline."""
    (x0, y0), (x1, y1) = line.polygon[:2]
    return abs(y1 - y0) > abs(x1 - x0)


def _draw_glyph(
    pen: ImageDraw.ImageDraw,
    glyph: Glyph,
    *,
    scale: int,
    text_y: int | None,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """One box, and its text centred below at `text_y`; None: no text."""
    colour = next(colour for least, colour in _COLOURS if glyph.confidence >= least)
    x0, y0, x1, y1 = (round(edge * scale) for edge in glyph.box)
    pen.rectangle((x0, y0, max(x1 - 1, x0), max(y1 - 1, y0)), outline=colour)
    if text_y is None:
        return
    text = "?" if glyph.unknown else glyph.text
    left, _, right, _ = pen.textbbox((0, 0), text, font=font)
    pen.text(((x0 + x1 - left - right) / 2, text_y), text, fill=colour, font=font)
