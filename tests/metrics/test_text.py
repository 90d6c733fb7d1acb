"""Error rates, against jiwer and by hand."""

import random
import unicodedata

import jiwer
import pytest

from effocr.metrics.text import Score, cer, exact, score_line, score_lines, treat, wer


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("“a” „b“", '"a" "b"'),
        ("‘a’ bʼs", "'a' b's"),
        ("a—b–c⸗d", "a-b-c-d"),
        ("Waſſer", "Wasser"),
        ("ꝛuhe", "ruhe"),
        ("a \t\n  b\u00a0c", "a b c"),
        (" a b\n", "a b"),
        ("e\u0301", "\u00e9"),
        ("wa\u017f\u030c", "wa\u0161"),  # a long s with a caron is an s with one
        ("\u1e9b", "\u1e61"),  # a long s with a dot, one code point
        ("", ""),
    ],
)
def test_text_is_treated_as_the_contract_says(printed: str, plain: str) -> None:
    assert treat(printed) == plain


def test_treating_twice_changes_nothing() -> None:
    text = "„Daſ—iſt“  ‘e\u0301’ ⸗ꝛ"
    assert treat(treat(text)) == treat(text)


def test_accents_composed_or_not_are_the_same_character() -> None:
    composed = "déjà vu"
    assert cer(composed, unicodedata.normalize("NFD", composed)) == 0.0


def test_raw_compares_what_is_there() -> None:
    assert cer("“a”", '"a"') == 0.0
    assert cer("“a”", '"a"', raw=True) == pytest.approx(2 / 3)
    assert not exact("a  b", "a b", raw=True)


def test_rates_match_jiwer_on_random_lines() -> None:
    rng = random.Random(3)
    pairs = []
    for _ in range(200):
        words = ["".join(rng.choices("abcde", k=rng.randint(1, 6))) for _ in range(6)]
        reference = " ".join(words)
        letters = [c for c in reference if rng.random() > 0.1]
        letters.insert(rng.randrange(len(letters)), rng.choice("xyz "))
        pairs.append((reference, treat("".join(letters))))
    references, reads = [a for a, _ in pairs], [b for _, b in pairs]

    score = score_lines(pairs)

    assert score.cer == pytest.approx(jiwer.cer(references, reads))
    assert score.wer == pytest.approx(jiwer.wer(references, reads))
    assert score.exact == sum(a == b for a, b in pairs) / len(pairs)


def test_long_lines_weigh_more_than_short_ones() -> None:
    score = score_lines([("a", "b"), ("abcdefghi", "abcdefghi")])
    assert score.cer == pytest.approx(1 / 10)
    assert score.exact == 0.5


def test_case_can_be_ignored() -> None:
    score = score_line("TOTAL Straße", "total STRASSE")
    assert score.cer > 0.5
    assert score.cer_ci == 0.0
    assert score.wer == 1.0
    assert score.exact == 0.0
    ignored = score_line("TOTAL Straße", "total STRASSE", ignore_case=True)
    assert (ignored.wer, ignored.exact, ignored.cer) == (0.0, 1.0, score.cer)


def test_an_empty_reference_does_not_divide_by_zero() -> None:
    assert cer("", "") == 0.0
    assert wer("", "") == 0.0
    assert exact("", " ")
    assert cer("", "abc") == 3.0
    assert Score().cer == Score().exact == 0.0


def test_text_read_where_nothing_is_printed_counts_in_the_sum() -> None:
    assert score_lines([("", "ab"), ("abcd", "abcd")]).cer == pytest.approx(2 / 4)


def test_nothing_read_costs_the_whole_line() -> None:
    assert cer("abc", "") == 1.0
    assert wer("two words", "") == 1.0
