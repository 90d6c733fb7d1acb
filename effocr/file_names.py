"""Names of files that nobody has yet: STEM, STEM-2, STEM-3 ..."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

__all__ = ["distinct", "free_path", "numbered"]


def numbered(stem: str, mark: str = "-") -> Iterator[str]:
    """The stem, then the stem with a number from 2 behind `mark`, without end."""
    yield stem
    yield from (f"{stem}{mark}{number}" for number in count(2))


def distinct(stems: Iterable[str]) -> list[str]:
    """Every stem, with a number where an earlier one has that name already.

    >>> distinct(["a", "b", "a"])
    ['a', 'b', 'a-2']
    """
    taken: set[str] = set()
    tries: dict[str, Iterator[str]] = {}  # goes on where it stopped: a thousand page.png are quick
    names = []
    for stem in stems:
        names.append(
            next(name for name in tries.setdefault(stem, numbered(stem)) if name not in taken)
        )
        taken.add(names[-1])
    return names


def free_path(folder: Path, name: str) -> Path:
    """The first of NAME, NAME-2, ... in a folder that is not there yet."""
    return next(path for tried in numbered(name) if not (path := folder / tried).exists())
