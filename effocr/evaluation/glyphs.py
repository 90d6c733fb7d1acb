"""The recognizer alone, on the true boxes of character-level COCO."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from effocr.bundle import LineShape
from effocr.data.labelled import FLAT_SMALL, STANDING, estimate_metrics
from effocr.data.records import Boxes, LineImage, Skipped
from effocr.errors import BundleError, ImageError
from effocr.frame import lay_down, prepare, true_frame, warp
from effocr.geometry import Affine
from effocr.metrics.text import treat
from effocr.pipeline.engines import Engines, Views
from effocr.pipeline.images import load_image
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.windows import cut_known
from effocr.recognizer.arrays import cut_crops
from effocr.recognizer.sources import LabelledFrame

__all__ = ["GlyphReport", "evaluate_glyphs"]

_CANDIDATES = 5
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class GlyphReport:
    """How often the index names a glyph right when its box is given.

    Attributes:
        lines: that were used.
        glyphs: on these lines.
        right: whose nearest character is the true one.
        right_of_five: whose true character is among the five nearest.
        uncovered: whose character is not in the index at all; these count as wrong.
        unknown: whose nearest character is less similar than the model's threshold.
        confusions: (true, taken for, how often), most frequent first.
        skipped: lines without labels or that cannot be read, and why.
    """

    lines: int
    glyphs: int
    right: int
    right_of_five: int
    uncovered: int
    unknown: int
    confusions: tuple[tuple[str, str, int], ...]
    skipped: tuple[Skipped, ...]

    def as_json(self) -> dict[str, object]:
        """Plain values; rates in percent of all glyphs."""
        share = 100 / max(self.glyphs, 1)
        return {
            "lines": self.lines,
            "glyphs": self.glyphs,
            "accuracy": round(self.right * share, 3),
            "top5": round(self.right_of_five * share, 3),
            "uncovered": round(self.uncovered * share, 3),
            "unknown": round(self.unknown * share, 3),
            "confusions": [list(confusion) for confusion in self.confusions[:20]],
            "skipped": len(self.skipped),
        }


def evaluate_glyphs(lines: Sequence[LineImage], engines: Engines) -> GlyphReport:
    """Cut every labelled glyph by its true box, look it up, compare.

    Labels are compared after the treatment that text gets before scoring, so ’ read as ' is right.

    Args:
        lines: with boxes and labels; others are skipped and listed.
        engines: encoder, index and manifest are used, the localizer is not.
    """
    covered = {treat(glyph) for glyph in engines.manifest.charset}
    confusions: Counter[tuple[str, str]] = Counter()
    skipped: list[Skipped] = []
    totals = Counter[str]()
    for line in lines:
        if line.boxes is None or not line.glyphs:
            skipped.append(Skipped(str(line.path), "no labelled boxes"))
            continue
        try:
            crops = _crops(line, engines)
        except ImageError as error:
            skipped.append(Skipped(str(line.path), str(error)))
            continue
        totals["lines"] += 1
        found = engines.index.search(engines.encoder.embed(crops), _CANDIDATES)
        for glyph, labels, similarities in zip(
            line.glyphs, found.labels, found.similarities, strict=True
        ):
            true, taken = treat(glyph), [treat(label) for label in labels]
            totals["glyphs"] += 1
            totals["right"] += taken[:1] == [true]
            totals["right_of_five"] += true in taken
            totals["uncovered"] += true not in covered
            totals["unknown"] += bool(similarities[0] < engines.manifest.unknown_similarity)
            if taken[:1] != [true]:
                confusions[true, taken[0] if taken else ""] += 1
    return GlyphReport(
        lines=totals["lines"],
        glyphs=totals["glyphs"],
        right=totals["right"],
        right_of_five=totals["right_of_five"],
        uncovered=totals["uncovered"],
        unknown=totals["unknown"],
        confusions=tuple((*pair, count) for pair, count in confusions.most_common()),
        skipped=tuple(skipped),
    )


def _crops(line: LineImage, engines: Engines) -> Views:
    """What the encoder sees of the true boxes, in the frame of the line."""
    shape = engines.manifest.line
    grey, to_image = lay_down(load_image(line.path), shape.direction)
    prepared = prepare(grey, shape)
    if prepared is None or line.boxes is None or line.glyphs is None:
        raise ImageError("blank, though it has boxes")
    boxes = to_image.inverse().boxes(line.boxes).astype(np.float32)
    frame, width = _frame_of_boxes(boxes, line.glyphs, shape) or (
        prepared.frame,
        prepared.frame_width,
    )
    pixels = warp(prepared.grey, frame, width, shape.height)
    in_frame = frame.inverse().boxes(boxes).astype(np.float32)
    window = engines.manifest.window
    if window is None:
        return cut_crops(pixels, in_frame, engines.manifest.crop)
    if not isinstance(engines.locator, NativeLocator):
        raise BundleError("its recognizer looks at features that the localizer does not give")
    frames = [LabelledFrame(pixels, in_frame, line.glyphs)]
    return cut_known(frames, engines.locator.localizer, window)[0]


def _frame_of_boxes(
    boxes: Boxes, glyphs: Sequence[str], shape: LineShape
) -> tuple[Affine, int] | None:
    """Frame and width from the boxes of letters that stand on the baseline; None with too few.

    The localizer has no part in it.
    """
    standing = sum(glyph in STANDING for glyph in glyphs)
    x_high = sum(glyph in FLAT_SMALL for glyph in glyphs)
    column = shape.direction == "ttb"
    if not column and (standing < _LEAST_LETTERS or x_high < _LEAST_LETTERS):
        return None
    baseline, x_height = estimate_metrics(boxes, tuple(glyphs), column=column)
    extent = (float(boxes[:, 0].min()), float(boxes[:, 2].max()))
    return true_frame(baseline, x_height, extent, shape)
