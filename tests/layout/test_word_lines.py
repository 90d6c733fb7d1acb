"""Words put into lines, by cases worked by hand."""

import numpy as np

from effocr.layout.word_lines import lines_from_words


def test_words_on_one_level_make_a_line_and_columns_stay_apart() -> None:
    words = [
        (120, 10, 200, 40),  # second word of the left column
        (10, 12, 100, 40),
        (400, 10, 500, 40),  # right column, 200 to the right
        (10, 60, 100, 90),
        (520, 11, 600, 41),
    ]
    assert lines_from_words(words) == [[2, 4], [1, 0], [3]]


def test_leaning_lines_need_their_slope() -> None:
    words = np.array([(x, 100 + 0.1 * x, x + 80, 130 + 0.1 * x) for x in range(0, 1000, 100)])
    below = words + np.array([0, 35, 0, 35])
    lines = lines_from_words(np.concatenate([words, below]), slope=0.1)
    assert lines == [list(range(10)), list(range(10, 20))]


def test_every_word_comes_once() -> None:
    rng = np.random.default_rng(2)
    corner = rng.uniform(0, 500, (80, 2))
    words = np.concatenate([corner, corner + rng.uniform(5, 60, (80, 2))], axis=1)
    assert sorted(n for line in lines_from_words(words) for n in line) == list(range(80))


def test_no_words_make_no_lines() -> None:
    assert lines_from_words(np.zeros((0, 4))) == []
