"""A box localizer from a detection network in an ONNX file; the families differ in `decode`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.errors import BundleError
from effocr.localizer.backends.boxes import LineBoxes
from effocr.localizer.backends.letterbox import InputStyle, fit, to_input
from effocr.localizer.backends.onnx_graph import Array, DetectionGraph
from effocr.localizer.backends.options import OnnxOptions

__all__ = [
    "Detections",
    "OnnxBoxLocalizer",
    "Roles",
    "class_roles",
    "is_boxes",
    "is_flat",
    "probe",
    "styled",
]

Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

PAPER: Final = 255
GLYPH_NAMES: Final = ("char", "glyph", "letter")
WORD_NAME: Final = "word"


@dataclass(frozen=True, slots=True)
class Detections:
    """What a network found.

    Attributes:
        boxes: [n, 4] float32, x0 y0 x1 y1 in pixels of the input.
        scores: [n] float32, 0 to 1.
        classes: [n] int.
    """

    boxes: Floats
    scores: Floats
    classes: npt.NDArray[np.int64]

    def kept(self, which: Array) -> Detections:
        """Those at `which`, indices or flags."""
        return Detections(self.boxes[which], self.scores[which], self.classes[which])


@dataclass(frozen=True, slots=True)
class Roles:
    """Numbers of the classes.

    Attributes:
        glyph: of glyphs.
        word: of words; None where the network knows none.
    """

    glyph: int = 0
    word: int | None = 1


Decode = Callable[[Sequence[Array]], Detections]


@dataclass(frozen=True, slots=True)
class OnnxBoxLocalizer:
    """See `effocr.localizer.backends.boxes.BoxLocalizer`.

    Attributes:
        graph: the network.
        style: of its pictures.
        roles: of its classes.
        decode: its outputs as boxes.
        score_threshold: boxes must have more.
    """

    graph: DetectionGraph
    style: InputStyle
    roles: Roles
    decode: Decode
    score_threshold: float

    def locate(self, lines: Sequence[Grey]) -> list[LineBoxes]:
        """Find glyphs and words; called by several threads at once."""
        return [self._locate(line) for line in lines]

    def _locate(self, line: Grey) -> LineBoxes:
        if not line.size:
            none, no_scores = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
            return LineBoxes(none, no_scores, none, no_scores)
        place = fit((line.shape[0], line.shape[1]), self.graph.shape, centred=self.style.centred)
        outputs = self.graph.run(to_input(line, place, self.graph.shape, self.style))
        found = self.decode(outputs)
        found = found.kept(
            (found.scores > self.score_threshold) & np.isfinite(found.boxes).all(axis=1)
        )
        boxes = place.back(found.boxes)
        # A box that lay in the padding has no area left.
        real = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        glyph = real & (found.classes == self.roles.glyph)
        word = real & (found.classes == (-1 if self.roles.word is None else self.roles.word))
        return LineBoxes(boxes[glyph], found.scores[glyph], boxes[word], found.scores[word])


def styled(usual: InputStyle, options: OnnxOptions) -> InputStyle:
    """The usual pictures of a family, where the options do not say otherwise."""
    return replace(
        usual,
        mean=options.mean or usual.mean,
        spread=options.spread or usual.spread,
        fill=usual.fill if options.fill is None else options.fill,
    )


def probe(graph: DetectionGraph, style: InputStyle) -> list[Array]:
    """The outputs for blank paper: what a model is checked with when it is opened.

    Raises:
        BundleError: the graph cannot run.
    """
    place = fit(graph.shape, graph.shape, centred=style.centred)
    blank = np.full(graph.shape, PAPER, np.uint8)
    return graph.run(to_input(blank, place, graph.shape, style))


def is_boxes(output: Array, numbers: int) -> bool:
    """Whether this is [n, numbers] or [1, n, numbers] of numbers that are not whole."""
    batched = output.ndim == 3 and output.shape[0] == 1
    fits = output.shape[-1:] == (numbers,) and (output.ndim == 2 or batched)
    return fits and output.dtype.kind == "f"


def is_flat(output: Array) -> bool:
    """Whether this is [n] or [1, n]."""
    return output.ndim == 1 or (output.ndim == 2 and output.shape[0] == 1)


def class_roles(graph: DetectionGraph, options: OnnxOptions) -> Roles:
    """Which class is what: as the options say, else the names in the file, else 0 glyph, 1 word.

    Raises:
        BundleError: glyphs and words would be the same class, or the network knows only words.
    """
    names = {number: name.lower() for number, name in graph.class_names().items()}
    usual = _named(names) if names else Roles()
    glyph = usual.glyph if options.glyph_class is None else options.glyph_class
    word = usual.word if options.word_class is None else options.word_class
    if glyph == word and options.word_class is None and options.glyph_class is not None:
        word = None
    if glyph == word:
        raise BundleError(
            f"{graph.path}: class {glyph} cannot be both glyphs and words"
            f"{f' (its classes are {names})' if names else ''}; say which is which with "
            "glyph_class and word_class in its options file"
        )
    return Roles(glyph, word)


def _named(names: Mapping[int, str]) -> Roles:
    """Roles by names in small letters."""
    words = [number for number, name in names.items() if WORD_NAME in name]
    glyphs = [n for n, name in names.items() if any(part in name for part in GLYPH_NAMES)]
    others = glyphs or [number for number in names if number not in words]
    if not words and not glyphs and len(names) > 1:
        return Roles()
    return Roles(min(others, default=min(names)), min(words, default=None))
