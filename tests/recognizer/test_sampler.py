"""Batches hold m crops of each of some characters, and a step always the same ones."""

from collections import Counter

import pytest

from effocr.errors import TrainingError, UsageError
from effocr.recognizer.sampler import ClassBalancedOrder, ShuffledOrder

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
    forward = ClassBalancedOrder(LABELS, batch_size=12, views_per_class=4, seed=1)
    steps = [0, 1, 150, 151, 300]
    rows = [forward[step].tolist() for step in steps]
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


@pytest.mark.parametrize("count", [2, 31, 32, 33, 64, 90])
@pytest.mark.parametrize("passes", [1, 3])
def test_defect_24_an_epoch_reaches_every_class(count: int, passes: int) -> None:
    labels = [f"{i % count:03}" for i in range(2 * count)]
    order = ClassBalancedOrder(labels, batch_size=128, views_per_class=4, seed=3, passes=passes)
    batches = [Counter(labels[row] for row in order[step]) for step in range(len(order))]
    assert all(set(batch.values()) == {4} for batch in batches)
    turns = Counter(label for batch in batches for label in batch)
    assert len(turns) == count
    assert min(turns.values()) >= passes
    assert len(order) == -(-passes * count // min(32, count))


def test_defect_24_a_tiny_charset_works_with_a_batch_of_128() -> None:
    order = ClassBalancedOrder(list("ab"), batch_size=128, views_per_class=4, seed=0, passes=1)
    assert sorted(order[0]) == [0, 0, 0, 0, 1, 1, 1, 1]  # one sample of each class


def test_rows_of_a_class_come_again_only_after_all_of_them() -> None:
    labels = ["a"] * 12 + ["b"] * 3
    order = ClassBalancedOrder(labels, batch_size=8, views_per_class=4, seed=0, passes=3)
    rows = [row for step in range(3) for row in order[step] if labels[row] == "a"]
    assert sorted(rows) == list(range(12))


def test_a_batch_without_room_for_two_characters_is_refused() -> None:
    with pytest.raises(UsageError, match="no room for two characters"):
        ClassBalancedOrder(list("abc"), batch_size=7, views_per_class=4, seed=0)


def test_a_shuffled_order_takes_every_row_once_and_fills_the_last_batch() -> None:
    order = ShuffledOrder(10, batch_size=4, seed=1)
    rows = [row for step in range(3) for row in order[step]]
    assert len(order) == 3
    assert sorted(rows[:10]) == list(range(10))
    assert rows[10:] == rows[:2]
    assert order[0].tolist() != order[3].tolist()
    assert ShuffledOrder(3, batch_size=128, seed=1)[0].shape == (3,)
