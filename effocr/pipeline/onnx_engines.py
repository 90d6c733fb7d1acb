"""The two modules run by onnxruntime, and how a model folder is opened. Nothing here imports torch.

A session is shared by all threads of a reader and runs in the thread that calls it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from effocr.bundle import LABELS, LOCALIZER, RECOGNIZER, load_bundle
from effocr.errors import BundleError
from effocr.localizer.arrays import CHANNELS, STRIDE
from effocr.onnx_session import onnx_errors, open_session
from effocr.pipeline.cutters import FrameCutter
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["OnnxEncoder", "OnnxLocalizer", "check_engines", "load_engines"]

_SHOWN = 8  # characters named in a message


class OnnxLocalizer:
    """localizer.onnx: `lines` uint8 [n, height, width] -> `maps` float32 [n, channels, width / 2].

    Args:
        path: of the onnx file.
        threads: inside of one call.

    Raises:
        BundleError: the file is not such a graph.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = _session(path, threads, names=("lines", "maps"))

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """See `effocr.pipeline.engines.Localizer`."""
        found: npt.NDArray[np.float32] = self._session.run(["maps"], {"lines": lines})[0]
        return found


class OnnxEncoder:
    """recognizer.onnx: `crops` uint8 [n, height, width] -> `embeddings` float32 [n, dimensions].

    Args:
        path: of the onnx file.
        threads: inside of one call.

    Raises:
        BundleError: the file is not such a graph.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = _session(path, threads, names=("crops", "embeddings"))

    def embed(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """See `effocr.pipeline.engines.Encoder`."""
        found: npt.NDArray[np.float32] = self._session.run(["embeddings"], {"crops": crops})[0]
        return found


def load_engines(model: str | Path) -> Engines:
    """Open a model for reading.

    Args:
        model: name or folder.

    Raises:
        UsageError: there is no such model.
        BundleError: its files are missing, changed, or do not fit together.
    """
    from effocr.recognizer.index import GlyphIndex

    bundle = load_bundle(model)
    if bundle.manifest.direction != bundle.manifest.line.direction:
        raise BundleError(
            f"{bundle.folder}: the manifest says {bundle.manifest.direction}, but "
            f"{bundle.manifest.line.direction} of its lines; export the model again"
        )
    index = GlyphIndex.load(bundle.folder)
    size = bundle.manifest.embedding_size
    if index.dim != size:
        raise BundleError(
            f"{bundle.folder}: the index holds embeddings of {index.dim} numbers, the manifest "
            f"says {size}; export the model again with `effocr export`"
        )
    if not len(index):
        raise BundleError(f"{bundle.folder}: an empty index; add characters with `effocr index`")
    strange = sorted(set(index.characters).symmetric_difference(bundle.manifest.charset))
    if strange:
        raise BundleError(
            f"{bundle.folder}: {LABELS} and the charset of the manifest differ in "
            f"{' '.join(strange[:_SHOWN])}; export the model again with `effocr export`"
        )
    manifest = bundle.manifest
    localizer = OnnxLocalizer(bundle.path(LOCALIZER))
    return Engines(
        NativeLocator(localizer, manifest.line, manifest.peak_threshold),
        FrameCutter(manifest.crop),
        OnnxEncoder(bundle.path(RECOGNIZER)),
        index,
        manifest,
    )


def check_engines(engines: Engines) -> None:
    """Run both graphs once on blank paper: they must give what the manifest says.

    Raises:
        BundleError: a result has another shape, or a graph cannot take such input.
    """
    shape, crop, size = (
        engines.manifest.line,
        engines.manifest.crop,
        engines.manifest.embedding_size,
    )
    if not isinstance(engines.locator, NativeLocator):
        raise BundleError(f"{type(engines.locator).__name__}: not the locator of a model folder")
    lines = np.full((1, shape.height, 64), 255, np.uint8)
    crops = np.full((2, shape.height, crop.width), 255, np.uint8)
    try:
        maps, embeddings = engines.locator.localizer.maps(lines), engines.encoder.embed(crops)
    except onnx_errors() as error:
        raise BundleError(f"a graph cannot run: {str(error).splitlines()[0]}") from error
    expected = (1, CHANNELS, lines.shape[2] // STRIDE), (2, size)
    if (maps.shape, embeddings.shape) != expected:
        raise BundleError(
            f"the graphs give maps {list(maps.shape)} and embeddings {list(embeddings.shape)}, "
            f"expected {list(expected[0])} and {list(expected[1])}"
        )


def _session(path: Path, threads: int, *, names: tuple[str, str]) -> onnxruntime.InferenceSession:
    """Open an onnx file whose input and output have these names.

    Raises:
        BundleError: it is not an onnx file, or its input or output has another name.
    """
    session = open_session(path, threads)
    given = (session.get_inputs()[0].name, session.get_outputs()[0].name)
    if given != names:
        raise BundleError(f"{path}: a graph from {given[0]} to {given[1]}, not {names}")
    return session
