"""HierText: its file, its filter, its polygons."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.data.hiertext import (
    crop_polygon,
    is_hiertext,
    lines_to_learn,
    read_hiertext,
    told,
)
from effocr.errors import DataFormatError


def box(x0: int, y0: int, x1: int, y1: int) -> list[list[int]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def line(text: str, vertices: list[list[int]], **changes: Any) -> dict[str, Any]:
    word = {
        "vertices": vertices, "text": text, "legible": True, "handwritten": False,
        "vertical": False,
    }  # fmt: skip
    return {**word, "words": [word], **changes}


def write_set(
    folder: Path, lines: list[dict[str, Any]], *, images: tuple[str, ...] = ("a",)
) -> None:
    (folder / "gt").mkdir(parents=True)
    (folder / "train").mkdir()
    paragraph = {"vertices": box(0, 0, 200, 100), "legible": True, "lines": lines}
    entries = [
        {"image_id": name, "image_width": 200, "image_height": 100, "paragraphs": [paragraph]}
        for name in (*images, "absent")
    ]
    content = {"info": {"date": "", "version": ""}, "annotations": entries}
    with gzip.open(folder / "gt" / "train.jsonl.gz", "wt", encoding="utf-8") as file:
        json.dump(content, file)
    for name in images:
        Image.new("L", (200, 100), 200).save(folder / "train" / f"{name}.jpg")


def test_lines_are_read_and_absent_images_named(tmp_path: Path) -> None:
    write_set(tmp_path, [line("cafe\u0301 7", box(10, 10, 90, 30))])
    assert is_hiertext(tmp_path)
    found = read_hiertext(tmp_path, "train")
    (image,) = found.images
    assert image.path.name == "a.jpg"
    assert image.size == (200, 100)
    (read,) = image.paragraphs[0].lines
    assert read.text == "café 7"
    assert read.words[0].polygon.tolist() == box(10, 10, 90, 30)
    (problem,) = found.problems
    assert problem.source.endswith("absent.jpg")
    assert "missing" in problem.reason


def test_as_many_images_are_read_as_are_wanted(tmp_path: Path) -> None:
    write_set(tmp_path, [], images=("a", "b", "c"))
    found = read_hiertext(tmp_path, "train", max_images=2)
    assert [image.path.stem for image in found.images] == ["a", "b"]


def half_covered() -> dict[str, Any]:
    words = line("x", box(10, 10, 50, 30))["words"]
    return line("x", box(10, 10, 90, 30), words=words)


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (line("x", box(10, 10, 90, 30), legible=False), "not legible"),
        (line("x", box(10, 10, 90, 30), vertical=True), "vertical"),
        (line("x", box(10, 10, 90, 30), words=[]), "without words"),
        (line("", box(10, 10, 90, 30)), "without words"),
        (line("x", box(10, 10, 90, 19)), "smaller"),
        (line("x", box(10, 10, 19, 19)), "smaller"),
        (line("x", box(10, 10, 30, 31)), "higher than wide"),
        (half_covered(), "80%"),
        ({**line("x", box(10, 10, 90, 30)), "vertices": []}, "without a polygon"),
        (line("x", box(10, 10, 90, 30), words=line("x", [])["words"]), "without a polygon"),
    ],
)
def test_the_filter_of_ocrs_says_why_a_line_is_left_out(
    tmp_path: Path, refused: dict[str, Any], reason: str
) -> None:
    by_hand = line("kept", box(10, 40, 20, 50), handwritten=True)
    write_set(tmp_path, [refused, by_hand])
    kept, reasons = lines_to_learn(read_hiertext(tmp_path, "train").images[0])
    assert [each.text for each in kept] == ["kept"]
    ((said, count),) = reasons.items()
    assert (reason in said, count) == (True, 1)
    assert str(told(reasons.items(), tmp_path)[0]).startswith(f"{tmp_path}: left out: 1 lines")


def test_pixels_outside_of_the_polygon_are_filled() -> None:
    grey = np.tile(np.arange(100, dtype=np.uint8), (50, 1))
    diamond = np.array([[30, 5], [50, 20], [30, 35], [10, 20]], np.float32)
    black = crop_polygon(grey, diamond, outside=0)
    assert black.shape == (30, 40)
    assert (black[0, 0], black[-1, -1]) == (0, 0)
    assert black[15, 20] == 30  # the middle is as it was
    paper = crop_polygon(grey, diamond)
    assert paper[0, 0] == pytest.approx(30, abs=1)


def test_a_polygon_beyond_the_image_is_cut_off() -> None:
    grey = np.full((50, 100), 9, np.uint8)
    far = np.array([[90, 40], [130, 40], [130, 70], [90, 70]], np.float32)
    assert crop_polygon(grey, far, outside=0).shape == (10, 10)
    assert crop_polygon(grey, far + 100, outside=0).size == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not gzip", "not a readable"),
        (gzip.compress(b"{}\n{}"), "not a readable"),
        (gzip.compress(b"[]"), "annotations"),
        (gzip.compress(b'{"annotations": [{"image_id": "a"}]}'), "annotation 0"),
        (gzip.compress(b'{"annotations": [{"image_id": "../a"}]}'), "plain name"),
        (gzip.compress(b'{"annotations": []}' * 50)[:-9], "not a readable"),
        (gzip.compress(b'{"annotations": [{"image_id": "a", "image_width": Infinity}]}'), "form"),
    ],
    ids=["no gzip", "two values", "a list", "no size", "a path", "cut short", "infinite"],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "gt").mkdir()
    (tmp_path / "gt" / "train.jsonl.gz").write_bytes(content)
    with pytest.raises(DataFormatError, match=message):
        read_hiertext(tmp_path, "train")


def test_a_vertex_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, [line("x", [[float("nan"), 0], [9, 0], [9, 9]])])  # type: ignore[list-item]
    with pytest.raises(DataFormatError, match="not a finite number"):
        read_hiertext(tmp_path, "train")


def test_a_missing_split_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="no such file"):
        read_hiertext(tmp_path, "test")
    assert not is_hiertext(tmp_path)
