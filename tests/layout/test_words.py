"""Where words begin on a line."""

import numpy as np
import pytest

from effocr.layout.words import word_starts, word_starts_from_gaps


def line_of(text: str, *, width: float = 10, gap: float = 2, space: float = 8) -> np.ndarray:
    """[n, 4] boxes of a line in which every glyph is as wide as the others."""
    boxes, x = [], 0.0
    for character in text:
        if character == " ":
            x += space - gap
            continue
        boxes.append((x, 0.0, x + width, 20.0))
        x += width + gap
    return np.array(boxes, np.float32).reshape(-1, 4)


def spell(text: str, starts: np.ndarray) -> str:
    """The text that the flags say."""
    return "".join(
        " " * int(start) + character
        for character, start in zip(text.replace(" ", ""), starts, strict=True)
    )


def words_of(text: str, glyphs: np.ndarray) -> np.ndarray:
    """[m, 4] the hull of the glyphs of every word."""
    words, first = [], 0
    for word in text.split():
        own = glyphs[first : first + len(word)]
        words.append((*own[:, :2].min(0), *own[:, 2:].max(0)))
        first += len(word)
    return np.array(words, np.float32)


@pytest.mark.parametrize("text", ["a", "a b", "some few words", "x yy zzz w"])
def test_words_that_the_backend_found_become_spaces_whatever_their_order(text: str) -> None:
    glyphs = line_of(text)
    words = words_of(text, glyphs)
    assert spell(text, word_starts(glyphs, words)) == text
    assert spell(text, word_starts(glyphs, words[::-1])) == text


def test_defect_34_a_glyph_that_overhangs_the_next_word_does_not_move_the_space() -> None:
    glyphs = np.array([[0, 0, 10, 9], [11, 0, 26, 9], [24, 0, 34, 9], [35, 0, 45, 9]], np.float32)
    words = np.array([[0, 0, 26, 9], [24, 0, 45, 9]], np.float32)
    assert word_starts(glyphs, words).tolist() == [False, False, True, False]


def test_defect_34_a_kerned_pair_inside_of_a_word_is_not_parted() -> None:
    glyphs = np.array([[0, 0, 12, 9], [9, 0, 20, 9], [30, 0, 40, 9]], np.float32)
    words = np.array([[0, 0, 20, 9], [29, 0, 41, 9]], np.float32)
    assert word_starts(glyphs, words).tolist() == [False, False, True]


def test_defect_34_a_word_without_glyphs_changes_nothing() -> None:
    text = "ab cd"
    glyphs = line_of(text)
    words = np.vstack([words_of(text, glyphs), [[300, 0, 400, 20], [21, 0, 23, 20]]])
    assert spell(text, word_starts(glyphs, words)) == text


def test_fact_5_a_line_without_words_keeps_every_glyph_and_takes_its_spaces_from_the_gaps() -> None:
    text = "some few words"
    glyphs = line_of(text)
    assert spell(text, word_starts(glyphs, np.zeros((0, 4)))) == text


def test_a_glyph_in_no_word_is_kept_and_its_gap_decides() -> None:
    glyphs = line_of("ab. c")
    words = np.array([[0, 0, 22, 20]], np.float32)
    assert word_starts(glyphs, words).tolist() == [False, False, False, True]


def test_a_word_found_twice_with_and_without_its_neighbour_leaves_it_to_the_gap() -> None:
    glyphs = line_of("ab cd")
    parts = words_of("ab cd", glyphs)
    both = np.array([[*parts[0, :2], *parts[1, 2:]]])
    assert spell("ab cd", word_starts(glyphs, np.vstack([parts, both]))) == "ab cd"
    glyphs = line_of("abcd")
    fragment = np.vstack([glyphs[2:, :2].min(0), glyphs[2:, 2:].max(0)]).reshape(1, 4)
    whole = np.array([[*glyphs[0, :2], *glyphs[-1, 2:]]])
    assert not word_starts(glyphs, np.vstack([whole, fragment])).any()


def test_vertical_lines_run_along_y() -> None:
    text = "ab cd e"
    glyphs = line_of(text)
    turned = glyphs[:, [1, 0, 3, 2]]
    assert spell(text, word_starts(turned, words_of(text, glyphs)[:, [1, 0, 3, 2]], axis=1)) == text
    assert spell(text, word_starts_from_gaps(turned, axis=1)) == text


@pytest.mark.parametrize("scale", [0.1, 1, 30])
def test_letter_spaced_print_is_no_row_of_words_at_any_scale(scale: float) -> None:
    for text in ("sperrsatz ist weit", "sperrsatz"):
        glyphs = line_of(text, gap=4, space=14) * scale
        assert spell(text, word_starts_from_gaps(glyphs)) == text


def test_two_glyphs_far_apart_are_two_words() -> None:
    assert word_starts_from_gaps(line_of("a b", space=12)).tolist() == [False, True]


@pytest.mark.parametrize("axis", [0, 1])
def test_no_glyphs_and_one_glyph_begin_no_word(axis: int) -> None:
    words = np.array([[0, 0, 5, 5]])
    for glyphs in (np.zeros((0, 4)), np.array([[0, 0, 5, 5]]), np.array([[3, 3, 3, 3]])):
        assert word_starts(glyphs, words, axis=axis).tolist() == [False] * len(glyphs)
        assert word_starts_from_gaps(glyphs, axis=axis).tolist() == [False] * len(glyphs)
