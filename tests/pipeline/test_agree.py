"""Look-alikes are settled by the kind of the other glyphs of their word."""

import numpy as np
import pytest

from effocr.pipeline.agree import kind_of, settle_ties

SURE = (0.95, 0.5)
TIED = (0.90, 0.89)


def settle(*glyphs: tuple[str, str, tuple[float, float]], starts: tuple[int, ...] = ()) -> str:
    """The text after settling; each glyph is (best, second, their cosines)."""
    labels = [[best, second] for best, second, _ in glyphs]
    similarities = np.array([pair for _, _, pair in glyphs], np.float32)
    spaces = np.zeros(len(glyphs), bool)
    spaces[list(starts)] = True
    taken = settle_ties(labels, similarities, spaces)
    return "".join(row[taken.get(place, 0)] for place, row in enumerate(labels))


def sure(text: str) -> list[tuple[str, str, tuple[float, float]]]:
    return [(glyph, "~", SURE) for glyph in text]


def test_a_zero_among_letters_is_an_o_and_the_other_way_round() -> None:
    assert settle(*sure("th"), ("0", "o", TIED), *sure("se")) == "those"
    assert settle(*sure("19"), ("o", "0", TIED), *sure("4")) == "1904"


def test_capitals_inside_a_small_word_become_small() -> None:
    assert settle(*sure("con"), ("S", "s", TIED), *sure("ent")) == "consent"


def test_a_capital_may_begin_a_word() -> None:
    assert settle(("S", "s", TIED), *sure("ent")) == "Sent"
    assert settle(("0", "O", TIED), *sure("nly")) == "Only"


def test_a_word_of_capitals_stays_one() -> None:
    assert settle(*sure("LE"), ("s", "S", TIED), *sure("T")) == "LEST"


def test_only_near_ties_are_settled() -> None:
    assert settle(*sure("th"), ("0", "o", (0.95, 0.8)), *sure("se")) == "th0se"


def test_another_word_has_no_say() -> None:
    assert settle(*sure("the"), ("0", "o", TIED), starts=(3,)) == "the0"
    assert settle(*sure("19"), ("l", "1", TIED), *sure("the"), starts=(3,)) == "191the"


def test_a_glyph_on_its_own_is_left_alone() -> None:
    assert settle(("l", "I", TIED)) == "l"
    assert settle_ties([], np.zeros((0, 2), np.float32), np.zeros(0, bool)) == {}


@pytest.mark.parametrize(
    ("label", "kind"),
    [("7", "digit"), ("ß", "lower"), ("É", "upper"), ("fi", "lower"), ("-", "mark"), ("º", "mark")],
)
def test_kinds(label: str, kind: str) -> None:
    assert kind_of(label) == kind
