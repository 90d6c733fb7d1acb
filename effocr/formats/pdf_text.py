"""The invisible text of a searchable PDF: where it stands, and a font that can say any character.

Text is drawn in render mode 3 (neither filled nor stroked) in a font of one empty glyph. Every
character of the document gets a number, and the font's ToUnicode table says which character a
number is, so that copying and searching work for any script; Tesseract and OCRmyPDF do likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.document import Box, Line, Page, Point
from effocr.formats.xml import clean
from effocr.geometry import box_polygon

if TYPE_CHECKING:
    import pikepdf

__all__ = ["FONT_NAME", "Characters", "make_font", "text_layer"]

FONT_NAME: Final = "EffocrText"
_FILE: Final = Path(__file__).parent / "glyphless.ttf"  # made by scripts/glyphless_font.py
_DESCENT, _WIDTH = 0.2, 0.5  # of its em
_LEAST_GAP: Final = 0.05  # of the line's height: a space is never without width
_MAPPINGS_AT_ONCE: Final = 100  # by the specification of CMaps
_LEAST_WIDTH_PX: Final = 1.0  # of a word: smaller ones are not found by some readers
_CORNERS: Final = 4


class Characters:
    """Numbers of the characters of a document, from 1, in the order in which they first occur.

    Args:
        font_name: that the pages know the font of these characters by.
    """

    def __init__(self, font_name: str = FONT_NAME) -> None:
        self.font_name = font_name
        self._numbers: dict[str, int] = {}

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._numbers.items())

    def __len__(self) -> int:
        return len(self._numbers)

    def coded(self, text: str) -> str:
        """The text as a hexadecimal string of PDF."""
        numbers = (self._numbers.setdefault(c, len(self._numbers) + 1) for c in text)
        return "<" + "".join(f"{number:04x}" for number in numbers) + ">"


def text_layer(page: Page, to_user: tuple[float, ...], characters: Characters) -> bytes:
    """Content stream with the text of a page.

    Args:
        page: what was read.
        to_user: a b c d e f of the map from pixels of the image to the page's user space.
        characters: numbers of the characters; it learns the new ones.
    """
    parts = [f"q {' '.join(_short(number) for number in to_user)} cm BT 3 Tr"]
    for line in page.lines:
        parts += _line(line, characters)
    return "\n".join([*parts, "ET Q\n"]).encode("ascii")


def _line(line: Line, characters: Characters) -> Iterator[str]:
    """Each word from the start to the end of its box, and a space from each to the next."""
    pieces = [(word.text, word.box) for word in line.words if word.text]
    if not pieces and line.text:
        pieces = [(line.text, line.box)]
    strip = _strip(line)
    spans = [strip.span(box) for _, box in pieces]
    for number, ((text, _), (start, end)) in enumerate(zip(pieces, spans, strict=True)):
        yield strip.show(clean(text), start, end, characters)
        if number + 1 < len(spans):
            gap = max(spans[number + 1][0] - end, _LEAST_GAP * strip.height)
            yield strip.show(" ", end, end + gap, characters)


@dataclass(frozen=True, slots=True)
class _Strip:
    """The strip of the image that a line fills.

    Attributes:
        origin: where the lower edge begins, reading.
        along: unit vector in which the line is read.
        up: unit vector from the lower to the upper edge.
        height: pixels.
    """

    origin: Point
    along: Point
    up: Point
    height: float

    def span(self, box: Box) -> tuple[float, float]:
        """From where to where along the strip a box reaches, pixels."""
        axis = 0 if abs(self.along[0]) >= abs(self.along[1]) else 1
        edges = [(box[axis + side] - self.origin[axis]) / self.along[axis] for side in (0, 2)]
        return (min(edges), max(edges))

    def show(self, text: str, start: float, end: float, characters: Characters) -> str:
        """The operators that write the text from start to end."""
        below = _DESCENT * self.height
        x, y = (
            corner + start * along + below * up
            for corner, along, up in zip(self.origin, self.along, self.up, strict=True)
        )
        stretch = 100 * max(end - start, _LEAST_WIDTH_PX) / (len(text) * _WIDTH * self.height)
        matrix = " ".join(_short(number) for number in (*self.along, *self.up, x, y))
        size = f"/{characters.font_name} {_short(self.height)} Tf {_short(stretch)} Tz"
        return f"{size} {matrix} Tm {characters.coded(text)} Tj"


def _strip(line: Line) -> _Strip:
    """The strip of a line, by its outline if that has four corners, else by its box."""
    corners = line.polygon
    if len(corners) != _CORNERS or not _proper(corners):
        x0, y0, x1, y1 = line.box
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
        corners = box_polygon((x0, y0, x1, y1))
        if line.direction == "ttb":  # its right side is the top, see `effocr.frame.lay_down`
            corners = (*corners[1:], corners[0])
    _, top_end, bottom_end, bottom_start = corners
    start, end = bottom_start, bottom_end
    length = hypot(end[0] - start[0], end[1] - start[1])
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    up = (along[1], -along[0])
    height = up[0] * (top_end[0] - end[0]) + up[1] * (top_end[1] - end[1])
    if line.direction == "rtl":  # mirrored: the text stays in the order in which it is read
        start, along = end, (-along[0], -along[1])
    return _Strip(start, along, up, height)


def _proper(corners: tuple[Point, ...]) -> bool:
    """Whether four corners run clockwise around a strip with length and height."""
    (_, _), (x1, y1), (x2, y2), (x3, y3) = corners
    along, side = (x2 - x3, y2 - y3), (x1 - x2, y1 - y2)
    return hypot(*along) >= 1 and along[1] * side[0] - along[0] * side[1] >= hypot(*along)


def make_font(pdf: pikepdf.Pdf, characters: Characters) -> pikepdf.Object:
    """The font object for the characters of all pages."""
    import pikepdf

    name = pikepdf.Name
    descriptor = pikepdf.Dictionary(
        Type=name.FontDescriptor,
        FontName=name.EffOCRGlyphless,
        Flags=5,  # one width; characters of its own
        FontBBox=[0, -200, 500, 800],
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=800,
        StemV=80,
        FontFile2=pdf.make_stream(_FILE.read_bytes()),
    )
    only_glyph = b"\0\0" + b"\0\1" * len(characters)
    cid_font = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.CIDFontType2,
        BaseFont=name.EffOCRGlyphless,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        DW=500,
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=pdf.make_stream(only_glyph),
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=name.Font,
            Subtype=name.Type0,
            BaseFont=name.EffOCRGlyphless,
            Encoding=name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(cid_font)],
            ToUnicode=pdf.make_stream(_to_unicode(characters)),
        )
    )


def _to_unicode(characters: Characters) -> bytes:
    """The CMap that says which character a number is."""
    pairs = [f"<{n:04x}> <{text.encode('utf-16-be').hex()}>" for text, n in characters]
    parts = [
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def",
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange",
    ]
    for start in range(0, len(pairs), _MAPPINGS_AT_ONCE):
        some = pairs[start : start + _MAPPINGS_AT_ONCE]
        parts.append("\n".join([f"{len(some)} beginbfchar", *some, "endbfchar"]))
    parts.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
    return "\n".join(parts).encode("ascii")


def _short(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".")
