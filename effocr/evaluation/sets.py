"""Sets of line images with their text, named as reports name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.data.line_pairs import read_line_pairs
from effocr.data.records import LineImage, Skipped
from effocr.errors import UsageError

__all__ = ["NamedSet", "read_line_sets", "set_names", "turns_for"]


@dataclass(frozen=True, slots=True)
class NamedSet:
    """Line images with their text.

    Attributes:
        name: of the set in reports.
        lines: at least one.
        problems: what reading the set left out, and why.
    """

    name: str
    lines: tuple[LineImage, ...]
    problems: tuple[Skipped, ...] = ()

    @property
    def paths(self) -> list[Path]:
        """The images."""
        return [line.path for line in self.lines]

    @property
    def texts(self) -> list[str]:
        """What is printed in each."""
        return [line.text for line in self.lines]


def set_names(paths: Sequence[Path]) -> list[str]:
    """Names for sets: the last part of each path, or the whole path where that is not unique."""
    short = [path.resolve().name for path in paths]
    count = Counter(short)
    return [
        name if count[name] == 1 else str(path) for name, path in zip(short, paths, strict=True)
    ]


def read_line_sets(folders: Sequence[Path]) -> list[NamedSet]:
    """Read folders of line pairs (png + gt.txt).

    Raises:
        UsageError: a folder holds no pair.
        DataFormatError: a folder is missing.
    """
    sets = []
    for name, folder in zip(set_names(folders), folders, strict=True):
        found = list(read_line_pairs(folder))
        lines = tuple(item for item in found if isinstance(item, LineImage))
        problems = tuple(item for item in found if isinstance(item, Skipped))
        if not lines:
            raise UsageError(f"{folder}: no line image with a .gt.txt file beside it")
        sets.append(NamedSet(name, lines, problems))
    return sets


def turns_for(lines: int, least_lines: int) -> int:
    """How often a set of `lines` lines must be read to make at least `least_lines`; 1 or more."""
    return max(1, -(-least_lines // lines))
