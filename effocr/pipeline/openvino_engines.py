"""The localizer run by OpenVINO instead of onnxruntime: an extra, see docs/benchmarks.md.

The recognizer stays with onnxruntime: it is a hundredth of the work.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from effocr.errors import BundleError, MissingDependencyError
from effocr.frame import PAPER
from effocr.localizer.arrays import STRIDE

__all__ = ["OpenVinoLocalizer"]

WIDTH_STEP: Final = 128  # pixels


class OpenVinoLocalizer:
    """localizer.onnx, as `effocr.pipeline.onnx_engines.OnnxLocalizer` runs it.

    Args:
        path: of the onnx file.
        threads: callers at once; each has a stream of its own on one core.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
        BundleError: the file is not such a graph.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        try:
            import openvino
        except ImportError as error:
            raise MissingDependencyError(
                "OpenVINO is not installed: pip install 'effocr[openvino]'"
            ) from error
        if not path.is_file():
            raise BundleError(f"{path}: missing")
        settings = {"NUM_STREAMS": threads, "INFERENCE_NUM_THREADS": threads}
        try:
            self._compiled: Any = openvino.Core().compile_model(str(path), "CPU", settings)
            names = self._compiled.input(0).get_any_name(), self._compiled.output(0).get_any_name()
        except RuntimeError as error:
            first = str(error).strip().splitlines()[0]
            raise BundleError(f"{path}: OpenVINO cannot open it ({first})") from error
        if names != ("lines", "maps"):
            raise BundleError(f"{path}: a graph from {names[0]} to {names[1]}, not lines to maps")
        self._own = threading.local()

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """See `effocr.pipeline.engines.Localizer`."""
        request: Any = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._compiled.create_infer_request()
        return np.concatenate([_one(request, line) for line in lines[:, None]])


def _one(request: Any, line: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Maps of one line [1, height, width].

    Of a few widths only: each new shape costs 20 ms to set up.
    """
    width = line.shape[2]
    missing = -width % WIDTH_STEP
    request.infer([np.pad(line, ((0, 0), (0, 0), (0, missing)), constant_values=PAPER)])
    # The request writes the next result into the same memory.
    found = np.array(request.get_output_tensor(0).data, np.float32)
    return found[:, :, : width // STRIDE]
