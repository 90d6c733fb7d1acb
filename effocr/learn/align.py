"""Glyph boxes from plain transcripts: monotonic alignment of what may be a glyph with the text.

The best path of a dynamic programme from (no hypothesis, no character) to (all, all). A step takes
one hypothesis for one character (match), one for two (a ligature, or two that were not told apart),
two for one (a glyph in pieces), passes over a hypothesis (no glyph) or over a character (not
found). How sure each step is comes from the same costs (`effocr.learn.alignment_steps`), summed
over all paths (forward-backward, Rabiner 1989).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.geometry import union_box
from effocr.learn.alignment_steps import FAR, MISSING, Costs, Ranks, Steps, label_of, steps_of
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.transcript import Transcript

__all__ = ["Aligned", "Alignment", "Ranks", "align"]

Floats = npt.NDArray[np.float32]

SHARPNESS: Final = 4.0  # of the certainties: so many times the costs are logarithms of odds

MATCH, LIGATURE, PIECES, NOTHING, UNFOUND = range(5)


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
    steps = steps_of(hypotheses, transcript, ranks)
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
                    label=label_of(transcript, first, j),
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


def _hull(hypotheses: Hypotheses, first: int, last: int) -> Floats:
    return np.asarray(union_box(hypotheses.boxes[[first, last]]), np.float32)


def _best_path(steps: Steps) -> tuple[Costs, npt.NDArray[np.int8]]:
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


def _moves(steps: Steps, costs: Costs, i: int) -> Costs:
    """[4, m + 1] costs of the paths whose last step takes hypothesis i - 1, by step."""
    moves = np.full((4, costs.shape[1]), FAR)
    moves[MATCH, 1:] = costs[i - 1, :-1] + steps.match[i - 1]
    moves[LIGATURE, 2:] = costs[i - 1, :-2] + steps.ligature[i - 1, 1:]
    if steps.before[i - 1] >= 0:
        moves[PIECES, 1:] = costs[steps.before[i - 1], :-1] + steps.pieces[i - 1]
    moves[NOTHING] = costs[i - 1] + steps.nothing[i - 1]
    return moves


def _certainties(steps: Steps) -> dict[int, Costs]:
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


def _sharpened(steps: Steps) -> Steps:
    return replace(
        steps,
        match=SHARPNESS * steps.match,
        ligature=SHARPNESS * steps.ligature,
        pieces=SHARPNESS * steps.pieces,
        nothing=SHARPNESS * steps.nothing,
    )


def _forward(steps: Steps) -> Costs:
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


def _reversed(steps: Steps) -> Steps:
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
    return Steps(
        steps.match[::-1, ::-1], ligature, pieces, steps.nothing[::-1], before, steps.unlike
    )
