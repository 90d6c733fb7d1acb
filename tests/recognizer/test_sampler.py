"""Batches hold m crops of each of some characters, and a step always the same ones."""

from collections import Counter

import numpy as np
import pytest

from effocr.errors import TrainingError
from effocr.recognizer.sampler import ClassBalancedOrder

LABELS = ["a"] * 900 + ["b"] * 30 + ["ch"] * 2 + list("defghij") * 8


def test_every_batch_has_m_crops_of_each_of_its_characters() -> None:
    order = ClassBalancedOrder(LABELS, batch_size=12, views_per_class=4, seed=1)
    seen: set[str] = set()
    for step in range(len(order)):
        counts = Counter(LABELS[row] for row in order[step])
        assert list(counts.values()) == [4, 4, 4]
        seen |= set(counts)
    assert seen == set(LABELS)


def test_a_step_gives_the_same_rows_in_any_order_and_with_any_history() -> None:
    np.random.seed(0)  # noqa: NPY002 - what pytorch-metric-learning would draw from
    forward = ClassBalancedOrder(LABELS, batch_size=12, views_per_class=4, seed=1)
    steps = [0, 1, 150, 151, 300]
    rows = [forward[step].tolist() for step in steps]
    np.random.seed(9)  # noqa: NPY002
    backward = ClassBalancedOrder(LABELS, batch_size=12, views_per_class=4, seed=1)
    assert [backward[step].tolist() for step in reversed(steps)] == rows[::-1]
    other = ClassBalancedOrder(LABELS, batch_size=12, views_per_class=4, seed=2)
    assert other[0].tolist() != rows[0]


def test_fewer_characters_than_fit_make_a_smaller_batch() -> None:
    order = ClassBalancedOrder(list("aabbcc"), batch_size=256, views_per_class=4, seed=0)
    assert Counter("aabbcc"[row] for row in order[0]) == {"a": 4, "b": 4, "c": 4}


def test_one_character_alone_can_not_be_learnt() -> None:
    with pytest.raises(TrainingError, match="1 characters"):
        ClassBalancedOrder(["a"] * 9, batch_size=8, views_per_class=4, seed=0)
