"""Lines of a page by the exported page detector."""

from __future__ import annotations

from pathlib import Path

from effocr.bundle import find_model
from effocr.detector.bundle import GRAPH, MANIFEST, DetectorBundle
from effocr.detector.onnx import OnnxDetector
from effocr.pipeline.detected import DetectedLine
from effocr.pipeline.images import Grey

__all__ = ["NetworkLines", "detector_of"]


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


def detector_of(model: str | Path, *, threads: int = 1) -> NetworkLines | None:
    """The page detector in the folder of a model; None where it has none.

    Args:
        model: its name or folder.
        threads: inside of one call of the network.

    Raises:
        UsageError: there is no such model.
        BundleError: the detector is damaged.
    """
    folder = find_model(model)
    if not any((folder / name).is_file() for name in (GRAPH, MANIFEST)):
        return None
    return NetworkLines(folder, threads=threads)
