"""The check of boxes against ink."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import read_coco
from effocr.data.ink_check import check_ink, empty_boxes, unboxed_ink
from effocr.data.records import LineImage
from effocr.errors import ImageError

GLYPHS = np.array([[10, 10, 22, 30], [30, 10, 42, 30], [50, 10, 62, 30]], np.float32)


def load(path: Path) -> np.ndarray:
    if not path.is_file():
        raise ImageError("no such file")
    return np.asarray(Image.open(path).convert("L"))


@pytest.fixture
def page() -> np.ndarray:
    """Three glyphs of 12 x 20 pixels, a speck, and a stroke hanging in from the line above."""
    grey = np.full((40, 80), 240, np.uint8)
    for x0, y0, x1, y1 in GLYPHS.astype(int):
        grey[y0:y1, x0:x1] = 20
    grey[20:23, 70:73] = 20
    grey[0:12, 66:70] = 20
    return grey


def test_boxes_that_cover_all_glyphs_leave_nothing_to_report(page: np.ndarray) -> None:
    assert unboxed_ink(page, GLYPHS) == []
    assert empty_boxes(page, GLYPHS) == []


def test_a_glyph_without_a_box_is_found_whatever_the_polarity(page: np.ndarray) -> None:
    for grey in (page, 255 - page):
        assert unboxed_ink(grey, GLYPHS[[0, 2]]) == [(30, 10, 42, 30)]


def test_a_box_on_bare_paper_is_found(page: np.ndarray) -> None:
    boxes = np.vstack([GLYPHS, [[70, 30, 78, 38]]]).astype(np.float32)
    assert empty_boxes(page, boxes) == [3]


def test_boxes_beyond_all_bounds_end_with_the_image(page: np.ndarray) -> None:
    beyond = np.array([[30, 10, 1e30, 1e30], [1e30, 10, 1e30, 30]], np.float32)
    assert unboxed_ink(page, np.vstack([GLYPHS[:1], beyond])) == []
    assert empty_boxes(page, beyond) == [1]


def test_lines_are_named_and_those_without_boxes_passed_over(
    page: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(page).save(path)
    lines = [
        LineImage(path, "abc", GLYPHS),
        LineImage(path, "abc"),
        LineImage(path, "abc", GLYPHS[:2]),
        LineImage(tmp_path / "gone.png", "abc", GLYPHS),
    ]
    found = [str(item) for item in check_ink(lines, load=load)]
    assert len(found) == 2
    assert "without a box at 50 10 62 30" in found[0]
    assert "gone.png" in found[1]


@pytest.mark.parametrize("name", ["dan_fraktur", "oldbooks_en_derived"])
def test_real_boxes_cover_all_glyphs_and_a_removed_one_is_noticed(
    real_data: Path, name: str
) -> None:
    lines = read_coco(real_data / "chars" / name).lines
    assert list(check_ink(lines, load=load)) == []
    noticed = 0
    for line in lines:
        assert line.boxes is not None
        kept = np.delete(line.boxes, len(line.boxes) // 2, axis=0)
        noticed += bool(len(kept)) and bool(unboxed_ink(load(line.path), kept))
    assert noticed > 0.95 * len(lines)
