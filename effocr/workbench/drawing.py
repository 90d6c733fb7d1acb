"""The work of one process while a data set is made: cut the glyphs of lines, draw those of fonts.

Everything here can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from effocr.charset import leaves_ink
from effocr.data.records import Skipped
from effocr.errors import EffOCRError, FontError
from effocr.pipeline.images import load_image
from effocr.recognizer.squares import to_square
from effocr.synth.fonts import read_font
from effocr.synth.glyphs import Look, draw_glyph
from effocr.workbench.crops import CropLine, cut_box

__all__ = ["CropTask", "Drawn", "FontTask", "chunks", "perform"]

Grey = npt.NDArray[np.uint8]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CropTask:
    """Lines to cut up.

    Attributes:
        lines: with their boxes.
        whole_line: draw boxes out over the whole height (of a column: the width) of the line.
        square_px: side of a square that every crop is fitted into; None: as it is.
    """

    lines: tuple[CropLine, ...]
    whole_line: bool
    square_px: int | None


@dataclass(frozen=True, slots=True)
class FontTask:
    """Glyphs of one font to draw; of a collection the first face is taken.

    Attributes:
        path: the font.
        glyphs: to draw, as far as the font has them.
        look: how they are framed.
        square_px: as for crops.
    """

    path: Path
    glyphs: tuple[str, ...]
    look: Look
    square_px: int | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A glyph image that is done.

    Attributes:
        glyph: what it shows.
        pixels: [height, width] uint8, 0 black.
        source: stem of the line or of the font.
        annotation: id of a crop's annotation; None for a render.
    """

    glyph: str
    pixels: Grey
    source: str
    annotation: int | None = None


def perform(task: CropTask | FontTask) -> list[Drawn | Skipped]:
    """Do a task; whatever is wrong with a line or a font is in the result, and the rest goes on."""
    cv2.setNumThreads(1)
    if isinstance(task, FontTask):
        return list(_draw(task))
    return [item for line in task.lines for item in _cut(line, task)]


def _cut(line: CropLine, task: CropTask) -> Iterator[Drawn | Skipped]:
    if not line.path.is_file():
        yield Skipped(str(line.path), "left out: the image is missing")
        return
    try:
        grey = load_image(line.path)
    except EffOCRError as error:
        yield Skipped(str(line.path), f"left out: {error}")
        return
    for box in line.boxes:
        pixels = cut_box(grey, box, vertical=line.vertical, whole_line=task.whole_line)
        if pixels.size:
            pixels = _shaped(pixels, task.square_px)
            yield Drawn(box.glyph, pixels, line.stem, box.annotation)
        else:
            reason = f"annotation {box.annotation} left out: no area inside of the image"
            yield Skipped(str(line.path), reason)


def _draw(task: FontTask) -> Iterator[Drawn | Skipped]:
    wanted = frozenset(point for glyph in task.glyphs for point in glyph)
    try:
        font, problems = read_font(task.path, wanted=wanted)
    except FontError as error:
        yield Skipped(str(task.path), f"nothing drawn: {error}")
        return
    yield from problems
    for glyph in task.glyphs:
        if font.covers(glyph) and leaves_ink(glyph):
            picture = draw_glyph(font, glyph, task.look)
            if picture is None:
                yield Skipped(str(task.path), f"left out: {glyph!r} is blank")
            else:
                yield Drawn(glyph, _shaped(picture, task.square_px), task.path.stem)


def _shaped(pixels: Grey, square_px: int | None) -> Grey:
    return np.ascontiguousarray(pixels) if square_px is None else to_square(pixels, square_px)


def chunks(items: Sequence[Item], size: int) -> Iterable[tuple[Item, ...]]:
    """Cut a sequence into tuples of `size`, the last one shorter."""
    return (tuple(items[i : i + size]) for i in range(0, len(items), size))
