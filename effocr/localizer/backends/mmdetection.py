"""MMDetection localizers in ONNX files, as its own exporter and MMDeploy write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from effocr.localizer.backends.letterbox import MMDETECTION, MMDETECTION_BGR
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

__all__ = ["load_mmdetection"]

EXPECTED: Final = "boxes with scores [1, n, 5] and class numbers [1, n], as MMDetection exports"


def load_mmdetection(
    path: Path, options: OnnxOptions, *, score_threshold: float, threads: int = 1
) -> OnnxBoxLocalizer:
    """Open an MMDetection model; it suppresses overlapping boxes itself.

    Args:
        path: of the ONNX file.
        options: what it does not say of itself.
        score_threshold: boxes must have more.
        threads: inside of one call.

    Raises:
        BundleError: it is not such a file.
    """
    graph = DetectionGraph(path, shape=options.input_shape, threads=threads)
    style = styled(MMDETECTION_BGR if options.colours == "bgr" else MMDETECTION, options)

    def decode(outputs: Sequence[Array]) -> Detections:
        boxes = next((one.reshape(-1, 5) for one in outputs if is_boxes(one, 5)), None)
        whole = (one for one in outputs if one.dtype.kind in "iu" and is_flat(one))
        classes = next((one.reshape(-1) for one in whole), None)
        if boxes is None or classes is None or len(classes) != len(boxes):
            raise graph.wrong(outputs, EXPECTED)
        return Detections(boxes[:, :4], boxes[:, 4], classes.astype(np.int64))

    decode(probe(graph, style))
    return OnnxBoxLocalizer(graph, style, class_roles(graph, options), decode, score_threshold)
