"""Aligned lines -> lines to train with, framed as reading framed them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from effocr.bundle import LineShape
from effocr.data.labelled import LabelledLine
from effocr.data.records import LineImage, Skipped
from effocr.errors import ImageError
from effocr.frame import prepare
from effocr.learn.align import Alignment
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.teach import AlignedLines, Lesson
from effocr.pipeline.images import load_image
from effocr.synth.frames import PreparedLine

__all__ = ["RealLines", "real_lines"]

MOST_MISSING: Final = 0.1  # of a line's characters, that were not found
FAR: Final = 1000.0  # pixels between two points of a baseline


@dataclass(frozen=True, slots=True)
class RealLines:
    """Lines whose glyphs were found from their texts.

    Attributes:
        lines: those that can be trained with.
        skipped: the others, and why.
    """

    lines: tuple[PreparedLine, ...]
    skipped: tuple[Skipped, ...]


def real_lines(
    lines: Sequence[LineImage], lessons: Sequence[Lesson], aligned: AlignedLines, shape: LineShape
) -> RealLines:
    """Make training lines of aligned ones.

    A line in which more than a tenth of the characters were not found would teach that their ink is
    no glyph; it is left out.

    Args:
        lines: images and texts, from left to right.
        lessons: of each line.
        aligned: of all of them.
        shape: of the frame.
    """
    unfit = set(aligned.left_out)
    found: list[PreparedLine] = []
    skipped: list[Skipped] = []
    for number, (line, lesson, alignment) in enumerate(
        zip(lines, lessons, aligned.alignments, strict=True)
    ):
        if number in unfit:
            reason = "not trained with: the text does not fit the image"
            skipped.append(Skipped(str(line.path), reason))
        elif not _enough(alignment):
            reason = f"not trained with: {len(alignment.missing)} characters were not found"
            skipped.append(Skipped(str(line.path), reason))
        elif (made := _prepared(line, lesson, alignment, shape)) is None:
            skipped.append(Skipped(str(line.path), "not trained with: nothing to see in it"))
        else:
            found.append(made)
    return RealLines(tuple(found), tuple(skipped))


def _enough(alignment: Alignment) -> bool:
    count = len(alignment.glyphs) + len(alignment.missing)
    return bool(alignment.glyphs) and len(alignment.missing) <= MOST_MISSING * count


def _prepared(
    line: LineImage, lesson: Lesson, alignment: Alignment, shape: LineShape
) -> PreparedLine | None:
    """The line, its glyphs from left to right; None where it is blank."""
    try:
        grey = load_image(line.path)
    except ImageError:
        return None
    prepared = prepare(grey, shape)
    if prepared is None:
        return None
    frame = lesson.hypotheses.frame
    boxes = frame.boxes(np.array([glyph.box for glyph in alignment.glyphs], np.float32))
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    glyphs = [alignment.glyphs[place] for place in order]
    starts = [
        place
        for place, glyph in enumerate(glyphs)
        if place == 0 or bool(lesson.transcript.starts[glyph.first])
    ]
    baseline, x_height = _metrics(lesson.hypotheses)
    truth = LabelledLine(
        grey=prepared.grey,
        text=lesson.transcript.text,
        glyphs=tuple(glyph.label for glyph in glyphs),
        boxes=boxes[order].astype(np.float32),
        words=tuple(zip(starts, [*starts[1:], len(glyphs)], strict=True)),
        baseline=baseline,
        x_height=x_height,
        source=str(line.path),
    )
    return PreparedLine(prepared, truth)


def _metrics(seen: Hypotheses) -> tuple[tuple[float, float], float]:
    """Baseline (row at x = 0, slope) and x-height in image pixels, as the localizer saw them."""
    row, slope = seen.baseline
    (x0, y0), (x1, y1) = seen.frame.points(np.array([[0.0, row], [FAR, row + FAR * slope]]))
    slope = float((y1 - y0) / (x1 - x0))
    return (float(y0 - slope * x0), slope), float(seen.x_height * seen.frame.matrix[1, 1])
