"""How well a box localizer finds the glyphs and words of lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.localizer.backends.boxes import BoxLocalizer
from effocr.localizer.backends.samples import BoxSample
from effocr.metrics.boxes import BoxCounts, count_matches

__all__ = ["BoxScores", "score"]

IOU: Final = 0.5
AT_ONCE: Final = 16  # lines given to the backend together


@dataclass(frozen=True, slots=True)
class BoxScores:
    """Boxes found on lines, at IoU 0.5.

    Attributes:
        lines: that were located.
        right_number: lines with as many glyphs found as there are.
        glyphs: counts of the matching.
        words: counts of the matching.
    """

    lines: int
    right_number: int
    glyphs: BoxCounts
    words: BoxCounts

    def figures(self) -> dict[str, float]:
        """Precision, recall and F of glyphs, F of words where there are any, 0 to 1."""
        figures = {
            "precision": self.glyphs.precision,
            "recall": self.glyphs.recall,
            "f_score": self.glyphs.f_score,
            "right_number": self.right_number / max(self.lines, 1),
        }
        if self.words.truth:
            figures["word_f_score"] = self.words.f_score
        return figures


def score(
    localizer: BoxLocalizer,
    samples: Sequence[BoxSample],
    *,
    load: Callable[[Path], npt.NDArray[np.uint8]],
) -> BoxScores:
    """Locate lines and compare the boxes with the true ones.

    Args:
        localizer: any backend.
        samples: lines with their boxes.
        load: reads an image as [height, width] uint8.
    """
    glyphs, words, right_number = BoxCounts(), BoxCounts(), 0
    for first in range(0, len(samples), AT_ONCE):
        chunk = samples[first : first + AT_ONCE]
        located = localizer.locate([load(sample.path) for sample in chunk])
        for sample, found in zip(chunk, located, strict=True):
            glyphs += count_matches(found.glyphs, sample.glyphs, IOU)
            words += count_matches(found.words, sample.words, IOU)
            right_number += len(found.glyphs) == len(sample.glyphs)
    return BoxScores(len(samples), right_number, glyphs, words)
