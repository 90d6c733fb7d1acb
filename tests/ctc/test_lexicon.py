"""Decoding with a list of words, on output made by hand."""

import numpy as np
import pytest

from effocr.ctc.alphabet import Alphabet
from effocr.ctc.arrays import greedy
from effocr.ctc.lexicon import WordList, WordRules, decode_words

ALPHABET = Alphabet(tuple(" .acehrtCT"))
WORDS = WordList(frozenset({"cat", "hat", "tea", "chart"}))


def output_of(text: str, doubts: dict[int, tuple[str, float]] | None = None) -> np.ndarray:
    """Each character in a column, with a blank after it; `doubts` gives a rival some share."""
    probs = np.full((2 * len(text), ALPHABET.classes), 1e-4, np.float32)
    probs[1::2, 0] = 1.0
    for place, character in enumerate(text):
        (number,) = ALPHABET.encode(character)
        probs[2 * place, number] = 1.0
        if doubts and place in doubts:
            rival, share = doubts[place]
            probs[2 * place, number] = 1 - share
            probs[2 * place, ALPHABET.encode(rival)[0]] = share
    return np.log(probs / probs.sum(1, keepdims=True))


def read(output: np.ndarray, rules: WordRules | None = None) -> str:
    return decode_words(output, greedy(output), ALPHABET, WORDS, rules or WordRules())


def test_a_word_gives_way_to_a_listed_one_that_is_nearly_as_likely() -> None:
    assert read(output_of("a eat tea", {2: ("c", 0.3)})) == "a cat tea"


def test_what_is_seen_clearly_stays_though_it_is_not_listed() -> None:
    assert read(output_of("eat")) == "eat"
    assert read(output_of("rrr")) == "rrr"


def test_listed_words_stay_even_where_a_rival_is_near() -> None:
    assert read(output_of("cat", {0: ("h", 0.45)})) == "cat"


def test_capitals_and_punctuation_are_kept() -> None:
    assert read(output_of("Cae.", {2: ("t", 0.4)})) == "Cat."
    assert read(output_of("Cat")) == "Cat"


def test_a_closed_list_lets_nothing_else_through() -> None:
    closed = WordRules(closed=True)
    assert read(output_of("rat"), closed) in {"cat", "hat"}
    assert read(output_of("rat")) == "rat"


@pytest.mark.parametrize("text", ["", " ", "a  cat"])
def test_blanks_and_double_spaces_do_no_harm(text: str) -> None:
    assert read(output_of(text) if text else np.log(np.ones((3, 11)) / 11)) == " ".join(
        text.split()
    )


def test_a_word_is_listed_with_capitals_too() -> None:
    assert "Cat" in WORDS
    assert "CAT" in WORDS
    assert "cAT" not in WORDS
    assert 3 not in WORDS


def test_a_closed_list_holds_codes_too() -> None:
    alphabet = Alphabet(tuple(" .A128"))
    probs = np.full((8, alphabet.classes), 1e-4, np.float32)
    probs[1::2, 0] = 1.0
    for column, (seen, rival) in zip((0, 2, 4, 6), ("AA", "81", "12", ".."), strict=True):
        probs[column, alphabet.encode(rival)[0]] = 0.3
        probs[column, alphabet.encode(seen)[0]] = 0.7
    output = np.log(probs / probs.sum(1, keepdims=True))
    codes = WordList(frozenset({"A12", "A88"}))

    def text(rules: WordRules) -> str:
        return decode_words(output, greedy(output), alphabet, codes, rules)

    assert text(WordRules()) == "A81."  # words with digits are not guessed at
    assert text(WordRules(closed=True)) == "A12."


def test_characters_that_join_to_an_unknown_one_stay_as_they_are_read() -> None:
    alphabet = Alphabet((" ", "e", "a", "t", "\u0301"))  # e and the accent are one character
    assert alphabet.lacks("e\u0301t")
    probs = np.full((6, alphabet.classes), 1e-4, np.float32)
    for column, number in enumerate((2, 5, 4, 0, 0, 0)):
        probs[column, number] = 1.0
    output = np.log(probs / probs.sum(1, keepdims=True))
    listed = WordList(frozenset({"eat"}))
    assert decode_words(output, greedy(output), alphabet, listed, WordRules()) == "e\u0301t"
