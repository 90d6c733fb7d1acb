"""Which glyphs to cut out of which lines: COCO files read the way the original means them.

One box a printed glyph; their order along the line is that of the text without white space.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from effocr.charset import leaves_ink
from effocr.data.coco import labelled, solid
from effocr.data.coco_entries import AnnotationEntry, CocoFile, ImageEntry, load_coco
from effocr.data.reading_order import runs_down
from effocr.data.records import Skipped
from effocr.data.sample_names import line_stems
from effocr.geometry import Direction

__all__ = ["CropBox", "CropLine", "cut_box", "plan_crops"]

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CropBox:
    """A glyph to cut out.

    Attributes:
        annotation: id of it in its file.
        glyph: NFC.
        box: x0 y0 x1 y1 in pixels of the line; may reach out of it.
    """

    annotation: int
    glyph: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CropLine:
    """A line to cut glyphs out of.

    Attributes:
        path: of its image.
        stem: what its crops call it; no other line is called so.
        boxes: in reading order.
        vertical: it is a column.
    """

    path: Path
    stem: str
    boxes: tuple[CropBox, ...]
    vertical: bool


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line as a COCO file lists it, each image once."""

    coco: CocoFile
    image: ImageEntry


def plan_crops(
    files: Sequence[Path],
    images: Path,
    *,
    char_id: int | None,
    direction: Direction,
    spaced_boxes: bool = False,
) -> tuple[list[CropLine], list[Skipped]]:
    """Read COCO files and pair boxes with text.

    Args:
        files: COCO files; an image that several list is taken once.
        images: folder that image names are relative to.
        char_id: category of the glyphs; where names say otherwise, the names count. None: they do.
        direction: of the language. A line is a column if its boxes lie one below the other, or if
            it has only one box and this is `ttb`; what shape the image has does not matter.
        spaced_boxes: white space may have boxes of its own, which are passed over.

    Returns:
        The lines, and everything that was left out or mended.

    Raises:
        DataFormatError: a file is missing or no COCO file.
    """
    problems: list[Skipped] = []
    listed = list(_listed(files, images, char_id, problems))
    taken = Counter(stem for one in listed for stem in line_stems(one.image.file_name))
    lines = []
    for one in listed:
        boxes = one.coco.annotations[one.image.id]
        chars = [box for box in boxes if not one.coco.is_word(box)]
        vertical = direction == "ttb" if len(chars) < 2 else runs_down([c.bbox for c in chars])
        paired = _paired(one, chars, spaced=spaced_boxes)
        if isinstance(paired, Skipped):
            problems.append(paired)
            continue
        stems = line_stems(one.image.file_name)
        stem = next((stem for stem in stems if taken[stem] == 1), stems[-1])
        lines.append(CropLine(one.coco.image_path(one.image), stem, paired, vertical))
    return lines, problems


def _listed(
    files: Sequence[Path], images: Path, char_id: int | None, problems: list[Skipped]
) -> Iterator[_Listed]:
    seen: dict[PurePosixPath, Path] = {}
    for file in files:
        coco = load_coco(file, images, char_id=char_id)
        problems += coco.problems
        for image in coco.images:
            name = PurePosixPath(image.file_name)
            if name in seen:
                reason = f"left out: {seen[name]} lists the image already"
                problems.append(Skipped(coco.source(image), reason))
                continue
            seen[name] = coco.path
            yield _Listed(coco, image)


def _paired(
    one: _Listed, chars: list[AnnotationEntry], *, spaced: bool
) -> tuple[CropBox, ...] | Skipped:
    """Name the boxes of a line, or say why that cannot be done."""
    coco, image = one.coco, one.image
    where = coco.source(image)
    if not chars:
        return Skipped(where, "left out: no box of a glyph")
    ordered, labels = labelled(coco, image, chars, spaced=spaced)
    if labels is None:
        count = len(solid(image.text))
        reason = f"left out: {len(chars)} boxes, but the text has {count} characters"
        return Skipped(where, f"{reason} (white space has no box)")
    return tuple(
        CropBox(annotation.id, label, _corners(annotation))
        for annotation, label in zip(ordered, labels, strict=True)
        if leaves_ink(label)
    )


def _corners(annotation: AnnotationEntry) -> tuple[float, float, float, float]:
    x, y, width, height = annotation.bbox
    return x, y, x + width, y + height


def cut_box(grey: Grey, box: CropBox, *, vertical: bool, whole_line: bool) -> Grey:
    """Cut a glyph out of its line.

    Args:
        grey: [height, width] uint8.
        box: of the glyph.
        vertical: the line is a column.
        whole_line: draw the box out over the whole height (of a column: the width) of the line.

    Returns:
        [height, width] uint8, every pixel that the box touches; empty where it has no area inside
        of the line.
    """
    height, width = grey.shape
    x0, y0, x1, y1 = box.box
    if x1 <= x0 or y1 <= y0:
        return grey[:0, :0]
    if whole_line and vertical:
        x0, x1 = 0, width
    elif whole_line:
        y0, y1 = 0, height
    left, top = max(math.floor(x0), 0), max(math.floor(y0), 0)
    return grey[top : max(math.ceil(y1), 0), left : max(math.ceil(x1), 0)]
