"""Lines that the edge of the page cuts through."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from effocr.pipeline.page_dirt import is_cut_off
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
