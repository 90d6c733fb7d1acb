"""Aligned lines as line images with glyph boxes, and how many of the boxes are right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from effocr.charset import graphemes
from effocr.data.records import LineImage, Skipped, image_size
from effocr.geometry import clip_boxes, iou_matrix, union_box
from effocr.learn.align import Alignment
from effocr.learn.lessons import index_of, look_at
from effocr.learn.teach import Lesson, TeachOptions, align_all
from effocr.pipeline.engines import Engines

__all__ = ["AlignReport", "BoxScore", "align_and_score", "score_boxes", "with_boxes"]

LEAST_IOU: Final = 0.5
MOST_LETTERS: Final = 4  # whose boxes together may stand for a ligature


@dataclass(frozen=True, slots=True)
class BoxScore:
    """How many true glyphs were found with their character.

    Attributes:
        glyphs: true boxes.
        right: of them, those that a glyph of the same text, or letters that make it up together,
            covers at an IoU of 0.5 or more.
    """

    glyphs: int = 0
    right: int = 0

    def __add__(self, other: "BoxScore") -> "BoxScore":
        """Both together."""
        return BoxScore(self.glyphs + other.glyphs, self.right + other.right)

    @property
    def share(self) -> float:
        """Right ones, 0 to 1."""
        return self.right / self.glyphs if self.glyphs else 0.0


@dataclass(frozen=True, slots=True)
class AlignReport:
    """How well boxes were found from texts.

    Attributes:
        lines: whose true boxes are known.
        score: of their glyphs.
        skipped: lines that could not be read, or whose text was found not to fit.
    """

    lines: int
    score: BoxScore
    skipped: tuple[Skipped, ...]

    def as_json(self) -> dict[str, object]:
        """Plain values; the share in percent."""
        return {
            "lines": self.lines,
            "glyphs": self.score.glyphs,
            "right": self.score.right,
            "right_share": round(100 * self.score.share, 3),
            "skipped": len(self.skipped),
        }


def align_and_score(
    lines: Sequence[LineImage], engines: Engines, options: TeachOptions
) -> AlignReport:
    """Find the boxes of lines from their texts, and compare them with the true ones.

    Args:
        lines: with true boxes and labels; others count nothing.
        engines: of a model folder.
        options: of the alignment; `rounds` of learning the type.

    Raises:
        UsageError: not the engines of a model folder.
        DataFormatError: no line can be looked at.
    """
    known = [line for line in lines if line.boxes is not None and line.glyphs and line.text]
    lessons = look_at(known, engines)
    found = align_all(index_of(engines), lessons.lessons, options, certain=False)
    score = BoxScore()
    for line, lesson, alignment in zip(
        lessons.lines, lessons.lessons, found.alignments, strict=True
    ):
        score += score_boxes(with_boxes(line, lesson, alignment), line)
    skipped = (*lessons.problems, *found.unfit(lessons.lessons))
    return AlignReport(len(lessons.lines), score, skipped)


def with_boxes(
    line: LineImage, lesson: Lesson, alignment: Alignment, *, least_confidence: float = 0.0
) -> LineImage:
    """The line with the boxes and labels of its glyphs, in reading order, pixels of the image.

    Args:
        line: as it was.
        lesson: as it was looked at.
        alignment: with its transcript.
        least_confidence: glyphs of less are left out.
    """
    places = lesson.transcript.order
    kept = [
        glyph
        for glyph in alignment.glyphs
        if not least_confidence or glyph.confidence >= least_confidence
    ]
    kept.sort(key=lambda glyph: int(places[glyph.first]))
    boxes = np.array([glyph.box for glyph in kept], np.float32).reshape(-1, 4)
    size = line.size or image_size(line.path)
    on_image = clip_boxes(lesson.hypotheses.frame.boxes(boxes), *size).astype(np.float32)
    labels = tuple(glyph.label for glyph in kept)
    return replace(
        line, text=lesson.transcript.text, boxes=on_image, glyphs=labels, word_boxes=None, size=size
    )


def score_boxes(found: LineImage, truth: LineImage) -> BoxScore:
    """Compare boxes with true ones; a line without true labels counts nothing."""
    if truth.boxes is None or truth.glyphs is None:
        return BoxScore()
    boxes = np.zeros((0, 4), np.float32) if found.boxes is None else found.boxes
    spans = _spans(found.glyphs or ())
    right = 0
    for box, label in zip(truth.boxes, truth.glyphs, strict=True):
        named = spans.get(label, [])
        hulls = [union_box(boxes[first:last]) for first, last in named]
        overlap = iou_matrix(np.array([box]), np.array(hulls)) if hulls else np.zeros((1, 0))
        right += bool((overlap >= LEAST_IOU).any())
    return BoxScore(len(truth.glyphs), right)


def _spans(labels: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """[first, last) of neighbours by the text that they make up together."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for first in range(len(labels)):
        text = ""
        for last in range(first + 1, min(first + MOST_LETTERS, len(labels)) + 1):
            text += labels[last - 1]
            if last == first + 1 or len(graphemes(text)) <= MOST_LETTERS:
                spans.setdefault(text, []).append((first, last))
    return spans
