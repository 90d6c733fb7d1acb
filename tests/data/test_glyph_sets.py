"""Glyph data sets go from form to form without loss."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.form_names import Form
from effocr.data.forms import check, recognise
from effocr.data.glyph_sets import GlyphPixels, read_glyphs
from effocr.data.rearrange import combine, read_set, split_set, subset, write_set
from effocr.data.records import GlyphImage
from effocr.data.sample_names import original_name, read_name
from effocr.data.splits import by_prefix
from effocr.errors import DataFormatError, UsageError
from effocr.pipeline.images import load_image

FILES = {
    "97": ("0x61_3_Font.png", "PAIRED_a_1_7_0x61_2.png", "PAIRED-b_2-3_4-char-97.png"),
    "99_104": ("b_2_004.png", "mine.png"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five images with names of all kinds."""
    rng = np.random.default_rng(5)
    for name, files in FILES.items():
        (tmp_path / "plain" / name).mkdir(parents=True)
        for file in files:
            pixels = rng.integers(0, 256, (20, 30), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "plain" / name / file)
    return tmp_path / "plain"


def content(path: Path) -> list[tuple[str, bytes]]:
    """Glyph and pixels of every image."""
    pixels = GlyphPixels(load_image)
    return sorted((image.glyph, pixels(image).tobytes()) for image in read_glyphs(path).images)


def convert(source: Path, out: Path, form: Form) -> Path:
    return write_set(read_set(source), out, form, load=load_image)


def test_names_are_written_as_the_original_does(folder: Path, tmp_path: Path) -> None:
    out = convert(folder, tmp_path / "out", "effocr")
    assert recognise(out) == "effocr"
    assert (out / "full_charset_en.txt").read_text() == "97\n99_104\n"
    found = sorted(path.name for path in out.rglob("*.png"))
    assert found == [
        "0x61_0_Font.png",
        "PAIRED_a_1_7_0x61_2.png",
        "PAIRED_b_2_1_0x61_1.png",
        "PAIRED_b_2_4_0x63_0x68_3.png",
        "PAIRED_mine_4_0x63_0x68_4.png",
    ]
    assert content(out) == content(folder)


@pytest.mark.parametrize("name", ["x_1_9_007.png", "a b.c.png", "日本.png", "PAIRED_odd.png"])
def test_any_name_becomes_one_of_a_crop(name: str) -> None:
    assert read_name(original_name(name, "ch", 3)).kind == "paired"


@pytest.mark.parametrize("last", ["glyphs", "effocr"])
def test_packing_and_unpacking_loses_nothing(folder: Path, tmp_path: Path, last: Form) -> None:
    packed = convert(folder, tmp_path / "set.glyphs.sqlite", "packed")
    assert recognise(packed) == "packed"
    assert content(packed) == content(folder)
    out = convert(packed, tmp_path / "out", last)
    assert content(out) == content(folder)
    if last == "glyphs":
        names = {path.relative_to(out) for path in out.rglob("*.png")}
        assert names == {path.relative_to(folder) for path in folder.rglob("*.png")}
    again = convert(out, tmp_path / "again.glyphs.sqlite", "packed")
    assert content(again) == content(folder)


def test_a_folder_with_one_packed_file_means_that_file(folder: Path, tmp_path: Path) -> None:
    convert(folder, tmp_path / "in" / "set.glyphs.sqlite", "packed")
    assert recognise(tmp_path / "in") == "packed"
    assert len(read_glyphs(tmp_path / "in").images) == 5
    convert(folder, tmp_path / "in" / "other.glyphs.sqlite", "packed")
    with pytest.raises(DataFormatError, match="2 packed data sets in it; name the file"):
        recognise(tmp_path / "in")


def test_a_packed_set_goes_into_a_folder_where_no_file_is_named(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new"):
        written = convert(folder, tmp_path / name, "packed")
        assert written == tmp_path / name / "dataset.glyphs.sqlite"
        assert content(tmp_path / name) == content(folder)
    with pytest.raises(UsageError, match="is there already"):
        convert(folder, tmp_path / "new", "packed")


def test_glyphs_that_are_added_to_a_folder_keep_its_list_of_characters(
    folder: Path, tmp_path: Path
) -> None:
    data = read_set(folder)
    for items in (data.items[:3], data.items[3:]):
        some = replace(data, items=items)
        write_set(some, tmp_path / "out", "effocr", load=load_image, force=True)
    assert (tmp_path / "out" / "full_charset_en.txt").read_text() == "97\n99_104\n"


def test_packed_sets_are_checked(folder: Path, tmp_path: Path) -> None:
    packed = convert(folder, tmp_path / "set.glyphs.sqlite", "packed")
    report = check(packed, "packed")
    assert report.counts == {"images": 5, "distinct": 2}
    assert report.problems == ()
    assert check(convert(folder, tmp_path / "out", "effocr"), "effocr").problems == ()


def test_packed_sets_are_split_by_line_combined_and_subset(folder: Path, tmp_path: Path) -> None:
    data = read_set(convert(folder, tmp_path / "set.glyphs.sqlite", "packed"))
    rng = np.random.default_rng(0)
    parts = split_set(data, document_of=by_prefix(), shares={"a": 1, "b": 1}, rng=rng)
    assert sorted(len(part.items) for part, _ in parts.values()) == [2, 3]
    assert len(subset(data, rng=rng, count=2).items) == 2
    assert len(combine([data, data]).items) == 5
    write_set(parts["a"][0], tmp_path / "a.glyphs.sqlite", "packed", load=load_image)
    assert set(content(tmp_path / "a.glyphs.sqlite")) < set(content(folder))


def test_lines_do_not_fit_into_a_glyph_form(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs lines"):
        convert(folder, tmp_path / "out", "coco")


def test_a_file_is_read_with_what_the_caller_gives(tmp_path: Path) -> None:
    image = GlyphImage(tmp_path / "x.png", "x")
    assert GlyphPixels(lambda path: np.full((2, 2), len(path.name), np.uint8))(image)[0, 0] == 5
