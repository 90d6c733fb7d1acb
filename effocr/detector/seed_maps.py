"""Detectors of OpenOCR as ONNX files, ours and its own, at work. No torch."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.errors import BundleError
from effocr.onnx_session import onnx_errors, open_session

__all__ = ["BGR_MEAN", "BGR_STD", "GREY_OF_BGR", "BgrMaps"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

BGR_MEAN: Final = (0.485, 0.456, 0.406)  # as OpenOCR has them: in this order, though it reads BGR
BGR_STD: Final = (0.229, 0.224, 0.225)
GREY_OF_BGR: Final = (0.114, 0.587, 0.299)  # ITU-R BT.601, as Pillow turns colours into grey


class BgrMaps:
    """det_model.onnx: [n, 3, height, width] float32 -> [n, 1, height, width] float32.

    A `effocr.detector.page.Network`. Pages are grey: all three colours get the same values.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Open the file.

        Args:
            path: of the file; the names of its input and output do not matter.
            threads: inside of one call.

        Raises:
            BundleError: the file is not such a graph.
        """
        self.path = path
        self._session = open_session(path, threads)
        given = self._session.get_inputs()
        if len(given) != 1 or len(given[0].shape) != 4 or given[0].type != "tensor(float)":
            raise BundleError(f"{path}: its input is not [n, 3, height, width] in float")
        self._input = given[0].name

    def __call__(self, page: Grey) -> Floats:
        """[height, width] uint8 -> [1, height, width] float32.

        Raises:
            BundleError: the graph cannot look at such a page, or gives no map of its size.
        """
        mean, std = (np.array(each, np.float32)[:, None, None] for each in (BGR_MEAN, BGR_STD))
        levels = (page.astype(np.float32)[None] / 255 - mean) / std
        try:
            maps: Floats = self._session.run(None, {self._input: levels[None]})[0]
        except onnx_errors() as error:
            raise BundleError(f"{self.path}: cannot run: {str(error).splitlines()[0]}") from error
        if maps.shape != (1, 1, *page.shape):
            raise BundleError(
                f"{self.path}: gives {list(maps.shape)} for a page of {list(page.shape)}, expected "
                "one map of the same size"
            )
        found: Floats = maps[0]
        return found
