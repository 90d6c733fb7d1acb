"""Settle near ties between look-alikes by the company they keep: 0 among digits, o among letters.

Some characters of many typefaces differ by size alone or not at all (0 O o, 1 l I, s S). Where the
index finds two of different kinds almost equally similar, the kind of the other glyphs of the word
decides. No word list and no language is involved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["settle_ties"]

Kind = Literal["digit", "lower", "upper", "mark"]

TIE: Final = 0.06  # cosines that differ by less may be of the same shape
MOST: Final = 0.6  # share of the sure letters and digits of a word that makes it of one kind


@lru_cache(maxsize=4096)
def kind_of(label: str) -> Kind:
    """Digit, lower case, upper case (also letters without case), or anything else."""
    first = label[:1]
    if first.isdecimal():
        return "digit"
    if first.isalpha() and first not in "ªº":
        return "lower" if first.islower() else "upper"
    return "mark"


def settle_ties(
    labels: Sequence[Sequence[str]],
    similarities: npt.NDArray[np.float32],
    spaces: npt.NDArray[np.bool_],
) -> dict[int, int]:
    """Glyphs whose best candidate should give way to another.

    Args:
        labels: [n][k] candidates, best first.
        similarities: [n, k] float32.
        spaces: [n] bool, whether a word begins at the glyph.

    Returns:
        Glyph number -> number of the candidate to take instead of the first.
    """
    if similarities.shape[1] < 2 or not len(labels):
        return {}
    unsure = np.flatnonzero(similarities[:, 1:].max(axis=1) > similarities[:, 0] - TIE)
    taken: dict[int, int] = {}
    if not unsure.size:
        return taken
    starts = np.flatnonzero(spaces)
    kinds: list[Kind] = [kind_of(row[0]) for row in labels]
    in_doubt = {place for place in unsure.tolist() if _differs(labels[place], similarities[place])}
    for place in in_doubt:
        word = int(np.searchsorted(starts, place, side="right"))
        first = int(starts[word - 1]) if word else 0
        last = int(starts[word]) if word < len(starts) else len(kinds)
        company = Counter(
            kinds[other]
            for other in range(first, last)
            if other not in in_doubt and kinds[other] != "mark"
        )
        begins = all(kinds[other] == "mark" for other in range(first, place))
        wanted = _kind_of_word(company, begins=begins)
        if wanted and kinds[place] not in wanted:
            better = _first_of(labels[place], similarities[place], wanted)
            if better:
                taken[place] = better
    return taken


def _differs(row: Sequence[str], similarities: npt.NDArray[np.float32]) -> bool:
    """Whether the candidates in a near tie are of different kinds."""
    least = similarities[0] - TIE
    tied = {
        kind_of(label) for label, value in zip(row, similarities, strict=False) if value > least
    }
    return len(tied) > 1


def _kind_of_word(company: Counter[Kind], *, begins: bool) -> frozenset[Kind]:
    """The kinds that fit the sure glyphs of a word; empty where these do not say."""
    total = company.total()
    if not total:
        return frozenset()
    if company["digit"] > MOST * total:
        return frozenset({"digit"})
    if company["lower"] > MOST * total:
        return frozenset({"lower", "upper"}) if begins else frozenset({"lower"})
    if company["upper"] > MOST * total and total > 1:
        return frozenset({"upper"})
    return frozenset()


def _first_of(
    row: Sequence[str], similarities: npt.NDArray[np.float32], wanted: frozenset[Kind]
) -> int:
    """Number of the best candidate in the tie of a wanted kind; 0 if there is none."""
    least = similarities[0] - TIE
    for number, (label, value) in enumerate(zip(row, similarities, strict=False)):
        if value > least and kind_of(label) in wanted:
            return number
    return 0
