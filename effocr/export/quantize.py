"""The exported localizer in int8: two to five times faster where the CPU has VNNI or AMX.

Static quantisation of onnxruntime, weights by channel, ranges from real frames. Pixels are uint8
already and enter the first convolution as they are. The heads stay in float: they cost nothing, and
a box is to be told finer than in 256 steps.

Weights use 7 of the 8 bits: CPUs without VNNI add two products of uint8 and int8 in 16 bits, which
255 x 127 twice would overflow (docs/decisions.md, "Seven bits of int8").
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from effocr.atomic import write_whole
from effocr.bundle import LOCALIZER
from effocr.errors import MissingDependencyError, ParityError
from effocr.training.checkpoints import best_of

Grey = npt.NDArray[np.uint8]

CALIBRATION_LINES: Final = 200  # whose activations say what int8 has to hold
FEATURES: Final = "/features/"  # how the names of the nodes begin that are quantised
LINES: Final = "lines"  # name of the graph's input
LEVELS: Final = 255.0


def quantise_localizer(graph: Path, out: Path, frames: Sequence[Grey]) -> None:
    """Write the int8 form of a localizer.onnx; see `quantise_graph`."""
    quantise_graph(graph, out, frames, source=LINES, parts=(FEATURES,))


def quantise_graph(
    graph: Path, out: Path, frames: Sequence[Grey], *, source: str, parts: Sequence[str]
) -> None:
    """Write the int8 form of a network that takes uint8 pixels.

    Args:
        graph: in float, as `effocr.export.onnx` writes it.
        out: file to write.
        frames: [height, width] uint8 each, images to take the ranges of the activations from.
        source: name of the graph's input.
        parts: how the names of the nodes begin that are quantised; the others stay in float.

    Raises:
        MissingDependencyError: the onnx package is not installed.
        ParityError: the graph has not the form that is expected.
    """
    try:
        import onnx
        from onnxruntime import quantization
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ImportError as error:
        raise MissingDependencyError(
            "int8 export needs onnx: pip install 'effocr[train]'"
        ) from error

    with tempfile.TemporaryDirectory() as folder:
        ready, draft = Path(folder) / "ready.onnx", Path(folder) / "draft.onnx"
        quant_pre_process(str(graph), str(ready), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(ready),
            str(draft),
            _Frames(frames, source),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            op_types_to_quantize=["Conv", "Add", "Relu"],
            nodes_to_exclude=_others(onnx.load(ready), parts),
            per_channel=True,
            reduce_range=True,
        )
        model = onnx.load(draft)
        _feed_pixels(model, source)
        onnx.checker.check_model(model)
        write_whole(out, model.SerializeToString())


class _Frames:
    """Frames one by one, as onnxruntime's calibration asks for them."""

    def __init__(self, frames: Sequence[Grey], source: str) -> None:
        self._left: Iterator[Grey] = iter(frames)
        self._source = source

    def get_next(self) -> dict[str, Grey] | None:
        """The input of the next run; None at the end."""
        frame = next(self._left, None)
        return None if frame is None else {self._source: frame[None]}


def _others(model: Any, parts: Sequence[str]) -> list[str]:
    """Names of the nodes that stay in float: the heads, and what turns them into pixels."""
    return [node.name for node in model.graph.node if not node.name.startswith(tuple(parts))]


def int8_graph(run: Path, graph: Path, frames: Sequence[Grey]) -> Path:
    """The int8 form of a run's localizer, in the folder of the run.

    It is made once, from the first frames that are given: a recognizer learns from its features and
    is to be shipped with the same.

    Args:
        run: folder of the localizer's run, or a checkpoint.
        graph: its localizer.onnx in float.
        frames: to take the ranges from.
    """
    best = best_of(run)
    made = best.with_name(f"int8.{best.stem}.{LOCALIZER}")
    if not made.is_file() or made.stat().st_mtime < best.stat().st_mtime:
        quantise_localizer(graph, made, frames)
    return made


def _feed_pixels(model: Any, source: str) -> None:
    """Let the uint8 pixels be the quantised input of the first convolution.

    The graph subtracts and divides, and quantisation finds its way back to the same 256 levels.

    Raises:
        ParityError: it is not so.
    """
    import onnx
    from onnx import numpy_helper

    graph = model.graph
    made_by = {name: node for node in graph.node for name in node.output}
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    first = next((node for node in graph.node if node.op_type == "QuantizeLinear"), None)
    chain: list[Any] = []
    name = first.input[0] if first is not None else ""
    while name in made_by and len(chain) < 8:
        chain.append(made_by[name])
        name = chain[-1].input[0]
    unsqueeze = next((node for node in chain if node.op_type == "Unsqueeze"), None)
    if first is None or name != source or unsqueeze is None:
        raise ParityError("the exported graph does not begin as expected; it stays in float")
    scale, zero = float(values[first.input[1]]), int(values[first.input[2]])
    if abs(scale * LEVELS - 1) > 0.01 or zero != int(LEVELS):
        raise ParityError(
            f"int8: the images given use pixels of {scale * LEVELS:.2f} of the range; "
            "give some with both ink and paper"
        )
    for initializer in graph.initializer:
        if initializer.name == first.input[1]:
            initializer.CopyFrom(
                numpy_helper.from_array(np.array(1 / LEVELS, np.float32), initializer.name)
            )
    pixels = f"{source}_as_one_channel"
    axes = unsqueeze.input[1]
    nodes = [node for node in graph.node if node not in chain and node is not first]
    for node in nodes:
        for place, given in enumerate(node.input):
            if given == first.output[0]:
                node.input[place] = pixels
    start = onnx.helper.make_node("Unsqueeze", [source, axes], [pixels])
    makers = [made_by[axes]] if axes in made_by else []
    del graph.node[:]
    graph.node.extend([*makers, start, *(node for node in nodes if node not in makers)])
