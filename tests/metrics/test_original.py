"""The original's metric line and the corrected one."""

import pytest

from effocr.metrics.original import Cleaning, LineScores, score_texts


def test_the_metric_line_is_the_originals() -> None:
    scores = score_texts([("abcd", "abcd"), ("abcd", "abXd")], Cleaning())
    first, second = scores.as_text().splitlines()
    assert first == "EffOCR | Textline accuracy = 50.0 | CER = 0.125"
    assert second == "EffOCR corrected | lines = 2 | CER = 0.125"


def test_defect_49_a_line_read_wholly_wrong_has_a_corrected_rate_of_one() -> None:
    scores = score_texts([("a b c d", "wxyz")], Cleaning(spaces=False))
    assert scores.cer == pytest.approx(4 / 7)  # the original's, over the text with its spaces
    assert scores.corrected_cer == 1.0


def test_defect_49_nothing_read_of_an_empty_line_is_right() -> None:
    scores = score_texts([("", ""), ("  ", "")], Cleaning())
    assert scores.as_text(norm_edit=True).startswith(
        "EffOCR | Textline accuracy = 100.0 | CER = 0.0\n"
    )
    assert scores.corrected_cer == 0.0
    assert LineScores().as_text().startswith("EffOCR | Textline accuracy = 0.0 | CER = 0.0\n")


def test_defect_49_forms_of_one_character_are_the_same_in_the_corrected_rate() -> None:
    scores = score_texts([("cafe\u0301", "caf\u00e9")], Cleaning())
    assert scores.cer > 0
    assert scores.corrected_cer == 0


def test_quotes_case_and_spaces_are_cleaned_as_the_original_does() -> None:
    same = [("“No”", "''No’’"), (" ends\n", "ends")]
    assert score_texts(same, Cleaning()).exact == 2
    assert score_texts([("A b", "a b")], Cleaning()).exact == 0
    assert score_texts([("A b", "a b")], Cleaning(uncased=True)).exact == 1
    assert score_texts([("a b", "ab")], Cleaning(spaces=False)).exact == 1


def test_the_normalised_distance_is_the_mean_over_lines() -> None:
    scores = score_texts([("ab", "ab"), ("abcd", "ab"), ("a", "abcd")], Cleaning())
    assert scores.normalised == pytest.approx((0 + 2 / 4 + 3 / 4) / 3)
    assert scores.as_text(norm_edit=True).splitlines()[0].endswith(f"CER = {scores.normalised}")


def test_the_figures_for_programs_are_percent() -> None:
    figures = score_texts([("a b c d", "wxyz")], Cleaning(spaces=False)).as_json()
    assert figures == {
        "accuracy": 0.0, "cer": 57.143, "norm_edit": 100.0, "corrected_cer": 100.0
    }  # fmt: skip
