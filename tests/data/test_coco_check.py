"""The check of character-level COCO."""

from pathlib import Path

import pytest
from PIL import Image

from effocr.data.coco_check import check_coco
from effocr.data.coco_entries import load_coco

GLYPHS = [{"id": 1, "name": "a"}, {"id": 2, "name": "ch"}, {"id": 3, "name": " "}]


def reasons(path: Path) -> list[str]:
    return [str(problem).removeprefix(f"{path}: ") for problem in check_coco(load_coco(path))]


def test_a_sound_file_has_no_problem(save_coco) -> None:
    boxes = [(1, 2, [0, 0, 9, 9]), (1, 1, [10, 0, 9, 9]), (2, 1, [0, 0, 9, 9])]
    assert reasons(save_coco(["ch a", "a"], boxes, categories=GLYPHS)) == []


def test_every_line_whose_boxes_and_text_disagree_is_reported_and_no_other(save_coco) -> None:
    boxes = [(line, 1, [0, 0, 9, 9]) for line in (1, 2, 3)] + [(4, 2, [0, 0, 9, 9])]
    found = reasons(save_coco(["a", "aa", "b", "ch", "c"], boxes, categories=GLYPHS))
    assert [item.partition(":")[0] for item in found] == [
        "image 2 (images/line_2.png)",
        "image 3 (images/line_3.png)",
        "image 5 (images/line_5.png)",
    ]
    assert "1 boxes say 1 characters, the text has 2; from number 2 on" in found[0]
    assert "boxes say 'a', the text 'b'" in found[1]
    assert "no box for any of the 1 characters" in found[2]


def test_a_grapheme_of_several_code_points_is_one_box(save_coco) -> None:
    assert (
        reasons(save_coco(["x\u0304 e\u0301"], [(1, 3, [0, 0, 9, 9]), (1, 3, [9, 0, 9, 9])])) == []
    )
    (reason,) = reasons(save_coco(["x\u0304a"], [(1, 3, [0, 0, 9, 9])]))
    assert "1 boxes, but 2 characters" in reason


def test_bad_boxes_are_reported_one_by_one(save_coco) -> None:
    boxes = [(1, 1, [0, 0, 9, 0]), (1, 1, [96, 0, 9, 9]), (1, 1, [500, 0, 9, 9]),
             (1, 3, [50, 0, 9, 9])]  # fmt: skip
    found = reasons(save_coco(["aaa"], boxes, categories=GLYPHS))
    assert "annotation 1 of image 1" in found[0]
    assert "no area" in found[0]
    assert "reaches 5 px out" in found[1]
    assert "lies outside" in found[2]
    assert "label is blank" in found[3]


def test_images_missing_damaged_or_of_another_size_are_reported(save_coco) -> None:
    path = save_coco(
        ["a", "a"],
        [(line, 1, [0, 0, 9, 9]) for line in (1, 2, 3, 4)],
        categories=GLYPHS,
        images=[
            {"id": 3, "file_name": "gone.png", "text": "a", "width": 100, "height": 30},
            {"id": 4, "file_name": "images/line_1.png", "text": "a"},
        ],
    )
    Image.new("L", (60, 30)).save(path.parent / "images" / "line_1.png")
    (path.parent / "images" / "line_2.png").write_text("no image", encoding="utf-8")
    found = "\n".join(reasons(path))
    assert "image 1 (images/line_1.png): stated to be 100 x 30 pixels, but it is 60 x 30" in found
    assert "image 2 (images/line_2.png): not an image" in found
    assert "image 3 (gone.png): the image is missing" in found
    assert "image 4 (images/line_1.png): width and height are not stated" in found
    assert "the file is also that of image 1" in found


def test_a_line_without_text_is_reported(save_coco) -> None:
    found = reasons(save_coco([None, " "], []))
    assert [item.rpartition(": ")[2] for item in found] == ["no text on the image"] * 2


@pytest.mark.parametrize("name", ["dan_fraktur", "oldbooks_en_derived"])
def test_real_sets_have_no_problem(real_data: Path, name: str) -> None:
    assert list(check_coco(load_coco(real_data / "chars" / name))) == []
