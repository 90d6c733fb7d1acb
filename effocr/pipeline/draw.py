"""Pictures of what was read: glyphs boxed, their text below; of a page, lines and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from effocr.document import Document, Glyph, Line, Page, Point

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    from effocr.pipeline.images import Grey

__all__ = ["confidence_colour", "draw_document", "draw_page"]

_LEAST_HEIGHT_PX: Final = 64  # smaller lines are enlarged
_MOST_ENLARGED: Final = 4
_COLOURS: Final = ((0.9, (0, 130, 60)), (0.6, (220, 130, 0)), (0.0, (210, 0, 40)))
"""Least confidence and its colour: green, orange, red."""
_BREATH: Final = 36  # of 255, opacity of the colour over a line
_PATH: Final = (40, 70, 200, 160)  # of the reading order


def draw_document(grey: Grey, document: Document) -> Image.Image:
    """Draw the first page of a document, see `draw_page`."""
    return draw_page(grey, document.pages[0])


def draw_page(grey: Grey, page: Page) -> Image.Image:
    """Draw the boxes of the glyphs.

    A single line has its text in a strip below the image (a column has not: its glyphs would lie
    over one another there). Of a page with more lines the outlines are drawn, filled with a breath
    of colour, their numbers in reading order, and a path from the end of each to the start of the
    next.

    Green boxes and lines are sure (90 % and more), orange ones less so, red ones below 60 %.

    Args:
        grey: [height, width] uint8, the image that was read.
        page: what was read from it.

    Returns:
        An RGB picture, a whole number of times as large as the image.
    """
    from PIL import Image, ImageDraw, ImageFont

    height, width = grey.shape
    several = len(page.lines) > 1
    scale = max(1, min(_MOST_ENLARGED, -(-_LEAST_HEIGHT_PX // height)))
    size_px = max(12, min(32, height * scale // 3))
    strip_px = 0 if several else 2 * size_px
    picture = Image.new("RGB", (width * scale, height * scale + strip_px), "white")
    picture.paste(Image.fromarray(grey).resize((width * scale, height * scale)), (0, 0))
    font = ImageFont.load_default(size_px)
    if several:
        _draw_lines(ImageDraw.Draw(picture, "RGBA"), page, scale=scale)
    pen = ImageDraw.Draw(picture)
    for line in page.lines:
        text_y = None if several or _runs_down(line) else height * scale + size_px // 2
        for glyph in line.glyphs:
            _draw_glyph(pen, glyph, scale=scale, text_y=text_y, font=font)
    return picture


def _draw_lines(pen: ImageDraw.ImageDraw, page: Page, *, scale: int) -> None:
    """Outlines, reading order and numbers of lines."""
    from PIL import ImageFont

    before: Point | None = None
    for number, line in enumerate(page.lines, 1):
        colour = confidence_colour(line.confidence)
        outline = [(x * scale, y * scale) for x, y in line.polygon]
        if len(outline) > 1:
            pen.polygon(outline, fill=(*colour, _BREATH), outline=(*colour, 255))
        start, end = ((x * scale, y * scale) for x, y in _ends(line))
        if before is not None:
            pen.line((*before, *start), fill=_PATH, width=2)
        before = end
        x0, y0, x1, y1 = line.box
        size_px = max(10, min(28, round(min(x1 - x0, y1 - y0) * scale * 0.6)))
        font = ImageFont.load_default(size_px)
        label = str(number)
        box = pen.textbbox(start, label, font=font, anchor="mm")
        pen.rectangle(box, fill=(255, 255, 255, 220))
        pen.text(start, label, fill=(*_PATH[:3], 255), font=font, anchor="mm")


def _ends(line: Line) -> tuple[Point, Point]:
    """The middle of the side where a line begins, and of that where it ends."""
    x0, y0, x1, y1 = line.box
    if _runs_down(line):
        middle = (x0 + x1) / 2
        return (middle, y0), (middle, y1)
    middle = (y0 + y1) / 2
    ends = ((x0, middle), (x1, middle))
    return ends if line.direction != "rtl" else (ends[1], ends[0])


def confidence_colour(confidence: float) -> tuple[int, int, int]:
    """Green from 90 %, orange from 60 %, else red."""
    return next(colour for least, colour in _COLOURS if confidence >= least)


def _runs_down(line: Line) -> bool:
    """Whether the line is a column, by what is said of it or by its outline."""
    if line.direction == "ttb" or len(line.polygon) < 2:
        return line.direction == "ttb"
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
    colour = confidence_colour(glyph.confidence)
    x0, y0, x1, y1 = (round(edge * scale) for edge in glyph.box)
    pen.rectangle((x0, y0, max(x1 - 1, x0), max(y1 - 1, y0)), outline=colour)
    if text_y is None:
        return
    text = "?" if glyph.unknown else glyph.text
    left, _, right, _ = pen.textbbox((0, 0), text, font=font)
    pen.text(((x0 + x1 - left - right) / 2, text_y), text, fill=colour, font=font)
