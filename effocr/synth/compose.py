"""Set one line of type: every glyph placed on its own, so that its box is exact.

This file knows ink and places only; paper, wear and scanning are `effocr.synth.degrade`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes
from effocr.synth.face import Face
from effocr.synth.raster import Ink, Raster

# How joined letters are drawn: the compatibility characters of Unicode. Labels keep the letters.
LIGATURES: Final = {
    "ffi": "\ufb03",
    "ffl": "\ufb04",
    "ff": "\ufb00",
    "fi": "\ufb01",
    "fl": "\ufb02",
}
SENTENCE_ENDS: Final = frozenset(".!?")
THIN_SPACE_BEFORE: Final = frozenset(";:!?»”’")


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
        sentence_space: added to the space after . ! and ?; in a monospaced face, in cells.
    """

    tracking: float = 0.0
    word_space: float = 0.28
    word_space_spread: float = 0.0
    glyph_shift: float = 0.0
    glyph_ink: float = 1.0
    thin_space: float = 0.0
    sentence_space: float = 0.0
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
        drawn_as: characters for which another one stands in, as l for 1 on old typewriters.
        tight: pairs of letters cast as one, which touch and are never letterspaced.
        tracking: added after every glyph besides that of the line, in em: letterspaced words.
        scale: size over the line's own, which 1 is.
    """

    text: str
    face: Face
    joined: frozenset[str] = frozenset()
    scale: float = 1.0
    drawn_as: Mapping[str, str] = field(default_factory=dict)
    tight: frozenset[str] = frozenset()
    tracking: float = 0.0


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
    sentence_ended = False
    for glyph in _labels(run):
        if glyph == " ":
            pen.end_word()
            space = cell or em * max(
                0.12, rng.normal(setting.word_space, setting.word_space_spread)
            )
            if sentence_ended:
                space += setting.sentence_space * (cell or em)
            pen.x += space + setting.tracking * em
            previous = ""
            continue
        drawn = run.drawn_as.get(glyph) or LIGATURES.get(glyph, glyph)
        raster = face.raster(drawn)
        if previous and not cell:
            pen.x += face.kerning(previous, drawn)
            if glyph in THIN_SPACE_BEFORE:
                pen.x += setting.thin_space * em
            if pen.placed and pen.placed[-1][-1] + glyph in run.tight:
                _close_up(pen, raster)
        inset = (cell - raster.advance) / 2 if cell else 0.0
        shift = rng.normal(0.0, setting.glyph_shift) * em if setting.glyph_shift else 0.0
        ink = rng.uniform(setting.glyph_ink, 1.0) if setting.glyph_ink < 1 else 1.0
        if raster.ink.size:
            x = round(pen.x + inset) + raster.left
            pen.placed.append((raster, x, round(shift) + raster.top, ink, glyph))
        pen.x += (cell or raster.advance) + (setting.gap(rng) + run.tracking) * em
        previous = drawn
        sentence_ended = glyph in SENTENCE_ENDS


def _close_up(pen: Pen, raster: Raster) -> None:
    """Move the pen back, so that the next glyph's box touches that of the last one."""
    last, x, _, _, _ = pen.placed[-1]
    pen.x = min(pen.x, x + last.ink.shape[1] - raster.left)


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
