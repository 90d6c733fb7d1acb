"""Detectron2 localizers in ONNX files, and others that give boxes, classes and scores apart.

The order of the outputs and their names depend on the exporter, so they are told by type, shape
and, where that is not enough, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from effocr.localizer.backends.letterbox import DETECTRON2
from effocr.localizer.backends.onnx_boxes import (
    Detections,
    OnnxBoxLocalizer,
    class_roles,
    is_boxes,
    is_flat,
    probe,
    styled,
)
from effocr.localizer.backends.onnx_graph import Array, DetectionGraph
from effocr.localizer.backends.options import OnnxOptions

__all__ = ["load_detectron2_onnx"]

EXPECTED: Final = (
    "boxes [n, 4], class numbers [n] and scores [n] in any order, as Detectron2 exports"
)


@dataclass(frozen=True, slots=True)
class Places:
    """Which output is what.

    Attributes:
        boxes: its place among the outputs.
        classes: likewise.
        scores: likewise.
        size: of the height and width that the boxes refer to; None where there is none.
    """

    boxes: int
    classes: int
    scores: int
    size: int | None


def load_detectron2_onnx(
    path: Path, options: OnnxOptions, *, score_threshold: float, threads: int = 1
) -> OnnxBoxLocalizer:
    """Open a Detectron2 model; it suppresses overlapping boxes itself.

    Args:
        path: of the ONNX file.
        options: what it does not say of itself.
        score_threshold: boxes must have more.
        threads: inside of one call.

    Raises:
        BundleError: it is not such a file.
    """
    graph = DetectionGraph(path, shape=options.input_shape, threads=threads)
    style = styled(DETECTRON2, options)
    outputs = probe(graph, style)
    places = _places(graph, outputs)

    def decode(outputs: Sequence[Array]) -> Detections:
        boxes = outputs[places.boxes].reshape(-1, 4).astype(np.float32)
        classes = outputs[places.classes].reshape(-1).astype(np.int64)
        scores = outputs[places.scores].reshape(-1).astype(np.float32)
        if not len(boxes) == len(classes) == len(scores):
            raise graph.wrong(outputs, EXPECTED)
        if places.size is not None:  # a graph that resizes inside says what its boxes refer to
            height, width = (float(v) for v in outputs[places.size].reshape(-1)[:2])
            scale = graph.shape[1] / width, graph.shape[0] / height
            boxes = boxes * np.array(scale * 2, np.float32)
        return Detections(boxes, scores, classes)

    decode(outputs)
    return OnnxBoxLocalizer(graph, style, class_roles(graph, options), decode, score_threshold)


def _places(graph: DetectionGraph, outputs: Sequence[Array]) -> Places:
    """Tell the outputs apart.

    Raises:
        BundleError: one of them is missing.
    """
    every = range(len(outputs))
    flat = [place for place in every if is_flat(outputs[place])]
    whole = [place for place in flat if outputs[place].dtype.kind in "iu"]
    broken = [place for place in flat if outputs[place].dtype.kind == "f"]
    boxes = _named(graph, [place for place in every if is_boxes(outputs[place], 4)], ("box",))
    size = next((place for place in whole if _is_size(graph, outputs, place, boxes)), None)
    classes = _named(graph, [p for p in whole if p != size] or broken, ("class", "label"))
    scores = _named(graph, [p for p in broken if p not in {boxes, classes}], ("score", "conf"))
    if boxes is None or classes is None or scores is None:
        raise graph.wrong(outputs, EXPECTED)
    return Places(boxes, classes, scores, size)


def _named(graph: DetectionGraph, places: Sequence[int], parts: tuple[str, ...]) -> int | None:
    """The output whose name says what it is, else the first; None where there is none."""
    telling = [p for p in places if any(part in graph.names[p].lower() for part in parts)]
    return next(iter(telling or places), None)


def _is_size(
    graph: DetectionGraph, outputs: Sequence[Array], place: int, boxes: int | None
) -> bool:
    """Whether this is the height and width that the boxes refer to, not two class numbers."""
    if outputs[place].shape != (2,):
        return False
    if any(part in graph.names[place].lower() for part in ("class", "label")):
        return False
    count = -1 if boxes is None else outputs[boxes].size // 4
    fixed = list(graph.declared[place] or []) == [2]
    return count != 2 or fixed or "size" in graph.names[place].lower()
