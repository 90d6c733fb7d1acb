"""Examples of one character: where it stands on lines whose text is known, or on images of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape
from effocr.data.records import Skipped
from effocr.errors import UsageError
from effocr.geometry import union_box
from effocr.learn.align import Aligned, align
from effocr.learn.hypotheses import LEAST_SCORE, hypotheses_of
from effocr.learn.transcript import Transcript, transcribe
from effocr.pipeline.engines import Engines, Grey, LocatedLine
from effocr.pipeline.locate import NativeLocator
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.origins import Origin

__all__ = ["Example", "Shown", "example_of_slice", "examples_of_line", "same_size"]

Floats = npt.NDArray[np.float32]

INK: Final = 160  # grey level; darker is ink
LEAST_SPECK: Final = 5  # frame pixels; a smaller spot of ink is dirt
BLANK_PX: Final = 2.0  # frame pixels between a glyph and what is none of it
MOST_SPREAD: Final = 1.3  # of the width of an example to that of another


@dataclass(frozen=True, slots=True)
class Shown:
    """A line image and what is printed on it."""

    grey: Grey
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Example:
    """A glyph on a line.

    Attributes:
        grey: [height, width] uint8, the line, dark on light.
        box: [4] float32, pixels of it.
        baseline: (row at x = 0, slope), pixels of it.
        x_height: pixels of it.
        origin: of the image.
    """

    grey: Grey
    box: Floats
    baseline: tuple[float, float]
    x_height: float
    origin: Origin


def examples_of_line(
    shown: Shown, glyph: str, engines: Engines, index: GlyphIndex
) -> list[Example | Skipped]:
    """Find a character that the model does not know on a line, by what stands beside it.

    Args:
        shown: the line.
        glyph: the character.
        engines: of the model.
        index: of the model.

    Returns:
        One for each time that it stands in the text; `Skipped` where its place is not found.
    """
    locator = engines.locator
    if not isinstance(locator, NativeLocator):
        raise UsageError(f"pictures need the native localizer, not {type(locator).__name__}")
    name = shown.origin.source
    transcript = transcribe(shown.text, engines.manifest.direction)
    if glyph not in transcript.glyphs:
        return [Skipped(name, f"left out: {glyph!r} does not stand in its text")]
    line = locator.propose([shown.grey], LEAST_SCORE)[0]
    hypotheses = None if line is None else hypotheses_of(line, engines)
    if line is None or hypotheses is None or line.located.baseline is None:
        return [Skipped(name, "left out: no glyph was found in the image")]
    characters = index.characters
    alignment = align(
        hypotheses, transcript, lambda rows: (characters, index.ranks(rows)), certain=False
    )
    return [
        _example(shown, line, transcript, alignment.glyphs, place)
        for place, label in enumerate(transcript.glyphs)
        if label == glyph
    ]


def _example(
    shown: Shown,
    line: LocatedLine,
    transcript: Transcript,
    aligned: Sequence[Aligned],
    place: int,
) -> Example | Skipped:
    """The ink between the two neighbours."""
    length = len(transcript.glyphs)
    before = _edge(aligned, place - 1) if place else np.array([0, 0, 0, 0])
    after = _edge(aligned, place + 1) if place + 1 < length else np.full(4, line.pixels.shape[1])
    if before is None or after is None:
        reason = "left out: what stands beside the character was not found"
        return Skipped(shown.origin.source, reason)
    limits = (max(int(np.floor(before[2])), 0), max(int(np.ceil(after[0])), 0))
    box = _ink_box(line.pixels, limits, _edge(aligned, place))
    baseline = line.located.baseline
    if box is None or baseline is None:
        return Skipped(shown.origin.source, "left out: no ink in the place of the character")
    (x0, y0), (x1, y1) = line.frame.points(
        np.array([[0.0, baseline[0]], [100.0, baseline[0] + 100.0 * baseline[1]]])
    )
    slope = float((y1 - y0) / (x1 - x0))
    return Example(
        line.grey,
        line.frame.boxes(box[None])[0].astype(np.float32),
        (float(y0 - slope * x0), slope),
        float(line.located.x_height * line.frame.matrix[1, 1]),
        shown.origin,
    )


def _edge(aligned: Sequence[Aligned], place: int) -> Floats | None:
    """Box of the glyph that stands for a character of the transcript."""
    for glyph in aligned:
        if glyph.first == place or (glyph.first < place < glyph.first + len(glyph.label)):
            return glyph.box
    return None


def _ink_box(pixels: Grey, limits: tuple[int, int], seed: Floats | None) -> Floats | None:
    """Box around ink, specks left out.

    Args:
        pixels: [height, width] uint8.
        limits: first and last (exclusive) column that may belong to it.
        seed: [4], a box on it; ink beyond a blank strip beside this is something else. None: all
            of the ink.
    """
    first, last = limits
    if last <= first:
        return None
    dark = (pixels[:, first:last] < INK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    parts = stats[1:count][stats[1:count, cv2.CC_STAT_AREA] >= LEAST_SPECK]
    if not len(parts):
        return None
    boxes = np.stack(
        (
            first + parts[:, cv2.CC_STAT_LEFT],
            parts[:, cv2.CC_STAT_TOP],
            first + parts[:, cv2.CC_STAT_LEFT] + parts[:, cv2.CC_STAT_WIDTH],
            parts[:, cv2.CC_STAT_TOP] + parts[:, cv2.CC_STAT_HEIGHT],
        ),
        axis=1,
    ).astype(np.float32)
    if seed is not None:
        boxes = np.concatenate((boxes[_near(boxes, seed)], seed[None]))
    return np.asarray(union_box(boxes), np.float32)


def _near(boxes: Floats, seed: Floats) -> npt.NDArray[np.bool_]:
    """[n] bool: no blank strip stands between a part and the seed."""
    left, right = float(seed[0]), float(seed[2])
    taken = np.zeros(len(boxes), bool)
    while True:
        close = (boxes[:, 0] < right + BLANK_PX) & (boxes[:, 2] > left - BLANK_PX)
        if (close == taken).all():
            return taken
        taken = close
        left = min(left, float(boxes[close, 0].min()))
        right = max(right, float(boxes[close, 2].max()))


def example_of_slice(grey: Grey, shape: LineShape, origin: Origin) -> Example | Skipped:
    """The only glyph of an image that is a slice of a frame, as high as it."""
    box = _ink_box(grey, (0, grey.shape[1]), None)
    if box is None:
        return Skipped(origin.source, "left out: no ink")
    return Example(grey, box, (shape.baseline_px, 0.0), shape.x_height_px, origin)


def same_size(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Those about as wide as most, and the others, of which more or less than the glyph was cut."""
    widths = [float(each.box[2] - each.box[0]) / each.x_height for each in examples]
    groups = [
        [other / MOST_SPREAD <= width <= other * MOST_SPREAD for width in widths]
        for other in widths
    ]
    best = max(groups, key=sum, default=[])
    return (
        [each for each, usual in zip(examples, best, strict=True) if usual],
        [each for each, usual in zip(examples, best, strict=True) if not usual],
    )
