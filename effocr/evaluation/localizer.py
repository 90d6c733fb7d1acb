"""The boxes that reading finds, against the true ones of character-level COCO."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from effocr.data.records import Boxes, LineImage, Skipped
from effocr.document import Document
from effocr.metrics.boxes import BoxCounts, count_matches
from effocr.pipeline.reader import ReadFailure

__all__ = ["LocalizerReport", "ReadsMany", "evaluate_localizer"]


class ReadsMany(Protocol):
    """What is needed of a reader."""

    def read_many(self, images: Iterable[Path]) -> Iterator[Document | ReadFailure]:
        """Read images, results in their order."""
        ...


@dataclass(frozen=True, slots=True)
class LocalizerReport:
    """How many glyph boxes were found, and how many of those are true.

    Attributes:
        lines: that were used.
        right_number: lines on which as many boxes were found as there are glyphs.
        boxes: counts of the matching.
        iou_threshold: least overlap of a match.
        skipped: lines without boxes or that cannot be read, and why.
    """

    lines: int
    right_number: int
    boxes: BoxCounts
    iou_threshold: float
    skipped: tuple[Skipped, ...]

    def as_json(self) -> dict[str, object]:
        """Plain values; rates in percent."""
        return {
            "lines": self.lines,
            "boxes": self.boxes.truth,
            "found": self.boxes.found,
            "precision": round(100 * self.boxes.precision, 3),
            "recall": round(100 * self.boxes.recall, 3),
            "f": round(100 * self.boxes.f_score, 3),
            "iou": self.iou_threshold,
            "right_number": round(100 * self.right_number / max(self.lines, 1), 3),
            "skipped": len(self.skipped),
        }


def evaluate_localizer(
    lines: Sequence[LineImage], reader: ReadsMany, *, iou_threshold: float = 0.5
) -> LocalizerReport:
    """Read lines and compare the glyph boxes.

    Args:
        lines: with boxes; others are skipped and listed.
        reader: whose documents hold the boxes that it found.
        iou_threshold: least intersection over union of a found and a true box that match.
    """
    known: list[tuple[Path, Boxes]] = []
    skipped: list[Skipped] = []
    for line in lines:
        if line.boxes is not None and len(line.boxes):
            known.append((line.path, line.boxes))
        else:
            skipped.append(Skipped(str(line.path), "no boxes"))
    counts, used, right_number = BoxCounts(), 0, 0
    read = reader.read_many(path for path, _ in known)
    for (path, truth), document in zip(known, read, strict=True):
        if isinstance(document, ReadFailure):
            skipped.append(Skipped(str(path), document.reason))
            continue
        boxes = [glyph.box for line in document.lines for glyph in line.glyphs]
        found = np.array(boxes, np.float32).reshape(-1, 4)
        counts += count_matches(found, truth, iou_threshold)
        used += 1
        right_number += len(found) == len(truth)
    return LocalizerReport(used, right_number, counts, iou_threshold, tuple(skipped))
