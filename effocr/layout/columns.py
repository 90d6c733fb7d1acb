"""Columns of an image by the white between them, or lines by the white rows. Numpy only.

Print stands in parallel strips. The slope at which the white between them is widest is looked for
first, so that slight skew closes no gap. Specks make no strip of their own, nor does the rest of a
neighbour that the edge of the image cuts off, and parts of one glyph that stand side by side (い,
川) are put together again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["Strip", "blank_others", "split_strips"]

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEEPEST: Final = 0.05  # slope of a strip that is believed
SLOPES: Final = 41  # tried from one side to the other
MOST_PIXELS: Final = 40_000  # dark ones that the slope is told by
QUIET: Final = 0.003  # of the length is ink; less is white with dirt on it
SPECK: Final = 0.35  # of the usual strip, both ways; less is dirt
ONE_GLYPH: Final = (0.35, 1.6)  # glyph heights that the sides of one glyph stand within
SIDE: Final = 0.65  # glyph heights; the side of a glyph is narrower
UNLIKE: Final = 2.5  # times higher than the other side no side of a glyph is
NARROW: Final = 0.6  # of the widest strip; less at the edge of the image is cut off
LONG: Final = 6.0  # times its breadth a strip is long; not all of its glyphs have a gap inside
GLYPH_HEIGHT: Final = 75  # percentile of the heights of the runs of inked rows


@dataclass(frozen=True, slots=True)
class Strip:
    """A column (or a line) of print.

    Attributes:
        box: x0 y0 x1 y1 around its ink, pixels of the image.
        edges: where the strip begins and ends, across, halfway along the image.
        slope: how far it moves across for each pixel along.
        axis: along which the print runs: 0 for x (a line), 1 for y (a column).
    """

    box: tuple[int, int, int, int]
    edges: tuple[float, float]
    slope: float
    axis: int


def split_strips(dark: Mask, *, axis: int = 1) -> list[Strip]:
    """Find the columns of an image, from right to left; with axis 0 the lines, from the top.

    Args:
        dark: [height, width] bool, True where there is ink.
        axis: along which the print runs: 1 for columns, 0 for lines.

    Returns:
        Strips in reading order; none where there is no ink.
    """
    along, across = np.nonzero(dark if axis == 1 else dark.T)
    if not along.size:
        return []
    length, breadth = dark.shape if axis == 1 else dark.shape[::-1]
    slope = _slope(along - length / 2, across)
    straight = np.floor(across - slope * (along - length / 2)).astype(np.int64)
    margin = int(np.ceil(STEEPEST * length / 2)) + 1
    profile = np.bincount(straight + margin, minlength=breadth + 2 * margin)
    runs = _runs(profile > QUIET * length) - margin
    if not len(runs):
        return []
    members = [_between(straight, first, last) for first, last in runs.tolist()]
    runs, members = _without_specks(runs, members, along)
    runs, members = _whole_glyphs(runs, members, along)
    strips = []
    for (first, last), inside in zip(runs.tolist(), members, strict=True):
        low = int(across[inside].min()), int(along[inside].min())
        high = int(across[inside].max()) + 1, int(along[inside].max()) + 1
        box = (*low, *high) if axis == 1 else (low[1], low[0], high[1], high[0])
        strips.append(Strip(box, (float(first), float(last)), slope, axis))
    strips = _without_cut_off(strips, breadth)
    return strips[::-1] if axis == 1 else strips


def blank_others(
    image: npt.NDArray[np.uint8], strip: Strip, others: list[Strip], *, margin_px: int, paper: int
) -> tuple[npt.NDArray[np.uint8], tuple[int, int]]:
    """Cut a strip out, with the ink of its neighbours blanked where they reach into its box.

    Args:
        image: [height, width] uint8.
        strip: to cut out.
        others: all strips of the image.
        margin_px: paper to keep around the strip, where there is as much.
        paper: grey level to blank with.

    Returns:
        The image of the strip, and the place of its left upper corner in `image`.
    """
    height, width = image.shape
    x0, y0 = max(strip.box[0] - margin_px, 0), max(strip.box[1] - margin_px, 0)
    x1, y1 = min(strip.box[2] + margin_px, width), min(strip.box[3] + margin_px, height)
    cut = image[y0:y1, x0:x1].copy()
    rows, columns = np.arange(y0, y1)[:, None] + 0.5, np.arange(x0, x1)[None, :] + 0.5
    along, across = (rows, columns) if strip.axis == 1 else (columns, rows)
    place = across - strip.slope * (along - (height if strip.axis == 1 else width) / 2)
    left, right = _limits(strip, others)
    cut[(place < left) | (place >= right)] = paper
    return cut, (x0, y0)


def _limits(strip: Strip, others: list[Strip]) -> tuple[float, float]:
    """Half way to the next strips on both sides, halfway along the image."""
    first, last = strip.edges
    before = [other.edges[1] for other in others if other.edges[1] <= first and other is not strip]
    after = [other.edges[0] for other in others if other.edges[0] >= last and other is not strip]
    return (
        (max(before) + first) / 2 if before else -np.inf,
        (last + min(after)) / 2 if after else np.inf,
    )


def _slope(along: Floats, across: Ints) -> float:
    """The slope whose profile has the most white and the highest peaks."""
    step = -(-len(along) // MOST_PIXELS)
    along, across = along[::step], across[::step]
    slopes = np.linspace(-STEEPEST, STEEPEST, SLOPES)
    slopes = slopes[np.argsort(np.abs(slopes), kind="stable")]  # where alike, the straightest
    scores = []
    for slope in slopes:
        moved = np.floor(across - slope * along).astype(np.int64)
        profile = np.bincount(moved - moved.min()).astype(np.float64)
        scores.append(float(np.square(profile).sum()))
    return float(slopes[int(np.argmax(scores))])


def _runs(busy: Mask) -> Ints:
    """[n, 2] first and last (exclusive) places of the runs of True."""
    padded = np.concatenate(([False], busy, [False]))
    return np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)


def _between(places: Ints, first: int, last: int) -> Ints:
    """Numbers of the pixels of a strip."""
    return np.flatnonzero((places >= first) & (places < last))


def _without_specks(runs: Ints, members: list[Ints], along: Ints) -> tuple[Ints, list[Ints]]:
    """Drop what is small both ways beside the usual strip."""
    breadths = (runs[:, 1] - runs[:, 0]).astype(np.float64)
    lengths = np.array([_inked(along[inside]).max() for inside in members], np.float64)
    inks = np.array([len(inside) for inside in members], np.float64)
    usual = breadths[int(np.argmax(inks))]  # that of the strip with the most ink
    kept = (breadths > SPECK * usual) | (lengths > SPECK * usual)
    return runs[kept], [inside for inside, stays in zip(members, kept, strict=True) if stays]


def _without_cut_off(strips: list[Strip], breadth: int) -> list[Strip]:
    """Drop what is left of a neighbour that the image's edge cuts off."""
    widest = max((strip.edges[1] - strip.edges[0] for strip in strips), default=0.0)
    kept = []
    for strip in strips:
        low, high = (
            (strip.box[0], strip.box[2]) if strip.axis == 1 else (strip.box[1], strip.box[3])
        )
        narrow = strip.edges[1] - strip.edges[0] < NARROW * widest
        if not narrow or (low > 0 and high < breadth):
            kept.append(strip)
    return kept


def _whole_glyphs(runs: Ints, members: list[Ints], along: Ints) -> tuple[Ints, list[Ints]]:
    """Join neighbours that are the sides of glyphs with white inside."""
    whole: list[tuple[int, int]] = []
    joined: list[Ints] = []
    for (first, last), inside in zip(runs.tolist(), members, strict=True):
        if joined and _same_glyphs(whole[-1], (first, last), [along[joined[-1]], along[inside]]):
            whole[-1] = (whole[-1][0], last)
            joined[-1] = np.concatenate((joined[-1], inside))
        else:
            whole.append((first, last))
            joined.append(inside)
    return np.array(whole, np.int64).reshape(-1, 2), joined


def _same_glyphs(before: tuple[int, int], after: tuple[int, int], parts: list[Ints]) -> bool:
    """Whether two runs are the sides of the same glyphs; `parts` are their places along."""
    together = after[1] - before[0]
    if max(float(np.ptp(part)) for part in parts) > LONG * together:
        return False
    lower, higher = sorted(_glyph_height(part) for part in parts)
    narrower = min(before[1] - before[0], after[1] - after[0])
    if higher > UNLIKE * lower or narrower > SIDE * higher:
        return False
    least, most = ONE_GLYPH
    return least * higher <= together <= most * higher


def _glyph_height(along: Ints) -> float:
    """Usual extent of a glyph along the strip, from its runs of inked rows."""
    return float(np.percentile(_inked(along), GLYPH_HEIGHT))


def _inked(along: Ints) -> Ints:
    """Lengths of the runs of inked rows."""
    runs = _runs(np.bincount(along - along.min()) > 0)
    lengths: Ints = runs[:, 1] - runs[:, 0]
    return lengths
