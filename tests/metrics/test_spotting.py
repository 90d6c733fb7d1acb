"""Word spotting and end-to-end by the rules of ICDAR 2015, on hand-worked cases."""

import numpy as np
import pytest

from effocr.metrics.boxes import BoxCounts
from effocr.metrics.spotting import (
    Lexicon,
    dictionary_word,
    end_to_end_match,
    lexicon_words,
    spot_words,
)


def box(x: float) -> np.ndarray:
    return np.array([(x, 0), (x + 10, 0), (x + 10, 10), (x, 10)], np.float32)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Cafe", "Cafe"),
        ("John's", "John"),
        ("JOHN'S", "JOHN"),
        ("-exit-", "exit"),
        ('"Sale!"', "Sale"),
        ("[open]", "open"),
        ("cafe\u0301", None),  # a combining acute is no letter of the list
        ("Straße", "Straße"),
        ("λόγος", "λόγος"),
        ("to-day", "to-day"),
        ("ab", None),  # two letters
        ("a.m.", None),  # "a m" has a space inside
        ("50%", None),
        ("A380", None),  # any digit
        ("3×4", None),
        ("кафе", None),  # Cyrillic is not of the list
        ("", None),
    ],
)
def test_what_a_dictionary_may_hold(text: str, wanted: str | None) -> None:
    assert dictionary_word(text) == wanted


@pytest.mark.parametrize(
    ("true", "read", "right"),
    [
        ("Exit", "EXIT", True),
        ("(Exit)", "Exit)", True),  # without its first
        ("(Exit)", "(exit", True),  # without its last
        ("(Exit)", "exit", True),  # without both
        ("((Exit", "exit", False),  # only one goes at each end
        ("Exit", "(Exit)", False),  # the read text is not cleaned
        ("50%", "50", False),  # % is not special
        ("Joe's", "Joes", False),  # only at the ends
        ("!", "", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_end_to_end_lets_special_characters_go_at_the_ends_of_the_truth(
    true: str, read: str, right: bool
) -> None:
    assert end_to_end_match(true, read) is right


def test_the_two_tasks_on_one_page() -> None:
    truth = [
        (box(0), "John's", False),  # spotting: John
        (box(20), "A380", False),  # spotting: a digit, does not count; end to end: counts
        (box(40), "exit", False),
        (box(60), "", True),  # does not count
        (box(80), "sale", False),  # not found
    ]
    found = [
        (box(0), "JOHN"),  # spotting right; end to end wrong: 's is inside
        (box(20), "a380"),
        (box(40), "exlt"),  # uses the box up and is wrong
        (box(60), "x"),
        (box(100), "ghost"),
    ]
    # spotting: true John, exit, sale; found John, exlt, ghost (a380 and x lie in don't care)
    assert spot_words(truth, found, "word_spotting") == BoxCounts(1, 3, 3)
    # end to end: true 4; found 4 (x is hidden); right: a380
    assert spot_words(truth, found, "e2e") == BoxCounts(1, 4, 4)


def test_a_wrong_text_uses_the_box_up() -> None:
    # two predictions for one word, the first of the file with the wrong text: no second chance
    truth = [(box(0), "exit", False)]
    assert spot_words(truth, [(box(0), "exlt"), (box(0), "exit")], "e2e") == BoxCounts(0, 2, 1)


def test_words_without_a_text_do_not_count() -> None:
    assert spot_words([(box(0), None, False)], [(box(0), "a")], "e2e") == BoxCounts(0, 0, 0)


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def test_the_nearest_word_is_that_of_a_naive_search() -> None:
    rng = np.random.default_rng(3)
    words = tuple("".join(rng.choice(list("abC"), 4)) for _ in range(40))
    lexicon = Lexicon(words)
    for _ in range(50):
        text = "".join(rng.choice(list("ABc"), rng.integers(2, 7)))
        nearest = min(words, key=lambda word: distance(word.upper(), text.upper()))
        assert lexicon.nearest(text) == nearest


def test_a_lexicon_of_one_image_goes_before_that_of_all() -> None:
    lexicon = Lexicon(("exile",), {"img_1": ("exit", "sale")})
    assert lexicon.nearest("EXLT", "img_1") == "exit"
    assert lexicon.nearest("exlt", "img_2") == "exile"
    assert Lexicon(by_image={"img_1": ("a",)}).nearest("exlt", "img_2") == "exlt"
    assert lexicon_words(["exit", "", " sale ", "exit"]) == ("exit", "sale")
