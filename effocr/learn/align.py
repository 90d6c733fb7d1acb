"""Glyph boxes from plain transcripts: monotonic alignment of what may be a glyph with the text.

The best path of a dynamic programme from (no hypothesis, no character) to (all, all). A step takes
one hypothesis for one character (match), one for two (a ligature, or two that were not told apart),
two for one (a glyph in pieces), passes over a hypothesis (no glyph) or over a character (not
found). A step costs the more, the less alike the glyph is to its character, the surer the localizer
was of what is passed over, and the less the word gaps fit the spaces. How sure each step is comes
from the same costs, summed over all paths (forward-backward, Rabiner 1989).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.geometry import union_box
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.transcript import Transcript

__all__ = ["Aligned", "Alignment", "Ranks", "align"]

Floats = npt.NDArray[np.float32]
Costs = npt.NDArray[np.float64]

Ranks = Callable[[Floats], tuple[tuple[str, ...], Floats]]
"""Embeddings [n, dim] -> characters, and how well each fits [n, characters], as cosines."""

# A glyph that is nothing like its character still is the
# likelier one, if all around it fits: a match costs less than passing over both.
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
SHARPNESS: Final = 4.0  # of the certainties: so many times the costs are logarithms of odds

MATCH, LIGATURE, PIECES, NOTHING, UNFOUND = range(5)
FAR: Final = 1e9  # cost of what cannot be


@dataclass(frozen=True, slots=True)
class Aligned:
    """A glyph of a line.

    Attributes:
        label: its text; of several characters where one box stands for them.
        box: [4] float32, frame pixels.
        hypothesis: place among the hypotheses; of the last piece where there are two.
        whole: the box is one hypothesis, which therefore shows what reading will see.
        confidence: probability of this step, 0 to 1; nan where it was not asked for.
        unlike: points of cosine by which another character is nearer; nan where it is not known.
        first: place of its first character in the transcript.
    """

    label: str
    box: Floats
    hypothesis: int
    whole: bool
    confidence: float
    unlike: float
    first: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """A line and its transcript.

    Attributes:
        glyphs: those found, as they stand.
        missing: places of characters that were not found, in the transcript as it stands.
        cost: of the best path, for each character; low is good.
    """

    glyphs: tuple[Aligned, ...]
    missing: tuple[int, ...]
    cost: float

    @property
    def confidence(self) -> float:
        """Mean of the characters, 0 for those that were not found."""
        characters = len(self.missing) + len(self.glyphs)
        return sum(glyph.confidence for glyph in self.glyphs) / characters if characters else 0.0


@dataclass(frozen=True, slots=True)
class _Steps:
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


def align(
    hypotheses: Hypotheses, transcript: Transcript, ranks: Ranks, *, certain: bool = True
) -> Alignment:
    """Align a line with its transcript.

    Args:
        hypotheses: of the line.
        transcript: what is printed there.
        ranks: of the index, see `Ranks`.
        certain: tell the confidence of each glyph, which takes as long as all the rest.
    """
    count, length = len(hypotheses), len(transcript.glyphs)
    if not count or not length:
        return Alignment((), tuple(range(length)), MISSING if length else 0.0)
    steps = _steps(hypotheses, transcript, ranks)
    costs, back = _best_path(steps)
    sure = _certainties(steps) if certain else None
    glyphs: list[Aligned] = []
    missing: list[int] = []
    i, j = count, length
    while i or j:
        move = int(back[i, j])
        if move == NOTHING:
            i -= 1
        elif move == UNFOUND:
            j -= 1
            missing.append(j)
        else:
            first = j - (2 if move == LIGATURE else 1)
            before = int(steps.before[i - 1]) if move == PIECES else i - 1
            glyphs.append(
                Aligned(
                    label=_label(transcript, first, j),
                    box=_hull(hypotheses, before, i - 1),
                    hypothesis=i - 1,
                    whole=move != PIECES,
                    confidence=float(sure[move][i - 1, j - 1]) if sure else float("nan"),
                    unlike=float(steps.unlike[i - 1, j - 1]) if move == MATCH else float("nan"),
                    first=first,
                )
            )
            i, j = before, first
    return Alignment(tuple(glyphs[::-1]), tuple(missing[::-1]), float(costs[-1, -1]) / length)


def _label(transcript: Transcript, first: int, last: int) -> str:
    """Text of glyphs first to last (exclusive), which may stand the other way round (RTL)."""
    places = sorted(range(first, last), key=lambda place: int(transcript.order[place]))
    return "".join(transcript.glyphs[place] for place in places)


def _hull(hypotheses: Hypotheses, first: int, last: int) -> Floats:
    return np.asarray(union_box(hypotheses.boxes[[first, last]]), np.float32)


def _steps(hypotheses: Hypotheses, transcript: Transcript, ranks: Ranks) -> _Steps:
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
    pairs = [_label(transcript, first, first + 2) for first in range(len(labels) - 1)]
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
    return _Steps(
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


def _best_path(steps: _Steps) -> tuple[Costs, npt.NDArray[np.int8]]:
    """Least costs [n + 1, m + 1] and the last step of each best path."""
    count, length = steps.match.shape
    unfound = MISSING * np.arange(length + 1)
    costs = np.full((count + 1, length + 1), FAR)
    back = np.full((count + 1, length + 1), UNFOUND, np.int8)
    costs[0] = unfound
    for i in range(1, count + 1):
        moves = _moves(steps, costs, i)
        move = moves.argmin(axis=0)
        least = moves[move, np.arange(length + 1)]
        # Passing over characters after that: the least of all places to the left.
        costs[i] = np.minimum.accumulate(least - unfound) + unfound
        back[i] = np.where(costs[i] < least - 1e-9, UNFOUND, move)
    return costs, back


def _moves(steps: _Steps, costs: Costs, i: int) -> Costs:
    """[4, m + 1] costs of the paths whose last step takes hypothesis i - 1, by step."""
    moves = np.full((4, costs.shape[1]), FAR)
    moves[MATCH, 1:] = costs[i - 1, :-1] + steps.match[i - 1]
    moves[LIGATURE, 2:] = costs[i - 1, :-2] + steps.ligature[i - 1, 1:]
    if steps.before[i - 1] >= 0:
        moves[PIECES, 1:] = costs[steps.before[i - 1], :-1] + steps.pieces[i - 1]
    moves[NOTHING] = costs[i - 1] + steps.nothing[i - 1]
    return moves


def _certainties(steps: _Steps) -> dict[int, Costs]:
    """Probability [n, m] of every step that ends at hypothesis i and character j."""
    steps = _sharpened(steps)
    forward, backward = _forward(steps), _forward(_reversed(steps))[::-1, ::-1]
    total = forward[-1, -1]
    with np.errstate(over="ignore"):
        match = np.exp(forward[:-1, :-1] - steps.match + backward[1:, 1:] - total)
        ligature = np.zeros_like(match)
        ligature[:, 1:] = np.exp(
            forward[:-1, :-2] - steps.ligature[:, 1:] + backward[1:, 2:] - total
        )
        pieces = np.exp(
            forward[np.maximum(steps.before, 0), :-1] - steps.pieces + backward[1:, 1:] - total
        )
    return {MATCH: match, LIGATURE: ligature, PIECES: pieces}


def _sharpened(steps: _Steps) -> _Steps:
    return replace(
        steps,
        match=SHARPNESS * steps.match,
        ligature=SHARPNESS * steps.ligature,
        pieces=SHARPNESS * steps.pieces,
        nothing=SHARPNESS * steps.nothing,
    )


def _forward(steps: _Steps) -> Costs:
    """Logarithm of the summed probability of all paths that lead to each place, [n + 1, m + 1].

    Args:
        steps: sharpened.
    """
    count, length = steps.match.shape
    unfound = SHARPNESS * MISSING * np.arange(length + 1)
    sums = np.full((count + 1, length + 1), -FAR)
    sums[0] = -unfound
    for i in range(1, count + 1):
        moves = -_moves(steps, -sums, i)
        one = np.logaddexp.reduce(moves, axis=0)
        sums[i] = np.logaddexp.accumulate(one + unfound) - unfound
    return sums


def _reversed(steps: _Steps) -> _Steps:
    """The same steps, met from the end of the line."""
    count = len(steps.before)
    ligature = np.full_like(steps.ligature, FAR)
    ligature[:, 1:] = steps.ligature[::-1, :0:-1]
    # Pieces before[i]..i, met from the end, end at before[i]; each place begins one pair at most.
    before = np.full(count, -1, np.int64)
    pieces = np.full_like(steps.pieces, FAR)
    for last in np.flatnonzero(steps.before >= 0).tolist():
        first = count - 1 - int(steps.before[last])
        before[first] = count - 1 - last
        pieces[first] = steps.pieces[last, ::-1]
    return _Steps(
        steps.match[::-1, ::-1], ligature, pieces, steps.nothing[::-1], before, steps.unlike
    )
