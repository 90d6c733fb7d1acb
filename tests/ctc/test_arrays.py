"""Lines into the network's form, and its output into characters."""

import numpy as np
import pytest

from effocr.ctc.arrays import (
    HEIGHT,
    LEAST_WIDTH,
    batch_lines,
    columns_of,
    greedy,
    needed_columns,
    scale_line,
)


def log_probs_of(path: list[int], *, classes: int = 4, sure: float = 0.9) -> np.ndarray:
    """Output in which each column has this class, with this probability."""
    probs = np.full((len(path), classes), (1 - sure) / (classes - 1), np.float32)
    probs[np.arange(len(path)), path] = sure
    return np.log(probs)


@pytest.mark.parametrize(
    ("size", "width"), [((32, 100), 200), ((128, 100), 50), ((64, 7), LEAST_WIDTH), ((64, 90), 90)]
)
def test_a_line_is_64_pixels_high_and_keeps_its_shape(size: tuple[int, int], width: int) -> None:
    scaled = scale_line(np.full(size, 200, np.uint8))
    assert scaled.shape == (HEIGHT, width)
    assert scaled.dtype == np.uint8
    assert (scaled == 200).all()


def test_a_batch_is_grey_from_minus_a_half_and_padded_with_zero() -> None:
    black, white = np.zeros((64, 16), np.uint8), np.full((64, 20), 255, np.uint8)
    batch = batch_lines([black, white], 24)
    assert batch.shape == (2, 1, 64, 24)
    assert batch.dtype == np.float32
    assert (batch[0, 0, :, :16] == -0.5).all()
    assert (batch[1, 0, :, :20] == 0.5).all()
    assert not batch[0, 0, :, 16:].any()
    assert not batch[1, 0, :, 20:].any()


def test_greedy_joins_repeats_and_drops_blanks() -> None:
    found = greedy(log_probs_of([0, 1, 1, 0, 1, 2, 2, 0]))
    assert found.classes == (1, 1, 2)
    assert found.spans.tolist() == [[1, 3], [4, 5], [5, 7]]
    assert found.confidence == pytest.approx([0.9] * 3, abs=1e-6)


@pytest.mark.parametrize("path", [[0, 0], []])
def test_greedy_reads_nothing_in_blanks(path: list[int]) -> None:
    found = greedy(log_probs_of(path))
    assert found.classes == ()
    assert found.spans.shape == (0, 2)


def test_the_confidence_of_a_character_is_its_best_column() -> None:
    output = log_probs_of([1, 1])
    output[1] = np.log([0.1, 0.6, 0.2, 0.1])
    assert greedy(output).confidence == pytest.approx([0.9], abs=1e-6)


@pytest.mark.parametrize(
    ("classes", "columns"), [((), 0), ((1, 2, 1), 3), ((1, 1), 3), ((2, 2, 2, 1), 6)]
)
def test_equal_neighbours_need_a_blank_between_them(classes: tuple[int, ...], columns: int) -> None:
    assert needed_columns(classes) == columns


def test_there_is_one_column_for_four_pixels_and_one_more() -> None:
    assert [columns_of(width) for width in (16, 19, 20, 256)] == [5, 5, 6, 65]
