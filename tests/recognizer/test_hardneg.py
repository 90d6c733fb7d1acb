"""Sets of look-alikes: how they are found, and how they come into batches."""

import logging
from collections import Counter

import numpy as np
import pytest

from effocr.errors import UsageError
from effocr.recognizer.hardneg import HardNegativeOrder, keep_known, mine_hard_negatives
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.sampler import ClassBalancedOrder

LETTERS = "abcdefghijklmnop"
LABELS = [letter for letter in LETTERS for _ in range(6)]


def on_circle(*degrees: float) -> np.ndarray:
    turns = np.radians(degrees)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


@pytest.fixture
def index() -> GlyphIndex:
    """One row at 0 degrees for a, 10 for b, 30 for c, 100 for d, and one a degree on."""
    index = GlyphIndex.create(2)
    index.add(on_circle(0, 1, 10, 11, 30, 31, 100, 101), list("aabbccdd"))
    return index


@pytest.mark.parametrize("k", [2, 3, 4])
def test_defect_22_any_number_of_neighbours_can_be_mined(index: GlyphIndex, k: int) -> None:
    sets = mine_hard_negatives(on_circle(0, 100), ["a", "d"], index, k=k)
    assert sets == [tuple("abcd"[:k]), tuple("dcba"[:k])]


def test_fact_7_there_is_one_set_for_each_character_merged_from_its_glyphs(
    index: GlyphIndex,
) -> None:
    found = mine_hard_negatives(on_circle(30, 60, 60, 30), list("cccb"), index, k=3)
    assert [one[0] for one in found] == ["b", "c"]
    assert found[1] == ("c", "b", "d")  # by two glyphs of three


def test_more_neighbours_than_the_index_holds_give_all_and_a_message(
    index: GlyphIndex, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        sets = mine_hard_negatives(on_circle(0), ["a"], index, k=50)
    assert sets == [tuple("abcd")]
    assert "50 look-alikes asked for, the index holds 4 characters" in caplog.text


def test_a_set_of_one_or_an_empty_index_is_refused(index: GlyphIndex) -> None:
    with pytest.raises(UsageError, match="no neighbour"):
        mine_hard_negatives(on_circle(0), ["a"], index, k=1)
    with pytest.raises(UsageError, match="empty index"):
        mine_hard_negatives(on_circle(0), ["a"], GlyphIndex.create(2), k=3)


def test_characters_that_the_training_data_lacks_are_dropped_and_reported() -> None:
    sets, skipped = keep_known([("a", "b", "ж"), ("b", "a"), ("c", "ж")], "abc", source="hns.txt")
    assert sets == [("a", "b")]  # the second is the same set, the third has no neighbour left
    assert str(skipped[0]) == (
        "hns.txt: 'ж': left out of 2 sets: the training data has no such character"
    )


def plain(**changes: int) -> ClassBalancedOrder:
    values = {"batch_size": 24, "views_per_class": 3, "seed": 1, "passes": 2, **changes}
    return ClassBalancedOrder(LABELS, **values)  # type: ignore[arg-type]


def test_defect_23_sets_never_straddle_batches_and_share_them() -> None:
    sets = [tuple("abc"), tuple("cd"), tuple("efg"), tuple("hi"), tuple("jklm")]
    order = HardNegativeOrder(plain(), sets)
    batches = [Counter(LABELS[row] for row in order[step]) for step in range(len(order))]
    assert all(set(batch.values()) == {3} and len(batch) == 8 for batch in batches)
    for one in sets:
        assert any(set(one) <= set(batch) for batch in batches)
    assert len(order.packed) < len(sets)  # two batches hold all five
    for codes in order.packed:
        members = {LETTERS[code] for code in codes}
        assert all(set(one) <= members or not set(one) & members - set("c") for one in sets)


def test_defect_23_the_length_of_an_epoch_counts_the_batches_of_sets() -> None:
    order = HardNegativeOrder(plain(), [tuple("abc"), tuple("defgh"), tuple("ijk")])
    assert len(order) == len(order.plain) + len(order.packed)
    ordinary = {tuple(plain()[step]) for step in range(len(plain()))}
    found = [tuple(order[step]) for step in range(len(order))]
    assert sum(rows in ordinary for rows in found) == len(ordinary)


def test_a_step_of_sets_is_the_same_with_any_history() -> None:
    sets = [tuple("abc"), tuple("defgh"), tuple("ijk")]
    forward = HardNegativeOrder(plain(), sets)
    rows = {step: forward[step].tolist() for step in range(20)}
    backward = HardNegativeOrder(plain(), sets)
    assert all(backward[step].tolist() == rows[step] for step in reversed(range(20)))


def test_a_set_larger_than_a_batch_keeps_its_first_characters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        order = HardNegativeOrder(plain(batch_size=9), [tuple("pabcde")])
    assert [LETTERS[code] for code in order.packed[0]] == ["p", "a", "b"]
    assert "1 sets of look-alikes have more than the 3 characters of a batch" in caplog.text


def test_no_set_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="no set of look-alikes"):
        HardNegativeOrder(plain(), [])
