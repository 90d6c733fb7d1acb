"""Prefix beam search: the likeliest texts, each summed over all the ways to spell it.

After Hannun, Maas, Jurafsky and Ng, arXiv 1408.2873, without a language model.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.ctc.alphabet import BLANK

__all__ = ["log_likelihoods", "prefix_beam_search"]

Floats = npt.NDArray[np.float32]

NEVER: Final = -math.inf
LEAST_LOG_PROB: Final = -9.0  # a class less likely in a column is not tried there

_Ends = tuple[float, float]  # log probability of the ways that end in a blank, and of the others


def prefix_beam_search(
    log_probs: Floats, *, beam: int = 16, least_log_prob: float = LEAST_LOG_PROB
) -> list[tuple[tuple[int, ...], float]]:
    """Find the likeliest sequences of classes.

    Args:
        log_probs: [columns, classes] float32, class 0 the blank.
        beam: prefixes that are followed.
        least_log_prob: a class less likely in a column is not tried there; -inf tries all.

    Returns:
        (classes, log probability), the likeliest first, at most `beam` of them. The probability is
        that of all ways that stayed in the beam.
    """
    kept: dict[tuple[int, ...], _Ends] = {(): (0.0, NEVER)}
    for row in log_probs:
        tried = [int(c) for c in np.flatnonzero(row >= least_log_prob) if c != BLANK]
        column: list[float] = row.tolist()
        grown: dict[tuple[int, ...], _Ends] = {}
        for prefix, (blank, other) in kept.items():
            _grow(grown, prefix, _add(blank, other) + column[BLANK], NEVER)
            for number in tried:
                gain = column[number]
                if prefix and prefix[-1] == number:
                    _grow(grown, prefix, NEVER, other + gain)  # the same character goes on
                    _grow(grown, (*prefix, number), NEVER, blank + gain)
                else:
                    _grow(grown, (*prefix, number), NEVER, _add(blank, other) + gain)
        order = sorted(grown.items(), key=lambda item: -_add(*item[1]))
        kept = dict(order[:beam])
    return [(prefix, _add(*ends)) for prefix, ends in kept.items()]


def _grow(
    grown: dict[tuple[int, ...], _Ends], prefix: tuple[int, ...], blank: float, other: float
) -> None:
    """Add the probability of further ways to a prefix."""
    if blank == NEVER and other == NEVER:
        return
    before = grown.get(prefix, (NEVER, NEVER))
    grown[prefix] = (_add(before[0], blank), _add(before[1], other))


def _add(one: float, other: float) -> float:
    """Logarithm of the sum of two numbers given by theirs."""
    high, low = (one, other) if one >= other else (other, one)
    return high if low == NEVER else high + math.log1p(math.exp(low - high))


def log_likelihoods(log_probs: Floats, sequences: list[tuple[int, ...]]) -> npt.NDArray[np.float64]:
    """Log probability of each sequence of classes, summed over all ways to spell it.

    The forward pass of CTC (Graves et al. 2006, section 4.1), for all sequences at once.

    Args:
        log_probs: [columns, classes] float32, class 0 the blank.
        sequences: n of them; an empty one is all blanks.

    Returns:
        [n] float64; -inf for a sequence that is too long for the columns.
    """
    if not sequences:
        return np.zeros(0)
    longest = max(map(len, sequences))
    states = np.full((len(sequences), 2 * longest + 1), BLANK, np.intp)  # blanks stand between
    for row, sequence in zip(states, sequences, strict=True):
        row[1 : 2 * len(sequence) : 2] = sequence
    skips = np.zeros(states.shape, bool)  # a state may be reached past the blank before it
    skips[:, 2:] = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
    ends = 2 * np.array([len(sequence) for sequence in sequences])
    alive = np.arange(states.shape[1]) <= ends[:, None]
    alpha = np.full(states.shape, NEVER)
    alpha[:, 0] = 0.0  # before the first column: as if a blank had been
    for column in np.asarray(log_probs, np.float64):
        moved = alpha.copy()
        moved[:, 1:] = np.logaddexp(moved[:, 1:], alpha[:, :-1])
        past = np.where(skips[:, 2:], alpha[:, :-2], NEVER)
        moved[:, 2:] = np.logaddexp(moved[:, 2:], past)
        alpha = np.where(alive, moved + column[states], NEVER)
    rows = np.arange(len(sequences))
    last = np.where(ends > 0, alpha[rows, np.maximum(ends - 1, 0)], NEVER)
    found: npt.NDArray[np.float64] = np.logaddexp(alpha[rows, ends], last)
    return found
