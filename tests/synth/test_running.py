"""Running text of made-up words."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from effocr.charset import graphemes, read_charset
from effocr.synth.german import GERMAN
from effocr.synth.greek import GREEK
from effocr.synth.running import Tongue, running_text

RECIPES = Path(__file__).parents[2] / "scripts/recipes"


@pytest.mark.parametrize(("tongue", "name"), [(GERMAN, "de-frak"), (GREEK, "grc")])
def test_thousands_of_words_in_nfc_of_the_charset_the_same_for_the_same_seed(
    tongue: Tongue, name: str
) -> None:
    text = running_text(tongue, 20_000, np.random.default_rng(1))
    words = text.split()
    assert len(words) >= 20_000
    assert len(set(words)) > 5_000
    assert unicodedata.is_normalized("NFC", text)
    charset = read_charset(RECIPES / f"{name}.charset.txt")
    assert {glyph for word in words for glyph in graphemes(word)} <= set(charset)
    assert text == running_text(tongue, 20_000, np.random.default_rng(1))
    assert text != running_text(tongue, 20_000, np.random.default_rng(2))


def test_sentences_begin_with_a_capital_and_end_with_a_mark() -> None:
    tongue = Tongue(
        word=lambda draw: draw.pick(("ba", "bi")), extra=lambda draw: ["7"], capital=str.title,
        printed=lambda draw, words: words, pairs=("()",), ends=".", dashes=("-",), hyphen="=",
    )  # fmt: skip
    lines = running_text(tongue, 3_000, np.random.default_rng(1)).splitlines()
    assert all(line.lstrip("(")[0] == "B" and line.rstrip(")")[-1] == "." for line in lines)
    text = " ".join(lines)
    assert set(text) <= set("BaiAI7().-=, ;:b")
    assert text.count("(") == text.count(")") > 0
    assert "=" in text
