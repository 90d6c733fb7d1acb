"""Line images with boxes of glyphs and words, for training and scoring box localizers. Numpy only.

Labels are not needed here: a line whose boxes and text disagree is named and used all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.data.coco import read_coco, word_hulls
from effocr.data.coco_entries import ANNOTATIONS
from effocr.data.records import LineImage, Skipped, check_image
from effocr.errors import DataFormatError
from effocr.geometry import clip_boxes
from effocr.training.lines import annotations_of, keep_aside

__all__ = ["BoxSample", "BoxSamples", "read_samples"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class BoxSample:
    """A line image and its boxes; the pixels are not loaded.

    Attributes:
        path: of the image.
        size: width and height of the image, upright.
        glyphs: [n, 4] float32, x0 y0 x1 y1, n > 0; each has an area inside of the image.
        words: [m, 4] float32 in the same form.
    """

    path: Path
    size: tuple[int, int]
    glyphs: Floats
    words: Floats


@dataclass(frozen=True, slots=True)
class BoxSamples:
    """Lines of data sets, in their order, and what was left out or is wrong."""

    samples: tuple[BoxSample, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether any line has words, which those of a language without spaces do not."""
        return any(len(sample.words) for sample in self.samples)

    def keep_aside(self) -> tuple[tuple[BoxSample, ...], tuple[BoxSample, ...]]:
        """Lines to learn from, and every twentieth for validation."""
        return keep_aside(self.samples)


def read_samples(data: Sequence[Path], *, images: Path | None = None) -> BoxSamples:
    """Read lines with boxes from character-level COCO; every image is decoded once.

    Words without boxes of their own get those around their glyphs, where labels and text agree and
    any line of the data has a space.

    Args:
        data: COCO files, or folders with an annotations.json.
        images: folder of the images; None: beside each COCO file.

    Raises:
        DataFormatError: a path is no such data set.
    """
    lines: list[LineImage] = []
    skipped: list[Skipped] = []
    for path in data:
        annotations = annotations_of(path)
        if annotations is None:
            raise DataFormatError(
                f"{path}: expected character-level COCO, a .json file or a folder with "
                f"{ANNOTATIONS}; `effocr data convert` makes one"
            )
        found = read_coco(annotations, images)
        lines += found.lines
        skipped += found.problems
    spaces = any(" " in line.text for line in lines)
    samples = [_sample(line, spaces, skipped) for line in lines]
    return BoxSamples(tuple(sample for sample in samples if sample is not None), tuple(skipped))


def _sample(line: LineImage, spaces: bool, skipped: list[Skipped]) -> BoxSample | None:
    """A line whose image can be read and that has a box; else None, and the reason is noted."""
    source = str(line.path)
    try:
        size = check_image(line.path)
    except DataFormatError as error:
        skipped.append(Skipped(source, f"left out: {str(error).removeprefix(f'{source}: ')}"))
        return None
    if line.size is not None and line.size != size:
        stated = "{} x {}".format(*line.size)
        reason = f"stated to be {stated} pixels, but it is {size[0]} x {size[1]}, which counts"
        skipped.append(Skipped(source, reason))
    glyphs = _inside(line.boxes, size)
    if not len(glyphs):
        skipped.append(Skipped(source, "left out: no glyph boxes; see `effocr data check`"))
        return None
    words = line.word_boxes
    if words is None and spaces:
        words = word_hulls(line)
    return BoxSample(line.path, size, glyphs, _inside(words, size))


def _inside(boxes: Floats | None, size: tuple[int, int]) -> Floats:
    """Boxes cut to the image; those without an area in it are gone."""
    if boxes is None or not len(boxes):
        return np.zeros((0, 4), np.float32)
    cut = clip_boxes(boxes, *size).astype(np.float32)
    return cut[(cut[:, 2] > cut[:, 0]) & (cut[:, 3] > cut[:, 1])]
