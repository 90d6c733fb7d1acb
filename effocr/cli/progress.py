"""How far a command has come, on stderr, where that is a terminal."""

from __future__ import annotations

import sys
import time
from typing import Final

__all__ = ["Progress"]

_PAUSE_S: Final = 0.2  # between two updates


class Progress:
    """Counts things done.

    Args:
        total: how many there will be.
        unit: what they are, in the plural.
    """

    def __init__(self, total: int, unit: str) -> None:
        self.done = 0
        self._total = total
        self._unit = unit
        self._shown = sys.stderr.isatty()
        self._start = time.perf_counter()
        self._next = self._start + _PAUSE_S

    def advance(self) -> None:
        """One more is done."""
        self.done += 1
        now = time.perf_counter()
        if self._shown and now >= self._next:
            self._next = now + _PAUSE_S
            rate = self.done / (now - self._start)
            text = f"{self.done}/{self._total} {self._unit}, {rate:.0f}/s"
            print(f"\r{text:<40}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Wipe the line, so that something else can be written there."""
        if self._shown:
            print(f"\r{'':<40}\r", end="", file=sys.stderr, flush=True)
