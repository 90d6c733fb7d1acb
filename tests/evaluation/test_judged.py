"""What was right and how sure it was, worked by hand."""

import numpy as np
import pytest

from effocr.document import Glyph, Line, Word
from effocr.evaluation.judged import judge, together

BOX = (0.0, 0.0, 1.0, 1.0)


def read(text: str, sure: list[float]) -> Line:
    """A line of one-letter glyphs; `sure` leaves spaces out."""
    letters = text.replace(" ", "")
    glyphs = tuple(
        Glyph(letter, BOX, confidence, ((letter, 0.8),))
        for letter, confidence in zip(letters, sure, strict=True)
    )
    words, start = [], 0
    for word in text.split():
        words.append(Word(word, BOX, (start, start + len(word))))
        start += len(word)
    return Line(text, BOX, (), 0.5, tuple(words), glyphs)


def test_replaced_and_added_glyphs_are_wrong_and_missed_ones_are_nobodys_fault() -> None:
    found = judge("the cat sat", [read("tke cat, st", [0.9, 0.2] + [0.9] * 7)])
    assert found.glyph_right.tolist() == [True, False, True, True, True, True, False, True, True]
    assert found.word_right.tolist() == [False, False, False]


def test_a_word_is_as_sure_as_all_its_glyphs_together() -> None:
    found = judge("ab c", [read("ab d", [0.9, 0.5, 0.7])])
    assert found.word_confidence.tolist() == pytest.approx([0.45, 0.7])
    assert found.word_right.tolist() == [True, False]


def test_a_wrong_gap_spoils_words_but_no_glyph() -> None:
    found = judge("to day is", [read("today is", [0.9] * 7)])
    assert found.glyph_right.all()
    assert found.word_right.tolist() == [False, True]


def test_case_and_typography_count_as_the_metrics_have_it() -> None:
    line = read("Don’T", [0.9] * 5)
    assert judge("don't", [line]).glyph_right.tolist() == [False, True, True, True, False]
    assert judge("don't", [line], ignore_case=True).glyph_right.all()
    assert judge("don't", [line], ignore_case=True).word_right.all()


def test_a_glyph_called_unknown_is_judged_by_its_best_candidate() -> None:
    glyph = Glyph("\ufffd", BOX, 0.1, (("a", 0.3),), unknown=True)
    line = Line("\ufffd", BOX, (), 0.1, (Word("\ufffd", BOX, (0, 1)),), (glyph,))
    found = judge("a", [line])
    assert found.glyph_unknown.tolist() == [True]
    assert found.glyph_right.tolist() == [True]
    assert found.glyph_similarity.tolist() == [0.3]


def test_images_and_lines_are_counted_together() -> None:
    two = judge("ab", [read("a", [0.9]), read("c", [0.4])])
    assert two.glyph_right.tolist() == [True, False]
    both = together([two, judge("x", [read("x", [0.6])]), judge("y", [])])
    np.testing.assert_allclose(both.glyph_confidence, [0.9, 0.4, 0.6])
    assert both.word_right.tolist() == [False, False, True]
