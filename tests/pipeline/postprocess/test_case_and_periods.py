"""Case and periods are corrected by height, and nothing else is touched."""

from dataclasses import replace

import pytest

from effocr.document import Glyph, Line, Word
from effocr.pipeline.postprocess.case_and_periods import fix_case_and_periods
from effocr.pipeline.postprocess.changes import change_glyphs

X_HEIGHT, CAP_HEIGHT, BASELINE = 20.0, 30.0, 100.0


def make_line(text: str, heights: str = "", *, slope: float = 0.0, origin: float = 0.0) -> Line:
    """A line whose glyphs are x-high, but capital-high where `heights` has a T.

    Args:
        text: words and spaces.
        heights: as long as `text`: x small, T tall, m in the middle of the x-height; `text`'s own
            case where left out.
        slope: of the baseline.
        origin: y of the page's top edge.
    """
    glyphs, words, first = [], [], 0
    for place, (letter, height) in enumerate(zip(text, heights or text, strict=True)):
        if letter == " ":
            words.append((first, len(glyphs)))
            first = len(glyphs)
            continue
        x, bottom = 20.0 * place, BASELINE + origin + slope * (20 * place + 8)
        tall = height.isupper() or height in "bdfhklt"
        top = bottom - (CAP_HEIGHT if tall else X_HEIGHT)
        box = (x, top, x + 16, bottom)
        if height == "-":
            box = (x, bottom - 10, x + 10, bottom - 7)
        elif height == ".":
            box = (x, bottom - 3, x + 4, bottom)
        glyphs.append(Glyph(letter, box, 0.9, ((letter, 0.9),)))
    words.append((first, len(glyphs)))
    parts = tuple(
        Word("".join(glyph.text for glyph in glyphs[a:b]), (0, 0, 1, 1), (a, b)) for a, b in words
    )
    return Line(text, (0, 0, 1, 1), ((0.0, 0.0),), 0.9, parts, tuple(glyphs))


def read_as(line: Line) -> list[tuple[str, str]]:
    return [(glyph.read_as, glyph.text) for glyph in line.glyphs if glyph.read_as is not None]


def test_letters_of_the_wrong_size_change_case_and_are_marked() -> None:
    line = fix_case_and_periods(make_line("Sea sea aSh", "Sea Sea axh"))
    assert line.text == "Sea Sea ash"
    assert [word.text for word in line.words] == ["Sea", "Sea", "ash"]
    assert read_as(line) == [("s", "S"), ("S", "s")]


def test_a_dash_on_the_baseline_is_a_period_and_one_above_it_stays() -> None:
    line = fix_case_and_periods(make_line("well-near-", "well-near."))
    assert line.text == "well-near."
    assert read_as(line) == [("-", ".")]


@pytest.mark.parametrize("slope", [0.05, -0.05])
def test_a_climbing_line_keeps_its_hyphens_and_finds_its_periods(slope: float) -> None:
    read, heights = "an era-near me and sea air never ran-", "an era-near me and sea air never ran."
    assert fix_case_and_periods(make_line(read, heights, slope=slope)).text == heights


def test_defect_32_a_changed_length_elsewhere_never_shifts_the_fix_to_another_glyph() -> None:
    line = make_line("Hare sea", "Hare Sea")
    line = change_glyphs(line, {0: "ll"})  # as a spell check that makes two letters of H
    line = fix_case_and_periods(line)
    assert line.text == "llare Sea"
    assert read_as(line) == [("H", "ll"), ("s", "S")]


def test_defect_35_a_baseline_at_zero_and_white_space_glyphs_are_harmless() -> None:
    line = make_line("near sea-", "near Sea.", origin=-BASELINE)
    assert fix_case_and_periods(line).text == "near Sea."
    strange = change_glyphs(line, {0: "\u00a0", 8 - 1: "\u3000"})
    assert fix_case_and_periods(strange).words[0].text == "\u00a0ear"


def test_a_line_without_anchor_letters_or_glyphs_stays_the_same_object() -> None:
    line = make_line("sow", "SOW")
    assert fix_case_and_periods(line) is line
    empty = Line("", (0, 0, 1, 1), (), 1.0, (), ())
    assert fix_case_and_periods(empty) is empty
    flat = replace(line, glyphs=tuple(replace(g, text="a", box=(0, 5, 9, 5)) for g in line.glyphs))
    assert fix_case_and_periods(flat) is flat


def test_one_anchor_that_was_misread_does_not_move_the_measure() -> None:
    read, heights = "nea sea ranees sea", "nBa Sea ranees sea"  # e is really a B
    assert fix_case_and_periods(make_line(read, heights)).text == "nea Sea ranees sea"


def test_small_capitals_are_not_letters_of_the_wrong_size() -> None:
    line = make_line("near VESUVIUS so", "near Vesuvixs so")  # all but V x-high
    assert fix_case_and_periods(line).text == "near VESUVIUS so"


def test_words_in_capitals_stay_capitals() -> None:
    line = make_line("near COVES")
    assert fix_case_and_periods(line) is line


def test_a_narrow_margin_changes_less_than_a_wide_one() -> None:
    line = make_line("aSea ore", "axea ore")
    tall = replace(line.glyphs[1], box=(20, BASELINE - X_HEIGHT * 1.12, 36, BASELINE))
    line = replace(line, glyphs=(line.glyphs[0], tall, *line.glyphs[2:]))
    assert fix_case_and_periods(line, anchor_margin=0.1).text == "aSea ore"
    assert fix_case_and_periods(line, anchor_margin=0.15).text == "asea ore"


def test_a_column_stays_as_it_is() -> None:
    line = make_line("aSaSa", "axaxa")
    turned = tuple(
        replace(glyph, box=(0, 30.0 * n, 16, 30.0 * n + 20)) for n, glyph in enumerate(line.glyphs)
    )
    column = replace(line, glyphs=turned)
    assert fix_case_and_periods(line).text == "asasa"
    assert fix_case_and_periods(column) is column
