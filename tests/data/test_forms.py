"""Telling the forms of data sets apart, and checking them."""

from pathlib import Path

import pytest

from effocr.data.forms import check, recognise
from effocr.errors import DataFormatError


def test_forms_are_told_by_content(tmp_path: Path, save_coco, draw_image) -> None:
    path = save_coco(["a"], [])
    draw_image(tmp_path / "glyphs" / "97" / "x.png")
    draw_image(tmp_path / "pairs" / "x.png")
    assert recognise(path) == "coco"
    assert recognise(path.parent) == "coco"
    assert recognise(tmp_path / "glyphs") == "glyphs"
    assert recognise(tmp_path / "pairs") == "pairs"


def test_correction_samples_are_told_from_line_pairs(tmp_path: Path, draw_image) -> None:
    for folder in ("samples", "named", "pairs"):
        draw_image(
            tmp_path / folder / f"{'a_p0_w1_20250111_153045' if folder == 'named' else 'a'}.png"
        )
    (tmp_path / "samples" / "a.json").touch()
    (tmp_path / "pairs" / "a.json").touch()
    (tmp_path / "pairs" / "a.gt.txt").touch()
    assert recognise(tmp_path / "samples") == "corrections"
    assert recognise(tmp_path / "named") == "corrections"
    assert recognise(tmp_path / "pairs") == "pairs"


def test_anything_else_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    for path in (tmp_path, tmp_path / "a.txt", tmp_path / "missing"):
        with pytest.raises(DataFormatError, match="glyph folders"):
            recognise(path)


def test_counts_of_each_form(tmp_path: Path, save_coco, draw_image) -> None:
    path = save_coco(["ab"], [(1, 3, [0, 0, 9, 9], "a"), (1, 3, [9, 0, 9, 9], "b"),
                              (1, 7, [0, 0, 18, 9])])  # fmt: skip
    assert check(path, "coco").counts == {"lines": 1, "boxes": 2, "word boxes": 1, "distinct": 2}
    assert check(path, "coco").problems == ()
    draw_image(tmp_path / "glyphs" / "97" / "x.png")
    assert check(tmp_path / "glyphs", "glyphs").counts == {"images": 1, "distinct": 1}
    draw_image(tmp_path / "pairs" / "x.png")
    (tmp_path / "pairs" / "x.gt.txt").write_text("a b", encoding="utf-8")
    draw_image(tmp_path / "pairs" / "y.png")
    report = check(tmp_path / "pairs", "pairs")
    assert report.counts == {"lines": 1, "characters": 3, "distinct": 2}
    assert len(report.problems) == 1
