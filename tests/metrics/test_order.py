"""Hand-worked cases of the measure of order."""

import pytest

from effocr.metrics.order import OrderScore, score_order


def test_the_true_order_is_perfect() -> None:
    score = score_order("abcd", "abcd")
    assert (score.neighbour_share, score.tau) == (1.0, 1.0)


def test_the_reverse_keeps_no_neighbours() -> None:
    score = score_order("abcd", "dcba")
    assert (score.neighbour_share, score.tau) == (0.0, -1.0)


def test_two_columns_read_across() -> None:
    # True: a b c | d e f. Read by rows: a d b e c f. Of 15 pairs 3 are turned: db, dc, ec.
    score = score_order("abcdef", "adbecf")
    assert score == OrderScore(neighbours=5, kept=0, pairs=15, concordant=12)
    assert score.tau == pytest.approx(0.6)


def test_swapped_blocks_lose_one_pair_of_neighbours() -> None:
    score = score_order("abcdef", "defabc")
    assert (score.kept, score.neighbours) == (4, 5)
    assert (score.concordant, score.pairs) == (6, 15)


def test_what_only_one_has_is_left_out() -> None:
    assert score_order("abcd", "axbyd") == score_order("abd", "abd")


def test_pages_are_added() -> None:
    both = score_order("ab", "ab") + score_order("ab", "ba")
    assert (both.neighbour_share, both.tau) == (0.5, 0.0)


def test_nothing_to_order_is_in_order() -> None:
    assert (score_order("", "").neighbour_share, score_order("a", "a").tau) == (1.0, 1.0)
