"""ONNX files of classic recognizers, the original's own among them. Nothing here imports torch."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.errors import BundleError
from effocr.onnx_session import onnx_errors, open_session
from effocr.recognizer.squares import WHITE, network_input

__all__ = ["OnnxSquares", "probabilities", "unit_length"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

USUAL_SIZE: Final = 224  # pixels; what the original trains with unless told otherwise
AT_ONCE: Final = 16  # squares; as many again would not be faster and need more memory
_RANK: Final = 4


class OnnxSquares:
    """A graph from `imgs` [n, 3, size, size] float32 to `embs` [n, numbers] float32.

    Its batch may be free or fixed, its numbers of any length. Names do not matter.

    Attributes:
        size_px: side of the squares that it takes.
        numbers: how many it gives for each.
    """

    def __init__(
        self, path: Path, *, size_px: int | None = None, classifier: bool = False, threads: int = 1
    ) -> None:
        """Open the file and try it on blank paper.

        Args:
            path: of the ONNX file.
            size_px: of the squares, where the graph takes any.
            classifier: its numbers are scores of classes: they become probabilities, not a vector
                of unit length.
            threads: inside of one call.

        Raises:
            BundleError: it is no such graph.
        """
        self._session = open_session(path, threads)
        inputs = self._session.get_inputs()
        shape = inputs[0].shape
        if len(inputs) != 1 or inputs[0].type != "tensor(float)" or len(shape) != _RANK:
            raise BundleError(
                f"{path}: not a recognizer: it takes {inputs[0].type} {shape}, not float "
                "pictures [n, 3, size, size]"
            )
        sizes = {side for side in shape[2:] if isinstance(side, int)}
        if len(sizes) > 1 or (shape[1] not in (3, None) and isinstance(shape[1], int)):
            raise BundleError(f"{path}: not a recognizer of squares in three colours: {shape}")
        self.size_px: int = sizes.pop() if sizes else size_px or USUAL_SIZE
        self._batch: int | None = shape[0] if isinstance(shape[0], int) else None
        self._input = inputs[0].name
        names = [output.name for output in self._session.get_outputs()]
        self._output = "embs" if "embs" in names else names[0]
        self._finish = probabilities if classifier else unit_length
        try:
            blank = np.full((1, self.size_px, self.size_px), WHITE, np.uint8)
            self.numbers = int(self.embed(blank).shape[1])
        except onnx_errors() as error:
            first = str(error).splitlines()[0]
            raise BundleError(f"{path}: it cannot run ({first})") from error

    def embed(self, crops: Grey) -> Floats:
        """See `effocr.pipeline.engines.Encoder`; of a classifier the probabilities."""
        step = self._batch or AT_ONCE
        parts = [self._run(crops[start : start + step]) for start in range(0, len(crops), step)]
        return self._finish(np.concatenate(parts) if parts else np.zeros((0, self.numbers)))

    def _run(self, squares: Grey) -> Floats:
        """Raw outputs [n, numbers]; a fixed batch is filled up with paper."""
        count = len(squares)
        if self._batch is not None and count < self._batch:
            filling = np.full((self._batch - count, *squares.shape[1:]), WHITE, np.uint8)
            squares = np.concatenate([squares, filling])
        given = {self._input: network_input(squares)}
        found = self._session.run([self._output], given)[0]
        return np.asarray(found[:count], np.float32).reshape(count, -1)


def unit_length(numbers: npt.ArrayLike) -> Floats:
    """Vectors [n, d] brought to length 1; a vector of zeros stays."""
    vectors = np.asarray(numbers, np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Floats = vectors / np.maximum(lengths, np.float32(1e-12))
    return result


def probabilities(numbers: npt.ArrayLike) -> Floats:
    """Scores of classes [n, classes] as probabilities that add up to 1."""
    scores = np.asarray(numbers, np.float32)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result
