"""The text of one line: the built-in mix or a user's content, short or in capitals now and then."""

import numpy as np

from effocr.charset import Charset, graphemes, normalise
from effocr.synth.content import Content
from effocr.synth.content_lines import write_content
from effocr.synth.options import LineOptions
from effocr.synth.text import random_line

__all__ = ["SHORT", "draw_text"]

SHORT = 8  # most characters of a short line


def draw_text(
    rng: np.random.Generator, charset: Charset, options: LineOptions, lengths: tuple[int, int]
) -> str:
    """Draw what stands on a line.

    Args:
        rng: draws all of it.
        charset: what can be written.
        options: of the lines.
        lengths: least and most characters; a share of lines is short, but not below the least.
    """
    least, most = lengths
    if rng.random() < options.short_lines:
        lengths = least, min(most, max(least, SHORT))
    content, text = options.content, ""
    if not content.groups and not content.texts:
        text = random_line(rng, charset, lengths=lengths, mix=options.text)
    if content != Content():
        text = write_content(rng, charset, content, lengths, text)
    if rng.random() < options.capitals:
        text = _in_capitals(text, charset)
    return text if options.spaces else text.replace(" ", "")


def _in_capitals(text: str, charset: Charset) -> str:
    """The text in capitals; what has none in the charset, or several letters, stays."""
    upper = [normalise(glyph.upper()) for glyph in graphemes(text)]
    return "".join(
        capital if capital in charset else glyph
        for glyph, capital in zip(graphemes(text), upper, strict=True)
    )
