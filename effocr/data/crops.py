"""Cut glyphs out of line images."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.data.glyph_folders import write_glyph
from effocr.data.records import LineImage, Skipped
from effocr.errors import EffOCRError

__all__ = ["crop_glyphs"]


def crop_glyphs(
    lines: Iterable[LineImage],
    out: Path | str,
    *,
    load: Callable[[Path], npt.NDArray[np.uint8]],
    margin_px: int = 0,
) -> tuple[int, tuple[Skipped, ...]]:
    """Cut every labelled box out of its line into glyph folders.

    Files are called LINE_NUMBER.png, NUMBER counting the boxes of the line from 0.

    Args:
        lines: lines with boxes and labels; others are left out and reported.
        out: holds the glyph folders.
        load: reads an image as [height, width] uint8.
        margin_px: pixels of the line kept around each box.

    Returns:
        The number of images written, and what was left out.
    """
    written = 0
    problems: list[Skipped] = []
    for line in lines:
        source = str(line.path)
        if line.boxes is None or line.glyphs is None:
            problems.append(Skipped(source, "left out: its boxes are not known or have no labels"))
            continue
        try:
            grey = load(line.path)
        except EffOCRError as error:
            problems.append(Skipped(source, f"left out: {error}"))
            continue
        for number, (box, glyph) in enumerate(zip(line.boxes, line.glyphs, strict=True)):
            crop = _cut(grey, box, margin_px)
            if crop.size and glyph.strip():
                write_glyph(out, glyph, crop, name=f"{line.path.stem}_{number:03d}")
                written += 1
            else:
                problems.append(
                    Skipped(
                        source, f"left out: box {number} is outside the image or its label blank"
                    )
                )
    return written, tuple(problems)


def _cut(
    grey: npt.NDArray[np.uint8], box: npt.NDArray[np.float32], margin_px: int
) -> npt.NDArray[np.uint8]:
    """Cut a box of fractions of pixels, every pixel it touches included."""
    x0, y0 = (max(int(np.floor(value)) - margin_px, 0) for value in box[:2])
    x1, y1 = (max(int(np.ceil(value)) + margin_px, 0) for value in box[2:])
    return grey[y0:y1, x0:x1]
