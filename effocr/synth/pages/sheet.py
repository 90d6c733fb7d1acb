"""A sheet of paper that type is put on, and what stands where on it."""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.synth.compose import Composed
from effocr.synth.pages.truth import ILLEGIBLE, LineKind

__all__ = ["Placed", "Sheet"]

Ink = npt.NDArray[np.uint8]  # 0 paper, 255 full ink
Box = tuple[float, float, float, float]  # x0 y0 x1 y1
BREATH: Final = 0.1  # x-heights left around the ink of a line


@dataclass(frozen=True, slots=True)
class Placed:
    """A line on the flat sheet; boxes in its pixels.

    Attributes:
        text: of the line.
        box: around its ink.
        baseline: row.
        x_height: pixels.
        kind: see `PageLine`.
        block: number.
        words: text and box.
    """

    text: str
    box: Box
    baseline: float
    x_height: float
    kind: LineKind
    block: int
    words: tuple[tuple[str, Box], ...]


@dataclass(slots=True)
class Sheet:
    """The flat, clean page.

    Attributes:
        ink: [height, width] uint8, 0 paper, 255 ink.
        lines: in reading order.
        block: number of the block that is being set.
    """

    ink: Ink
    lines: list[Placed] = field(default_factory=list)
    block: int = 0

    @staticmethod
    def blank(width: int, height: int) -> "Sheet":
        """A sheet without ink."""
        return Sheet(np.zeros((height, width), np.uint8))

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.ink.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.ink.shape[0])

    def end_block(self) -> None:
        """What comes next is another block."""
        if self.lines and self.lines[-1].block == self.block:
            self.block += 1

    def put(
        self, line: Composed, left: float, baseline: float, kind: LineKind, x_height: float
    ) -> bool:
        """Put a set line on the sheet.

        Args:
            line: to put.
            left: where its ink begins.
            baseline: row.
            kind: of the line.
            x_height: of its type, pixels.

        Returns:
            Whether it was put; not if it has no ink or would reach over the edge.
        """
        height, width = line.ink.shape
        x, y = round(left), round(baseline - line.baseline)
        if not line.glyphs or x < 0 or y < 0:
            return False
        target = self.ink[y : y + height, x : x + width]
        if target.shape != line.ink.shape:
            return False
        np.maximum(target, line.ink, out=target)
        words = []
        for first, last in line.words:
            boxes = line.boxes[first:last]
            text = "".join(line.glyphs[first:last])
            words.append((text, _around(boxes, x, y, BREATH * x_height)))
        self.lines.append(
            Placed(
                text=" ".join(text for text, _ in words),
                box=_around(line.boxes, x, y, BREATH * x_height),
                baseline=y + line.baseline,
                x_height=x_height,
                kind=kind,
                block=self.block,
                words=tuple(words),
            )
        )
        return True

    def ignore(self, box: Box, x_height: float) -> None:
        """Say that what stands in a box is no line to be read."""
        self.end_block()
        self.lines.append(Placed(ILLEGIBLE, box, box[3], x_height, "ignored", self.block, ()))
        self.end_block()

    def is_free(self, box: Box) -> bool:
        """Whether a box lies on the sheet and has no ink in it."""
        x0, y0, x1, y1 = (round(side) for side in box)
        if x0 < 0 or y0 < 0 or x1 > self.width or y1 > self.height or x0 >= x1 or y0 >= y1:
            return False
        return not self.ink[y0:y1, x0:x1].any()

    def paste(self, ink: Ink, left: float, top: float) -> bool:
        """Put ink on the sheet that is no text; not if it would reach over the edge."""
        x, y = round(left), round(top)
        if x < 0 or y < 0:
            return False
        target = self.ink[y : y + ink.shape[0], x : x + ink.shape[1]]
        if target.shape != ink.shape:
            return False
        np.maximum(target, ink, out=target)
        return True

    def invert(self, box: Box) -> None:
        """Turn ink to paper and paper to ink in a box: white type on black."""
        x0, y0, x1, y1 = (max(0, round(side)) for side in box)
        self.ink[y0:y1, x0:x1] = 255 - self.ink[y0:y1, x0:x1]

    def frame(self, box: Box, thick: float) -> None:
        """Rules around a box."""
        x0, y0, x1, y1 = box
        for ends in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.rule(*ends, thick)

    def cut(self, bottom: float) -> None:
        """Cut off what is below a row; nothing must stand there."""
        self.ink = np.ascontiguousarray(self.ink[: max(1, round(bottom))])

    def rule(self, x0: float, y0: float, x1: float, y1: float, thick: float) -> None:
        """Draw a rule; thin ones pale rather than vanish."""
        tone = 255 if thick >= 1 else max(90, round(255 * thick))
        ends = [(round(x0), round(y0)), (round(x1), round(y1))]
        cv2.line(self.ink, ends[0], ends[1], tone, max(1, round(thick)))


def _around(boxes: npt.NDArray[np.float32], x: float, y: float, breath: float) -> Box:
    x0, y0 = boxes[:, :2].min(axis=0)
    x1, y1 = boxes[:, 2:].max(axis=0)
    return (
        float(x0 + x - breath), float(y0 + y - breath),
        float(x1 + x + breath), float(y1 + y + breath),
    )  # fmt: skip
