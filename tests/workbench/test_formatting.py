"""A data set is made of COCO lines and fonts; bad inputs are named and the rest goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from PIL import Image

from effocr.charset import glyph_to_folder
from effocr.data.packed import PACKED_NAME
from effocr.errors import DataFormatError, FontError, UsageError
from effocr.language import load_language
from effocr.workbench import formatting
from effocr.workbench.dataset import open_dataset
from effocr.workbench.formatting import (
    FormatOptions,
    FormatReport,
    format_dataset,
)

Format = Callable[..., FormatReport]
CJK = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")


def build_font(path: Path, *, good: str, tofu: str = "", blank: str = "") -> Path:
    """A font of steps of unlike height; `tofu` is drawn as the missing-glyph box."""

    def rectangle(x0: int, y0: int, x1: int, y1: int) -> object:
        pen = TTGlyphPen(None)
        pen.moveTo((x0, y0))
        for point in ((x0, y1), (x1, y1), (x1, y0)):
            pen.lineTo(point)
        pen.closePath()
        return pen.glyph()

    box = rectangle(50, 0, 450, 700)
    glyphs = {".notdef": box, "space": TTGlyphPen(None).glyph()}
    cmap = {32: "space"}
    for number, char in enumerate(good + tofu + blank):
        name = f"glyph{number}"
        cmap[ord(char)] = name
        glyphs[name] = rectangle(60, -10 * number, 400, 300 + 40 * number)
        if char in tofu:
            glyphs[name] = box
        if char in blank:
            glyphs[name] = TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (500, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with three lines `abc` in COCO, a charset and a font with all of it."""
    images, boxes = [], []
    for n, name in enumerate(("one", "two", "three")):
        (tmp_path / "images").mkdir(exist_ok=True)
        pixels = np.full((30, 60), 250, np.uint8)
        for letter in range(3):
            pixels[5 : 10 + 5 * letter, 5 + 20 * letter : 15 + 20 * letter] = 20
            box = [5 + 20 * letter, 5, 10, 5 + 5 * letter]
            boxes.append({"id": len(boxes), "image_id": n, "category_id": 0, "bbox": box})
        Image.fromarray(pixels).save(tmp_path / "images" / f"{name}.png")
        images.append({"id": n, "file_name": f"{name}.png", "text": "a bc"})
    write(tmp_path, images, boxes)
    (tmp_path / "charset").mkdir()
    (tmp_path / "charset" / "letters.txt").write_text("97\ta\n98\tb\n")
    build_font(tmp_path / "fonts" / "Test.ttf", good="abcd")
    return tmp_path


def write(place: Path, images: list[Any], boxes: list[Any]) -> None:
    categories = [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}]
    content = {"images": images, "annotations": boxes, "categories": categories}
    (place / "all.json").write_text(json.dumps(content))


@pytest.fixture
def make(place: Path) -> Format:
    """Make the data set `set` of what is in the place."""

    def call(out: str = "set", lang: str = "en", **options: Any) -> FormatReport:
        usual: dict[str, Any] = {
            "cocos": (place / "all.json",),
            "images": place / "images",
            "char_id": 0,
            "out": place / out,
            "language": load_language(lang),
            "charset": place / "charset",
            "fonts": place / "fonts",
            "crops": place / "crops",
        }
        return format_dataset(FormatOptions(**{**usual, **options}))

    return call


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_files_are_those_of_the_original(make: Format, place: Path) -> None:
    report = make()
    assert (report.crops, report.renders, report.lines, report.fonts) == (9, 2, 3, 1)
    found = names(place / "set")
    assert "full_charset_en.txt" in found
    assert {name for name in found if name.startswith("97/")} == {
        "97/0x61_0_Test.png",
        "97/PAIRED_one_0_0x61_0.png",
        "97/PAIRED_two_3_0x61_3.png",
        "97/PAIRED_three_6_0x61_6.png",
    }
    assert (place / "set" / "full_charset_en.txt").read_text() == "97\n98\n99\n"
    assert "one_0_0x61.png" in names(place / "crops")
    assert len(names(place / "crops")) == 9
    split = open_dataset(place / "set").split(place / "all.json")
    assert (len(split.renders), len(split.train)) == (2, 9)


def test_crops_are_boxes_or_reach_over_the_whole_line(make: Format, place: Path) -> None:
    make("tight")
    make("whole", whole_line=True)
    for name, height in (("tight", 5), ("whole", 30)):
        with Image.open(place / name / "97" / "PAIRED_one_0_0x61_0.png") as image:
            assert image.size == (10, height)


def test_fact_2_defect_1_tofu_and_blanks_are_not_in_the_data_set(make: Format, place: Path) -> None:
    build_font(place / "fonts" / "Test.ttf", good="a", tofu="b", blank="c")
    (place / "charset" / "letters.txt").write_text("a\nb\nc")
    report = make()
    assert report.renders == 1
    assert "97/0x61_0_Test.png" in names(place / "set")
    told = " ".join(map(str, report.problems))
    assert "same shape as the missing-glyph box: b" in told
    assert "blank: c" in told


def test_defect_2_a_mac_character_map_is_not_taken_for_unicode(make: Format, place: Path) -> None:
    path = place / "fonts" / "Test.ttf"
    with TTFont(path) as content:
        table = CmapSubtable.newSubtable(6)
        table.platformID, table.platEncID, table.language = 1, 0, 0
        table.cmap = {0x8E: "glyph0", 0x9F: "glyph1"}
        content["cmap"].tables.append(table)
        content.save(path)
    (place / "charset" / "letters.txt").write_text("a\n\x8e\n\x9f\n\u017d\n")
    report = make()
    assert report.renders == 1


def test_defect_3_small_kana_and_ka_are_drawn_for_japanese(make: Format, place: Path) -> None:
    (place / "charset" / "letters.txt").write_text("カ\nッ\nョ\nヵ\n")
    build_font(place / "fonts" / "Test.ttf", good="カッョヵ7Zz、", tofu="々")
    make(lang="jp")
    drawn = {sample.glyph for sample in open_dataset(place / "set").samples if sample.font}
    assert drawn == set("カッョヵ7Zz、")
    assert "full_charset_jp.txt" in names(place / "set")


@pytest.mark.parametrize(
    "content",
    [b"97\ta\n98\tb\n\n", b"\xef\xbb\xbf97\ta\r\n\r\n98\tb\r\n", b"\n\n1\t97\ta\n \n98\tb",
     "97\ta\n98\tb\n160\t\u00a0\n12288\t\u3000\n".encode()],
)  # fmt: skip
def test_defect_4_blank_lines_a_bom_and_spaces_in_a_charset_do_no_harm(
    make: Format, place: Path, content: bytes
) -> None:
    (place / "charset" / "letters.txt").write_bytes(content)
    report = make()
    assert report.renders == 2
    assert report.classes == set("abc")


def test_defect_5_renders_are_drawn_with_the_pillow_of_today(make: Format, place: Path) -> None:
    make()
    data = open_dataset(place / "set")
    render = next(sample for sample in data.samples if sample.kind == "render")
    assert data.load(render).min() < 50


def test_defect_6_licences_and_broken_fonts_beside_the_fonts_do_no_harm(
    make: Format, place: Path
) -> None:
    (place / "fonts" / "OFL.txt").write_text("licence")
    (place / "fonts" / "Test.LICENSE").write_text("licence")
    (place / "fonts" / "broken.ttf").write_bytes(b"no font")
    report = make()
    assert report.renders == 2
    assert [str(problem) for problem in report.problems if "OFL" in str(problem)] == []
    assert any("broken.ttf: nothing drawn" in str(problem) for problem in report.problems)


def test_defect_7_one_bad_line_does_not_stop_the_others(make: Format, place: Path) -> None:
    content = json.loads((place / "all.json").read_text())
    content["images"][0]["text"] = "ab"
    content["annotations"][3]["bbox"] = [5, 5, 0, 9]
    content["annotations"][4]["bbox"] = [500, 5, 9, 9]
    write(place, content["images"], content["annotations"])
    report = make()
    assert (report.lines, report.crops) == (2, 4)
    told = " ".join(map(str, report.problems))
    assert "3 boxes, but the text has 2 characters" in told
    assert "annotation 3 left out: no area" in told
    assert "annotation 4 left out: no area" in told


def test_missing_and_unreadable_images_are_reported(make: Format, place: Path) -> None:
    (place / "images" / "one.png").unlink()
    (place / "images" / "two.png").write_bytes(b"no image")
    report = make()
    assert report.crops == 3
    told = " ".join(map(str, report.problems))
    assert "one.png: left out: the image is missing" in told
    assert "two.png: left out: " in told


def test_defect_9_crops_of_earlier_runs_are_not_picked_up(make: Format, place: Path) -> None:
    (place / "crops").mkdir()
    (place / "crops" / "old_1_0x7a.png").write_bytes((place / "images" / "one.png").read_bytes())
    report = make()
    assert "z" not in report.classes
    assert not (place / "set" / "122").exists()
    assert "1 images of earlier runs are there; none is used" in " ".join(map(str, report.problems))


def test_a_data_set_that_is_there_is_not_mixed_with_a_new_one(make: Format, place: Path) -> None:
    make()
    before = names(place / "set")
    with pytest.raises(UsageError, match="holds a data set"):
        make()
    assert names(place / "set") == before


def test_defect_10_glyphs_of_several_code_points_are_one_class(make: Format, place: Path) -> None:
    content = json.loads((place / "all.json").read_text())
    content["images"][0]["text"] = "x\u0304e\u0301c"
    write(place, content["images"], content["annotations"])
    report = make()
    assert "x\u0304" in report.classes
    assert (place / "set" / "120_772" / "PAIRED_one_0_0x78_0x304_0.png").is_file()
    assert (place / "set" / "233").is_dir()


def test_defect_11_long_names_are_shortened_and_found_again(make: Format, place: Path) -> None:
    long = "長" * 80
    content = json.loads((place / "all.json").read_text())
    for image, name in zip(content["images"], (long, long[:-1], "x" * 245), strict=True):
        old = place / "images" / image["file_name"]
        image["file_name"] = f"{name}.png"
        old.rename(place / "images" / image["file_name"])
    write(place, content["images"], content["annotations"])
    assert make().crops == 9
    split = open_dataset(place / "set").split(place / "all.json")
    assert len(split.train) == 9


def test_defect_12_squares_of_crops_and_renders_are_of_one_size(make: Format, place: Path) -> None:
    make(square=True)
    data = open_dataset(place / "set")
    assert {data.load(sample).shape for sample in data.samples} == {(224, 224)}


def test_defect_13_several_processes_make_the_same_data_set(make: Format, place: Path) -> None:
    make("one")
    make("two", processes=2)
    assert names(place / "one") == names(place / "two")
    for name in names(place / "one"):
        assert (place / "one" / name).read_bytes() == (place / "two" / name).read_bytes()


def test_a_packed_data_set_holds_the_same(make: Format, place: Path) -> None:
    make("folders")
    make("packed", packed=True)
    assert names(place / "packed") == {PACKED_NAME, "full_charset_en.txt"}
    one, other = open_dataset(place / "folders"), open_dataset(place / "packed")
    assert one.classes == other.classes

    def content(data: Any) -> set[tuple[str, str, str | None, str | None, bytes]]:
        return {(s.glyph, s.kind, s.line, s.font, data.load(s).tobytes()) for s in data.samples}

    assert content(one) == content(other)
    assert len(other.split(place / "all.json").train) == 9


def test_a_packed_file_is_not_overwritten_unless_forced(make: Format, place: Path) -> None:
    name = "set.glyphs.sqlite"
    made = make(name, packed=True)
    before = (place / name).read_bytes()
    with pytest.raises(UsageError, match="is there already; remove it or name another place"):
        make(name, packed=True)
    assert (place / name).read_bytes() == before
    assert make(name, packed=True, force=True).crops == made.crops


def test_fonts_are_excluded_by_parts_of_their_path(make: Format, place: Path) -> None:
    build_font(place / "fonts" / "old" / "Other.ttf", good="ab")
    assert make("both").fonts == 2
    assert make("one", exclude_fonts=("/old/",)).fonts == 1
    with pytest.raises(FontError, match="every font is excluded"):
        make("none", exclude_fonts=(".ttf",))


def test_a_folder_without_fonts_and_a_missing_file_are_refused(make: Format, place: Path) -> None:
    (place / "empty").mkdir()
    with pytest.raises(FontError, match="no font in it"):
        make(fonts=place / "empty")
    with pytest.raises(DataFormatError, match=r"missing.json"):
        make(cocos=(place / "missing.json",))
    assert not (place / "set").exists()


def test_characters_without_image_or_font_are_named(make: Format, place: Path) -> None:
    (place / "charset" / "letters.txt").write_text("a\nq\n")
    told = " ".join(map(str, make().problems))
    assert "1 characters have no image: no font draws them and no line holds them: q" in told
    assert "2 characters are in lines but not in the charset, so no font draws them: b c" in told


def test_without_fonts_there_are_crops_only(make: Format, place: Path) -> None:
    report = make(fonts=None, charset=None)
    assert (report.renders, report.crops, report.problems) == (0, 9, [])


def test_columns_of_japanese_are_cut_over_their_width(make: Format, place: Path) -> None:
    if not CJK.is_file():
        pytest.skip(f"{CJK} is not installed (Debian: fonts-noto-cjk)")
    pixels = np.full((90, 40), 255, np.uint8)
    Image.fromarray(pixels).save(place / "images" / "column.png")
    boxes = [
        {"id": n, "image_id": 0, "category_id": 0, "bbox": [10, 1 + 30 * n, 20, 25]}
        for n in (2, 0, 1)
    ]
    write(place, [{"id": 0, "file_name": "column.png", "text": "日本語"}], boxes)
    (place / "charset" / "letters.txt").write_text("日\nカ\nっ\n")
    report = make(lang="jp", fonts=CJK, whole_line=True)
    with Image.open(
        place / "set" / glyph_to_folder("日") / "PAIRED_column_0_0x65e5_0.png"
    ) as image:
        assert image.size == (40, 25)
    assert report.fonts == 1
    assert report.renders > 60
    data = open_dataset(place / "set")
    widths = {data.load(sample).shape[1] for sample in data.samples if sample.kind == "render"}
    assert max(widths) - min(widths) <= 4


def test_processes_are_started_where_there_is_much_to_draw(
    make: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def in_order(_: Any, tasks: Any, *, processes: int) -> Any:
        asked.append(processes)
        return iter(())

    monkeypatch.setattr(formatting, "in_order", in_order)
    monkeypatch.setattr(formatting, "thread_count", lambda _: 7)
    make("few")
    monkeypatch.setattr(formatting, "MANY_RENDERS", 1)
    make("many")
    assert asked == [1, 7]
