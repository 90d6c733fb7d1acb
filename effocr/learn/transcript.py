"""What is printed on a line, glyph by glyph, in the order in which the glyphs stand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes, leaves_ink, normalise
from effocr.geometry import Direction
from effocr.layout.bidi import turn_runs

__all__ = ["Transcript", "transcribe"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """The glyphs of a text as a localizer meets them.

    Attributes:
        text: NFC, single spaces.
        glyphs: graphemes that leave ink; of right-to-left text from right to left.
        starts: [n] bool, a word begins at the glyph (on the side where the line begins).
        order: [n] place of each glyph in reading order.
    """

    text: str
    glyphs: tuple[str, ...]
    starts: npt.NDArray[np.bool_]
    order: npt.NDArray[np.int64]


def transcribe(text: str, direction: Direction = "ltr") -> Transcript:
    """Take a text apart.

    >>> transcribe("as it").glyphs
    ('a', 's', 'i', 't')
    """
    text = " ".join(normalise(text).split())
    signs = graphemes(text)
    standing = turn_runs(signs)[::-1] if direction == "rtl" else list(range(len(signs)))
    reading = np.cumsum([leaves_ink(sign) for sign in signs]) - 1  # place among the glyphs
    glyphs, starts, order, space = [], [], [], True
    for place in standing:
        if signs[place].isspace():
            space = True
        elif leaves_ink(signs[place]):
            glyphs.append(signs[place])
            starts.append(space)
            order.append(int(reading[place]))
            space = False
    return Transcript(text, tuple(glyphs), np.array(starts, bool), np.array(order, np.int64))
