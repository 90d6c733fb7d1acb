"""German words in Fraktur spelling."""

import re

import numpy as np
import pytest

from effocr.synth.german import GERMAN, with_long_s
from effocr.synth.running import running_text


@pytest.mark.parametrize(
    ("morphemes", "spelt"),
    [
        ("haus|thür", "hausthür"), ("haus|es", "hauſes"), ("ge|wiss|heit", "gewißheit"),
        ("ge|wiss|en", "gewiſſen"), ("aus|setz|t", "ausſetzt"), ("land|s|mann", "landsmann"),
        ("sprech|est", "ſprecheſt"), ("tag|s", "tags"), ("lehr|nisse", "lehrniſſe"),
    ],
)  # fmt: skip
def test_s_is_round_where_a_morpheme_ends_and_long_elsewhere(morphemes: str, spelt: str) -> None:
    assert with_long_s(morphemes) == spelt


def test_no_word_ends_in_a_long_s_or_begins_with_an_i_capital() -> None:
    words = running_text(GERMAN, 20_000, np.random.default_rng(2)).split()
    letters = [
        re.sub(r"[^\w\u0364]", "", word) for word in words if "⸗" not in word and "." not in word
    ]
    assert not [word for word in letters if len(word) > 1 and word.endswith("ſ")]
    assert not [word for word in letters if re.match("I[a-zäöü]", word)]
    assert not [word for word in letters if re.match("(sch|sp)", word)]


def test_umlauts_are_dotted_or_have_an_e_by_the_paragraph() -> None:
    text = running_text(GERMAN, 20_000, np.random.default_rng(2))
    dotted, old = (
        [line for line in text.splitlines() if any(c in line for c in chars)]
        for chars in ("äöü", "\u0364")
    )
    assert dotted
    assert old
    assert not set(dotted) & set(old)
