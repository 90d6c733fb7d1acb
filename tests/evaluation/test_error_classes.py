"""Classes of errors, worked by hand."""

import pytest
from rapidfuzz.distance import Levenshtein

from effocr.evaluation import error_classes as ec
from effocr.evaluation.error_classes import Block, ErrorCount, blocks, classes_of, count_errors


@pytest.mark.parametrize(
    ("wanted", "read", "expected"),
    [
        ("modern", "modem", {ec.RN_M: 2}),
        ("modem", "modern", {ec.RN_M: 2}),
        ("the hill", "the liill", {ec.SPLIT: 2}),
        ("clay", "day", {ec.MERGED: 2}),
        ("cat", "at", {ec.MISSED: 1}),
        ("afflict find", "aflict fnd", {ec.LIGATURE: 2}),
        ("cat.", "cat", {ec.MARK_MISSED: 1}),
        ("cat", "cat.", {ec.MARK_INVENTED: 1}),
        ("cat", "cart", {ec.INVENTED: 1}),
        ("a cat", "acat", {ec.GAP_MISSED: 1}),
        ("today", "to day", {ec.GAP_INVENTED: 1}),
        ("cat", "eat", {ec.CEO: 1}),
        ("10", "l0", {ec.STROKES: 1}),
        ("10", "1O", {ec.ROUNDS: 1}),
        ("Sun", "sun", {ec.SIZE: 1}),
        ("Run", "run", {ec.CASE: 1}),
        ("fete", "fête", {ec.ACCENT: 1}),
        ("a,b", "a.b", {ec.QUOTES: 1}),
        ("hat", "bat", {ec.LETTER: 1}),
        ("53", "58", {ec.DIGIT: 1}),
        ("S1", "51", {ec.DIGIT: 1}),
        ("a*", "ax", {ec.OTHER: 1}),
        ("cat", "c\ufffdt", {ec.UNSEEN: 1}),
        ("cat", "cat", {}),
    ],
)
def test_an_edit_has_the_class_a_person_would_name(
    wanted: str, read: str, expected: dict[str, int]
) -> None:
    assert dict(count_errors(wanted, read).classes) == expected


def test_neighbouring_edits_are_one_place() -> None:
    assert blocks("a modern hat", "a modem bat") == [
        Block(6, "rn", "m", "e"),
        Block(9, "h", "b", " "),
    ]
    assert blocks("ab", "ab!") == [Block(2, "", "!", "b")]


def test_a_gap_and_a_letter_at_one_place_are_counted_apart() -> None:
    assert classes_of(Block(0, "s o", "5o")) == {ec.GAP_MISSED: 1, ec.DIGIT: 1}


def test_classes_add_up_to_the_least_number_of_edits() -> None:
    pairs = [("The modern clay hill, 1O5", "Tbe modemday liill. l05"), ("", "abc"), ("abc d", "")]
    for wanted, read in pairs:
        count = count_errors(wanted, read)
        assert count.classes.total() == Levenshtein.distance(wanted, read)
        assert count.confusions.total() == count.classes.total()


def test_what_both_engines_read_is_laid_to_the_reference() -> None:
    count = count_errors("the barly eat", "the barley cat", "the barley eat")
    assert dict(count.classes) == {ec.REFERENCE: 1, ec.CEO: 1}
    apart = count_errors("the cat", "the eat", "the oat")
    assert ec.REFERENCE not in apart.classes


def test_texts_are_compared_as_the_metrics_have_it() -> None:
    assert not count_errors("“a — B”", '"a  - B"').classes
    assert not count_errors("TOTAL", "Total", ignore_case=True).classes


def test_counts_of_lines_are_added() -> None:
    total = sum([count_errors("cat", "eat"), count_errors("cot", "eot")], ErrorCount())
    assert total.length == 6
    assert total.classes == {ec.CEO: 2}
    assert total.confusions == {("c", "e"): 2}


def test_every_class_stands_in_the_table() -> None:
    names = {value for name, value in vars(ec).items() if name.isupper() and isinstance(value, str)}
    names.discard(ec.UNKNOWN)
    assert names == set(ec.CLASSES)
