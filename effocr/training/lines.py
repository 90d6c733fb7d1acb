"""Lines with glyph boxes from data sets, prepared for training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape
from effocr.data.coco import read_coco
from effocr.data.coco_entries import ANNOTATIONS
from effocr.data.labelled import label_line
from effocr.data.records import LineImage, Skipped
from effocr.errors import DataFormatError, EffOCRError
from effocr.synth.frames import PreparedLine, prepare_line

Line = TypeVar("Line")

KEPT_ASIDE: Final = 20  # every 20th line, where no validation data is given


@dataclass(frozen=True, slots=True)
class TrainingLines:
    """Lines, and what was left out."""

    lines: tuple[PreparedLine, ...]
    skipped: tuple[Skipped, ...]

    def keep_aside(self) -> tuple[tuple[PreparedLine, ...], tuple[PreparedLine, ...]]:
        """Lines to learn from, and every twentieth for validation."""
        return keep_aside(self.lines)


def keep_aside(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Lines to learn from, and every twentieth for validation; a single line is learnt from."""
    if len(lines) == 1:
        return lines, ()
    return tuple(line for i, line in enumerate(lines) if i % KEPT_ASIDE), lines[::KEPT_ASIDE]


def annotations_of(path: Path) -> Path | None:
    """The character-level COCO file that a path means; None where it is something else."""
    if path.is_dir():
        return path / ANNOTATIONS if (path / ANNOTATIONS).is_file() else None
    return path if path.suffix.lower() == ".json" else None


def load_lines(
    data: Sequence[Path],
    shape: LineShape,
    *,
    load: Callable[[Path], npt.NDArray[np.uint8]],
    images: Path | None = None,
) -> TrainingLines:
    """Read lines with boxes; those without, and those that can't be read, are skipped and listed.

    Args:
        data: character-level COCO files, or folders with an annotations.json.
        shape: of the frame.
        load: reads an image as [height, width] uint8.
        images: folder of the images; None: beside each COCO file.

    Raises:
        DataFormatError: a path is no such data set.
    """
    lines: list[PreparedLine] = []
    skipped: list[Skipped] = []
    for path in data:
        annotations = annotations_of(path)
        if annotations is None:
            raise DataFormatError(
                f"{path}: expected character-level COCO, a .json file or a folder with "
                f"{ANNOTATIONS}; `effocr synth lines` and `effocr data convert` make one"
            )
        found = read_coco(annotations, images)
        skipped += found.problems
        for line in found.lines:
            try:
                prepared = _prepare(line, load(line.path), shape)
            except EffOCRError as error:
                reason = str(error).removeprefix(f"{line.path}: ")
                skipped.append(Skipped(str(line.path), f"left out: {reason}"))
                continue
            if prepared is None:
                skipped.append(Skipped(str(line.path), "left out: blank, though it has boxes"))
            else:
                lines.append(prepared)
    return TrainingLines(tuple(lines), tuple(skipped))


def _prepare(line: LineImage, grey: npt.NDArray[np.uint8], shape: LineShape) -> PreparedLine | None:
    return prepare_line(label_line(line, grey, shape.direction), shape)
