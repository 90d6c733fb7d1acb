"""Set a column of type: one cell of an em for each glyph, forms of columns, exact boxes.

Columns are set lying down, top to the left, so that paper and wear are those of other lines;
`stand_up` turns the finished line upright. Forms of columns are drawn where a font has them. Where
it has none, or Pillow cannot ask for them, brackets and ー are turned, 、 and 。 move to the upper
right corner and small kana up and to the right.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from effocr.charset import graphemes
from effocr.data.labelled import LabelledLine, column_metrics
from effocr.geometry import Affine
from effocr.synth.compose import Composed, Pen, Setting, draw_pen
from effocr.synth.face import Face, open_face
from effocr.synth.raster import Ink, Raster

__all__ = ["ColumnFace", "compose_column", "open_column_face", "stand_up"]

FACES_KEPT: Final = 48
FAINT: Final = 40  # less ink, of 255, is the soft edge of a glyph
BASELINE: Final = 0.88  # of the horizontal form, ems below the top of its cell
TURNED: Final = frozenset(
    "()[]{}<>=~|-\u2013\u2014\u2015\u2026\u2025\u301c\u30fc\uff5e\uff1a\uff1b\uff1d\uff0d"
    "\uff08\uff09\u300c\u300d\u300e\u300f\u3010\u3011\u3008\u3009\u300a\u300b\u3014\u3015"
    "\uff3b\uff3d\uff5b\uff5d"
)
CORNER: Final = frozenset("\u3001\u3002\uff0c\uff0e")
SMALL: Final = frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ") | frozenset(
    map(chr, range(0x31F0, 0x3200))
)
SMALL_SHIFT: Final = (0.11, -0.12)  # ems to the right and down that small kana move
LEAST_SHIFT: Final = 0.03  # ems; a font that moves them by less has no form of its own
SIDEWAYS_BASELINE: Final = 0.36  # ems from the middle of the column to that of Latin words


class ColumnFace:
    """A font at one size, for columns. Holds the open font and the glyphs drawn so far.

    Args:
        path: of the font file.
        index: of the face in a collection.
        size_px: side of a cell, pixels.
        forms: ask the font for its vertical forms; it needs Pillow with the Raqm library.
    """

    def __init__(self, path: str, index: int, size_px: int, *, forms: bool = True) -> None:
        self.size_px = size_px
        self.sideways: Face = open_face(path, index, size_px)
        self._forms = forms and bool(features.check("raqm"))
        way = ImageFont.Layout.RAQM if self._forms else ImageFont.Layout.BASIC
        self._font = ImageFont.truetype(path, size_px, index=index, layout_engine=way)
        self._rasters: dict[str, Raster] = {}

    def raster(self, glyph: str) -> Raster:
        """The glyph lying down, cropped to its ink; an empty array for a blank.

        `left` counts from where its cell begins, `top` from the middle of the column.
        """
        found = self._rasters.get(glyph)
        if found is None:
            found = self._rasters[glyph] = self._draw(glyph)
        return found

    def _draw(self, glyph: str) -> Raster:
        em = self.size_px
        upright = _crop(self._form(glyph), em)
        if upright is None:
            return Raster(np.zeros((0, 0), np.uint8), 0, 0, float(em))
        ink, x, y = upright
        height, width = ink.shape
        # Lying down, what was below the top is right of the start, what was left of the middle is
        # below it.
        lying = np.ascontiguousarray(np.rot90(ink))
        return Raster(lying, y, -(x + width - round(em / 2)), float(max(em, y + height)))

    def _form(self, glyph: str) -> Ink:
        """The upright glyph on a canvas of three by three cells, its own in the middle."""
        plain = self._on_canvas(glyph, vertical=False)
        form = self._on_canvas(glyph, vertical=True) if self._forms else plain
        if len(glyph) != 1 or glyph not in TURNED | CORNER | SMALL:
            return form
        before, after = _crop(plain, self.size_px), _crop(form, self.size_px)
        if before is None or after is None:
            return form
        em = self.size_px
        if glyph in TURNED:
            same = before[0].shape == after[0].shape and bool((before[0] == after[0]).all())
            return np.rot90(plain, -1) if same else form
        middle, moved = _middle(before), _middle(after)
        if glyph in CORNER:
            if moved[0] > em / 2 > moved[1]:
                return form
            return _shift(plain, em - 2 * middle[0], em - 2 * middle[1])
        if moved[0] - middle[0] > LEAST_SHIFT * em:
            return form
        return _shift(plain, SMALL_SHIFT[0] * em, SMALL_SHIFT[1] * em)

    def _on_canvas(self, glyph: str, *, vertical: bool) -> Ink:
        em = self.size_px
        canvas = Image.new("L", (3 * em, 3 * em), 0)
        pen = ImageDraw.Draw(canvas)
        if vertical:
            place = (1.5 * em, em)
            pen.text(place, glyph, 255, self._font, "st", direction="ttb", features=["vert"])
        else:
            pen.text((1.5 * em, (1 + BASELINE) * em), glyph, 255, self._font, "ms")
        return np.asarray(canvas)


@lru_cache(maxsize=FACES_KEPT)
def open_column_face(path: str, index: int, size_px: int) -> ColumnFace:
    """The font at this size, kept open for the next line."""
    return ColumnFace(path, index, size_px)


def compose_column(
    text: str, face: ColumnFace, setting: Setting, rng: np.random.Generator, *, sideways: bool
) -> Composed:
    """Set a column, lying down.

    Args:
        text: a space leaves a gap.
        face: at its size.
        setting: of the column; shifts are across it.
        rng: source of the unevenness.
        sideways: lay words and numbers of more than one Latin character on their side; else each
            stands upright in its cell.

    Returns:
        The column without margins, its top at the left; `baseline` is what counts as one, see
        `effocr.data.labelled.column_metrics`.
    """
    pen, em = Pen(), float(face.size_px)
    for run in _runs(text):
        if run == " ":
            pen.end_word()
            space = rng.normal(setting.word_space, setting.word_space_spread)
            pen.x += em * (max(0.12, float(space)) + setting.tracking)
            continue
        lying = sideways and len(run) > 1 and _is_latin(run[0])
        for glyph in run:
            raster = face.sideways.raster(glyph) if lying else face.raster(glyph)
            drop = SIDEWAYS_BASELINE * em if lying else 0.0
            shift = rng.normal(0.0, setting.glyph_shift) * em if setting.glyph_shift else 0.0
            ink = rng.uniform(setting.glyph_ink, 1.0) if setting.glyph_ink < 1 else 1.0
            if raster.ink.size:
                left, top = round(pen.x) + raster.left, round(drop + shift) + raster.top
                pen.placed.append((raster, left, top, ink, glyph))
            pen.x += raster.advance + setting.gap(rng) * em
    pen.end_word()
    composed = draw_pen(pen)
    (below_middle, _), _ = column_metrics((0.0, 0.0), em)
    return replace(composed, baseline=composed.baseline + below_middle)


def stand_up(line: LabelledLine) -> LabelledLine:
    """A column that lies down, upright, with its boxes."""
    grey = np.ascontiguousarray(np.rot90(line.grey, -1))
    boxes = Affine.quarter_turn(grey.shape[1]).boxes(line.boxes)
    return replace(line, grey=grey, boxes=boxes.astype(np.float32))


def _runs(text: str) -> list[list[str] | str]:
    """Runs of Latin characters, single other graphemes, and spaces."""
    runs: list[list[str] | str] = []
    for glyph in graphemes(text):
        if glyph == " ":
            runs.append(" ")
        elif runs and runs[-1] != " " and _is_latin(runs[-1][0]) and _is_latin(glyph):
            last = runs[-1]
            if isinstance(last, list):
                last.append(glyph)
        else:
            runs.append([glyph])
    return runs


def _is_latin(glyph: str) -> bool:
    return glyph.isascii() and glyph.isalnum()


def _crop(canvas: Ink, em: int) -> tuple[Ink, int, int] | None:
    """Ink and its left and top, counted from the cell's corner; None for a blank."""
    rows, columns = (
        np.flatnonzero(canvas.max(axis=1) > FAINT),
        np.flatnonzero(canvas.max(0) > FAINT),
    )
    if not rows.size:
        return None
    top, left = int(rows[0]), int(columns[0])
    ink = canvas[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    return ink, left - em, top - em


def _middle(cropped: tuple[Ink, int, int]) -> tuple[float, float]:
    ink, left, top = cropped
    return left + ink.shape[1] / 2, top + ink.shape[0] / 2


def _shift(canvas: Ink, right: float, down: float) -> Ink:
    """Move the picture; its border is empty, so nothing comes in at the other side."""
    return np.roll(canvas, (round(down), round(right)), axis=(0, 1))
