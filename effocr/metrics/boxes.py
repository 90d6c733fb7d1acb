"""Matching of found boxes with true ones, and precision, recall and F."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effocr.geometry import iou_matrix

__all__ = ["BoxCounts", "count_matches", "match_greedy", "match_most", "pair_most"]


@dataclass(frozen=True, slots=True)
class BoxCounts:
    """Boxes matched, found and true, summed over images.

    Attributes:
        matched: pairs of a found and a true box.
        found: boxes found.
        truth: true boxes.
    """

    matched: int = 0
    found: int = 0
    truth: int = 0

    def __add__(self, other: BoxCounts) -> BoxCounts:
        """The counts of both sets of images together."""
        return BoxCounts(
            self.matched + other.matched, self.found + other.found, self.truth + other.truth
        )

    @property
    def precision(self) -> float:
        """Share of found boxes that are true, 0 to 1; 0 when nothing was found."""
        return self.matched / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of true boxes that were found, 0 to 1; 0 when there is none."""
        return self.matched / self.truth if self.truth else 0.0

    @property
    def f_score(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.found + self.truth
        return 2 * self.matched / total if total else 0.0


def match_greedy(
    found: np.ndarray, truth: np.ndarray, iou_threshold: float
) -> list[tuple[int, int]]:
    """Pair boxes one to one, the pair with the greatest overlap first.

    Args:
        found: [n, 4] boxes.
        truth: [m, 4] boxes in the same pixels.
        iou_threshold: least intersection over union of a pair, inclusive.

    Returns:
        (index of found, index of truth) pairs, ordered by the index of found.
    """
    overlap = iou_matrix(found, truth)
    rows, columns = np.nonzero(overlap >= iou_threshold)
    best_first = np.argsort(-overlap[rows, columns], kind="stable")
    pairs: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in zip(rows[best_first].tolist(), columns[best_first].tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append((row, column))
    return sorted(pairs)


def match_most(found: np.ndarray, truth: np.ndarray, iou_threshold: float) -> list[tuple[int, int]]:
    """Pair boxes one to one so that as many pairs as possible reach the threshold.

    Augmenting paths (Kuhn's algorithm): never fewer pairs than `match_greedy`. At a threshold of
    0.5 both find the same number unless boxes of one side overlap each other.

    Args:
        found: [n, 4] boxes.
        truth: [m, 4] boxes in the same pixels.
        iou_threshold: least intersection over union of a pair, inclusive.

    Returns:
        (index of found, index of truth) pairs, ordered by the index of found.
    """
    overlap = iou_matrix(found, truth)
    return pair_most([np.flatnonzero(row >= iou_threshold).tolist() for row in overlap])


def pair_most(partners: list[list[int]]) -> list[tuple[int, int]]:
    """As many (row, column) pairs as possible, none used twice, ordered by row.

    Args:
        partners: for each row the columns that it may be paired with.
    """
    owner: dict[int, int] = {}
    for row in range(len(partners)):
        _augment(row, partners, owner)
    return sorted((row, column) for column, row in owner.items())


def count_matches(found: np.ndarray, truth: np.ndarray, iou_threshold: float = 0.5) -> BoxCounts:
    """Counts of one image, matched by `match_most`.

    Args:
        found: [n, 4] boxes.
        truth: [m, 4] boxes in the same pixels.
        iou_threshold: least intersection over union of a pair, inclusive.
    """
    return BoxCounts(len(match_most(found, truth, iou_threshold)), len(found), len(truth))


def _augment(start: int, partners: list[list[int]], owner: dict[int, int]) -> None:
    """Give row `start` a column, moving other rows along a path if needed; `owner` is changed.

    Breadth first with an explicit path, so that a long chain cannot exhaust the stack.
    """
    came_from: dict[int, int] = {}  # column -> the row that reached it
    frontier = [start]
    while frontier:
        row = frontier.pop(0)
        for column in partners[row]:
            if column in came_from:
                continue
            came_from[column] = row
            if column not in owner:
                _flip(column, start, came_from, owner)
                return
            frontier.append(owner[column])


def _flip(column: int, start: int, came_from: dict[int, int], owner: dict[int, int]) -> None:
    """Hand every column of the path that ends in `column` to the row that reached it."""
    previous = {row: taken for taken, row in owner.items()}
    while True:
        row = came_from[column]
        owner[column] = row
        if row == start:
            return
        column = previous[row]
