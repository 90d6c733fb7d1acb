"""What may be a glyph on a line: more than reading takes, with what each of it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.data.records import LineImage, Skipped
from effocr.errors import ImageError, UsageError
from effocr.geometry import Affine
from effocr.localizer.arrays import suppress
from effocr.pipeline.engines import Engines, Grey, LocatedLine
from effocr.pipeline.images import load_image
from effocr.pipeline.locate import NativeLocator

__all__ = ["LEAST_SCORE", "Hypotheses", "hypotheses_of", "propose", "propose_in"]

Floats = npt.NDArray[np.float32]

LEAST_SCORE: Final = 0.03  # of what may be a glyph; reading asks for ten times as much
LINES_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """What may be a glyph on one line, in reading order as it stands (see `turn_runs` for RTL).

    Attributes:
        boxes: [n, 4] float32, frame pixels.
        scores: [n] float32, the localizer's.
        best: [n] bool: nothing of a higher score covers it.
        gaps: [n] float32, greatest probability of a word gap since the one before; 1 for the first.
        embeddings: [n, dim] float32, unit length.
        frame: maps frame pixels to pixels of the image.
        baseline: (height at x = 0, slope) in the frame, as the localizer sees it.
        x_height: frame pixels, the same.
    """

    boxes: Floats
    scores: Floats
    best: npt.NDArray[np.bool_]
    gaps: Floats
    embeddings: Floats
    frame: Affine
    baseline: tuple[float, float] = (0.0, 0.0)
    x_height: float = 0.0

    def __len__(self) -> int:
        """How many."""
        return len(self.boxes)


def propose(lines: Sequence[LineImage], engines: Engines) -> list[Hypotheses | Skipped]:
    """Look at line images.

    Args:
        lines: their images are opened here.
        engines: of a model folder.

    Returns:
        One for each line, in order; `Skipped` for an image that cannot be read, or in which
            reading finds no glyph.

    Raises:
        UsageError: the engines have another locator than the native one.
    """
    found: list[Hypotheses | Skipped] = []
    for start in range(0, len(lines), LINES_AT_ONCE):
        part = lines[start : start + LINES_AT_ONCE]
        opened: list[Grey | Skipped] = [_open(line) for line in part]
        seen = iter(propose_in([grey for grey in opened if not isinstance(grey, Skipped)], engines))
        for line, grey in zip(part, opened, strict=True):
            if isinstance(grey, Skipped):
                found.append(grey)
                continue
            hypotheses = next(seen)
            blank = Skipped(str(line.path), "left out: no glyph was found in the image")
            found.append(hypotheses or blank)
    return found


def _open(line: LineImage) -> Grey | Skipped:
    try:
        return load_image(line.path)
    except ImageError as error:
        reason = str(error).removeprefix(f"{line.path}: ")
        return Skipped(str(line.path), f"left out: {reason}")


def propose_in(images: Sequence[Grey], engines: Engines) -> list[Hypotheses | None]:
    """The same of images [height, width] uint8; None where reading finds no glyph."""
    locator = engines.locator
    if not isinstance(locator, NativeLocator):
        raise UsageError(
            f"aligning needs the native localizer, not {type(locator).__name__}; "
            "use a model of `effocr export`"
        )
    located = locator.propose(images, LEAST_SCORE)
    return [None if line is None else hypotheses_of(line, engines) for line in located]


def hypotheses_of(line: LocatedLine, engines: Engines) -> Hypotheses | None:
    """What may be a glyph on a line of `NativeLocator.propose`; None where reading finds none."""
    found = line.located
    if not len(found.boxes):
        return None
    gaps = found.gaps.copy()
    gaps[0] = 1.0
    best = np.zeros(len(found.boxes), bool)
    best[suppress(found.boxes, found.scores)] = True
    embeddings = engines.encoder.embed(engines.cutter.cut(line))
    return Hypotheses(
        found.boxes, found.scores, best, gaps, embeddings, line.frame,
        found.baseline or (0.0, 0.0), found.x_height,
    )  # fmt: skip
