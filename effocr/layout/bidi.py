"""Reading order of right-to-left lines that hold numbers or words that run left to right.

A small part of the Unicode bidirectional algorithm (UAX 9): one paragraph of right-to-left text,
no explicit marks. Standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

__all__ = ["logical_order", "turn_runs"]

# Letters of `_kinds`: Latin and other left-to-right letters, digits, what stands between digits,
# what stands at numbers (percent, currencies), anything else, right-to-left letters.
_KINDS: Final = {
    "L": "L", "EN": "N", "AN": "N", "ES": "S", "CS": "S", "ET": "T", "R": "R", "AL": "R",
}  # fmt: skip
_NUMBER: Final = "T*N(?:S?N)*T*"
_RUN: Final = re.compile(f"L(?:[LNSTo]*[LN])?T*|{_NUMBER}")


def logical_order(labels: Sequence[str], spaces: Sequence[bool]) -> tuple[list[int], list[bool]]:
    """Put the glyphs of a right-to-left line into the order in which they are read.

    Args:
        labels: n characters, strictly from right to left as they stand.
        spaces: n flags, a word gap stands before (to the right of) the glyph.

    Returns:
        Places of the glyphs in reading order, and whether a space comes before each.
    """
    symbols: list[int | None] = []  # None is a space
    for place, space in enumerate(spaces):
        symbols += [None, place] if space else [place]
    characters = [" " if place is None else labels[place] for place in symbols]
    seen = characters[::-1]  # left to right, as it stands
    order = [len(symbols) - 1 - number for number in turn_runs(seen)]
    places: list[int] = []
    before: list[bool] = []
    space = False
    for symbol in (symbols[number] for number in order):
        if symbol is None:
            space = True
            continue
        places.append(symbol)
        before.append(space and bool(places[1:]))
        space = False
    return places, before


def turn_runs(characters: Sequence[str]) -> list[int]:
    """From reading order to the order on paper, left to right, or back; the two are alike.

    All is turned around, and runs that run left to right once more.

    Args:
        characters: of a right-to-left line, spaces included.

    Returns:
        Places in `characters`.
    """
    places = list(range(len(characters)))
    for run in _RUN.finditer(_kinds(characters)):
        places[run.start() : run.end()] = places[run.start() : run.end()][::-1]
    return places[::-1]


def _kinds(characters: Sequence[str]) -> str:
    return "".join(
        _KINDS.get(unicodedata.bidirectional(character[:1]), "o") for character in characters
    )
