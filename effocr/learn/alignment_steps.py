"""What each step of an alignment costs: a glyph for a character, and all that may be instead.

A step costs the more, the less alike the glyph is to its character, the surer the localizer was of
what is passed over, and the less the word gaps fit the spaces.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.learn.hypotheses import Hypotheses
from effocr.learn.transcript import Transcript

__all__ = ["FAR", "MISSING", "Costs", "Ranks", "Steps", "label_of", "steps_of"]

Floats = npt.NDArray[np.float32]
Costs = npt.NDArray[np.float64]

Ranks = Callable[[Floats], tuple[tuple[str, ...], Floats]]
"""Embeddings [n, dim] -> characters, and how well each fits [n, characters], as cosines."""

# A glyph that is nothing like its character still is the likelier one, if all around it fits: a
# match costs less than passing over both.
ALIKE: Final = 2.0  # for each point of cosine that another character is nearer
MOST_UNLIKE: Final = 0.6  # points of cosine; more counts as this
UNSEEN: Final = 0.3  # points of cosine, of a character that the index does not hold
UNSURE: Final = 0.6  # of a glyph that the localizer gives no chance
NO_GLYPH: Final = 1.2  # to pass over a hypothesis that the localizer is sure of
COVERED: Final = 0.15  # share of that where a better one covers it
MISSING: Final = 1.6  # to pass over a character
TWO_IN_ONE: Final = 1.6  # one hypothesis for two characters that are not known as one glyph
KNOWN_LIGATURE: Final = 0.6  # the same, where the index holds them as one
ONE_IN_TWO: Final = 1.2  # two hypotheses for one character
WORD_GAP: Final = 0.7  # a space without a gap, or a gap without a space
LEAST_SKIP: Final = 0.02
FAR: Final = 1e9  # of what cannot be


@dataclass(frozen=True, slots=True)
class Steps:
    """Costs of the steps that end at hypothesis i and character j.

    Attributes:
        match: [n, m].
        ligature: [n, m], of characters j - 1 and j.
        pieces: [n, m], of hypotheses `before[i]` to i.
        nothing: [n], to pass over hypothesis i.
        before: [n] place of the good hypothesis before i; -1 for none.
        unlike: [n, m] points of cosine by which another character is nearer; nan if unknown.
    """

    match: Costs
    ligature: Costs
    pieces: Costs
    nothing: Costs
    before: npt.NDArray[np.int64]
    unlike: Costs


def label_of(transcript: Transcript, first: int, last: int) -> str:
    """Text of glyphs first to last (exclusive), which may stand the other way round (RTL)."""
    places = sorted(range(first, last), key=lambda place: int(transcript.order[place]))
    return "".join(transcript.glyphs[place] for place in places)


def steps_of(hypotheses: Hypotheses, transcript: Transcript, ranks: Ranks) -> Steps:
    """Costs of every step that a line and its transcript allow.

    Args:
        hypotheses: of the line, n.
        transcript: what is printed there, m glyphs.
        ranks: of the index, see `Ranks`.
    """
    characters, fits = ranks(hypotheses.embeddings)
    numbers = {label: number for number, label in enumerate(characters)}
    nearest = fits.max(axis=1, initial=-1.0)[:, None]
    labels = transcript.glyphs
    unlike = _unlike(nearest, fits, [numbers.get(label, -1) for label in labels])
    cost = ALIKE * np.where(np.isnan(unlike), UNSEEN, np.minimum(unlike, MOST_UNLIKE))
    there = UNSURE * (1.0 - hypotheses.scores.astype(np.float64))[:, None]
    gap = WORD_GAP * np.abs(
        transcript.starts[None, :] - hypotheses.gaps[:, None].astype(np.float64)
    )
    both = np.full_like(cost, FAR)
    pairs = [label_of(transcript, first, first + 2) for first in range(len(labels) - 1)]
    known = _unlike(nearest, fits, [numbers.get(pair, -1) for pair in pairs])
    as_one = KNOWN_LIGATURE + ALIKE * np.minimum(known, MOST_UNLIKE)
    # What is like one of the two alone is that one, and the other was not found.
    merged = TWO_IN_ONE + ALIKE * MOST_UNLIKE - np.minimum(cost[:, :-1], cost[:, 1:])
    both[:, 1:] = np.where(np.isnan(known), merged, as_one) + there + gap[:, :-1]
    both[:, 1:][:, transcript.starts[1:]] = FAR  # never across a space
    places = np.arange(len(hypotheses))
    before = np.concatenate(([-1], np.maximum.accumulate(np.where(hypotheses.best, places, -1))))
    before = np.where(hypotheses.best, before[:-1], -1)
    joined = np.where(before >= 0, ONE_IN_TWO + WORD_GAP * hypotheses.gaps, FAR)
    pieces = joined[:, None] + gap[before] + np.zeros_like(cost)
    weight = np.where(hypotheses.best, 1.0, COVERED)
    return Steps(
        match=cost + there + gap,
        ligature=both,
        pieces=np.minimum(pieces, FAR),
        nothing=NO_GLYPH * weight * hypotheses.scores + LEAST_SKIP,
        before=before,
        unlike=unlike,
    )


def _unlike(nearest: Floats, fits: Floats, numbers: list[int]) -> Costs:
    """[n, m] points of cosine to the nearest character; nan for those of number -1."""
    columns = np.array(numbers, np.int64)
    if not fits.shape[1]:  # an index without characters
        return np.full((len(fits), len(numbers)), np.nan)
    found: Costs = (nearest - fits[:, columns]).astype(np.float64)
    found[:, columns < 0] = np.nan
    found[~np.isfinite(found) & ~np.isnan(found)] = np.nan  # the character has no row that counts
    return found
