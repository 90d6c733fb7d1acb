"""Glyph folders."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.glyph_folders import check_glyph_folders, read_glyph_folders, write_glyph
from effocr.data.records import Skipped
from effocr.errors import DataFormatError


def test_written_glyphs_read_back_for_any_character(tmp_path: Path) -> None:
    glyphs = [*map(chr, range(33, 127)), "ch", "x\u0304", "\u00e9", "\u2014", "\U0001d538"]
    rng = np.random.default_rng(0)
    for glyph in glyphs:
        write_glyph(tmp_path, glyph, rng.integers(0, 256, (9, 7), np.uint8), name="one")
    found = read_glyph_folders(tmp_path)
    assert found.problems == ()
    assert sorted(image.glyph for image in found.images) == sorted(glyphs)


def test_pixels_survive_and_equal_names_get_numbers(tmp_path: Path) -> None:
    first = np.arange(12, dtype=np.uint8).reshape(3, 4)
    paths = [write_glyph(tmp_path, "a", image, name="x") for image in (first, first + 1)]
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == ["97/x.png", "97/x-2.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(paths[1])), first + 1)


def test_glyphs_are_written_under_their_nfc_name(tmp_path: Path) -> None:
    path = write_glyph(tmp_path, "e\u0301", np.zeros((2, 2), np.uint8), name="x")
    assert path.parent.name == "233"


def test_images_without_pixels_and_blank_glyphs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="pixels"):
        write_glyph(tmp_path, "a", np.zeros((0, 4), np.uint8), name="x")
    with pytest.raises(DataFormatError, match="prints"):
        write_glyph(tmp_path, " ", np.zeros((2, 2), np.uint8), name="x")


def test_bad_folders_and_files_are_reported_and_the_others_read(tmp_path: Path, draw_image) -> None:
    draw_image(tmp_path / "97" / "good.png")
    draw_image(tmp_path / "101_769" / "accent.png")
    draw_image(tmp_path / "letter_b" / "b.png")
    draw_image(tmp_path / "1114112" / "beyond.png")
    draw_image(tmp_path / "32" / "space.png")
    draw_image(tmp_path / "stray.png")
    (tmp_path / "98").mkdir()
    (tmp_path / "97" / "notes.txt").touch()
    (tmp_path / ".cache").mkdir()
    found = read_glyph_folders(tmp_path)
    assert sorted(image.glyph for image in found.images) == ["a", "\u00e9"]
    reasons = {Path(item.source).name: item.reason for item in found.problems}
    assert set(reasons) == {
        "101_769", "letter_b", "1114112", "32", "stray.png", "98", "notes.txt",
    }  # fmt: skip
    assert "233" in reasons["101_769"]
    assert "no images of 'b'" in reasons["98"]


def test_the_check_opens_every_image(tmp_path: Path, draw_image) -> None:
    draw_image(tmp_path / "97" / "good.png")
    (tmp_path / "97" / "bad.png").write_bytes(b"no image")
    found = [item for item in check_glyph_folders(tmp_path) if isinstance(item, Skipped)]
    assert [Path(item.source).name for item in found] == ["bad.png"]


def test_folders_without_glyphs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="no such folder"):
        read_glyph_folders(tmp_path / "missing")
    (tmp_path / "letters").mkdir()
    with pytest.raises(DataFormatError, match="no glyph folder"):
        read_glyph_folders(tmp_path)
