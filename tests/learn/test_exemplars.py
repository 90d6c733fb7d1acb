"""Which aligned glyphs become rows."""

import numpy as np

from effocr.learn.exemplars import Exemplars, thin_out, trusted


def near(rng: np.random.Generator, middle: int, count: int) -> np.ndarray:
    rows = 0.05 * rng.standard_normal((count, 8))
    rows[:, middle] += 1
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exemplars(parts: list[tuple[int, str, int]], rng: np.random.Generator) -> Exemplars:
    """(shape, label, count) each; every glyph of a line of its own."""
    rows = np.concatenate([near(rng, shape, count) for shape, _, count in parts])
    labels = tuple(label for _, label, count in parts for _ in range(count))
    return Exemplars(rows, labels, np.arange(len(labels)))


def kept(found: Exemplars) -> list[str]:
    return [found.labels[place] for place in trusted(found).tolist()]


def test_a_glyph_among_those_of_another_character_is_not_trusted() -> None:
    found = exemplars([(0, "a", 5), (1, "b", 5), (0, "b", 1)], np.random.default_rng(0))
    assert kept(found) == ["a"] * 5 + ["b"] * 5


def test_a_rare_character_of_its_own_shape_is_trusted() -> None:
    found = exemplars([(0, "a", 5), (1, "\u261e", 1)], np.random.default_rng(0))
    assert kept(found) == ["a"] * 5 + ["\u261e"]


def test_a_rare_character_that_looks_like_another_is_not() -> None:
    found = exemplars([(0, "l", 5), (0, "1", 1)], np.random.default_rng(0))
    assert kept(found) == ["l"] * 5


def test_a_ligature_must_be_borne_out_by_another_line() -> None:
    found = exemplars([(0, "a", 5), (1, "ch", 1), (2, "ck", 2)], np.random.default_rng(0))
    assert kept(found) == ["a"] * 5 + ["ck"] * 2


def test_glyphs_of_one_line_do_not_bear_each_other_out() -> None:
    rng = np.random.default_rng(0)
    rows = np.concatenate((near(rng, 0, 4), near(rng, 0, 4)))
    found = Exemplars(rows, ("a",) * 4 + ("b",) * 4, np.array([0, 1, 2, 3, 4, 4, 4, 4]))
    assert kept(found) == ["a"] * 4


def test_of_a_single_line_all_are_kept() -> None:
    rows = near(np.random.default_rng(0), 0, 3)
    assert trusted(Exemplars(rows, ("a", "b", "a"), np.zeros(3, np.int64))).tolist() == [0, 1, 2]


def test_thinning_leaves_so_many_of_each() -> None:
    rng = np.random.default_rng(0)
    found = exemplars([(0, "a", 30), (1, "b", 3)], rng)
    left = found.taken(thin_out(found, rows_per_label=8, rng=rng))
    assert left.labels.count("b") == 3
    assert 1 <= left.labels.count("a") <= 8
