"""A synthetic page and its truth."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["ILLEGIBLE", "LineKind", "PageLine", "PageWord", "SyntheticPage"]

Points = npt.NDArray[np.float32]
LineKind = Literal[
    "body", "heading", "head", "number", "footnote", "marginal", "caption", "table", "initial",
    "ignored",
]  # fmt: skip
ILLEGIBLE = "###"  # text of what is neither to be found nor to be missed, as ICDAR2015 writes it


@dataclass(frozen=True, slots=True, eq=False)
class PageWord:
    """A word.

    Attributes:
        text: NFC.
        polygon: [n, 2] float32, x y in pixels of the image, clockwise from the top left; the upper
            side from left to right, then the lower one from right to left.
    """

    text: str
    polygon: Points


@dataclass(frozen=True, slots=True, eq=False)
class PageLine:
    """A line, or a piece of one that stands apart, such as the cell of a table.

    Attributes:
        text: NFC, single spaces; `ILLEGIBLE` if `kind` is `ignored`.
        polygon: as that of a word; around the ink of the line.
        baseline: [n, 2] float32, from left to right.
        x_height: pixels of the image.
        kind: what it is; `ignored`: stamps, scribbles and what else is no line to be read.
        block: number of the block, from 0; lines of a paragraph or a table share one.
        words: in reading order; none of an ignored line.
    """

    text: str
    polygon: Points
    baseline: Points
    x_height: float
    kind: LineKind
    block: int
    words: tuple[PageWord, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticPage:
    """A page as it was scanned.

    Attributes:
        image: [height, width] uint8, mostly dark on light.
        lines: in reading order.
        layout: name of its layout.
        condition: how it was scanned.
        jpeg: the content of a JPEG file that decodes to `image`, of a scan that was kept as one.
    """

    image: npt.NDArray[np.uint8]
    lines: tuple[PageLine, ...]
    layout: str
    condition: str
    jpeg: bytes | None = None

    @property
    def text(self) -> str:
        """The lines to be read, in reading order; a drop capital goes on in the next line."""
        parts: list[str] = []
        for line in self.lines:
            if line.kind != "ignored":
                parts.append(line.text if line.kind == "initial" else f"{line.text}\n")
        return "".join(parts)
