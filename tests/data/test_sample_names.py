"""The codec of sample names: what is written can be read, and foreign names are understood."""

import pytest

from effocr.data.sample_names import (
    SampleName,
    crop_name,
    line_stems,
    matches_line,
    paired_name,
    read_name,
    render_name,
)


def test_names_are_those_of_the_original() -> None:
    assert crop_name("194906", 17, "a") == "194906_17_0x61.png"
    assert paired_name("194906", 17, "a", 3) == "PAIRED_194906_17_0x61_3.png"
    assert render_name("a", 12, "NotoSerif-Regular") == "0x61_12_NotoSerif-Regular.png"
    assert paired_name("p", 1, "ch", 2) == "PAIRED_p_1_0x63_0x68_2.png"


@pytest.mark.parametrize(
    "line", ["a_1", "a_1_2", "x.2.y", "0x61", "a_3_0x61", "p-1", "日本 1", "~"]
)
@pytest.mark.parametrize("glyph", ["a", "ch", "\U0001f600", "x̄"])
def test_a_line_is_found_again_in_the_name_of_its_crop(line: str, glyph: str) -> None:
    assert read_name(paired_name(line, 5, glyph, 9)) == SampleName("paired", line=line)


@pytest.mark.parametrize("font", ["a", "my_font.v2", "0x61_3", "Noto Serif"])
def test_a_font_is_found_again_in_the_name_of_its_render(font: str) -> None:
    assert read_name(render_name("ch", 4, font)) == SampleName("render", font=font)


@pytest.mark.parametrize("line", ["a" * 300, "字" * 120, "ü" * 130])
def test_defect_11_a_name_is_never_longer_than_a_file_system_takes(line: str) -> None:
    glyph = "verylongword" * 20
    for name in (paired_name(line, 10**9, glyph, 10**9), crop_name(line, 10**9, glyph)):
        assert len(name.encode()) <= 255
    read = read_name(paired_name(line, 1, glyph, 2))
    assert read.line is not None
    assert matches_line(read.line, line)
    assert not matches_line(read.line, line + "b")
    assert len(render_name(glyph, 1, line).encode()) <= 255


def test_names_of_efficient_ocr_are_read() -> None:
    assert read_name("PAIRED-page-3_b-12_34-char-97.png") == SampleName("paired", line="page-3_b")
    assert read_name("PAIRED-p.1-12.5_3.0-word-97_98.png") == SampleName("paired", line="p.1")
    assert read_name("NotoSerif-Bold-word-97_98.png") == SampleName("render", font="NotoSerif-Bold")


def test_a_crop_whose_line_cannot_be_told_is_still_no_render() -> None:
    assert read_name("PAIRED_what.png") == SampleName("paired")
    assert read_name("mine.png") == SampleName("render")


def test_a_line_in_a_folder_has_a_stem_of_its_own() -> None:
    assert line_stems("a.png") == ("a", "a.png")
    assert line_stems("v/a.b.png") == ("a.b", "v__a.b", "v__a.b.png")
    assert line_stems("./v\\a.png") == ("a", "v__a", "v__a.png")
