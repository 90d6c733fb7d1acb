"""Boxes of a line in the order in which they are read, from where they lie and from the text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from effocr.charset import graphemes, leaves_ink
from effocr.data.coco import read_coco
from effocr.data.reading_order import reading_order, runs_down

Box = tuple[float, float, float, float]


def across(count: int) -> list[Box]:
    return [(20.0 * place, 5, 16, 30) for place in range(count)]


def down(count: int) -> list[Box]:
    return [(5.0 + place % 3, 20.0 * place, 30, 16) for place in range(count)]


@pytest.mark.parametrize(
    "boxes",
    [
        across(7),
        across(2),
        [(0, 0, 8, 30), (10, 26, 4, 4)],  # 1.
        [(0, 26, 4, 4), (8, 0, 9, 8)],  # ."
        [(0, 5, 16, 30)],
        [],
    ],
)
def test_defect_8_short_lines_are_no_columns(boxes: list[Box]) -> None:
    assert not runs_down(boxes)


def test_boxes_below_each_other_are_a_column_whatever_is_small_in_it() -> None:
    assert runs_down(down(9))
    assert runs_down(down(2))
    assert runs_down([(0, 0, 30, 30), (24, 30, 6, 6), (12, 50, 6, 28), (0, 80, 30, 30)])


def order(text: str, boxes: list[Box]) -> str:
    """The text as it stands on paper, each character drawn in one of the boxes."""
    characters = graphemes(text)
    found = reading_order(boxes, characters, [leaves_ink(one) for one in characters])
    paper = [""] * len(boxes)
    for character, place in zip(text.replace(" ", ""), found, strict=True):
        paper[place] = character
    return "".join(paper)


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("abc", "abc"),
        ("שלום", "םולש"),
        ("שלום 123", "123םולש"),
        ("אב 12 34 גד", "דג3412בא"),
        ("אב old boy גד", "דגoldboyבא"),
        ("old אבגד", "דגבאold"),  # begins with Latin, but most of it is Hebrew
        ("old boy א", "oldboyא"),
    ],
)
def test_text_from_the_right_is_read_from_the_right_but_numbers_and_latin_words(
    text: str, paper: str
) -> None:
    assert order(text, across(len(paper))) == paper


def test_boxes_that_do_not_fit_the_text_are_read_from_its_side() -> None:
    assert reading_order(across(3), list("אב"), [True, True]) == [2, 1, 0]
    assert reading_order(across(3), [], []) == [0, 1, 2]


def coco_lines(save_coco: Callable[..., Path], text: str, boxes: list[Box]) -> list[str]:
    (line,) = read_coco(save_coco([text], [(1, 3, [*box]) for box in boxes])).lines
    assert line.boxes is not None
    places = [f"{x:g},{y:g}" for x, y, _, _ in line.boxes.tolist()]
    return [f"{glyph} {place}" for glyph, place in zip(line.glyphs or (), places, strict=True)]


def test_a_column_without_labels_takes_them_from_the_top(
    save_coco: Callable[..., Path],
) -> None:
    """The x of a column's glyphs says nothing; by it the labels would be shuffled."""
    found = coco_lines(save_coco, "日本語", [(1, 12, 9, 5), (2, 1, 8, 5), (0, 20, 9, 5)])
    assert found == ["日 2,1", "本 1,12", "語 0,20"]


def test_a_line_of_hebrew_without_labels_takes_them_from_the_right(
    save_coco: Callable[..., Path],
) -> None:
    boxes: list[Box] = [(4.0 + 10 * place, 1, 8, 20) for place in range(4)]
    found = coco_lines(save_coco, "אב 12", boxes)
    assert found == ["א 34,1", "ב 24,1", "1 4,1", "2 14,1"]
