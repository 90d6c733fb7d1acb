"""Folders of models, the original's and ours, opened for reading lines.

Localizer and recognizer may lie in a folder each or in one model folder of ours. What torch runs is
opened by `effocr.workbench.torch_models`; nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.bundle import MANIFEST
from effocr.errors import UsageError
from effocr.geometry import Direction
from effocr.localizer.backends.boxes import Backend, BoxLocalizer, LineBoxes
from effocr.pipeline.box_locator import BoxLocator
from effocr.pipeline.cutters import FrameCutter, SquareCutter, WindowCutter
from effocr.pipeline.engines import Engines, Locator
from effocr.pipeline.locate import NativeLocator
from effocr.workbench.native_onnx import open_native_onnx
from effocr.workbench.recognizers import Recognizer, model_recognizer, onnx_recognizer

__all__ = [
    "LocalizerChoice",
    "WordThreshold",
    "combine",
    "is_model_folder",
    "open_box_locator",
    "open_onnx",
]


@dataclass(frozen=True, slots=True)
class LocalizerChoice:
    """Which localizer, and what it lets through.

    Attributes:
        folder: its folder or file; None: that of the recognizer's model folder.
        backend: what it was made with; None: told by its files.
        score_threshold: least score of a glyph.
        word_threshold: least score of a word; None: the same.
        iou_threshold: boxes that overlap more are one.
        input_shape: height and width of an ONNX graph that takes any, pixels.
        direction: of the lines.
        spaces: the language has spaces.
    """

    folder: Path | None
    backend: Backend | None
    score_threshold: float
    word_threshold: float | None
    iou_threshold: float
    input_shape: tuple[int, int] | None
    direction: Direction
    spaces: bool

    def __post_init__(self) -> None:
        """Check the thresholds.

        Raises:
            UsageError: one is not between 0 and 1.
        """
        for value in (self.score_threshold, self.word_threshold, self.iou_threshold):
            if value is not None and not 0 <= value <= 1:
                raise UsageError(f"the threshold {value} is not between 0 and 1")


@dataclass(frozen=True, slots=True)
class WordThreshold:
    """A localizer with a threshold of their own for words; a `BoxLocalizer`.

    Attributes:
        localizer: opened with the lower threshold of the two.
        score_threshold: least score of a glyph.
        word_threshold: least score of a word.
    """

    localizer: BoxLocalizer
    score_threshold: float
    word_threshold: float

    def locate(self, lines: Sequence[npt.NDArray[np.uint8]]) -> list[LineBoxes]:
        """See `effocr.localizer.backends.boxes.BoxLocalizer`."""
        return [self._filter(found) for found in self.localizer.locate(lines)]

    def _filter(self, found: LineBoxes) -> LineBoxes:
        glyphs = found.scores > self.score_threshold
        words = found.word_scores > self.word_threshold
        return LineBoxes(
            found.glyphs[glyphs], found.scores[glyphs], found.words[words], found.word_scores[words]
        )


def open_onnx(recognizer: Path, localizer: LocalizerChoice) -> Engines:
    """Open ONNX models of the original, model folders of ours, or one of each.

    Args:
        recognizer: folder.
        localizer: which one.

    Raises:
        UsageError: they do not fit together, or one is not there.
        BundleError: a file is missing or damaged.
    """
    if is_model_folder(recognizer):
        opened = model_recognizer(recognizer)
    else:
        opened = onnx_recognizer(recognizer)
    if localizer.folder is None:
        return combine(opened, opened.locator)
    if is_model_folder(localizer.folder):
        return combine(opened, model_recognizer(localizer.folder).locator)
    if localizer.backend is None:
        raise UsageError(f"{localizer.folder}: say with --backend what made this localizer")
    if localizer.backend == "native":
        threshold = localizer.score_threshold
        return combine(opened, open_native_onnx(localizer.folder, score_threshold=threshold))
    return combine(opened, open_box_locator(localizer, localizer.folder, localizer.backend))


def open_box_locator(choice: LocalizerChoice, path: Path, backend: Backend) -> BoxLocator:
    """Open a localizer that looks at lines as they are.

    Raises:
        UsageError: it is not there.
        BundleError: it is damaged.
    """
    from effocr.localizer.backends.load import load_localizer

    glyphs = choice.score_threshold
    words = glyphs if choice.word_threshold is None else choice.word_threshold
    localizer = load_localizer(
        backend,
        path,
        score_threshold=min(glyphs, words),
        iou_threshold=choice.iou_threshold,
        input_shape=choice.input_shape,
    )
    if words != glyphs:
        localizer = WordThreshold(localizer, glyphs, words)
    return BoxLocator(localizer, choice.direction, choice.spaces)


def combine(recognizer: Recognizer, locator: Locator | None) -> Engines:
    """Both modules together.

    Raises:
        UsageError: there is no localizer, or the recognizer needs another one.
    """
    if locator is None:
        raise UsageError("a localizer is needed: name its folder with --localizer_dir")
    cutter, direction = recognizer.cutter, recognizer.manifest.direction
    framed = isinstance(cutter, FrameCutter | WindowCutter)
    if framed and not isinstance(locator, NativeLocator):
        raise UsageError(
            f"{recognizer.manifest.name}: a native recognizer sees lines in the frame of the "
            "native localizer; give one with --localizer_dir, or a recognizer of squares"
        )
    if isinstance(locator, NativeLocator):
        direction = locator.shape.direction
        if framed and locator.shape != recognizer.manifest.line:
            raise UsageError(
                f"{recognizer.manifest.name}: localizer and recognizer were trained with "
                "different line shapes"
            )
        locator = replace(locator, exact=not isinstance(cutter, WindowCutter))
    elif isinstance(locator, BoxLocator):
        direction = locator.direction
    if isinstance(cutter, SquareCutter):
        cutter = replace(cutter, vertical=direction == "ttb")
    return Engines(
        locator,
        cutter,
        recognizer.encoder,
        recognizer.index,
        recognizer.manifest.model_copy(update={"direction": direction}),
        recognizer.settled,
    )


def is_model_folder(folder: Path) -> bool:
    """Whether it is a model folder of ours."""
    return (folder / MANIFEST).is_file()
