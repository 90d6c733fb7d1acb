"""Which characters are taken for which: texts aligned by the least number of edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

from effocr.charset import graphemes
from effocr.metrics.text import compared, fold_case, treat

__all__ = ["NOTHING", "SPACE", "Piece", "align", "confusions", "edits", "same_if", "visible"]

SPACE: Final = "␣"
NOTHING: Final = "∅"


@dataclass(frozen=True, slots=True)
class Piece:
    """Parts of two texts that stand against each other.

    Attributes:
        reference: [first, last) in the reference; empty where something was read too much.
        read: [first, last) in what was read; empty where something is missing.
        same: whether the parts are the same.
    """

    reference: tuple[int, int]
    read: tuple[int, int]
    same: bool


def align(reference: Sequence[str], read: Sequence[str]) -> list[Piece]:
    """Cut two texts into parts that stand against each other, by the least number of edits.

    Args:
        reference: its characters.
        read: its characters.
    """
    return [
        Piece((code.src_start, code.src_end), (code.dest_start, code.dest_end), code.tag == "equal")
        for code in Levenshtein.opcodes(reference, read)
    ]


def same_if(*, raw: bool = False, ignore_case: bool = False) -> Callable[[str], str]:
    """The function that makes characters the same that count as the same, see `treat`."""

    def same(character: str) -> str:
        if not raw:
            character = treat(character) or " "
        return fold_case(character) if ignore_case else character

    return same


def confusions(
    pairs: Iterable[tuple[str, str]], *, raw: bool = False, ignore_case: bool = False
) -> Counter[tuple[str, str]]:
    """Count the edits of (reference, read) pairs.

    Args:
        pairs: the texts.
        raw: compare the texts as they are, without `treat`.
        ignore_case: compare without regard to case.

    Returns:
        (character of the reference, character read) -> how often; "" for nothing.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for texts in pairs:
        given, seen = (
            graphemes(compared(text, raw=raw, ignore_case=ignore_case)) for text in texts
        )
        counts.update(edits(given, seen))
    return counts


def edits(reference: Sequence[str], read: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The least edits between two texts: (character of the reference, that read), "" for nothing.

    Args:
        reference: its characters.
        read: its characters.
    """
    for code in Levenshtein.editops(reference, read):
        yield (
            "" if code.tag == "insert" else reference[code.src_pos],
            "" if code.tag == "delete" else read[code.dest_pos],
        )


def visible(character: str) -> str:
    """A character as tables show it: a space as ␣, nothing as ∅, what has no picture by number."""
    if not character:
        return NOTHING
    shown = (
        SPACE if point == " " else point if point.isprintable() else f"U+{ord(point):04X}"
        for point in character
    )
    return "".join(shown)
