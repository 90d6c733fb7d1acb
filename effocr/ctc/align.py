"""Where the characters of a text stand: the likeliest way to spell it along the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.ctc.alphabet import BLANK
from effocr.ctc.arrays import Decoded

__all__ = ["align_classes"]

Floats = npt.NDArray[np.float32]

NEVER: Final = -np.inf


def align_classes(log_probs: Floats, classes: Sequence[int]) -> Decoded | None:
    """Give every character its columns on the best path (Viterbi) that spells them all.

    Args:
        log_probs: [columns, classes] float32, class 0 the blank.
        classes: to be spelt, none of them the blank.

    Returns:
        The characters with their columns; None where the columns are too few.
    """
    if not classes:
        return Decoded((), np.zeros(0, np.float32), np.zeros((0, 2), np.intp))
    states = np.full(2 * len(classes) + 1, BLANK, np.intp)  # a blank may stand between any two
    states[1::2] = classes
    path = _best_path(np.asarray(log_probs, np.float64)[:, states], states)
    if path is None:
        return None
    spans = np.empty((len(classes), 2), np.intp)
    for place in range(len(classes)):
        columns = np.flatnonzero(path == 2 * place + 1)
        spans[place] = columns[0], columns[-1] + 1
    confidence = np.array(
        [
            np.exp(log_probs[first:last, number].max())
            for number, (first, last) in zip(classes, spans.tolist(), strict=True)
        ],
        np.float32,
    )
    return Decoded(tuple(classes), confidence, spans)


def _best_path(
    scores: npt.NDArray[np.float64], states: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp] | None:
    """State of every column; None where no path reaches the end.

    Args:
        scores: [columns, states] log probability of each state.
        states: [states] class of each.
    """
    columns, count = scores.shape
    skips = np.zeros(count, bool)  # a state may be reached past the blank before it
    skips[2:] = (states[2:] != BLANK) & (states[2:] != states[:-2])
    best = np.full(count, NEVER)
    best[0] = 0.0  # before the first column: as if a blank had been
    steps = np.zeros((columns, count), np.intp)  # how many states were passed on the way here
    for column in range(columns):
        ways = np.full((3, count), NEVER)
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = np.where(skips[2:], best[:-2], NEVER)
        steps[column] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[column]
    state = count - 1 if best[-1] >= best[-2] else count - 2
    if best[state] == NEVER:
        return None
    path = np.empty(columns, np.intp)
    for column in range(columns - 1, -1, -1):
        path[column] = state
        state -= steps[column, state]
    return path
