"""What is found on a page and is no line: cut off by the edge, shining through, a picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from effocr.document import Line
from effocr.pipeline.page_dirt import is_cut_off, printed
from effocr.pipeline.pages import PageReader
from effocr.pipeline.reader import Reader

LINE = Path(__file__).parents[2] / "docs" / "samples" / "lines" / "01.png"
TEXT = "It is a truth universally acknowledged, that a single man in"


def outline(y0: float, y1: float) -> np.ndarray:
    return np.array([(5, y0), (900, y0), (900, y1), (5, y1)], np.float32)


@pytest.mark.parametrize(
    ("confidence", "y0", "y1", "cut_off"),
    [
        (0.5, 0, 12, True),
        (0.5, 88, 100, True),
        (0.5, 40, 60, False),  # read badly, but whole
        (0.9, 0, 20, False),  # cropped tight, and read well
    ],
)
def test_a_line_is_cut_off_if_it_touches_the_edge_and_cannot_be_read(
    english_model: Path, confidence: float, y0: float, y1: float, cut_off: bool
) -> None:
    line = Reader(english_model, threads=1).read(LINE).lines[0]
    line = replace(line, confidence=confidence)
    assert is_cut_off(line, outline(y0, y1), 100) is cut_off


def test_an_image_of_one_line_that_shows_the_tops_of_the_next_is_one_line(
    english_model: Path,
) -> None:
    assert PageReader(english_model, threads=1).read(LINE).text == TEXT


@pytest.fixture(scope="module")
def line(english_model: Path) -> Line:
    return Reader(english_model, threads=1).read(LINE).lines[0]


def page_of(line: Line, *rows: tuple[str, float, float]) -> tuple[dict, dict]:
    """Lines of a text and a confidence each, and their contrasts."""
    lines = {
        number: replace(line, text=text, confidence=confidence)
        for number, (text, confidence, _) in enumerate(rows)
    }
    return lines, {number: contrast for number, (_, _, contrast) in enumerate(rows)}


def test_pale_lines_that_read_badly_shine_through(line: Line) -> None:
    front = [("of the house", 0.97, 120.0)] * 3
    back = [("sdt ni tuo", 0.6, 35.0), ("bo", 0.95, 30.0), ("uodtiw", 0.5, 40.0)]
    assert printed(*page_of(line, *front, *back)) == [0, 1, 2]


def test_pale_lines_that_read_well_are_kept(line: Line) -> None:
    rows = [("of the house", 0.97, 120.0)] * 3 + [("received 3 May", 0.93, 40.0)]
    assert printed(*page_of(line, *rows)) == [0, 1, 2, 3]


def test_lines_that_read_badly_and_are_as_dark_as_the_others_are_kept(line: Line) -> None:
    rows = [("of the house", 0.97, 120.0)] * 3 + [("Vnfere Mutterſprache", 0.5, 110.0)]
    assert printed(*page_of(line, *rows)) == [0, 1, 2, 3]


def test_the_dots_of_a_picture_are_no_lines(line: Line) -> None:
    dots = ("** = * *= * = **", 0.55, 100.0)
    words = [("of the house", 0.97, 100.0)] * 3
    assert printed(*page_of(line, *words, dots)) == [0, 1, 2]
    leaders = ("...... . ....... 12", 0.9, 100.0)
    assert printed(*page_of(line, *words, leaders)) == [0, 1, 2, 3]


def test_a_page_of_a_picture_keeps_only_what_reads_well(line: Line) -> None:
    rows = [("** = * *= * = **", 0.55, 100.0)] * 5 + [
        ("EEMEEENEHHE", 0.5, 100.0),
        ("Plate IV", 0.95, 100.0),
    ]
    assert printed(*page_of(line, *rows)) == [6]


def test_one_row_of_dashes_makes_no_page_of_pictures(line: Line) -> None:
    rows = [("----------------", 0.6, 100.0), ("Milk", 0.6, 100.0), ("1.20", 0.62, 100.0)]
    assert printed(*page_of(line, *rows)) == [1, 2]


def test_a_pale_line_that_reads_well_is_kept_beside_what_shines_through(line: Line) -> None:
    front = [("of the house", 0.97, 120.0)] * 4 + [("3 May, received", 0.93, 45.0)]
    back = [("sdt ni tuo", 0.6, 35.0), ("uodtiw", 0.5, 40.0)]
    assert printed(*page_of(line, *front, *back)) == [0, 1, 2, 3, 4]
