"""What was found on a line -> a `Line` with words, glyphs, candidates and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from effocr.bundle import Calibration
from effocr.document import UNKNOWN, Block, Box, Details, Document, Glyph, Line, Page, Point, Word
from effocr.geometry import Affine, Direction, box_polygon, clip_boxes, union_box
from effocr.pipeline.engines import Found
from effocr.pipeline.postprocess.corrections import Corrections
from effocr.pipeline.second_opinion import SecondReader

__all__ = ["Rules", "Seen", "assemble_line", "blank_line", "confidences", "one_page_document"]

_DECIMALS = 2  # of a pixel; more is noise
_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rules:
    """How candidates become text.

    Attributes:
        top_k: candidates to keep for each glyph.
        unknown_similarity: a glyph whose best cosine is lower is unknown.
        min_confidence: a glyph of less confidence is unknown.
        calibration: weights of the confidence.
        corrections: what is corrected afterwards.
        second: reader of another kind that is asked, too; None: none is.
    """

    top_k: int
    unknown_similarity: float
    min_confidence: float
    calibration: Calibration
    corrections: Corrections = field(default_factory=Corrections)
    second: SecondReader | None = None

    @property
    def candidates(self) -> int:
        """Candidates that a line is assembled with."""
        return max(self.top_k, self.corrections.candidates)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where the glyphs of a line are.

    Attributes:
        size: width and height of the image, pixels.
        frame: maps frame pixels to image pixels.
        boxes: [n, 4] float32, frame pixels, left to right.
        scores: [n] float32, the localizer's.
        spaces: [n] bool, whether a word begins at the glyph.
        direction: of the line.
        baseline: (row at x = 0, slope), frame pixels; None: not known.
    """

    size: tuple[int, int]
    frame: Affine
    boxes: _Floats
    scores: _Floats
    spaces: npt.NDArray[np.bool_]
    direction: Direction = "ltr"
    baseline: tuple[float, float] | None = None


def assemble_line(seen: Seen, found: Found, rules: Rules) -> Line:
    """Make the line, and correct it.

    Here its text; boxes, words, glyphs and candidates when they are asked for, if ever. All of that
    is work of the interpreter, which threads cannot share.

    Args:
        seen: n glyphs.
        found: the n answers of the index.
        rules: how candidates become text.
    """
    if not len(seen.boxes):
        return blank_line(seen.size, confidence=0.0)
    known = np.asarray(found.similarities, np.float64)[:, 0] >= rules.unknown_similarity
    if rules.min_confidence > 0:
        known &= _sure(seen, found, rules) >= rules.min_confidence
    texts = [labels[0] for labels in found.labels]
    for place in np.flatnonzero(~known).tolist():
        texts[place] = UNKNOWN
    starts = (np.flatnonzero(seen.spaces[1:]) + 1).tolist()
    words = ["".join(texts[first:last]) for first, last in pairwise([0, *starts, len(texts)])]
    line = Line.with_details(
        " ".join(words), lambda: _details(seen, found, rules, known), direction=seen.direction
    )
    return rules.corrections.correct(line, top_k=rules.top_k)


def _details(seen: Seen, found: Found, rules: Rules, known: npt.NDArray[np.bool_]) -> Details:
    """All of a line that comes later; `known` [n] tells the glyphs that are no unknown ones."""
    boxes = np.round(clip_boxes(seen.frame.boxes(seen.boxes), *seen.size), _DECIMALS)
    sure = _sure(seen, found, rules)
    glyphs = _glyphs(
        boxes.tolist(), sure.round(4).tolist(), known.tolist(), _candidates(found, rules.candidates)
    )
    return Details(
        box=_box(union_box(boxes)),
        polygon=_outline(seen),
        confidence=round(float(sure.mean()), 4),
        words=_words(glyphs, boxes, seen.spaces),
        glyphs=glyphs,
        baseline=_baseline(seen),
    )


def _sure(seen: Seen, found: Found, rules: Rules) -> npt.NDArray[np.float64]:
    """[n] confidence of the glyphs."""
    similarities = np.asarray(found.similarities, np.float64)
    return confidences(similarities, seen.scores, rules.calibration)


def blank_line(size: tuple[int, int], *, confidence: float = 1.0) -> Line:
    """A line without glyphs that fills an image of (width, height) pixels.

    Args:
        size: width and height of the image.
        confidence: 1 for blank paper, 0 where there is ink that no glyph was found in.
    """
    box = (0.0, 0.0, float(size[0]), float(size[1]))
    return Line("", box, box_polygon(box), confidence, (), ())


def one_page_document(source: str, size: tuple[int, int], lines: Sequence[Line]) -> Document:
    """A document of one page of (width, height) pixels that holds these lines."""
    return Document(source, (Page(1, size[0], size[1], (Block(tuple(lines)),)),))


def confidences(
    similarities: npt.NDArray[np.float64], scores: _Floats, calibration: Calibration
) -> npt.NDArray[np.float64]:
    """Calibrated confidence of glyphs.

    Args:
        similarities: [n, k] cosines, best first; -inf or nan where there is no k-th character.
        scores: [n] float32, the localizer's.
        calibration: the weights.

    Returns:
        [n] float64 from 0 to 1.
    """
    best = similarities[:, 0]
    second = similarities[:, 1] if similarities.shape[1] > 1 else np.zeros_like(best)
    margin = best - np.where(np.isfinite(second), second, 0.0)
    evidence = (
        calibration.bias
        + calibration.similarity * best
        + calibration.margin * margin
        + calibration.location * scores
    )
    sure: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(evidence, -30.0, 30.0)))
    return sure


def _candidates(found: Found, top_k: int) -> list[tuple[tuple[str, float], ...]]:
    """(character, cosine) of every glyph, best first."""
    rows = np.asarray(found.similarities, np.float64)[:, :top_k].round(4).tolist()
    pairs = zip(found.labels, rows, strict=True)
    return [tuple(zip(labels, row, strict=False)) for labels, row in pairs]  # `rows` are cut


def _glyphs(
    boxes: list[list[float]],
    sure: list[float],
    known: list[bool],
    candidates: list[tuple[tuple[str, float], ...]],
) -> tuple[Glyph, ...]:
    """Glyphs of n boxes, confidences, flags and candidates."""
    return tuple(
        Glyph(found[0][0] if sound else UNKNOWN, (x0, y0, x1, y1), confidence, found, not sound)
        for (x0, y0, x1, y1), confidence, sound, found in zip(
            boxes, sure, known, candidates, strict=True
        )
    )


def _words(
    glyphs: Sequence[Glyph], boxes: npt.NDArray[np.float64], spaces: npt.NDArray[np.bool_]
) -> tuple[Word, ...]:
    """Words from the places where one begins; `boxes` [n, 4] are those of the glyphs."""
    starts = [0, *(np.flatnonzero(spaces[1:]) + 1).tolist()]
    ends = [*starts[1:], len(glyphs)]
    return tuple(
        Word(
            "".join([glyph.text for glyph in glyphs[first:last]]),
            _box(union_box(boxes[first:last])),
            (first, last),
        )
        for first, last in zip(starts, ends, strict=True)
    )


def _outline(seen: Seen) -> tuple[Point, ...]:
    """Outline around the glyphs that follows the slope of the line."""
    x0, y0, x1, y1 = union_box(seen.boxes).tolist()
    corners = seen.frame.points(np.array(box_polygon((x0, y0, x1, y1))))
    return _points(np.clip(corners, 0.0, np.array(seen.size, np.float64)))


def _baseline(seen: Seen) -> tuple[Point, ...]:
    """Both ends of what the letters stand on, from the start; of a column there is no such line."""
    if seen.baseline is None or seen.direction == "ttb":
        return ()
    row, slope = seen.baseline
    x = np.array([seen.boxes[:, 0].min(), seen.boxes[:, 2].max()], np.float64)
    if seen.direction == "rtl":
        x = x[::-1]
    ends = seen.frame.points(np.stack([x, row + slope * x], axis=1))
    return _points(np.clip(ends, 0.0, np.array(seen.size, np.float64)))


def _points(xy: npt.NDArray[np.float64]) -> tuple[Point, ...]:
    """[n, 2] numbers as tuples."""
    return tuple((x, y) for x, y in xy.round(_DECIMALS).tolist())


def _box(box: npt.NDArray[np.float64]) -> Box:
    """[4] numbers as a tuple."""
    x0, y0, x1, y1 = box.tolist()
    return (x0, y0, x1, y1)
