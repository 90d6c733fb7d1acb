"""Put other characters into a line that was read, and mark them.

The number of glyphs, their boxes and the words' places never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from effocr.document import Glyph, Line

__all__ = ["change_glyphs"]


def change_glyphs(line: Line, texts: Mapping[int, str]) -> Line:
    """The line with other texts for some glyphs; words and line follow.

    A changed glyph keeps in `read_as` what was read at first; one that is changed back has none.
    An unknown glyph that gets a text is unknown no more.

    Args:
        line: as it was read.
        texts: number of the glyph in the line -> its text.
    """
    changed = {n: text for n, text in texts.items() if text != line.glyphs[n].text}
    if not changed:
        return line
    glyphs = tuple(
        _changed(glyph, changed[number]) if number in changed else glyph
        for number, glyph in enumerate(line.glyphs)
    )
    words = tuple(
        replace(word, text="".join(glyph.text for glyph in glyphs[slice(*word.glyphs)]))
        for word in line.words
    )
    return replace(line, text=" ".join(word.text for word in words), words=words, glyphs=glyphs)


def _changed(glyph: Glyph, text: str) -> Glyph:
    first = glyph.text if glyph.read_as is None else glyph.read_as
    return replace(glyph, text=text, unknown=False, read_as=None if text == first else first)
