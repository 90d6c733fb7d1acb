"""What reading gives: Document > Page > Block > Line > Word and Glyph.

Plain frozen records with slots, because thousands of glyphs are made every second; a line that was
read makes its words and glyphs when they are first asked for. Boxes are pixels of the image that
was read (after EXIF turning), x0 y0 x1 y1, right and bottom exclusive.
Confidences are calibrated, from 0 to 1. Spaces are not glyphs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from effocr.geometry import Direction

__all__ = [
    "UNKNOWN",
    "Block",
    "Box",
    "Details",
    "Document",
    "Glyph",
    "Line",
    "Page",
    "Point",
    "Word",
]

Box = tuple[float, float, float, float]
Point = tuple[float, float]

UNKNOWN = "\ufffd"
"""Text of a glyph that looks like nothing in the index."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character.

    Attributes:
        text: the character in NFC; U+FFFD for an unknown one.
        box: where it is.
        confidence: calibrated, 0 to 1.
        candidates: (character, cosine similarity), best first.
        unknown: whether it looks like nothing in the index.
        read_as: what was read, where a correction put something else into `text`; None: `text`
            is what was read.
    """

    text: str
    box: Box
    confidence: float
    candidates: tuple[tuple[str, float], ...]
    unknown: bool = False
    read_as: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A run of glyphs without a space.

    Attributes:
        text: of its glyphs, joined.
        box: around its glyphs.
        glyphs: [first, last) places in the glyphs of the line.
        second: what a second reader reads here, where that is something else; None: the same, or
            none was asked.
    """

    text: str
    box: Box
    glyphs: tuple[int, int]
    second: str | None = None


class Details(NamedTuple):
    """All of a `Line` but its text and direction; see there."""

    box: Box
    polygon: tuple[Point, ...]
    confidence: float
    words: tuple[Word, ...]
    glyphs: tuple[Glyph, ...]
    baseline: tuple[Point, ...] = ()


class _Later:
    """Keeps what makes the details of a line until they are asked for."""

    __slots__ = ("_details",)

    if not TYPE_CHECKING:  # else every name would be an attribute

        def __getattr__(self, name: str) -> Any:
            """A detail that is not made yet; called only where a slot is empty."""
            if name not in Details._fields:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            if (details := self._details) is not None:
                for field, value in details()._asdict().items():
                    object.__setattr__(self, field, value)
                object.__setattr__(self, "_details", None)  # last, for other threads
            return object.__getattribute__(self, name)


@dataclass(frozen=True, slots=True)
class Line(_Later):
    """A line of text.

    Attributes:
        text: its words joined by single spaces.
        box: around the line.
        polygon: outline of the line, clockwise from the start of its top edge.
        confidence: mean of its glyphs; 1 for blank paper, 0 for ink without glyphs.
        words: in reading order.
        glyphs: in reading order.
        direction: how the line runs.
        baseline: points of the line that the print stands on, from its start; empty: not known.
    """

    text: str
    box: Box
    polygon: tuple[Point, ...]
    confidence: float
    words: tuple[Word, ...]
    glyphs: tuple[Glyph, ...]
    direction: Direction = "ltr"
    baseline: tuple[Point, ...] = ()

    @classmethod
    def with_details(
        cls, text: str, details: Callable[[], Details], *, direction: Direction = "ltr"
    ) -> Self:
        """A line of which all but text and direction is made when first asked for."""
        line = object.__new__(cls)
        object.__setattr__(line, "text", text)
        object.__setattr__(line, "direction", direction)
        object.__setattr__(line, "_details", details)
        return line


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, such as a paragraph or a column.

    Attributes:
        lines: in reading order.
        polygon: outline, where it was found as such; empty: that of its lines.
        kind: text, or what PAGE-XML calls the type of a region: heading, caption, page-number, ...
    """

    lines: tuple[Line, ...]
    polygon: tuple[Point, ...] = ()
    kind: str = "text"

    @property
    def box(self) -> Box | None:
        """Around its polygon, or else its lines; None: there is neither."""
        corners = self.polygon or [
            corner for line in self.lines for corner in (line.box[:2], line.box[2:])
        ]
        if not corners:
            return None
        xs, ys = zip(*corners, strict=True)
        return (min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True, slots=True)
class Page:
    """One page or image.

    Attributes:
        number: from 1.
        width: of the image, pixels.
        height: of the image, pixels.
        blocks: in reading order.
        dpi: resolution of the image; None: not known.
        angle: degrees by which the print is turned clockwise on the image; 270 is -90.
    """

    number: int
    width: int
    height: int
    blocks: tuple[Block, ...]
    dpi: float | None = None
    angle: float = 0.0

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in reading order."""
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def text(self) -> str:
        """Lines joined by line feeds, blocks by an empty line."""
        return "\n\n".join("\n".join(line.text for line in block.lines) for block in self.blocks)

    @property
    def confidence(self) -> float:
        """Mean confidence of all glyphs; of the lines where there are none; 1 for an empty page."""
        sure = [glyph.confidence for line in self.lines for glyph in line.glyphs]
        sure = sure or [line.confidence for line in self.lines]
        return fsum(sure) / len(sure) if sure else 1.0


@dataclass(frozen=True, slots=True)
class Document:
    """All that was read from one input.

    Attributes:
        source: the path as it was given, or "" for an image without one.
        pages: in order.
        problems: what could not be read of it, such as "page 4: damaged"; the page is empty.
    """

    source: str
    pages: tuple[Page, ...]
    problems: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines of all pages, in reading order."""
        return tuple(line for page in self.pages for line in page.lines)

    @property
    def text(self) -> str:
        """Text of the pages, joined by form feeds."""
        return "\f".join(page.text for page in self.pages)
