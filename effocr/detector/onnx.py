"""The exported detector at work: page in, polygons out. No torch.

detector = OnnxDetector("effocr/models/detector")
for polygon, score in detector.detect(page):
    ...
"""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.detector.bundle import DetectorBundle, load_detector_bundle
from effocr.detector.config import Look
from effocr.detector.page import find_regions
from effocr.errors import BundleError
from effocr.onnx_session import onnx_errors, open_session

__all__ = ["OnnxDetector", "OnnxMaps"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Polygon = npt.NDArray[np.float32]

PAGES, MAPS = "pages", "maps"
SMALLEST: Final = 32  # pixels: the side of the page that a graph is tried on


class OnnxMaps:
    """detector.onnx: `pages` [1, height, width] uint8 -> `maps` [1, channels, ...] float32.

    A `effocr.detector.page.Network`; may be called by several threads at once.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Open the file.

        Args:
            path: of the file.
            threads: inside of one call.

        Raises:
            BundleError: the file is not such a graph.
        """
        self._session = open_session(path, threads)
        given = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        if given != (PAGES, MAPS):
            raise BundleError(f"{path}: a graph from {given[0]} to {given[1]}, not a detector's")

    def __call__(self, page: Grey) -> Floats:
        """[height, width] uint8 -> [channels, height / stride, width / stride] float32."""
        maps: Floats = self._session.run([MAPS], {PAGES: page[None]})[0][0]
        return maps


class OnnxDetector:
    """Finds the lines or words of pages; may be called by several threads at once.

    Attributes:
        bundle: its folder and what its manifest says.
    """

    def __init__(self, bundle: DetectorBundle | Path | str, *, threads: int = 1) -> None:
        """Open a detector.

        Args:
            bundle: or the folder that holds it.
            threads: inside of one call of the network.

        Raises:
            UsageError: there is no such folder.
            BundleError: it is damaged, or graph and manifest do not fit together.
        """
        self.bundle = (
            bundle if isinstance(bundle, DetectorBundle) else load_detector_bundle(Path(bundle))
        )
        self._maps = OnnxMaps(self.bundle.graph, threads)
        self._check()

    @property
    def look(self) -> Look:
        """How it looks at a page."""
        return self.bundle.manifest.look

    def detect(self, page: Grey) -> list[tuple[Polygon, float]]:
        """Find the regions of a page.

        Args:
            page: [height, width] uint8, 0 black, upright, of any size.

        Returns:
            Polygons [n, 2] float32 in pixels of the page, clockwise: the upper edge from left to
            right, then the lower one backwards; and the score of each, 0 to 1.
        """
        found = find_regions(page, self._maps, self.look)
        return list(zip(found.polygons, found.scores.tolist(), strict=True))

    def _check(self) -> None:
        """Run the graph once.

        Raises:
            BundleError: it gives something else than the manifest says.
        """
        path = self.bundle.graph
        try:
            shape = self._maps(np.full((SMALLEST, SMALLEST), 255, np.uint8)).shape
        except onnx_errors() as error:
            raise BundleError(f"{path}: cannot run: {str(error).splitlines()[0]}") from error
        side = SMALLEST // self.look.map_stride
        if shape[0] not in (1, 2) or shape[1:] != (side, side):
            raise BundleError(
                f"{path}: gives {list(shape)}, expected 1 or 2 maps of {side} x {side}"
            )
