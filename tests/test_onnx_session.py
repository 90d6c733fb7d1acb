"""Int8 graphs give what their numbers say on every CPU, those without VNNI too."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from effocr.bundle import EMBEDDED
from effocr.onnx_session import open_session

SEVEN_BITS = 64  # 255 x 64 twice fits into 16 bits


def int8_convolution(path: Path, weights: np.ndarray) -> Path:
    """uint8 -> 1 x 1 convolution -> uint8, every scale one 2,048th of the sum's full range."""
    constants = {
        "one": np.array(1, np.float32),
        "zero": np.array(0, np.uint8),
        "weights": weights,
        "none": np.array(0, np.int8),
        "coarse": np.array(2048, np.float32),
    }
    inputs = ["pixels", "one", "zero", "weights", "one", "none", "coarse", "zero"]
    graph = helper.make_graph(
        [helper.make_node("QLinearConv", inputs, ["sums"])],
        "convolution",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, [1, weights.shape[1], 4, 4])],
        [helper.make_tensor_value_info("sums", TensorProto.UINT8, [1, weights.shape[0], 4, 4])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def test_sums_of_large_products_do_not_overflow(tmp_path: Path) -> None:
    weights = np.full((8, 16, 1, 1), 127, np.int8)
    session = open_session(int8_convolution(tmp_path / "graph.onnx", weights))
    pixels = np.full((1, 16, 4, 4), 255, np.uint8)
    (found,) = session.run(None, {"pixels": pixels})
    assert np.unique(found) == round(16 * 127 * 255 / 2048)


@pytest.mark.parametrize("name", ["en/localizer.onnx", "pages/detector.onnx"])
def test_the_weights_of_embedded_graphs_need_seven_bits(name: str) -> None:
    arrays = [numpy_helper.to_array(each) for each in onnx.load(EMBEDDED / name).graph.initializer]
    weights = [each.astype(int) for each in arrays if each.dtype == np.int8 and each.ndim == 4]
    assert len(weights) > 5
    assert max(np.abs(each).max() for each in weights) <= SEVEN_BITS
