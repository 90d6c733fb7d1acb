"""Cutting glyphs out of lines."""

from pathlib import Path

import numpy as np
from PIL import Image

from effocr.data.crops import crop_glyphs
from effocr.data.glyph_folders import read_glyph_folders
from effocr.data.records import LineImage
from effocr.errors import ImageError


def load(path: Path) -> np.ndarray:
    if not path.is_file():
        raise ImageError("no such file")
    return np.asarray(Image.open(path))


def test_crops_hold_exactly_the_pixels_of_their_boxes(tmp_path: Path, draw_image) -> None:
    boxes = np.array([[10, 5, 14, 25], [20.5, 0, 30.2, 9.5]], np.float32)
    line = LineImage(draw_image(tmp_path / "line.png"), "a ch", boxes, ("a", "ch"))
    written, problems = crop_glyphs([line], tmp_path / "out", load=load)
    assert (written, problems) == (2, ())
    crops = {image.glyph: np.asarray(Image.open(image.path))
             for image in read_glyph_folders(tmp_path / "out").images}  # fmt: skip
    assert crops["a"].shape == (20, 4)
    assert crops["a"][0].tolist() == [10, 11, 12, 13]
    assert crops["ch"].shape == (10, 11)
    assert crops["ch"][0].tolist() == list(range(20, 31))


def test_margins_stop_at_the_image(tmp_path: Path, draw_image) -> None:
    box = np.array([[1, 5, 4, 28]], np.float32)
    line = LineImage(draw_image(tmp_path / "line.png"), "a", box, ("a",))
    crop_glyphs([line], tmp_path / "out", load=load, margin_px=3)
    (image,) = read_glyph_folders(tmp_path / "out").images
    assert np.asarray(Image.open(image.path))[0].tolist() == list(range(7))
    assert np.asarray(Image.open(image.path)).shape == (28, 7)


def test_what_cannot_be_cut_is_reported_and_the_others_are_cut(tmp_path: Path, draw_image) -> None:
    path = draw_image(tmp_path / "line.png")
    box = np.array([[1, 5, 4, 25]], np.float32)
    lines = [
        LineImage(path, "no boxes"),
        LineImage(path, "no labels", box),
        LineImage(tmp_path / "gone.png", "a", box, ("a",)),
        LineImage(path, "a", box + 500, ("a",)),
        LineImage(path, "a", box, ("a",)),
    ]
    written, problems = crop_glyphs(lines, tmp_path / "out", load=load)
    assert written == 1
    assert len(problems) == 4
