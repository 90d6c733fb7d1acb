"""Confusions are counted where a person would see them."""

from effocr.metrics.confusions import Piece, align, confusions, same_if, visible


def test_replaced_missing_and_added_characters_are_told_apart() -> None:
    found = confusions([("hat", "bat"), ("a b", "ab"), ("no", "noo"), ("the", "tbe"), ("h", "b")])
    assert found == {("h", "b"): 3, (" ", ""): 1, ("", "o"): 1}
    assert found.most_common(1) == [(("h", "b"), 3)]


def test_texts_that_are_the_same_have_none() -> None:
    assert not confusions([("", ""), ("“a—b”", '"a-b"'), ("cafe\u0301", "café")])
    assert confusions([("—", "-")], raw=True) == {("—", "-"): 1}
    assert confusions([("A", "a")]) == {("A", "a"): 1}
    assert not confusions([("A", "a")], ignore_case=True)


def test_a_character_of_several_code_points_is_one() -> None:
    assert confusions([("x\u0304y", "xy")]) == {("x\u0304", "x"): 1}


def test_the_number_of_edits_is_that_of_the_error_rate() -> None:
    from effocr.metrics.text import score_lines

    pairs = [("kitten", "sitting"), ("flaw", "lawn"), ("", "abc"), ("abc", "")]
    assert sum(confusions(pairs).values()) == score_lines(pairs).edits


def test_alignment_covers_both_texts() -> None:
    pieces = align("abc", "axcd")
    assert pieces == [
        Piece((0, 1), (0, 1), True),
        Piece((1, 2), (1, 2), False),
        Piece((2, 3), (2, 3), True),
        Piece((3, 3), (3, 4), False),
    ]


def test_spaces_and_nothing_are_visible() -> None:
    assert [visible(text) for text in (" ", "", "a", "\u00a0", "\u200b")] == [
        "␣", "∅", "a", "U+00A0", "U+200B"
    ]  # fmt: skip


def test_characters_count_as_the_same_as_in_the_error_rate() -> None:
    assert same_if()("—") == same_if()("-") != same_if(raw=True)("—")
    assert same_if(ignore_case=True)("A") == "a"
    assert same_if()(" ") == same_if()("\u00a0") == " "
