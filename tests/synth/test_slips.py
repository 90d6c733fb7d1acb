"""Phrases of receipts and of columns of figures."""

import numpy as np
import regex

from effocr.charset import Charset
from effocr.synth.text import Kind, TextMix, random_line

LATIN = Charset((*(chr(code) for code in range(33, 127)), *"\u00a3\u20ac"))


def lines(kind: Kind) -> list[str]:
    rng = np.random.default_rng(0)
    mix = TextMix(word_lists=())
    return [random_line(rng, LATIN, lengths=(5, 25), kind=kind, mix=mix) for _ in range(300)]


def test_figures_hold_hardly_a_letter() -> None:
    text = "".join(lines("figures"))
    assert sum(map(str.isdigit, text)) > 0.6 * len(text)
    assert sum(map(str.isalpha, text)) < 0.05 * len(text)
    assert {"-", ".", ":", "/", "%"} <= set(text)


def test_receipts_have_what_receipts_have() -> None:
    text = "\n".join(lines("receipts"))
    assert {"@", "#", "*", "%", ":"} <= set(text)
    assert regex.search(r"[A-Za-z]+ ?: ", text)  # a field
    assert regex.search(r"(\d)\1\1", text)  # runs of a digit
    capitals, small = (sum(map(test, text)) for test in (str.isupper, str.islower))
    assert capitals > small
