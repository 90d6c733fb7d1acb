"""Glyphs that a font lacks, put together from those that it has.

Old German type has signs that few fonts know: the double hyphen, vowels with a small e above, and
in Fraktur a long s that is an f without its bar.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from effocr.synth.raster import Ink, Raster

__all__ = ["composable", "compose_glyph"]

DOUBLE_HYPHEN, LONG_S, SHARP_S, SMALL_E = "\u2e17", "\u017f", "\u00df", "\u0364"
WITH_E: Final = {f"{vowel}{SMALL_E}": vowel for vowel in "aouAOU"}
UMLAUTS: Final = dict(zip("äöüÄÖÜ", "aouAOU", strict=True))

E_SIZE: Final = 0.5  # of the small e, over that of an e on the line
E_GAP: Final = 0.03  # between a letter and what is above it, ems
HYPHEN_LENGTH, HYPHEN_RISE, HYPHEN_PITCH = 0.26, 0.09, 0.15  # of the two strokes, ems
BAR: Final = (0.66, 1.2)  # where the bar of an f lies above the baseline, x-heights
STEM: Final = (0.2, 0.6)  # where nothing but its stem does
INKED: Final = 96  # least ink that counts as a stroke


def composable(characters: frozenset[str], *, fraktur: bool) -> frozenset[str]:
    """The glyphs that can be put together from a font's characters and are not among them.

    A vowel with a small e is always put together: the mark of a font lies where its shaping puts
    it, not where it is drawn.

    Args:
        characters: of the font.
        fraktur: whether it is Fraktur, whose long s and sharp s may be made, too.
    """
    needs = {glyph: f"{vowel}e" for glyph, vowel in WITH_E.items()}
    needs[DOUBLE_HYPHEN] = "-"
    needs |= {glyph: f"{vowel}." for glyph, vowel in UMLAUTS.items()}
    if fraktur:
        needs |= {LONG_S: "fx", SHARP_S: "fxz"}
    return frozenset(
        glyph
        for glyph, parts in needs.items()
        if glyph not in characters and characters.issuperset(parts)
    )


def compose_glyph(glyph: str, draw: Callable[[str], Raster], size_px: int) -> Raster:
    """Draw a `composable` glyph.

    Args:
        glyph: to draw.
        draw: gives the font's own glyphs at `size_px`.
        size_px: em of the face.
    """
    if glyph == DOUBLE_HYPHEN:
        return _double_hyphen(draw("-"), size_px)
    if glyph in WITH_E:
        return _above(draw(WITH_E[glyph]), _shrunk(draw("e"), E_SIZE), size_px)
    if glyph in UMLAUTS:
        return _above(draw(UMLAUTS[glyph]), _two_dots(draw(".")), size_px)
    if glyph == LONG_S:
        return _without_bar(draw("f"), -draw("x").top)
    return _side_by_side(_without_bar(draw("f"), -draw("x").top), draw("z"), -draw("x").top)


def _double_hyphen(hyphen: Raster, size_px: int) -> Raster:
    """Two short strokes that climb, in the place and the weight of the hyphen."""
    thick = max(2.0, 0.85 * min(hyphen.ink.shape[0], 0.09 * size_px))
    length, rise = HYPHEN_LENGTH * size_px, HYPHEN_RISE * size_px
    pitch = max(HYPHEN_PITCH * size_px, 1.7 * thick)
    height, width = round(pitch + rise + thick) + 2, round(length) + 2
    scale = 4  # drawn larger, for a soft edge
    canvas = np.zeros((height * scale, width * scale), np.uint8)
    for top in (1.0, 1.0 + pitch):
        corners = [(1.0, top + rise), (1 + length, top), (1 + length, top + thick)]
        corners.append((1.0, top + rise + thick))
        cv2.fillPoly(canvas, [np.round(np.array(corners) * scale).astype(np.int32)], 255)
    ink = np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    middle = hyphen.top + hyphen.ink.shape[0] / 2
    bearing = max(1, hyphen.left)
    return _cropped(ink, bearing, round(middle - height / 2), width + 2.0 * bearing)


def _shrunk(raster: Raster, factor: float) -> Raster:
    height, width = raster.ink.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    ink = np.asarray(cv2.resize(raster.ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Raster(ink, raster.left, raster.top, raster.advance * factor)


def _two_dots(dot: Raster) -> Raster:
    """A diaeresis of two full stops, each a little smaller."""
    ink = _shrunk(dot, 0.85).ink
    gap = np.zeros((ink.shape[0], max(1, round(0.8 * ink.shape[1]))), np.uint8)
    return Raster(np.hstack([ink, gap, ink]), 0, 0, 0.0)


def _above(base: Raster, mark: Raster, size_px: int) -> Raster:
    """The mark over the middle of the letter; the pen goes on as after the letter."""
    height, width = mark.ink.shape
    left = round(base.left + (base.ink.shape[1] - width) / 2)
    top = base.top - max(1, round(E_GAP * size_px)) - height
    return _merged(base, Raster(mark.ink, left, top, 0.0))


def _without_bar(letter: Raster, x_height: int) -> Raster:
    """An f whose bar ends at its stem."""
    ink = letter.ink.copy()
    heights = -letter.top - np.arange(ink.shape[0])  # of each row above the baseline
    stem = ink[(heights > STEM[0] * x_height) & (heights < STEM[1] * x_height)]
    columns = np.flatnonzero(stem.min(axis=0) > INKED) if stem.size else np.zeros(0, int)
    if not columns.size:
        return letter
    rows = (heights > BAR[0] * x_height) & (heights < BAR[1] * x_height)
    ink[rows, columns[-1] + 1 :] = 0
    return _cropped(ink, letter.left, letter.top, letter.advance)


def _side_by_side(first: Raster, second: Raster, x_height: int) -> Raster:
    """The second letter close to the stem of the first, under its arch."""
    heights = -first.top - np.arange(first.ink.shape[0])
    low = first.ink[(heights > 0) & (heights < STEM[1] * x_height)]
    stem = first.left + (int(np.flatnonzero(low.max(axis=0) > INKED)[-1]) if low.size else 0)
    shift = stem + 1 - second.left
    moved = Raster(second.ink, second.left + shift, second.top, 0.0)
    return _merged(Raster(first.ink, first.left, first.top, second.advance + shift), moved)


def _merged(first: Raster, second: Raster) -> Raster:
    """Both inks, with the advance of the first."""
    parts = (first, second)
    left, top = min(part.left for part in parts), min(part.top for part in parts)
    right = max(part.left + part.ink.shape[1] for part in parts)
    bottom = max(part.top + part.ink.shape[0] for part in parts)
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for part in parts:
        height, width = part.ink.shape
        y, x = part.top - top, part.left - left
        target = ink[y : y + height, x : x + width]
        np.maximum(target, part.ink, out=target)
    return Raster(ink, left, top, first.advance)


def _cropped(ink: Ink, left: int, top: int, advance: float) -> Raster:
    """Without rows and columns of paper at the border."""
    rows, columns = np.flatnonzero(ink.max(axis=1) > 40), np.flatnonzero(ink.max(axis=0) > 40)
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return Raster(ink[y0:y1, x0:x1].copy(), int(left + x0), int(top + y0), advance)
