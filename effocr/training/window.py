"""Figures of the last steps, with the speed and the share of the time that batches were awaited."""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

Batch = TypeVar("Batch")


class Window:
    """What happened since the last row of the log; validation and saving don't count as time."""

    def __init__(self) -> None:
        """Start empty."""
        self._clear()

    def waiting_for(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches, while the time until each is there is added up."""
        coming = iter(batches)
        while True:
            asked = time.perf_counter()
            try:
                batch = next(coming)
            except StopIteration:
                return
            self._given = time.perf_counter()
            self._waited += self._given - asked
            yield batch

    def add(self, figures: Mapping[str, float]) -> None:
        """A step is done, with these figures."""
        self._worked += time.perf_counter() - self._given
        self._steps += 1
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def means(self) -> dict[str, float]:
        """Means of the figures, `steps_per_s` and `waiting`, a share; the window starts anew."""
        seconds = self._waited + self._worked
        means = {name: total / self._steps for name, total in self._sums.items()}
        means |= {"steps_per_s": self._steps / seconds, "waiting": self._waited / seconds}
        self._clear()
        return means

    def _clear(self) -> None:
        self._sums: dict[str, float] = {}
        self._steps = 0
        self._waited = self._worked = self._given = 0.0
