"""Which characters a font really has, and what a broken font does to the others."""

import json
import pickle
import string
import sys
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageFont

from effocr.errors import FontError, MissingDependencyError
from effocr.synth.fonts import load_fonts, read_font

EM = 1000
BOX = (50, 0, 450, 700)  # the missing-glyph box
HEIGHTS = {"x": (0, 450), "H": (0, 680), "d": (0, 720), "p": (-210, 460)}


def rectangle(x0: int, y0: int, x1: int, y1: int) -> object:
    pen = TTGlyphPen(None)
    pen.moveTo((x0, y0))
    for point in ((x0, y1), (x1, y1), (x1, y0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


def build_font(
    path: Path,
    *,
    blank: str = "",
    tofu: str = "",
    unmapped: str = "",
    family: str = "Test",
    style: str = "Regular",
    monospaced: bool = False,
) -> Path:
    """A font of rectangles with x, H, d, p and a space, and the faults that are asked for."""
    good = {char: rectangle(60, low, 400, high) for char, (low, high) in HEIGHTS.items()}
    glyphs = {".notdef": rectangle(*BOX), "space": TTGlyphPen(None).glyph()}
    cmap = {32: "space"} | {ord(char): ".notdef" for char in unmapped}
    for char, outline in good.items():
        glyphs[char] = outline
        cmap[ord(char)] = char
    for number, char in enumerate(blank + tofu):
        name = f"fault{number}"
        glyphs[name] = TTGlyphPen(None).glyph() if char in blank else rectangle(*BOX)
        cmap[ord(char)] = name
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (500, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": style})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost(isFixedPitch=int(monospaced))
    builder.save(path)
    return path


def test_a_character_counts_when_the_cmap_has_it_and_it_leaves_ink(tmp_path: Path) -> None:
    build_font(tmp_path / "good.ttf")
    (font,) = load_fonts(tmp_path).fonts
    assert font.characters == frozenset("xHdp ")
    assert font.covers("x")
    assert font.covers(" ")
    assert not font.covers("y")
    assert not font.covers("")


def test_a_character_mapped_to_the_missing_glyph_is_not_covered(tmp_path: Path) -> None:
    font, _ = read_font(build_font(tmp_path / "font.ttf", unmapped="c\U0001d538"))
    assert font.characters == frozenset("xHdp ")


def test_blank_and_tofu_glyphs_are_not_covered_and_are_listed(tmp_path: Path) -> None:
    path = build_font(tmp_path / "faults.ttf", blank="—é", tofu="b")
    report = load_fonts(tmp_path)
    (font,) = report.fonts
    assert font.characters == frozenset("xHdp ")
    assert [str(skipped) for skipped in report.glyphs] == [
        f"{path}: blank: é (U+00E9) — (U+2014)",
        f"{path}: same shape as the missing-glyph box: b (U+0062)",
    ]


def test_a_glyph_like_the_missing_box_but_lower_is_covered(tmp_path: Path) -> None:
    """The box is compared by shape: a shorter rectangle is a glyph of its own."""
    build_font(tmp_path / "font.ttf")
    (font,) = load_fonts(tmp_path).fonts
    assert font.covers("H")


def test_several_code_points_are_covered_only_all_together(tmp_path: Path) -> None:
    build_font(tmp_path / "font.ttf")
    (font,) = load_fonts(tmp_path).fonts
    assert font.covers("xd")
    assert not font.covers("xy")


def test_decomposed_characters_are_asked_for_in_nfc() -> None:
    font, _ = read_font(Path("tests/fonts/Castoro-Regular.ttf").resolve())
    assert font.covers("e\u0301")


def test_heights_are_those_of_the_outlines_in_ems(tmp_path: Path) -> None:
    build_font(tmp_path / "font.ttf")
    (font,) = load_fonts(tmp_path).fonts
    assert (font.x_height, font.cap_height) == (0.45, 0.68)
    assert (font.ascender, font.descender) == (0.72, -0.21)


def test_heights_agree_with_freetype() -> None:
    path = Path("tests/fonts/SourceSans3-Regular.ttf").resolve()
    font, _ = read_font(path)
    size = 2000
    face = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    assert font.x_height == pytest.approx(-face.getbbox("x", anchor="ls")[1] / size, abs=2e-3)
    assert font.descender == pytest.approx(-face.getbbox("p", anchor="ls")[3] / size, abs=2e-3)


def test_a_font_without_an_x_has_no_x_height(tmp_path: Path) -> None:
    path = build_font(tmp_path / "font.ttf", blank="x")
    font, _ = read_font(path)
    assert font.x_height is None
    assert font.cap_height == 0.68


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "damaged"), (b"just some text, not a font", "damaged"), (None, "damaged")],
    ids=["empty", "text", "truncated"],
)
def test_a_broken_font_is_refused_with_a_reason_and_the_rest_goes_on(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    good = build_font(tmp_path / "good.ttf")
    broken = tmp_path / "a_broken.ttf"
    broken.write_bytes(good.read_bytes()[:300] if content is None else content)
    report = load_fonts(tmp_path)
    assert [font.path for font in report.fonts] == [good]
    assert [skipped.source for skipped in report.refused] == [str(broken)]
    assert reason in report.refused[0].reason


@pytest.mark.parametrize("kept", range(100, 1500, 100))
def test_no_truncation_raises_anything_but_a_refusal(tmp_path: Path, kept: int) -> None:
    whole = build_font(tmp_path / "font.ttf").read_bytes()
    (tmp_path / "font.ttf").write_bytes(whole[:kept])
    report = load_fonts(tmp_path)
    assert len(report.fonts) + len(report.refused) == 1


def test_a_font_of_blanks_only_is_refused(tmp_path: Path) -> None:
    build_font(tmp_path / "font.ttf", blank="xHdp")
    report = load_fonts(tmp_path)
    assert not report.fonts
    assert "every glyph is blank" in report.refused[0].reason


def test_a_font_without_a_unicode_map_is_refused(tmp_path: Path) -> None:
    path = build_font(tmp_path / "font.ttf")
    with TTFont(path) as content:
        content["cmap"].tables = []
        content.save(path)
    assert "no Unicode character map" in load_fonts(tmp_path).refused[0].reason


def test_only_the_characters_of_a_given_charset_are_checked(tmp_path: Path) -> None:
    build_font(tmp_path / "font.ttf", blank="q")
    report = load_fonts(tmp_path, charset=["x", "H"])
    assert report.fonts[0].characters == frozenset("xH")
    assert not report.glyphs
    assert "none of the characters" in load_fonts(tmp_path, charset=["z"]).refused[0].reason


def test_fonts_come_in_order_of_path_from_sub_folders_and_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    paths = [build_font(tmp_path / name) for name in ("b/1.ttf", "a.TTF")]
    (tmp_path / "notes.txt").write_text("not a font")
    report = load_fonts([tmp_path, tmp_path / "b", paths[0]])
    assert [font.path for font in report.fonts] == [paths[1], paths[0]]


def test_every_face_of_a_collection_is_read(tmp_path: Path) -> None:
    collection = TTCollection()
    for name in ("One", "Two"):
        collection.fonts.append(TTFont(build_font(tmp_path / f"{name}.ttf", family=name)))
        (tmp_path / f"{name}.ttf").rename(tmp_path / f"{name}.used")
    collection.save(tmp_path / "both.ttc")
    found = [(font.family, font.index) for font in load_fonts(tmp_path).fonts]
    assert found == [("One", 0), ("Two", 1)]


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("Regular", "roman"),
        ("Italic", "italic"),
        ("Oblique", "italic"),
        ("SemiBold", "bold"),
        ("Bold Italic", "bold italic"),
    ],
)
def test_the_style_follows_the_style_name(tmp_path: Path, name: str, style: str) -> None:
    font, _ = read_font(build_font(tmp_path / "font.ttf", style=name))
    assert font.style == style


def test_kind_licence_and_family_come_from_the_folders_index(tmp_path: Path) -> None:
    build_font(tmp_path / "font.ttf", family="Test Thin")
    row = {"path": "font.ttf", "kind": "pixel", "licence": "MIT", "family": "Test", "more": 1}
    (tmp_path / "index.json").write_text(json.dumps([row]))
    (font,) = load_fonts(tmp_path).fonts
    assert (font.kind, font.licence, font.family) == ("pixel", "MIT", "Test")


def test_kind_and_licence_are_guessed_without_an_index(tmp_path: Path) -> None:
    font, _ = read_font(build_font(tmp_path / "font.ttf", monospaced=True))
    assert (font.kind, font.licence) == ("typewriter", "unknown")
    shipped = {
        path.stem: read_font(path)[0] for path in Path("tests/fonts").resolve().glob("*.*tf")
    }
    assert shipped["SourceSans3-Regular"].kind == "sans"
    assert shipped["Castoro-Regular"].kind == "book"
    assert shipped["Castoro-Italic"].style == "italic"
    assert shipped["Castoro-Regular"].licence == "OFL-1.1"


@pytest.mark.parametrize(
    "text", ["{", '[{"path": "a"}]', '[{"path": "a", "kind": "x", "licence": ""}]']
)
def test_an_index_that_is_not_in_form_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(FontError, match=r"index\.json: expected a list"):
        load_fonts(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="no such file or folder"):
        load_fonts(tmp_path / "nothing")


def test_without_fonttools_the_cure_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_font(tmp_path / "font.ttf")
    monkeypatch.setitem(sys.modules, "fontTools.ttLib", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'effocr\[train\]'"):
        load_fonts(tmp_path)


def test_fonts_travel_to_other_processes(tmp_path: Path) -> None:
    report = load_fonts(build_font(tmp_path / "font.ttf"))
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 (our own bytes)


def test_coverage_agrees_with_the_cmap_of_a_sound_font() -> None:
    path = Path("tests/fonts/Compagnon-Roman.otf").resolve()
    font, problems = read_font(path)
    with TTFont(path) as content:
        mapped = set(content.getBestCmap())
    assert set(string.ascii_letters) <= font.characters
    listed = sum(problem.reason.count("(U+") for problem in problems)
    assert len(mapped) - len(font.characters) == listed


def test_a_greek_font_without_latin_has_the_x_height_of_its_nu(tmp_path: Path) -> None:
    path = build_font(tmp_path / "font.ttf")
    with TTFont(path) as content:
        for table in content["cmap"].tables:
            table.cmap = {32: "space", ord("\u03bd"): "x", ord("\u03b1"): "H"}
        content.save(tmp_path / "greek.ttf")
    (font,) = load_fonts(tmp_path / "greek.ttf").fonts
    assert (font.x_height, font.cap_height) == (0.45, None)
