"""Image files that data sets are made of."""

from pathlib import Path

import pytest
from PIL import Image

from effocr.data.records import Skipped, check_image, image_size, is_image
from effocr.errors import DataFormatError


def test_size_is_that_after_exif_turning(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (40, 20)).save(path, exif=exif)
    assert image_size(path) == (20, 40)
    assert check_image(path) == (20, 40)


def test_damaged_images_are_told_apart(tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image", encoding="utf-8")
    empty = tmp_path / "empty.png"
    empty.touch()
    whole = tmp_path / "whole.png"
    Image.effect_noise((60, 60), 90).save(whole)
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole.read_bytes()[:1000])
    long = tmp_path / ("x" * 300)
    for path, reason in ((text, "not an image"), (empty, "empty"), (tmp_path / "no.png", "missing"),
                         (cut, "cannot be read"), (long, "too long")):  # fmt: skip
        with pytest.raises(DataFormatError, match=f"{path.name}: .*{reason}"):
            check_image(path)


def test_suffixes_are_compared_without_case() -> None:
    assert is_image(Path("a.PNG"))
    assert is_image(Path("a.tiff"))
    assert not is_image(Path("a.gt.txt"))


def test_a_skipped_item_prints_as_source_and_reason() -> None:
    assert str(Skipped("a.png", "no text")) == "a.png: no text"
