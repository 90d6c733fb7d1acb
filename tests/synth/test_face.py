"""Faces: leaning type, glyphs put together, and which fonts count as monospaced."""

from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from effocr.synth.face import Face

ROOT = Path(__file__).parents[2]
BESLEY = str(ROOT / "english_font_files/Besley-Regular.ttf")


def rectangles(path: Path, widths: dict[str, int]) -> Path:
    """A font of rectangles that stand on the baseline, 500 high, each as wide as is said."""
    glyphs, metrics = {}, {}
    for name, width in {".notdef": 300, **widths}.items():
        pen = TTGlyphPen(None)
        pen.moveTo((0, 0))
        for point in ((0, 500), (width, 500), (width, 0)):
            pen.lineTo(point)
        pen.closePath()
        glyphs[name if len(name) > 1 else f"u{ord(name):04X}"] = pen.glyph()
        metrics[name if len(name) > 1 else f"u{ord(name):04X}"] = (width + 50, 0)
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(char): f"u{ord(char):04X}" for char in widths})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(path)
    return path


def test_type_leans_about_its_baseline(tmp_path: Path) -> None:
    path = str(rectangles(tmp_path / "font.ttf", {"i": 200, "m": 400}))
    upright, leaning = Face(path, 0, 100).raster("m"), Face(path, 0, 100).slanted(0.2).raster("m")
    assert leaning.advance == upright.advance
    assert (leaning.top, leaning.ink.shape[0]) == (upright.top, upright.ink.shape[0])

    def left(raster_row: np.ndarray, start: int) -> int:
        return start + int(np.flatnonzero(raster_row > 127)[0])

    foot = left(leaning.ink[-1], leaning.left) - left(upright.ink[-1], upright.left)
    head = left(leaning.ink[0], leaning.left) - left(upright.ink[0], upright.left)
    assert abs(foot) <= 1  # stays
    assert head == pytest.approx(0.2 * 50, abs=1)


def test_what_is_put_together_has_no_kerning_of_the_missing_glyph() -> None:
    face = Face(BESLEY, 0, 40, composed=frozenset({"\u2e17"}))
    assert face.kerning("s", "\u2e17") == face.kerning("\u2e17", "s") == 0.0
    assert face.raster("\u2e17").ink.any()
    assert face.slanted(0.2).composed == face.composed


def test_a_greek_font_without_latin_is_not_monospaced(tmp_path: Path) -> None:
    greek = rectangles(tmp_path / "greek.ttf", {"ι": 100, "ω": 600})
    assert Face(str(greek), 0, 40).pitch == 0.0
    typewriter = rectangles(tmp_path / "mono.ttf", {"i": 550, "m": 550})
    assert Face(str(typewriter), 0, 40).pitch == pytest.approx(24, abs=1)


def test_a_font_without_latin_and_greek_is_not_monospaced(tmp_path: Path) -> None:
    hebrew = rectangles(tmp_path / "hebrew.ttf", {"\u05d5": 100, "\u05e9": 600})
    assert Face(str(hebrew), 0, 40).pitch == 0.0
