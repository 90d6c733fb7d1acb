"""The networks run by OpenVINO instead of onnxruntime: an extra, see docs/benchmarks.md.

Each is opened from its ONNX file or from OpenVINO's own form, .xml and .bin (IR). A reader with
`runtime="openvino"` runs the localizer so; the recognizer is a hundredth of the work.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from effocr.errors import BundleError, MissingDependencyError
from effocr.frame import PAPER
from effocr.localizer.arrays import STRIDE
from effocr.pipeline.engines import Views

__all__ = [
    "OpenVinoEncoder", "OpenVinoLocalizer", "OpenVinoMaps", "OpenVinoNetwork", "openvino_core",
    "require_openvino",
]  # fmt: skip

WIDTH_STEP: Final = 128  # pixels
Floats = npt.NDArray[np.float32]


def require_openvino() -> Any:
    """The module.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import openvino
    except ImportError as error:
        raise MissingDependencyError(
            "OpenVINO is not installed: pip install 'effocr[openvino]'"
        ) from error
    return openvino


def openvino_core() -> Any:
    """The one `openvino.Core` of the process, never closed.

    Each Core gives its thread a stack for signal handlers and unmaps it at its end. Of two that end
    in the order in which they began, the second one puts the first one's stack back, which is
    gone: the next signal that is handled, Ctrl+C too, then ends in a segmentation fault.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
    """
    return _core(require_openvino())


@cache
def _core(openvino: ModuleType) -> Any:
    return openvino.Core()


class OpenVinoNetwork:
    """A graph with one input and one output; may be called by several threads at once.

    Args:
        path: .onnx, or .xml with its .bin beside it.
        threads: callers at once; each has a stream of its own on one core.
        exact: compute in float32 even where the CPU is faster with less.

    Attributes:
        names: of input and output; a tensor may have several.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
        BundleError: the file is missing, or no graph.
    """

    def __init__(self, path: Path, threads: int = 1, *, exact: bool = False) -> None:
        core = openvino_core()
        for file in (path, path.with_suffix(".bin")) if path.suffix == ".xml" else (path,):
            if not file.is_file():
                raise BundleError(f"{file}: missing")
        settings: dict[str, Any] = {"NUM_STREAMS": threads, "INFERENCE_NUM_THREADS": threads}
        if exact:
            settings["INFERENCE_PRECISION_HINT"] = "f32"
        try:
            self._compiled: Any = core.compile_model(str(path), "CPU", settings)
            self.names: tuple[set[str], set[str]] = (
                self._compiled.input(0).get_names(), self._compiled.output(0).get_names(),
            )  # fmt: skip
        except RuntimeError as error:
            first = str(error).strip().splitlines()[0]
            raise BundleError(f"{path}: OpenVINO cannot open it ({first})") from error
        self._path = path
        self._own = threading.local()

    def run(self, given: npt.NDArray[Any]) -> Floats:
        """Run it in the calling thread; the result is the caller's own.

        Raises:
            BundleError: it cannot take such input.
        """
        request: Any = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._compiled.create_infer_request()
        try:
            request.infer([given])
        except RuntimeError as error:
            first = str(error).strip().splitlines()[0]
            raise BundleError(f"{self._path}: cannot run: {first}") from error
        # The request writes the next result into the same memory.
        return np.array(request.get_output_tensor(0).data, np.float32)

    def expect(self, inputs: tuple[str, ...], output: str) -> None:
        """Refuse a graph of another kind.

        Raises:
            BundleError: its input or output has another name.
        """
        if self.names[0].isdisjoint(inputs) or output not in self.names[1]:
            given, got = ("/".join(sorted(names)) for names in self.names)
            raise BundleError(
                f"{self._path}: a graph from {given} to {got}, not "
                f"{' or '.join(inputs)} to {output}"
            )


class OpenVinoLocalizer:
    """The localizer, as `effocr.pipeline.onnx_engines.OnnxLocalizer` runs it.

    Args: see `OpenVinoNetwork`.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
        BundleError: the file is not such a graph.
    """

    def __init__(self, path: Path, threads: int = 1, *, exact: bool = False) -> None:
        self._network = OpenVinoNetwork(path, threads, exact=exact)
        self._network.expect(("lines",), "maps")

    def maps(self, lines: npt.NDArray[np.uint8]) -> Floats:
        """See `effocr.pipeline.engines.Localizer`."""
        return np.concatenate([self._one(line) for line in lines[:, None]])

    def _one(self, line: npt.NDArray[np.uint8]) -> Floats:
        """Maps of one line [1, height, width].

        Of a few widths only: each new shape costs 20 ms to set up.
        """
        width = line.shape[2]
        missing = -width % WIDTH_STEP
        padded = np.pad(line, ((0, 0), (0, 0), (0, missing)), constant_values=PAPER)
        return self._network.run(padded)[:, :, : width // STRIDE]


class OpenVinoEncoder:
    """The recognizer, as `effocr.pipeline.onnx_engines.OnnxEncoder` runs it.

    Args and errors: see `OpenVinoLocalizer`.
    """

    def __init__(self, path: Path, threads: int = 1, *, exact: bool = False) -> None:
        self._network = OpenVinoNetwork(path, threads, exact=exact)
        self._network.expect(("crops", "windows"), "embeddings")

    def embed(self, views: Views) -> Floats:
        """See `effocr.pipeline.engines.Encoder`."""
        return self._network.run(views)


class OpenVinoMaps:
    """The detector, as `effocr.detector.onnx.OnnxMaps` runs it.

    Its input is grey, [1, height, width], or planar colour, [1, 3, height, width], in which grey
    pixels have three equal values.

    Args and errors: see `OpenVinoLocalizer`.
    """

    def __init__(self, path: Path, threads: int = 1, *, exact: bool = False) -> None:
        self._network = OpenVinoNetwork(path, threads, exact=exact)
        self._network.expect(("pages", "image"), "maps")

    def __call__(self, page: npt.NDArray[np.uint8]) -> Floats:
        """[height, width] uint8 -> [channels, height / stride, width / stride] float32."""
        grey = "pages" in self._network.names[0]
        maps: Floats = self._network.run(page[None] if grey else np.stack([page] * 3)[None])[0]
        return maps
