"""A second reader's text beside what was read: words that both agree on are surer, others marked.

The second reader changes no text. It reads by another method, so the two seldom make one mistake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from math import fsum
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from effocr.document import Line, Word
from effocr.metrics.text import treat

__all__ = ["AGREED_ODDS", "SecondReader", "compare_words", "with_odds", "with_second_opinion"]

Sure = TypeVar("Sure", float, npt.NDArray[np.float64])

AGREED_ODDS: Final = 4.0  # what agreement multiplies the odds of a glyph's confidence by


class SecondReader(Protocol):
    """Reads lines by another method."""

    def texts(self, lines: Sequence[npt.NDArray[np.uint8]]) -> list[str]:
        """Text of each line [height, width] uint8; called by several threads at once."""
        ...


def with_second_opinion(line: Line, text: str, *, agreed_odds: float = AGREED_ODDS) -> Line:
    """The line with surer glyphs where the second reader agrees, and `second` where it does not.

    Args:
        line: as it was read.
        text: what the second reader reads there.
        agreed_odds: the odds of the confidences in a word that both read are multiplied by this.
    """
    if not line.words:
        return line
    seconds = compare_words([word.text for word in line.words], text.split())
    glyphs = list(line.glyphs)
    words: list[Word] = []
    for word, second in zip(line.words, seconds, strict=True):
        words.append(replace(word, second=second))
        if second is None:
            for number in range(*word.glyphs):
                sure = round(with_odds(glyphs[number].confidence, agreed_odds), 4)
                glyphs[number] = replace(glyphs[number], confidence=sure)
    confidence = fsum(glyph.confidence for glyph in glyphs) / len(glyphs)
    return replace(line, words=tuple(words), glyphs=tuple(glyphs), confidence=round(confidence, 4))


def compare_words(first: Sequence[str], second: Sequence[str]) -> list[str | None]:
    """What the second reader reads for each word of the first; None where it reads the same.

    Typographic quotes and dashes count as plain ones, as in scoring. Where the numbers of words
    differ, each word of the place gets all that the second reads there. Words that the second
    alone reads stand with their neighbour.

    Args:
        first: words in reading order, at least one.
        second: words in reading order.
    """
    one, other = [treat(word) for word in first], [treat(word) for word in second]
    found: list[str | None] = list(first)
    extra: list[tuple[int, str]] = []
    for tag, begin, end, own, last in SequenceMatcher(None, one, other, False).get_opcodes():
        read = second[own:last]
        match tag:
            case "equal":
                found[begin:end] = [None] * (end - begin)
            case "insert":
                extra.append((begin, " ".join(read)))
            case _ if end - begin == len(read):
                found[begin:end] = read
            case _:
                found[begin:end] = [" ".join(read)] * (end - begin)
    for place, text in extra:
        beside = max(place - 1, 0)
        word = found[beside]
        word = first[beside] if word is None else word
        found[beside] = f"{word} {text}" if place else f"{text} {word}"
    return found


def with_odds(confidence: Sure, factor: float) -> Sure:
    """A confidence of 0 to 1, or an array of them, with its odds multiplied by a factor."""
    return factor * confidence / (factor * confidence + 1 - confidence)
