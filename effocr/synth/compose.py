"""Set one line of type: every glyph placed on its own, so that its box is exact.

This file knows ink and places only; paper, wear and scanning are `effocr.synth.degrade`.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from effocr.charset import graphemes

Ink = npt.NDArray[np.uint8]  # 0 paper, 255 full ink

FACES_KEPT: Final = 48  # opened font sizes a process keeps
# How joined letters are drawn: the compatibility characters of Unicode. Labels keep the letters.
LIGATURES: Final = {
    "ffi": "\ufb03",
    "ffl": "\ufb04",
    "ff": "\ufb00",
    "fi": "\ufb01",
    "fl": "\ufb02",
}
THIN_SPACE_BEFORE: Final = frozenset(";:!?»”’")


@dataclass(frozen=True, slots=True)
class Raster:
    """A glyph drawn once: its ink and where the ink lies relative to the pen on the baseline."""

    ink: Ink
    left: int
    top: int
    advance: float


class Face:
    """A font at one size. Holds the open font and the glyphs drawn so far."""

    def __init__(self, path: str, index: int, size_px: int) -> None:
        self.size_px = size_px
        self._font = ImageFont.truetype(
            path, size_px, index=index, layout_engine=ImageFont.Layout.BASIC
        )
        self._rasters: dict[str, Raster] = {}
        self._kerning: dict[str, float] = {}

    def raster(self, glyph: str) -> Raster:
        """The glyph's ink, cropped to it; an empty array for a blank."""
        found = self._rasters.get(glyph)
        if found is None:
            found = self._rasters[glyph] = self._draw(glyph)
        return found

    def kerning(self, left: str, right: str) -> float:
        """Pixels to add between two glyphs, from the font."""
        pair = left + right
        found = self._kerning.get(pair)
        if found is None:
            together = self._font.getlength(pair)
            found = together - self.raster(left).advance - self.raster(right).advance
            self._kerning[pair] = found
        return found

    @property
    def pitch(self) -> float:
        """Width of every glyph of a monospaced font (typewriter, line printer), else 0."""
        narrow, wide = self.raster("i").advance, self.raster("m").advance
        return wide if abs(wide - narrow) < 0.02 * self.size_px else 0.0

    def _draw(self, glyph: str) -> Raster:
        advance = float(self._font.getlength(glyph))
        x0, y0, x1, y1 = self._font.getbbox(glyph, anchor="ls")
        pad = 3
        width, height = int(x1 - x0) + 2 * pad, int(y1 - y0) + 2 * pad
        canvas = Image.new("L", (max(width, 1), max(height, 1)), 0)
        ImageDraw.Draw(canvas).text(
            (pad - x0, pad - y0), glyph, fill=255, font=self._font, anchor="ls"
        )
        ink = np.asarray(canvas)
        rows, columns = np.flatnonzero(ink.max(axis=1) > 40), np.flatnonzero(ink.max(axis=0) > 40)
        if not rows.size:
            return Raster(np.zeros((0, 0), np.uint8), 0, 0, advance)
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        return Raster(
            ink[top:bottom, left:right].copy(), int(x0 - pad + left), int(y0 - pad + top), advance
        )


@lru_cache(maxsize=FACES_KEPT)
def open_face(path: str, index: int, size_px: int) -> Face:
    """The font at this size, kept open for the next line."""
    return Face(path, index, size_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a line is set. Lengths are in em of the face unless named otherwise.

    Attributes:
        tracking: added after every glyph.
        tracking_spread: standard deviation of it from glyph to glyph.
        word_space: mean width of a space.
        word_space_spread: standard deviation of it within the line.
        glyph_shift: standard deviation of each glyph's own vertical shift (uneven type).
        glyph_ink: least ink of a glyph, 0 to 1; each glyph draws its own between this and 1.
        thin_space: put before ; : ! ? and closing quotes, as old print does.
    """

    tracking: float = 0.0
    word_space: float = 0.28
    word_space_spread: float = 0.0
    glyph_shift: float = 0.0
    glyph_ink: float = 1.0
    thin_space: float = 0.0
    tracking_spread: float = 0.0

    def gap(self, rng: np.random.Generator) -> float:
        """What is added after one glyph."""
        if not self.tracking_spread:
            return self.tracking
        return float(rng.normal(self.tracking, self.tracking_spread))


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words in one face.

    Attributes:
        text: the words.
        face: at its size.
        joined: letter sequences to draw as ligatures.
        scale: size over the line's own, which 1 is.
    """

    text: str
    face: Face
    joined: frozenset[str] = frozenset()
    scale: float = 1.0


@dataclass(slots=True)
class Composed:
    """A set line. Boxes are tight around each glyph's ink, in pixels of `ink`.

    Attributes:
        ink: [height, width] uint8, 0 paper, 255 ink.
        glyphs: one grapheme a box.
        boxes: [n, 4] float32.
        words: [first, last) glyph of each word.
        baseline: row of the baseline.
    """

    ink: Ink
    glyphs: list[str] = field(default_factory=list)
    boxes: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    words: list[tuple[int, int]] = field(default_factory=list)
    baseline: float = 0.0


@dataclass(slots=True)
class Pen:
    """Places glyphs left to right.

    What it placed is drawn afterwards, when the extents are known.

    Attributes:
        x: where the next glyph begins.
        placed: raster, left, top, ink from 0 to 1 and label of each glyph.
        words: [first, last) glyph of each word that was ended.
        word_start: first glyph of the word that is being set.
    """

    x: float = 0.0
    placed: list[tuple[Raster, int, int, float, str]] = field(default_factory=list)
    words: list[tuple[int, int]] = field(default_factory=list)
    word_start: int = 0

    def end_word(self) -> None:
        """A space comes, or the end of the line."""
        if len(self.placed) > self.word_start:
            self.words.append((self.word_start, len(self.placed)))
        self.word_start = len(self.placed)


def compose(runs: list[Run], setting: Setting, rng: np.random.Generator) -> Composed:
    """Set the runs one after the other on one baseline.

    Args:
        runs: text and face; a space between words, also at the ends of a run.
        setting: of the line.
        rng: source of the unevenness.

    Returns:
        The line without margins: the ink touches the border of the array on every side.
    """
    pen = Pen()
    for run in runs:
        _place_run(pen, run, setting, rng)
    pen.end_word()
    return draw_pen(pen)


def _place_run(pen: Pen, run: Run, setting: Setting, rng: np.random.Generator) -> None:
    face, em = run.face, run.face.size_px
    cell = face.pitch
    previous = ""
    for glyph in _labels(run):
        if glyph == " ":
            pen.end_word()
            space = cell or em * max(
                0.12, rng.normal(setting.word_space, setting.word_space_spread)
            )
            pen.x += space + setting.tracking * em
            previous = ""
            continue
        drawn = LIGATURES.get(glyph, glyph)
        raster = face.raster(drawn)
        if previous and not cell:
            pen.x += face.kerning(previous, drawn)
            if glyph in THIN_SPACE_BEFORE:
                pen.x += setting.thin_space * em
        inset = (cell - raster.advance) / 2 if cell else 0.0
        shift = rng.normal(0.0, setting.glyph_shift) * em if setting.glyph_shift else 0.0
        ink = rng.uniform(setting.glyph_ink, 1.0) if setting.glyph_ink < 1 else 1.0
        if raster.ink.size:
            x = round(pen.x + inset) + raster.left
            pen.placed.append((raster, x, round(shift) + raster.top, ink, glyph))
        pen.x += (cell or raster.advance) + setting.gap(rng) * em
        previous = drawn


def _labels(run: Run) -> list[str]:
    """The graphemes of the run, letters of a ligature together."""
    labels = graphemes(run.text)
    if not run.joined:
        return labels
    joined: list[str] = []
    place = 0
    while place < len(labels):
        size = next((n for n in (3, 2) if "".join(labels[place : place + n]) in run.joined), 1)
        joined.append("".join(labels[place : place + size]))
        place += size
    return joined


def draw_pen(pen: Pen) -> Composed:
    """Draw what a pen placed; the ink touches the border, `baseline` is the row of the pen."""
    if not pen.placed:
        return Composed(np.zeros((1, 1), np.uint8))
    x0 = min(x for _, x, _, _, _ in pen.placed)
    y0 = min(y for _, _, y, _, _ in pen.placed)
    x1 = max(x + raster.ink.shape[1] for raster, x, _, _, _ in pen.placed)
    y1 = max(y + raster.ink.shape[0] for raster, _, y, _, _ in pen.placed)
    canvas = np.zeros((y1 - y0, x1 - x0), np.uint8)
    boxes = np.empty((len(pen.placed), 4), np.float32)
    for row, (raster, x, y, ink, _) in enumerate(pen.placed):
        height, width = raster.ink.shape
        left, top = x - x0, y - y0
        target = canvas[top : top + height, left : left + width]
        np.maximum(
            target, raster.ink if ink == 1.0 else (raster.ink * ink).astype(np.uint8), out=target
        )
        boxes[row] = left, top, left + width, top + height
    glyphs = [glyph for _, _, _, _, glyph in pen.placed]
    return Composed(canvas, glyphs, boxes, pen.words, float(-y0))
