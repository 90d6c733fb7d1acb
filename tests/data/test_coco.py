"""Character-level COCO, read and written."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import read_coco, write_coco
from effocr.data.records import LineImage
from effocr.errors import DataFormatError, UsageError

GLYPHS = [{"id": 1, "name": "a"}, {"id": 2, "name": "ch"}, {"id": 3, "name": "e\u0301"}]


def test_char_and_word_form_takes_labels_from_the_text_left_to_right(save_coco) -> None:
    path = save_coco(
        ["ab c"],
        [(1, 3, [40, 5, 10, 20]), (1, 3, [10, 5, 8, 20]), (1, 3, [22, 5, 8, 20]),
         (1, 7, [10, 5, 20, 20]), (1, 7, [40, 5, 10, 20])],
    )  # fmt: skip
    found = read_coco(path)
    (line,) = found.lines
    assert found.problems == ()
    assert line.glyphs == ("a", "b", "c")
    assert line.boxes is not None
    assert line.word_boxes is not None
    assert line.boxes.tolist() == [[10, 5, 18, 25], [22, 5, 30, 25], [40, 5, 50, 25]]
    assert line.boxes.dtype == np.float32
    assert line.word_boxes.tolist() == [[10, 5, 30, 25], [40, 5, 50, 25]]
    assert line.size == (100, 30)


def test_named_glyph_form_keeps_ligatures_and_composes_accents(save_coco) -> None:
    path = save_coco(
        ["cha é"],
        [(1, 2, [0, 0, 9, 9]), (1, 1, [10, 0, 9, 9]), (1, 3, [20, 0, 9, 9])],
        categories=GLYPHS,
    )
    (line,) = read_coco(path.parent).lines
    assert line.glyphs == ("ch", "a", "\u00e9")
    assert line.text == "cha \u00e9"
    assert line.word_boxes is None


def test_a_label_on_the_annotation_goes_before_category_and_text(save_coco) -> None:
    (line,) = read_coco(save_coco(["ﬁ"], [(1, 3, [0, 0, 9, 9], "fi")])).lines
    assert line.glyphs == ("fi",)


def test_order_of_the_file_is_kept_where_it_agrees_with_the_text(save_coco) -> None:
    right_to_left = [(1, 1, [50, 0, 9, 9]), (1, 2, [10, 0, 9, 9])]
    (line,) = read_coco(save_coco(["ach"], right_to_left, categories=GLYPHS)).lines
    assert line.glyphs == ("a", "ch")
    (line,) = read_coco(save_coco(["cha"], right_to_left, categories=GLYPHS)).lines
    assert line.glyphs == ("ch", "a")


def test_boxes_that_do_not_fit_the_text_lose_labels_and_are_reported(save_coco) -> None:
    found = read_coco(save_coco(["abc"], [(1, 3, [0, 0, 9, 9]), (1, 3, [10, 0, 9, 9])]))
    (line,) = found.lines
    assert line.boxes is not None
    assert len(line.boxes) == 2
    assert line.glyphs is None
    assert "2 boxes, but the text has 3 characters" in str(found.problems[0])


def test_boxes_are_cut_to_the_image_and_empty_ones_left_out(save_coco) -> None:
    boxes = [(1, 1, [-5, 0, 9, 40]), (1, 1, [50, 5, 0, 9]), (1, 1, [200, 0, 9, 9])]
    found = read_coco(save_coco(["a"], boxes, categories=GLYPHS))
    (line,) = found.lines
    assert line.boxes is not None
    assert line.boxes.tolist() == [[0, 0, 4, 30]]
    reasons = [problem.reason for problem in found.problems]
    assert sorted(reasons) == ["left out: the box has no area inside the image"] * 2 + [
        "the box was cut to the image"
    ]


def test_a_missing_image_is_left_out_and_reported(save_coco) -> None:
    path = save_coco(["a"], [], images=[{"id": 2, "file_name": "gone.png", "text": "b"}])
    found = read_coco(path)
    assert [line.text for line in found.lines] == ["a"]
    assert "image 2 (gone.png): left out: the image is missing" in str(found.problems[0])


def test_what_is_written_reads_back_the_same(tmp_path: Path, draw_image) -> None:
    lines = [
        LineImage(
            draw_image(tmp_path / "scans" / "a.png"),
            "x\u0304 ch",
            boxes=np.array([[1.25, 2, 9.5, 20], [30, 2, 55, 21]], np.float32),
            glyphs=("x\u0304", "ch"),
            word_boxes=np.array([[1.25, 2, 9.5, 20], [30, 2, 55, 21]], np.float32),
            size=(100, 30),
        ),
        LineImage(draw_image(tmp_path / "scans" / "b.png", width=50), "no boxes"),
    ]
    path = tmp_path / "out" / "set.json"
    write_coco(lines, path)
    found = read_coco(path)
    assert found.problems == ()
    first, second = found.lines
    assert first.path.samefile(lines[0].path)
    assert (first.text, first.glyphs, first.size) == (lines[0].text, lines[0].glyphs, (100, 30))
    np.testing.assert_allclose(first.boxes, lines[0].boxes, atol=0.01)
    np.testing.assert_allclose(first.word_boxes, lines[0].word_boxes, atol=0.01)
    assert (second.text, second.size, len(second.boxes)) == ("no boxes", (50, 30), 0)


def test_written_form_is_char_and_word_with_text_on_every_annotation(
    tmp_path: Path, draw_image
) -> None:
    box = np.array([[1, 2, 11, 22]], np.float32)
    line = LineImage(draw_image(tmp_path / "a.png"), "ch", box, ("ch",), box)
    write_coco([line], tmp_path / "set.json", description="made for a test")
    content = json.loads((tmp_path / "set.json").read_text(encoding="utf-8"))
    assert {item["name"] for item in content["categories"]} == {"char", "word"}
    assert [item["text"] for item in content["annotations"]] == ["ch", "ch"]
    assert content["annotations"][0]["bbox"] == [1, 2, 10, 20]
    assert content["annotations"][0]["area"] == 200
    assert content["images"][0]["file_name"] == "a.png"
    assert content["info"]["description"] == "made for a test"


def test_writing_needs_a_size(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match=r"gone\.png"):
        write_coco([LineImage(tmp_path / "gone.png", "a")], tmp_path / "set.json")


@pytest.mark.parametrize(
    ("name", "lines", "boxes", "ligatures"),
    [("dan_fraktur", 267, 10_260, 413), ("oldbooks_en_derived", 274, 10_970, 0)],
)
def test_real_sets_read_whole_and_survive_a_round_trip(
    real_data: Path, tmp_path: Path, name: str, lines: int, boxes: int, ligatures: int
) -> None:
    found = read_coco(real_data / "chars" / name)
    labels = [glyph for line in found.lines for glyph in line.glyphs or ()]
    assert (found.problems, len(found.lines), len(labels)) == ((), lines, boxes)
    assert sum(len(glyph) > 1 for glyph in labels) == ligatures
    write_coco(found.lines, tmp_path / "annotations.json")
    again = read_coco(tmp_path)
    assert again.problems == ()
    for line, copy in zip(found.lines, again.lines, strict=True):
        assert (line.text, line.glyphs) == (copy.text, copy.glyphs)
        np.testing.assert_array_equal(line.boxes, copy.boxes)


def test_words_get_boxes_around_their_glyphs(tmp_path: Path) -> None:
    boxes = np.array([[1, 2, 5, 9], [6, 3, 9, 12], [20, 1, 24, 8]], np.float32)
    Image.new("L", (30, 15), 255).save(tmp_path / "a.png")
    agreeing = LineImage(tmp_path / "a.png", "of a", boxes, ("o", "f", "a"))
    write_coco([agreeing], tmp_path / "annotations.json")
    (line,) = read_coco(tmp_path).lines
    assert line.word_boxes is not None
    assert line.word_boxes.tolist() == [[1, 2, 9, 12], [20, 1, 24, 8]]
    write_coco([replace(agreeing, text="off a")], tmp_path / "annotations.json")
    (line,) = read_coco(tmp_path).lines
    assert line.word_boxes is None


def test_images_may_lie_in_another_folder_than_the_file(tmp_path: Path, save_coco) -> None:
    path = save_coco(["a"], [(1, 3, (1, 2, 3, 4), "a")])
    moved = path.rename(tmp_path / "elsewhere.json")
    assert read_coco(moved).lines == ()
    line = read_coco(moved, path.parent).lines[0]
    assert line.path == path.parent / "images" / "line_1.png"


def test_a_name_that_is_not_utf_8_is_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\xff.png")
    Image.new("L", (20, 10), 255).save(path)
    write_coco([LineImage(path, "日本")], tmp_path / "c.json")
    (line,) = read_coco(tmp_path / "c.json").lines
    assert (line.path, line.text) == (path, "日本")


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "c.json").mkdir()
    with pytest.raises(UsageError, match=r"c.json: cannot be written"):
        write_coco([], tmp_path / "c.json")
    assert [path.name for path in tmp_path.iterdir()] == ["c.json"]
