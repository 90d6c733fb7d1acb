"""Greek words with breathings and accents."""

import re
import unicodedata

import numpy as np
import pytest

from effocr.synth.greek import GREEK, accented, without_marks
from effocr.synth.running import running_text


@pytest.mark.parametrize(
    ("plain", "syllable", "circumflex", "rough", "word"),
    [
        ("ανθρωπος", 2, False, False, "ἄνθρωπος"), ("ουτος", 1, True, True, "οὗτος"),
        ("ρητωρ", 1, False, False, "ῥήτωρ"), ("υπο", 0, False, False, "ὑπό"),
        ("τω\u0345", 0, True, False, "τῷ"), ("ω\u0345δη", 0, False, False, "ᾠδή"),
        ("ευ", 0, True, False, "εὖ"), ("ψυχη", 0, False, False, "ψυχή"),
    ],
)  # fmt: skip
def test_accents_and_breathings_stand_where_greek_has_them(
    plain: str, syllable: int, circumflex: bool, rough: bool, word: str
) -> None:
    made = accented(plain, syllable=syllable, circumflex=circumflex, rough=rough)
    assert made == unicodedata.normalize("NFC", word)


def greek_words() -> list[str]:
    text = running_text(GREEK, 20_000, np.random.default_rng(4))
    return re.findall("[\u0370-\u03ff\u1f00-\u1fff]{2,}", text)


def test_words_are_spelt_as_greek_is() -> None:
    for word in greek_words():
        letters = unicodedata.normalize("NFD", word)
        assert sum(letters.count(mark) for mark in "\u0301\u0300\u0342") <= 1, word
        assert not re.search("[εο][\u0313\u0314]?\u0342", letters.lower()), word  # short vowels
        if word.isupper() and len(word) > 2:
            assert word == without_marks(word)
        elif re.match("[αεηιουω]", letters):
            assert re.search("^..?[\u0308]?[\u0313\u0314]", letters), word


def test_sigma_is_final_at_the_end_of_whole_words_only() -> None:
    text = running_text(GREEK, 20_000, np.random.default_rng(4))
    assert not re.findall("(?<=[α-ω])σ(?=[ .,·])", text)
    assert not re.findall("ς[α-ω]", text)


def test_a_grave_is_on_last_syllables_only_and_before_no_mark() -> None:
    text = unicodedata.normalize("NFD", running_text(GREEK, 5_000, np.random.default_rng(4)))
    graves = re.findall("\u0300[\u0345]?[^ \n]*", text)
    assert graves
    vowels = re.compile("[αεηιουω]")
    assert not [tail for tail in graves if vowels.search(re.split("[^α-ω\u0300\u0345]", tail)[0])]
    assert not [tail for tail in graves if re.match("[α-ω\u0300\u0345]*[.,;·]", tail)]


def test_capitals_have_no_marks() -> None:
    assert without_marks("ᾠδή") == "ΩΔΗ"
