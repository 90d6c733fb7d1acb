"""Lines of a page by the exported page detector."""

from __future__ import annotations

from pathlib import Path

from effocr.detector.bundle import DetectorBundle
from effocr.detector.onnx import OnnxDetector
from effocr.pipeline.detected import DetectedLine
from effocr.pipeline.images import Grey

__all__ = ["NetworkLines"]


class NetworkLines:
    """detector.onnx as a `LineDetector`."""

    def __init__(self, bundle: DetectorBundle | Path | str, *, threads: int = 1) -> None:
        """Open a detector; see `OnnxDetector`."""
        self._detector = OnnxDetector(bundle, threads=threads)

    def detect(self, page: Grey) -> list[DetectedLine]:
        """Find the lines of text.

        Args:
            page: [height, width] uint8, upright.
        """
        return [DetectedLine(polygon, score) for polygon, score in self._detector.detect(page)]
