"""The two modules run by onnxruntime, and how a model folder is opened. Nothing here imports torch.

A session is shared by all threads of a reader and runs in the thread that calls it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from effocr.bundle import LABELS, LOCALIZER, RECOGNIZER, Manifest, load_bundle
from effocr.errors import BundleError, UsageError
from effocr.localizer.arrays import CHANNELS, STRIDE
from effocr.onnx_session import onnx_errors, open_session
from effocr.pipeline.cutters import cutter_of
from effocr.pipeline.engines import Engines, Localizer, Views
from effocr.pipeline.locate import NativeLocator

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["OnnxEncoder", "OnnxLocalizer", "Runtime", "check_engines", "load_engines"]

Runtime = Literal["onnxruntime", "openvino"]
CROPS, WINDOWS, EMBEDDINGS = "crops", "windows", "embeddings"  # in recognizer.onnx
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
        self._session = open_session(path, threads)
        _check_names(path, self._session, {"lines"}, "maps")

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """See `effocr.pipeline.engines.Localizer`."""
        found: npt.NDArray[np.float32] = self._session.run(["maps"], {"lines": lines})[0]
        return found


class OnnxEncoder:
    """recognizer.onnx: `crops` or `windows` [n, ...] -> `embeddings` float32 [n, dimensions].

    Args:
        path: of the onnx file.
        threads: inside of one call.

    Raises:
        BundleError: the file is not such a graph.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = open_session(path, threads)
        self._views = self._session.get_inputs()[0].name
        _check_names(path, self._session, {CROPS, WINDOWS}, EMBEDDINGS)

    def embed(self, views: Views) -> npt.NDArray[np.float32]:
        """See `effocr.pipeline.engines.Encoder`."""
        found: npt.NDArray[np.float32] = self._session.run([EMBEDDINGS], {self._views: views})[0]
        return found


def load_engines(
    model: str | Path, *, runtime: Runtime = "onnxruntime", threads: int = 1
) -> Engines:
    """Open a model for reading.

    Args:
        model: name or folder.
        runtime: of the localizer's network.
        threads: of the reader that will call it.

    Raises:
        UsageError: there is no such model.
        MissingDependencyError: the runtime is not installed.
        BundleError: its files are missing, changed, or do not fit together.
    """
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.pictures import pictures_of

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
    pictures = pictures_of(bundle)
    characters = {*index.characters, *(pictures.labels if pictures else ())}
    strange = sorted(characters.symmetric_difference(bundle.manifest.charset))
    if strange:
        raise BundleError(
            f"{bundle.folder}: {LABELS} and the charset of the manifest differ in "
            f"{' '.join(strange[:_SHOWN])}; export the model again with `effocr export`"
        )
    manifest = bundle.manifest
    localizer = _open_localizer(bundle.path(LOCALIZER), runtime, threads)
    return Engines(
        NativeLocator(
            localizer, manifest.line, manifest.peak_threshold, exact=manifest.window is None
        ),
        cutter_of(manifest),
        OnnxEncoder(bundle.path(RECOGNIZER)),
        index,
        manifest,
        pictures=pictures,
    )


def _open_localizer(path: Path, runtime: Runtime, threads: int) -> Localizer:
    match runtime:
        case "onnxruntime":
            return OnnxLocalizer(path)
        case "openvino":
            from effocr.pipeline.openvino_engines import OpenVinoLocalizer

            return OpenVinoLocalizer(path, threads)
        case _:
            raise UsageError(f"runtime {runtime!r}: known are onnxruntime and openvino")


def check_engines(engines: Engines) -> None:
    """Run both graphs once on blank paper: they must give what the manifest says.

    Raises:
        BundleError: a result has another shape, or a graph cannot take such input.
    """
    manifest = engines.manifest
    if not isinstance(engines.locator, NativeLocator):
        raise BundleError(f"{type(engines.locator).__name__}: not the locator of a model folder")
    lines = np.full((1, manifest.line.height, 64), 255, np.uint8)
    views = _blank_views(manifest)
    try:
        maps, embeddings = engines.locator.localizer.maps(lines), engines.encoder.embed(views)
    except onnx_errors() as error:
        raise BundleError(f"a graph cannot run: {str(error).splitlines()[0]}") from error
    features = maps.shape[1] - CHANNELS
    fits = features >= 0 if manifest.window is None else features == manifest.window.channels
    columns, size = lines.shape[2] // STRIDE, manifest.embedding_size
    if not (fits and maps.shape[2] == columns and embeddings.shape == (len(views), size)):
        expected = [1, CHANNELS + (manifest.window.channels if manifest.window else 0), columns]
        raise BundleError(
            f"the graphs give maps {list(maps.shape)} and embeddings {list(embeddings.shape)}, "
            f"expected {expected} and {[len(views), size]}"
        )


def _blank_views(manifest: Manifest) -> Views:
    """What the encoder sees of two glyphs of blank paper."""
    if manifest.window is not None:
        return np.zeros((2, manifest.window.channels, manifest.window.columns), np.float32)
    return np.full((2, manifest.line.height, manifest.crop.width), 255, np.uint8)


def _check_names(
    path: Path, session: onnxruntime.InferenceSession, inputs: set[str], output: str
) -> None:
    """Refuse a graph of another kind.

    Raises:
        BundleError: its input or output has another name.
    """
    given = session.get_inputs()[0].name, session.get_outputs()[0].name
    if given[0] not in inputs or given[1] != output:
        wanted = " or ".join(sorted(inputs))
        raise BundleError(
            f"{path}: a graph from {given[0]} to {given[1]}, not from {wanted} to {output}"
        )
