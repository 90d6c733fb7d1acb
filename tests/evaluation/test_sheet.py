"""The picture of the worst lines holds each line, its text, and red where the texts differ."""

from pathlib import Path

import numpy as np
from PIL import Image

from effocr.document import Glyph, Line, Word
from effocr.evaluation.sheet import draw_sheet
from effocr.evaluation.worst import WorstLine, compare_texts

RED = np.array([210, 0, 40])


def worst(path: Path, reference: str, text: str) -> WorstLine:
    glyphs = tuple(
        Glyph(letter, (10.0 + 20 * i, 5.0, 25.0 + 20 * i, 35.0), 0.95, ((letter, 0.9),))
        for i, letter in enumerate(text)
    )
    box = (0.0, 0.0, 100.0, 40.0)
    corners = ((0.0, 0.0), (100.0, 0.0), (100.0, 40.0), (0.0, 40.0))
    line = Line(text, box, corners, 0.95, (Word(text, box, (0, len(text))),), glyphs)
    return WorstLine(path, 1, 0.5, compare_texts(reference, [line]), (line,))


def red_pixels(picture: Image.Image) -> int:
    return int((np.asarray(picture) == RED).all(axis=2).sum())


def test_lines_stand_below_each_other(tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(np.full((40, 100), 255, np.uint8)).save(path)
    one = draw_sheet([worst(path, "ab", "ab")])
    two = draw_sheet([worst(path, "ab", "ab"), worst(path, "ab", "ax")])
    assert two.height == 2 * one.height
    assert one.width >= 2 * 100  # a line of 40 pixels is enlarged
    assert red_pixels(one) == 0
    assert red_pixels(two) > 0


def test_a_line_whose_image_is_gone_keeps_its_text(tmp_path: Path) -> None:
    picture = draw_sheet([worst(tmp_path / "gone.png", "ab", "ax")])
    assert red_pixels(picture) > 0
