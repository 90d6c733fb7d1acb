"""Right-to-left lines with numbers and Latin words are read in logical order."""

import pytest

from effocr.layout.bidi import logical_order, turn_runs

SHALOM = "\u05e9\u05dc\u05d5\u05dd"
OLAM = "\u05e2\u05d5\u05dc\u05dd"


@pytest.mark.parametrize(
    ("logical", "paper"),
    [
        (f"{SHALOM} {OLAM}", f"{OLAM[::-1]} {SHALOM[::-1]}"),
        (f"{SHALOM} 123", f"123 {SHALOM[::-1]}"),
        (f"{SHALOM} 12.50 {OLAM}", f"{OLAM[::-1]} 12.50 {SHALOM[::-1]}"),
        (f"{SHALOM} 12 34", f"34 12 {SHALOM[::-1]}"),
        (f"{SHALOM} New York {OLAM}", f"{OLAM[::-1]} New York {SHALOM[::-1]}"),
        (f"{SHALOM}, 50%", f"50% ,{SHALOM[::-1]}"),
        ("", ""),
    ],
)
def test_numbers_and_latin_words_run_left_to_right_within_the_line(
    logical: str, paper: str
) -> None:
    assert "".join(logical[place] for place in turn_runs(logical)) == paper
    assert "".join(paper[place] for place in turn_runs(paper)) == logical


def test_glyphs_found_from_right_to_left_are_put_into_reading_order_with_their_spaces() -> None:
    text = f"{SHALOM} 123 {OLAM}"
    paper = [text[place] for place in turn_runs(text)][::-1]  # from right to left, as found
    labels = [glyph for glyph in paper if glyph != " "]
    spaces = [
        paper[place - 1] == " "
        for place in range(len(paper))
        if paper[place] != " "
    ]  # fmt: skip
    spaces[0] = False
    order, before = logical_order(labels, spaces)
    read = "".join(
        (" " if space else "") + labels[n] for n, space in zip(order, before, strict=True)
    )
    assert read == text
    assert sorted(order) == list(range(len(labels)))
