"""Learning-rate schedules as pure functions of the step: nothing to save, nothing to restore."""

import math
from typing import Literal

Schedule = Literal["one-cycle", "cosine", "constant"]

ONE_CYCLE_START = 1 / 25  # of the highest rate; Smith and Topin, arXiv 1708.07120
ONE_CYCLE_END = 1e-4  # of the highest rate


def rate_factor(schedule: Schedule, step: int, *, steps: int, warmup: float) -> float:
    """Share of the highest learning rate at a step.

    Args:
        schedule: one-cycle rises and falls along a cosine, from 1/25 and to 1/10,000; cosine rises
            on a straight line from zero and falls along a cosine to zero; constant stays after
            the rise.
        step: counted from 0, below `steps`.
        steps: steps in all.
        warmup: share of the steps that rises.

    Returns:
        A factor above 0 and at most 1.
    """
    rising = warmup * steps
    if step < rising:
        done = (step + 1) / (rising + 1)
        return _cosine(ONE_CYCLE_START, 1.0, done) if schedule == "one-cycle" else done
    if schedule == "constant":
        return 1.0
    done = (step - rising) / max(1.0, steps - rising)
    return _cosine(1.0, ONE_CYCLE_END if schedule == "one-cycle" else 0.0, done)


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2
