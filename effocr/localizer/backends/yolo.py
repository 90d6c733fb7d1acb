"""YOLO localizers in ONNX files: YOLOv5, and YOLOv8, 11 and later by Ultralytics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from effocr.errors import BundleError
from effocr.localizer.backends.letterbox import YOLO
from effocr.localizer.backends.onnx_boxes import (
    Detections,
    OnnxBoxLocalizer,
    class_roles,
    probe,
    styled,
)
from effocr.localizer.backends.onnx_graph import Array, DetectionGraph
from effocr.localizer.backends.options import OnnxOptions, options_path

__all__ = ["load_yolo"]

Form = Literal["yolov5", "yolov8", "end2end"]

CORNERS_SCORE_CLASS: Final = 6  # numbers of a box where the graph does the suppression itself
ANCHORS: Final = 3  # of YOLOv5, for each cell
STRIDES: Final = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32))
EXPECTED: Final = (
    "boxes of a YOLO: [1, n, 5 + classes] (YOLOv5), [1, 4 + classes, n] (YOLOv8 and later) or "
    "[1, n, 6] (suppressed inside)"
)


def load_yolo(
    path: Path,
    options: OnnxOptions,
    *,
    score_threshold: float,
    iou_threshold: float,
    threads: int = 1,
) -> OnnxBoxLocalizer:
    """Open a YOLO.

    Args:
        path: of the ONNX file.
        options: what it does not say of itself.
        score_threshold: boxes must have more.
        iou_threshold: of two boxes of a class that overlap more, the weaker goes; without effect
            where the graph does it itself.
        threads: inside of one call.

    Raises:
        BundleError: it is not such a file, or its output can be read in two ways.
    """
    graph = DetectionGraph(path, shape=options.input_shape, threads=threads)
    style = styled(YOLO, options)
    form = _form(graph, probe(graph, style), options)

    def decode(outputs: Sequence[Array]) -> Detections:
        found = _decode(outputs[0][0], form, score_threshold)
        return found if form == "end2end" else _suppressed(found, iou_threshold)

    return OnnxBoxLocalizer(graph, style, class_roles(graph, options), decode, score_threshold)


def _form(graph: DetectionGraph, outputs: Sequence[Array], options: OnnxOptions) -> Form:
    """Tell the form of the output.

    Raises:
        BundleError: it is no output of a YOLO, or can be read in several ways.
    """
    first = outputs[0] if outputs else np.zeros(0)
    if first.ndim != 3 or first.shape[0] != 1 or first.dtype.kind != "f":
        raise graph.wrong(outputs, EXPECTED)
    rows, columns = first.shape[1:]
    classes = options.classes or len(graph.class_names())
    inside = graph.says("end2end") or graph.says("nms")
    if options.output is not None:
        forms = [options.output]
    elif inside and columns == CORNERS_SCORE_CLASS:
        forms = ["end2end"]
    elif classes:
        forms = _forms_of_classes(rows, columns, classes)
    else:
        forms = _forms_of_shape(rows, columns, graph.shape)
    if len(forms) > 1:
        raise BundleError(
            f"{graph.path}: boxes of shape [1, {rows}, {columns}] can be read as "
            f"{' or '.join(forms)}; write `output: {forms[0]}` or the other into "
            f"{options_path(graph.path).name} beside it"
        )
    least = {"yolov5": columns - 5, "yolov8": rows - 4, "end2end": columns - 5}
    if not forms or least[forms[0]] < 1:
        raise graph.wrong(outputs, EXPECTED + (f", of {classes} classes" if classes else ""))
    return forms[0]


def _forms_of_classes(rows: int, columns: int, classes: int) -> list[Form]:
    """Forms that an output of so many rows and columns can have, the number of classes known."""
    forms: list[Form] = []
    if columns == 5 + classes:
        forms.append("yolov5")
    if rows == 4 + classes:
        forms.append("yolov8")
    return forms or (["end2end"] if columns == CORNERS_SCORE_CLASS else [])


def _forms_of_shape(rows: int, columns: int, shape: tuple[int, int]) -> list[Form]:
    """Forms that an output can have when only the height and width of the input are known."""
    if rows <= 4:  # only suppression inside leaves so few boxes, on blank paper
        return ["end2end"] if columns == CORNERS_SCORE_CLASS else []
    if rows <= columns:
        return ["yolov8"] if rows < columns else ["yolov5", "yolov8"]
    if columns == CORNERS_SCORE_CLASS and rows not in _boxes_of_yolov5(shape):
        return ["yolov5", "end2end"]
    return ["yolov5"]


def _boxes_of_yolov5(shape: tuple[int, int]) -> set[int]:
    """How many boxes a YOLOv5 of the usual strides gives for an input of height and width."""
    return {
        ANCHORS * sum((shape[0] // stride) * (shape[1] // stride) for stride in strides)
        for strides in STRIDES
    }


def _decode(output: Array, form: Form, score_threshold: float) -> Detections:
    """Boxes above the threshold, each with its best class.

    Args:
        output: [n, 5 + classes], [4 + classes, n] or [n, 6], as `form` says.
        form: of the output.
        score_threshold: boxes must have more.
    """
    if form == "end2end":
        found = Detections(output[:, :4], output[:, 4], output[:, 5].astype(np.int64))
        return found.kept(np.flatnonzero(found.scores > score_threshold))
    rows = output if form == "yolov5" else output.T
    if form == "yolov5":
        rows = rows[rows[:, 4] > score_threshold]
        chances = rows[:, 5:] * rows[:, 4:5]
    else:
        chances = rows[:, 4:]
    scores = chances.max(axis=1)
    sure = scores > score_threshold
    middle, half = rows[sure, :2], rows[sure, 2:4] / 2
    boxes = np.concatenate((middle - half, middle + half), axis=1, dtype=np.float32)
    return Detections(boxes, scores[sure], chances[sure].argmax(axis=1))


def _suppressed(found: Detections, iou_threshold: float) -> Detections:
    """Of two boxes of one class that overlap by more than `iou_threshold`, only the surer one."""
    found = found.kept(np.flatnonzero(np.isfinite(found.boxes).all(axis=1)))
    corner, size = found.boxes[:, :2], found.boxes[:, 2:] - found.boxes[:, :2]
    kept = cv2.dnn.NMSBoxesBatched(
        np.concatenate((corner, size), axis=1).astype(np.float64).tolist(),
        found.scores.astype(np.float64).tolist(),
        found.classes.tolist(),
        0.0,
        iou_threshold,
    )
    return found.kept(np.asarray(kept, np.int64).reshape(-1))
