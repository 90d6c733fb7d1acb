"""How sure the reader was of each glyph and word, and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes
from effocr.document import Line
from effocr.metrics.confusions import align
from effocr.metrics.text import compared

__all__ = ["Judged", "judge", "together"]

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """Glyphs and words that were read.

    Attributes:
        glyph_confidence: [glyphs] float64, 0 to 1.
        glyph_right: [glyphs] bool, whether the best candidate is what is printed.
        glyph_similarity: [glyphs] float64, cosine of the best candidate.
        glyph_unknown: [glyphs] bool, whether the glyph was called unknown.
        word_confidence: [words] float64, 0 to 1, the product of that of the glyphs: all are right,
            if one error says nothing of the next.
        word_right: [words] bool, whether a word of the reference is the same.
    """

    glyph_confidence: Doubles
    glyph_right: Flags
    glyph_similarity: Doubles
    glyph_unknown: Flags
    word_confidence: Doubles
    word_right: Flags


def judge(reference: str, lines: Sequence[Line], *, ignore_case: bool = False) -> Judged:
    """Set what was read in an image against its reference.

    Glyphs are aligned without regard to spaces, by their best candidates; a glyph is wrong if one
    of its letters is replaced, or is too much. A letter that was missed is no glyph's fault.

    Args:
        reference: what is printed.
        lines: what was read, in reading order.
        ignore_case: upper and lower case are the same.
    """
    glyphs = [glyph for line in lines for glyph in line.glyphs]
    texts = [compared(glyph.candidates[0][0], ignore_case=ignore_case) for glyph in glyphs]
    letters = [(letter, i) for i, text in enumerate(texts) for letter in graphemes(text)]
    printed = compared(reference, ignore_case=ignore_case)
    wanted = graphemes(printed.replace(" ", ""))
    pieces = align(wanted, [letter for letter, _ in letters])
    wrong = {
        letters[place][1] for piece in pieces if not piece.same for place in range(*piece.read)
    }
    spans = _word_spans(lines)
    words = ["".join(texts[first:last]) for first, last in spans]
    sure = [glyph.confidence for glyph in glyphs]
    word_right = np.zeros(len(words), bool)
    for piece in align(printed.split(), words):
        word_right[slice(*piece.read)] = piece.same
    return Judged(
        glyph_confidence=np.array(sure, np.float64),
        glyph_right=np.array([place not in wrong for place in range(len(glyphs))], bool),
        glyph_similarity=np.array([glyph.candidates[0][1] for glyph in glyphs], np.float64),
        glyph_unknown=np.array([glyph.unknown for glyph in glyphs], bool),
        word_confidence=np.array([prod(sure[first:last]) for first, last in spans], np.float64),
        word_right=word_right,
    )


def together(parts: Sequence[Judged]) -> Judged:
    """The glyphs and words of several images; at least one."""
    return Judged(
        glyph_confidence=np.concatenate([part.glyph_confidence for part in parts]),
        glyph_right=np.concatenate([part.glyph_right for part in parts]),
        glyph_similarity=np.concatenate([part.glyph_similarity for part in parts]),
        glyph_unknown=np.concatenate([part.glyph_unknown for part in parts]),
        word_confidence=np.concatenate([part.word_confidence for part in parts]),
        word_right=np.concatenate([part.word_right for part in parts]),
    )


def _word_spans(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """[first, last) glyph of each word, the glyphs of all lines numbered together."""
    spans = []
    start = 0
    for line in lines:
        spans += [(start + first, start + last) for first, last in (w.glyphs for w in line.words)]
        start += len(line.glyphs)
    return spans
