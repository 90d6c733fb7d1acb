"""Boxes and text are paired as the original means them, and what does not fit is reported."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.geometry import Direction
from effocr.workbench.crops import CropBox, CropLine, cut_box, plan_crops

Box = Sequence[float]


def write(path: Path, lines: Sequence[tuple[str, str, Sequence[Box]]], **more: Any) -> Path:
    """Write a COCO file of lines: file name, text, boxes of category 0."""
    images = [{"id": n, "file_name": name, "text": text} for n, (name, text, _) in enumerate(lines)]
    pairs = [(n, box) for n, (_, _, boxes) in enumerate(lines) for box in boxes]
    boxes = [
        {"id": number, "image_id": n, "category_id": 0, "bbox": list(box)}
        for number, (n, box) in enumerate(pairs)
    ]
    categories = [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}]
    content = {"images": images, "annotations": boxes, "categories": categories, **more}
    path.write_text(json.dumps(content))
    return path


def plan(
    *files: Path, direction: Direction = "ltr", spaced: bool = False, char_id: int = 0
) -> tuple[list[CropLine], list[str]]:
    images = files[0].parent
    lines, problems = plan_crops(
        files, images, char_id=char_id, direction=direction, spaced_boxes=spaced
    )
    return lines, [str(problem) for problem in problems]


def glyphs(line: CropLine) -> str:
    return "|".join(box.glyph for box in line.boxes)


ACROSS = [(0, 0, 9, 9), (10, 0, 9, 9), (20, 0, 9, 9)]
DOWN = [(0, 0, 9, 9), (1, 10, 9, 9), (0, 20, 9, 9)]


def test_boxes_are_named_from_left_to_right(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [("l.png", "a bc", [ACROSS[2], ACROSS[0], ACROSS[1]])])
    lines, problems = plan(file)
    assert problems == []
    assert glyphs(lines[0]) == "a|b|c"
    assert [box.annotation for box in lines[0].boxes] == [1, 2, 0]


def test_defect_7_a_line_whose_boxes_and_text_differ_is_skipped_alone(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.json",
        [
            ("l.png", "ab", ACROSS),
            ("m.png", "abc", ACROSS),
            ("n.png", "", []),
            ("o.png", "", ACROSS),
        ],
    )
    lines, problems = plan(file)
    assert [line.stem for line in lines] == ["m"]
    assert "3 boxes, but the text has 2 characters" in problems[0]
    assert "(n.png): left out: no box" in problems[1]
    assert "3 boxes, but the text has 0 characters" in problems[2]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u3000", "\t", "\u2003", "\u200b", " \n"])
def test_defect_10_white_space_of_every_kind_has_no_box(tmp_path: Path, space: str) -> None:
    lines, problems = plan(write(tmp_path / "a.json", [("l.png", f"a{space}bc{space}", ACROSS)]))
    assert problems == []
    assert glyphs(lines[0]) == "a|b|c"


def test_white_space_may_have_boxes_where_that_is_said(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [("l.png", "a\u3000b", ACROSS)])
    assert plan(file)[0] == []
    lines, problems = plan(file, spaced=True)
    assert glyphs(lines[0]) == "a|b"
    assert problems == []


def test_defect_10_a_letter_and_its_marks_are_one_class_in_nfc(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [("l.png", "e\u0301x\u0304क्", ACROSS)])
    assert glyphs(plan(file)[0][0]) == "é|x̄|क्"


def test_defect_8_a_short_line_is_no_column(tmp_path: Path) -> None:
    narrow = [(2, 1, 4, 30), (8, 1, 3, 30)]
    file = write(tmp_path / "a.json", [("l.png", "1.", narrow), ("m.png", "I", narrow[:1])])
    lines, _ = plan(file)
    assert [line.vertical for line in lines] == [False, False]
    assert glyphs(lines[0]) == "1|."


def test_defect_8_columns_are_told_by_their_boxes(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [
        ("down.png", "日本語", [DOWN[2], DOWN[0], DOWN[1]]),
        ("across.png", "日本語", [ACROSS[1], ACROSS[0], ACROSS[2]]),
        ("one.png", "一", [(0, 0, 30, 5)]),
    ])  # fmt: skip
    lines, problems = plan(file, direction="ttb")
    assert problems == []
    assert [line.vertical for line in lines] == [True, False, True]
    assert [glyphs(line) for line in lines] == ["日|本|語", "日|本|語", "一"]
    assert [box.annotation for box in lines[0].boxes] == [1, 2, 0]


def test_defect_9_equal_stems_of_other_folders_or_suffixes_do_not_collide(tmp_path: Path) -> None:
    names = ("a/x.png", "b/x.png", "x.png", "x.jpg", "b/only.png")
    lines, _ = plan(write(tmp_path / "a.json", [(name, "abc", ACROSS) for name in names]))
    assert [line.stem for line in lines] == ["a__x", "b__x", "x.png", "x.jpg", "only"]


def test_an_image_that_two_files_list_is_cut_once(tmp_path: Path) -> None:
    one = write(tmp_path / "one.json", [("l.png", "abc", ACROSS)])
    two = write(tmp_path / "two.json", [("./l.png", "abc", ACROSS), ("m.png", "abc", ACROSS)])
    lines, problems = plan(one, two)
    assert [line.stem for line in lines] == ["l", "m"]
    assert "one.json lists the image already" in problems[0]


def test_swapped_and_missing_category_ids_are_reported(tmp_path: Path) -> None:
    swapped = [{"id": 1, "name": "char"}, {"id": 0, "name": "word"}]
    file = write(tmp_path / "a.json", [("l.png", "abc", ACROSS)], categories=swapped)
    lines, problems = plan(file)
    assert lines == []
    assert "category 0: it is called 'word'; the glyphs are category 1" in problems[0]
    file = write(tmp_path / "a.json", [("l.png", "abc", ACROSS)], categories=[])
    lines, problems = plan(file)
    assert glyphs(lines[0]) == "a|b|c"


def test_a_crop_is_every_pixel_that_its_box_touches() -> None:
    grey = np.arange(20 * 30, dtype=np.uint8).reshape(20, 30)

    def cut(box: Box, *, vertical: bool = False, whole: bool = False) -> tuple[int, ...]:
        found = CropBox(1, "a", (box[0], box[1], box[2], box[3]))
        return cut_box(grey, found, vertical=vertical, whole_line=whole).shape

    assert cut((2.5, 3.5, 7.2, 9.0)) == (6, 6)
    assert cut((2, 3, 7, 9), whole=True) == (20, 5)
    assert cut((2, 3, 7, 9), whole=True, vertical=True) == (6, 30)
    assert cut((-5, -5, 7, 9)) == (9, 7)
    assert cut((25, 15, 99, 99)) == (5, 5)


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (7, 5, 5, 9), (40, 0, 50, 9), (-9, 0, -2, 9)])
@pytest.mark.parametrize("whole", [True, False])
def test_defect_7_a_crop_without_area_is_empty(box: Box, *, whole: bool) -> None:
    found = CropBox(1, "a", (box[0], box[1], box[2], box[3]))
    grey = np.zeros((20, 30), np.uint8)
    assert not cut_box(grey, found, vertical=False, whole_line=whole).size
