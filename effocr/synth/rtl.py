"""Right-to-left lines: text turned for setting from left to right, and the set line turned back."""

from dataclasses import replace

import numpy as np

from effocr.charset import graphemes
from effocr.layout.bidi import logical_order, turn_runs
from effocr.synth.compose import Composed

__all__ = ["as_it_stands", "in_reading_order"]


def as_it_stands(text: str) -> str:
    """The text as its glyphs stand on paper, from left to right; numbers keep their order."""
    glyphs = graphemes(text)
    return "".join(glyphs[place] for place in turn_runs(glyphs))


def in_reading_order(composed: Composed) -> Composed:
    """A line that was set from left to right, its glyphs and words as they are read."""
    count = len(composed.glyphs)
    if not count:
        return composed
    spaces = [False] * count
    for first, _ in composed.words[1:]:
        spaces[count - first] = True
    places, before = logical_order(composed.glyphs[::-1], spaces)
    order = [count - 1 - place for place in places]
    starts = [0, *np.flatnonzero(before).tolist()]
    return replace(
        composed,
        glyphs=[composed.glyphs[place] for place in order],
        boxes=composed.boxes[order],
        words=list(zip(starts, [*starts[1:], count], strict=True)),
    )
