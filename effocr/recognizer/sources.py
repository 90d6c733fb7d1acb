"""Crops to learn from: glyphs of framed lines, and glyph folders, cut with jitter."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import CropShape, LineShape
from effocr.data.records import GlyphImage
from effocr.errors import TrainingError
from effocr.frame import PAPER, lay_down
from effocr.recognizer.arrays import Views, cut_crops
from effocr.recognizer.config import Jitter
from effocr.recognizer.jitter import cut_jittered
from effocr.synth.frames import RECOGNIZER_SEES, PreparedLine, draw_frame, frame_line

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

INK: Final = 160  # grey level; darker is ink
FITTED_PX: Final = 22.0  # longer side of a glyph image whose size on its line is not known


class GlyphSource(Protocol):
    """Crops by number."""

    @property
    def labels(self) -> Sequence[str]:
        """Character of each crop."""
        ...

    def batch(self, rng: np.random.Generator, indices: Ints) -> Views:
        """Crops [n, height, width] uint8, paper 255, or windows [n, channels, columns] float.

        Each call may cut them otherwise.
        """
        ...


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """A line in its frame, and what its glyphs are.

    Attributes:
        pixels: [height, width] uint8, paper 255.
        boxes: [n, 4] float32, frame pixels.
        glyphs: n characters.
    """

    pixels: Grey
    boxes: Floats
    glyphs: tuple[str, ...]


class FrameSource:
    """The glyphs of framed lines."""

    def __init__(
        self,
        frames: Sequence[LabelledFrame],
        *,
        line: LineShape,
        crop: CropShape,
        jitter: Jitter | None,
    ) -> None:
        """Number the glyphs of all lines; without jitter crops are cut as reading cuts them.

        Raises:
            TrainingError: there are no glyphs.
        """
        self.line, self.crop, self.jitter = line, crop, jitter
        self._lines = [frame.pixels for frame in frames]
        self._labels = [glyph for frame in frames for glyph in frame.glyphs]
        if not self._labels:
            raise TrainingError("no glyphs to learn from: the lines have no boxes with labels")
        self._line_of = np.repeat(np.arange(len(frames)), [len(frame.glyphs) for frame in frames])
        self._boxes = np.concatenate([frame.boxes.reshape(-1, 4) for frame in frames])

    @property
    def labels(self) -> Sequence[str]:
        """Character of each crop."""
        return self._labels

    def batch(self, rng: np.random.Generator, indices: Ints) -> Grey:
        """Crops [n, line.height, crop.width] uint8."""
        lines = [self._lines[i] for i in self._line_of[indices]]
        boxes = self._boxes[indices]
        if self.jitter is not None:
            return cut_jittered(
                lines, boxes, line=self.line, crop=self.crop, jitter=self.jitter, rng=rng
            )
        crops = [
            cut_crops(pixels, box[None], self.crop)[0]
            for pixels, box in zip(lines, boxes, strict=True)
        ]
        return (
            np.stack(crops) if crops else np.zeros((0, self.line.height, self.crop.width), np.uint8)
        )


class WindowSource:
    """Glyphs as windows of the localizer's features, kept in half precision."""

    def __init__(self, windows: Sequence[Floats], labels: Sequence[str]) -> None:
        """Take the windows of some lines, [n, channels, columns] float each.

        Raises:
            TrainingError: there are no glyphs.
        """
        if not labels:
            raise TrainingError("no glyphs to learn from: the lines have no boxes with labels")
        self._windows = np.concatenate([part.astype(np.float16, copy=False) for part in windows])
        self._labels = list(labels)

    @property
    def labels(self) -> Sequence[str]:
        """Character of each window."""
        return self._labels

    def batch(self, rng: np.random.Generator, indices: Ints) -> Floats:
        """Windows [n, channels, columns] float32."""
        return self._windows[indices].astype(np.float32)


def label_frames(
    lines: Iterable[PreparedLine], shape: LineShape, rng: np.random.Generator
) -> Iterator[LabelledFrame]:
    """Frame lines as reading would, a little off."""
    for line in lines:
        frame, width = draw_frame(line, shape, RECOGNIZER_SEES, rng)
        framed = frame_line(line, frame, width, shape)
        middle = (framed.boxes[:, 0] + framed.boxes[:, 2]) / 2
        inside = (middle >= 0) & (middle < width)
        glyphs = tuple(glyph for glyph, here in zip(line.truth.glyphs, inside, strict=True) if here)
        yield LabelledFrame(framed.pixels, framed.boxes[inside], glyphs)


def frame_glyphs(
    images: Iterable[GlyphImage], shape: LineShape, *, load: Callable[[GlyphImage], Grey]
) -> Iterator[LabelledFrame]:
    """Make a line of each glyph image.

    An image as high as the frame is taken as a slice of it. Of others the size on their line is not
    known: they are fitted and centred, so a comma and an apostrophe can't be told apart by place.

    Args:
        images: of single glyphs.
        shape: of the frame.
        load: reads an image as [height, width] uint8, dark on light.
    """
    for image in images:
        pixels = load(image)
        if pixels.shape[0] != shape.height:
            pixels = _fit(lay_down(pixels, shape.direction)[0], shape)
        yield LabelledFrame(pixels, _ink_box(pixels)[None], (image.glyph,))


def _fit(pixels: Grey, shape: LineShape) -> Grey:
    """Scale the ink to a usual size and put it into the middle of an empty frame."""
    x0, y0, x1, y1 = _ink_box(pixels).astype(int)
    ink = pixels[y0:y1, x0:x1]
    scale = FITTED_PX / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    frame = np.full((shape.height, size[0] + 8), PAPER, np.uint8)
    top = round(shape.baseline_px - shape.x_height_px / 2 - size[1] / 2)
    top = min(max(top, 0), shape.height - size[1])
    frame[top : top + size[1], 4 : 4 + size[0]] = ink
    return frame


def _ink_box(pixels: Grey) -> Floats:
    """Box around the dark pixels, [4]; the whole image where there are none."""
    rows, columns = np.nonzero(pixels < INK)
    if not rows.size:
        return np.array([0, 0, pixels.shape[1], pixels.shape[0]], np.float32)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], np.float32)
