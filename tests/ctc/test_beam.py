"""Beam search and likelihoods, against every path there is."""

import math
from collections import defaultdict
from itertools import product

import numpy as np
import pytest
import torch

from effocr.ctc.beam import log_likelihoods, prefix_beam_search


def random_output(seed: int, columns: int, classes: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(0, 1.5, (columns, classes))
    return (raw - np.log(np.exp(raw).sum(1, keepdims=True))).astype(np.float32)


def every_path(log_probs: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every sequence, by adding up all paths."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    columns, classes = log_probs.shape
    for path in product(range(classes), repeat=columns):
        kept = [c for n, c in enumerate(path) if c and (n == 0 or path[n - 1] != c)]
        found[tuple(kept)] += math.exp(sum(log_probs[n, c] for n, c in enumerate(path)))
    return dict(found)


@pytest.mark.parametrize(("seed", "columns", "classes"), [(0, 4, 3), (1, 5, 3), (2, 3, 4)])
def test_a_beam_that_drops_nothing_adds_up_every_path(
    seed: int, columns: int, classes: int
) -> None:
    output = random_output(seed, columns, classes)
    truth = every_path(output)
    found = dict(prefix_beam_search(output, beam=10_000, least_log_prob=-math.inf))
    assert found.keys() == truth.keys()
    for sequence, log_prob in found.items():
        assert math.exp(log_prob) == pytest.approx(truth[sequence], rel=1e-5)
    best = max(truth, key=lambda sequence: truth[sequence])
    assert next(iter(found)) == best


def test_the_beam_finds_what_greedy_misses() -> None:
    # Greedy takes the blank twice (0.6 * 0.6 = 0.36), but the ways to spell 1 sum up to 0.64.
    output = np.log(np.array([[0.6, 0.4], [0.6, 0.4]], np.float32))
    (best, log_prob), *_ = prefix_beam_search(output, beam=4)
    assert best == (1,)
    assert math.exp(log_prob) == pytest.approx(0.64, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_likelihoods_are_those_of_every_path(seed: int) -> None:
    output = random_output(seed, 5, 3)
    truth = every_path(output)
    sequences = [*truth, (1, 1, 1, 1)]  # the last needs seven columns
    found = log_likelihoods(output, sequences)
    assert np.exp(found) == pytest.approx([*truth.values(), 0.0], rel=1e-5, abs=1e-12)


def test_likelihoods_are_those_of_torch() -> None:
    output = random_output(7, 30, 6)
    sequences = [(1, 2, 3), (4, 4, 5, 1), (5,)]
    losses = [
        torch.nn.functional.ctc_loss(
            torch.from_numpy(output)[:, None], torch.tensor([sequence]), (30,), (len(sequence),),
            reduction="sum",
        ).item()
        for sequence in sequences
    ]  # fmt: skip
    assert -log_likelihoods(output, sequences) == pytest.approx(losses, rel=1e-4)


def test_no_sequences_have_no_likelihood() -> None:
    assert log_likelihoods(random_output(0, 3, 3), []).shape == (0,)
    assert np.exp(log_likelihoods(random_output(0, 2, 3), [()])) == pytest.approx(
        every_path(random_output(0, 2, 3))[()], rel=1e-5
    )
