"""What several formats make of the same part of a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, fsum

from effocr.document import UNKNOWN, Box, Glyph, Line, Point, Word
from effocr.geometry import Direction, box_polygon

__all__ = [
    "DIRECTIONS",
    "ReadWord",
    "joined_line",
    "program",
    "read_glyph",
    "signed_angle",
    "variants",
    "version",
    "word_confidence",
]

DIRECTIONS: dict[str, Direction] = {"ltr": "ltr", "rtl": "rtl", "ttb": "ttb"}
ReadWord = tuple[str, Box, float | None, Sequence[Glyph]]
"""Text, box, confidence (None: not said) and glyphs of a word in a file."""


def version() -> str:
    """Version of this program."""
    from effocr import __version__

    return str(__version__)


def program() -> str:
    """Name and version of this program."""
    return f"effocr {version()}"


def word_confidence(line: Line, word: Word) -> float:
    """Mean confidence of the word's glyphs; where there are none, that of the line."""
    first, last = word.glyphs
    glyphs = line.glyphs[first:last]
    if not glyphs:
        return line.confidence
    return fsum(glyph.confidence for glyph in glyphs) / len(glyphs)


def variants(glyph: Glyph) -> list[tuple[str, float]]:
    """What else the glyph may be, and the similarity; best first, without what it was read as."""
    return [(text, similarity) for text, similarity in glyph.candidates if text != glyph.text]


def signed_angle(degrees: float) -> float:
    """The same angle, more than -180 and at most 180 degrees."""
    return degrees - 360 * ceil((degrees - 180) / 360)


def read_glyph(
    text: str, box: Box, confidence: float | None, others: Iterable[tuple[str, float]]
) -> Glyph:
    """A glyph of a file; its confidence stands for the similarity of its text, not in files.

    Where the file says no confidence (None) it is 1, as that of a line.
    """
    unknown, confidence = text == UNKNOWN, 1.0 if confidence is None else _bounded(confidence)
    own = () if unknown else ((text, confidence),)
    return Glyph(text, box, confidence, (*own, *others), unknown)


def joined_line(
    words: Iterable[ReadWord],
    *,
    box: Box | None = None,
    polygon: tuple[Point, ...] = (),
    direction: Direction = "ltr",
    baseline: tuple[Point, ...] = (),
    text: str | None = None,
) -> Line:
    """A line of the words that a file says it has.

    Args:
        words: in reading order; words without text are left out.
        box: of the line; None: around its words, of which there is one at least.
        polygon: of the line; empty: its box.
        direction: of the line.
        baseline: of the line.
        text: of the line; None: its words, joined by spaces.

    Returns:
        The line; its confidence is the mean of its glyphs', else of its words', else 1.
    """
    words = list(words)
    kept = [word for word in words if word[0]]
    glyphs = [glyph for word in kept for glyph in word[3]]
    sure = [glyph.confidence for glyph in glyphs]
    sure = sure or [_bounded(word[2]) for word in kept if word[2] is not None]
    made = []
    first = 0
    for word_text, word_box, _, own in kept:
        made.append(Word(word_text, word_box, (first, first + len(own))))
        first += len(own)
    if box is None:
        x0s, y0s, x1s, y1s = zip(*(word[1] for word in kept or words), strict=True)
        box = (min(x0s), min(y0s), max(x1s), max(y1s))
    return Line(
        " ".join(word.text for word in made) if text is None else text,
        box,
        polygon or box_polygon(box),
        round(fsum(sure) / len(sure), 4) if sure else 1.0,
        tuple(made),
        tuple(glyphs),
        direction,
        baseline,
    )


def _bounded(confidence: float) -> float:
    """From 0 to 1, whatever a file says: old versions of Tesseract write scores below 0."""
    return min(max(confidence, 0.0), 1.0)
