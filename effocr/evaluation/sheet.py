"""The worst lines of a set as one picture: truth, image with its glyphs, what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from effocr.errors import ImageError
from effocr.evaluation.worst import Strip, WorstLine
from effocr.pipeline.assemble import one_page_document
from effocr.pipeline.draw import draw_document
from effocr.pipeline.images import load_image

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["draw_sheet"]

_TEXT_PX: Final = 18
_ROW_PX: Final = 28
_MARGIN_PX: Final = 10
_SAME: Final = (30, 30, 30)
_DIFFERENT: Final = (210, 0, 40)
_QUIET: Final = (110, 110, 110)
_DRAWABLE: Final = str.maketrans("\n—–“”„‘’", ' --"""\'\'')  # what Pillow's own font lacks


def draw_sheet(lines: Sequence[WorstLine]) -> Image.Image:
    """Draw lines below each other.

    Of each: file name and edits, the reference, what was read (both with differences in red), and
    the image as `effocr.pipeline.draw.draw_document` has it, boxes coloured by confidence.

    Args:
        lines: at least one.

    Returns:
        An RGB picture.
    """
    from PIL import Image

    parts = [_draw_line(line) for line in lines]
    width = max(part.width for part in parts)
    picture = Image.new("RGB", (width, sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        picture.paste(part, (0, top))
        top += part.height
    return picture


def _draw_line(line: WorstLine) -> Image.Image:
    """One line with what is written above it."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(_TEXT_PX)
    head = f"{line.path.name}   {line.edits} edits, CER {100 * line.cer:.1f} %   {line.problem}"
    rows = [
        [(head, _QUIET)],
        [("true: ", _QUIET), *map(_coloured, line.compared.reference)],
        [("read: ", _QUIET), *map(_coloured, line.compared.read)],
    ]
    widths = [int(sum(font.getlength(text) for text, _ in row)) for row in rows]
    image = _picture(line)
    top = _MARGIN_PX + _ROW_PX * len(rows)
    width = max([*widths, image.width if image else 0]) + 2 * _MARGIN_PX
    height = top + (image.height if image else 0) + _MARGIN_PX
    part = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(part)
    for number, row in enumerate(rows):
        x = float(_MARGIN_PX)
        for text, colour in row:
            pen.text((x, _MARGIN_PX + number * _ROW_PX), text, fill=colour, font=font)
            x += font.getlength(text)
    if image:
        part.paste(image, (_MARGIN_PX, top))
    pen.line((0, height - 1, width, height - 1), fill=(200, 200, 200))
    return part


def _coloured(strip: Strip) -> tuple[str, tuple[int, int, int]]:
    """A run of characters on one row, and its colour; spaces that differ are seen."""
    text = strip.text.translate(_DRAWABLE)
    return (text, _SAME) if strip.same else (text.replace(" ", "_"), _DIFFERENT)


def _picture(line: WorstLine) -> Image.Image | None:
    """The image with its glyphs; None where it cannot be opened."""
    try:
        grey = load_image(line.path)
    except ImageError:
        return None
    return draw_document(grey, one_page_document("", (grey.shape[1], grey.shape[0]), line.lines))
