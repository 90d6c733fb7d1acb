"""Aligned lines as lines to train with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle import LineShape
from effocr.data.records import LineImage
from effocr.geometry import Affine
from effocr.learn.align import Aligned, Alignment
from effocr.learn.exemplars import Exemplars
from effocr.learn.finetune.lines import real_lines
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.teach import AlignedLines, Lesson
from effocr.learn.transcript import transcribe

NONE = Exemplars(np.zeros((0, 4), np.float32), (), np.zeros(0, np.int64))
FRAME = Affine.scale_shift(2.0, 2.0, x_shift=4.0, y_shift=6.0)  # frame pixels to image pixels


def aligned(label: str, left: float, first: int) -> Aligned:
    box = np.array([left, 10, left + 5, 28], np.float32)
    return Aligned(label, box, first, whole=True, confidence=0.9, unlike=0.0, first=first)


def lesson(text: str) -> Lesson:
    empty = np.zeros((0, 4), np.float32)
    none = np.zeros(0, np.float32)
    seen = Hypotheses(empty, none, none.astype(bool), none, empty, FRAME, (28.0, 0.01), 12.0)
    return Lesson("line", seen, transcribe(text))


def given(
    tmp_path: Path, draw_line: Callable[..., np.ndarray], alignment: Alignment, *, unfit: bool
) -> tuple[list[LineImage], list[Lesson], AlignedLines]:
    path = tmp_path / "line.png"
    Image.fromarray(draw_line("In I")).save(path)
    found = AlignedLines((alignment,), (0,) if unfit else (), NONE)
    return [LineImage(path, "In I")], [lesson("In I")], found


def test_boxes_words_and_baseline_are_those_of_the_image(
    tmp_path: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    alignment = Alignment((aligned("I", 0, 0), aligned("n", 7, 1), aligned("I", 20, 2)), (), 0.1)
    found = real_lines(*given(tmp_path, draw_line, alignment, unfit=False), LineShape())
    assert not found.skipped
    (line,) = found.lines
    assert line.truth.glyphs == ("I", "n", "I")
    assert line.truth.words == ((0, 2), (2, 3))
    np.testing.assert_allclose(line.truth.boxes[1], [18, 26, 28, 62])
    assert line.truth.x_height == 24.0
    row, slope = line.truth.baseline  # 28 in the frame at its x = 0, which is 4 in the image
    assert slope == pytest.approx(0.01)
    assert row + 4 * slope == pytest.approx(2 * 28 + 6)


def test_a_line_with_many_missing_characters_is_left_out_and_named(
    tmp_path: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    alignment = Alignment((aligned("I", 0, 0), aligned("n", 7, 1)), (2,), 0.3)
    found = real_lines(*given(tmp_path, draw_line, alignment, unfit=False), LineShape())
    assert not found.lines
    assert "1 characters were not found" in found.skipped[0].reason


def test_a_line_whose_text_does_not_fit_is_left_out_and_named(
    tmp_path: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    alignment = Alignment((aligned("I", 0, 0),), (1, 2), 2.0)
    found = real_lines(*given(tmp_path, draw_line, alignment, unfit=True), LineShape())
    assert not found.lines
    assert [each.reason for each in found.skipped] == [
        "not trained with: the text does not fit the image"
    ]
