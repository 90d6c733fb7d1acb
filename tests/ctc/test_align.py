"""Forced alignment, against every path there is."""

from itertools import product

import numpy as np
import pytest

from effocr.ctc.align import align_classes
from effocr.ctc.arrays import greedy


def random_output(seed: int, columns: int, classes: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(0, 1.5, (columns, classes))
    return (raw - np.log(np.exp(raw).sum(1, keepdims=True))).astype(np.float32)


def spans_of(path: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(class, first, last + 1) of the characters of a path."""
    runs: list[tuple[int, int, int]] = []
    for column, number in enumerate(path):
        if column and path[column - 1] == number:
            runs[-1] = (number, runs[-1][1], column + 1)
        else:
            runs.append((number, column, column + 1))
    return [run for run in runs if run[0]]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("classes", [(1,), (1, 2), (1, 1), (2, 1, 2)])
def test_the_columns_are_those_of_the_best_path(seed: int, classes: tuple[int, ...]) -> None:
    output = random_output(seed, 5, 3)
    paths = [
        path
        for path in product(range(3), repeat=5)
        if tuple(run[0] for run in spans_of(path)) == classes
    ]
    best = max(paths, key=lambda path: sum(output[n, c] for n, c in enumerate(path)))
    found = align_classes(output, classes)
    assert found is not None
    assert found.classes == classes
    assert found.spans.tolist() == [[first, last] for _, first, last in spans_of(best)]


def test_what_greedy_reads_is_aligned_as_greedy_has_it() -> None:
    output = random_output(9, 40, 5)
    one = greedy(output)
    other = align_classes(output, one.classes)
    assert other is not None
    assert np.array_equal(one.spans, other.spans)
    assert np.allclose(one.confidence, other.confidence)


def test_too_few_columns_are_none_and_no_characters_none() -> None:
    assert align_classes(random_output(0, 2, 3), (1, 1)) is None
    empty = align_classes(random_output(0, 2, 3), ())
    assert empty is not None
    assert empty.classes == ()
