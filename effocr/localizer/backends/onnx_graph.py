"""A detection network in an ONNX file: its input, its outputs, and what it says of itself."""

from __future__ import annotations

import ast
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from effocr.errors import BundleError
from effocr.onnx_session import onnx_errors, open_session

__all__ = ["Array", "DetectionGraph"]

logger = logging.getLogger(__name__)

Array = npt.NDArray[Any]

USUAL_SHAPE: Final = (640, 640)  # of a graph that takes any size and names none
KINDS: Final = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}


class DetectionGraph:
    """A session whose one input is a picture, [1, channels, height, width] or without the 1.

    Attributes:
        path: of the file.
        shape: height and width of the input.
        names: of the outputs.
        declared: shape of each output as the file says; symbols and None for what is not fixed.
        metadata: what the exporter wrote down.
    """

    def __init__(self, path: Path, *, shape: tuple[int, int] | None, threads: int) -> None:
        """Open the file and look at its input.

        Args:
            path: of the file.
            shape: height and width of the input, for a graph that takes any.
            threads: inside of one call.

        Raises:
            BundleError: it cannot be opened, or its input is no picture.
        """
        self.path = path
        self._session = open_session(path, threads=threads)
        given = self._session.get_inputs()
        axes = given[0].shape if given else []
        if len(given) != 1 or len(axes) not in {3, 4} or given[0].type not in KINDS:
            told = "; ".join(f"{one.name} {one.type} {one.shape}" for one in given)
            raise BundleError(
                f"{path}: its inputs are {told or 'none'}; expected one picture, float "
                "[1, 3, height, width]; export the network without anything before it"
            )
        batch, channels = [1, *axes][-4], axes[-3]
        if (isinstance(batch, int) and batch != 1) or (
            isinstance(channels, int) and channels not in {1, 3}
        ):
            raise BundleError(
                f"{path}: its input is {axes}, expected one picture of 1 or 3 channels, "
                "[1, 3, height, width]; export it again with batch size 1"
            )
        self._name, self._kind, self._batched = given[0].name, KINDS[given[0].type], len(axes) == 4
        self._channels = channels if isinstance(channels, int) else 3
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        self.shape = self._input_shape(axes[-2:], shape)
        self.names = [one.name for one in self._session.get_outputs()]
        self.declared = [one.shape for one in self._session.get_outputs()]

    def run(self, picture: npt.NDArray[np.float32]) -> list[Array]:
        """What the network gives for a picture.

        Args:
            picture: [3, height, width] float32.

        Returns:
            The outputs in the order of `names`; half precision as float32.

        Raises:
            BundleError: the graph cannot take a picture of this size.
        """
        fed = picture[: self._channels].astype(self._kind)
        try:
            found = self._session.run(None, {self._name: fed[None] if self._batched else fed})
        except onnx_errors() as error:
            height, width = self.shape
            first = str(error).splitlines()[0]
            raise BundleError(
                f"{self.path}: it cannot take a picture {height} high and {width} wide ({first}); "
                "give the height and width that it was exported for as input shape"
            ) from error
        return [np.asarray(one, np.float32) if one.dtype == np.float16 else one for one in found]

    def wrong(self, outputs: Sequence[Array], expected: str) -> BundleError:
        """The error to raise when the outputs are not those of the backend."""
        told = ", ".join(
            f"{name} {one.dtype} {list(one.shape)}"
            for name, one in zip(self.names, outputs, strict=True)
        )
        return BundleError(f"{self.path}: it gives {told}; expected {expected}")

    def class_names(self) -> dict[int, str]:
        """Names of the classes by number, where the exporter wrote them down."""
        names = self._literal("names")
        if isinstance(names, list | tuple):
            names = dict(enumerate(names))
        return {int(k): str(v) for k, v in names.items()} if isinstance(names, dict) else {}

    def says(self, key: str) -> bool:
        """The exporter wrote down that `key` is on, by itself or among its arguments."""
        arguments = self._literal("args")
        among = isinstance(arguments, dict) and arguments.get(key) is True
        return among or self._literal(key) is True

    def _input_shape(
        self, axes: Sequence[object], wanted: tuple[int, int] | None
    ) -> tuple[int, int]:
        """Height and width that the network is run with."""
        usual = wanted or self._exported_shape() or USUAL_SHAPE
        height, width = (
            axis if isinstance(axis, int) and axis > 0 else other
            for axis, other in zip(axes, usual, strict=True)
        )
        if wanted is not None and wanted != (height, width):
            logger.warning(
                "%s takes pictures of %d x %d (height x width) only, not %d x %d",
                self.path, height, width, *wanted,
            )  # fmt: skip
        return height, width

    def _exported_shape(self) -> tuple[int, int] | None:
        """Height and width that the exporter wrote down, if it did."""
        size = self._literal("imgsz")
        match [size] if isinstance(size, int) else size:
            case [int(side)] if side > 0:
                return side, side
            case [int(height), int(width)] if height > 0 and width > 0:
                return height, width
        return None

    def _literal(self, key: str) -> object:
        """A value of the metadata as the Python literal that exporters write; None if it is not."""
        try:
            found: object = ast.literal_eval(self.metadata.get(key, "None"))
        except (ValueError, SyntaxError):
            return None
        return found
