"""Lines of a page by the exported page detector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from effocr.bundle import EMBEDDED, find_model
from effocr.detector.bundle import GRAPH, MANIFEST, DetectorBundle, load_detector_bundle
from effocr.detector.config import Level, Look
from effocr.detector.onnx import OnnxDetector
from effocr.detector.page import Network, find_regions
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.detected import DetectedLine, LineDetector
from effocr.pipeline.images import Grey
from effocr.pipeline.joined_words import JoinedWords

__all__ = [
    "CLASSICAL",
    "MapLines",
    "NetworkLines",
    "OpenedDetector",
    "detector_of",
    "open_detector",
]

CLASSICAL: Final = "classical"  # finds lines without a network

PAGES_DETECTOR: Final = EMBEDDED / "pages"
"""The page detector that comes with the program; scripts/train_detector makes it."""


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


class MapLines:
    """Any network of the detector, whoever runs it, as a `LineDetector`."""

    def __init__(self, network: Network, look: Look) -> None:
        """Take a network and how it looks at a page."""
        self._network, self._look = network, look

    def detect(self, page: Grey) -> list[DetectedLine]:
        """Find the lines of text.

        Args:
            page: [height, width] uint8, upright.
        """
        found = find_regions(page, self._network, self._look)
        scores = found.scores.tolist()
        return [DetectedLine(*one) for one in zip(found.polygons, scores, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class OpenedDetector:
    """A detector that was opened.

    Attributes:
        regions: finds words or lines.
        level: which of them.
    """

    regions: LineDetector
    level: Level

    @property
    def lines(self) -> LineDetector:
        """Finds lines: where it finds words, they are joined."""
        return JoinedWords(self.regions) if self.level == "word" else self.regions


def open_detector(path: Path | str, *, callers: int = 1) -> OpenedDetector:
    """Open an exported detector, or the classical one.

    Args:
        path: its folder, its .onnx, or the .xml or .bin of OpenVINO's form; or `classical`.
        callers: threads that ask it at once; OpenVINO sets a core aside for each.

    Raises:
        UsageError: there is no such folder or file.
        BundleError: it is damaged, or its manifest is missing.
        MissingDependencyError: it is in OpenVINO's form, which is not installed.
    """
    if str(path) == CLASSICAL:
        return OpenedDetector(ClassicalLines(), "line")
    bundle = load_detector_bundle(Path(path))
    look = bundle.manifest.look
    if bundle.network.suffix != ".xml":
        return OpenedDetector(NetworkLines(bundle), look.level)
    from effocr.pipeline.openvino_engines import OpenVinoMaps

    return OpenedDetector(MapLines(OpenVinoMaps(bundle.network, callers), look), look.level)


def detector_of(model: str | Path) -> OpenedDetector | None:
    """The page detector in the folder of a model, or else the embedded one; None where neither is.

    Args:
        model: its name or folder.

    Raises:
        UsageError: there is no such model.
        BundleError: the detector is damaged.
    """
    for folder in (find_model(model), PAGES_DETECTOR):
        if any((folder / name).is_file() for name in (GRAPH, MANIFEST)):
            return open_detector(folder)
    return None
