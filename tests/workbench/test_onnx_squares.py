"""ONNX files of classic recognizers, whatever their batch and size."""

from pathlib import Path

import numpy as np
import pytest

from effocr.errors import BundleError
from effocr.recognizer.squares import network_input
from effocr.workbench.onnx_squares import OnnxSquares, probabilities

Shape = list[int | str]


def save(path: Path, shape: Shape, kind: str = "FLOAT") -> Path:
    """A graph that gives the mean of quarters of the picture: 3 x 2 x 2 numbers."""
    import onnx
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["pictures"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("AveragePool", ["numbers"], ["q"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["q"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "quarters",
        [helper.make_tensor_value_info("pictures", getattr(TensorProto, kind), shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    onnx.save(model, str(path))
    return path


def squares(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, 16, 16)).astype(np.uint8)


def by_hand(crops: np.ndarray) -> np.ndarray:
    pictures = network_input(crops).reshape(len(crops), 3, 2, 8, 2, 8).mean(axis=(3, 5))
    flat = pictures.reshape(len(crops), 12)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


@pytest.mark.parametrize("batch", ["n", 1, 4, 64])
def test_defect_45_a_batch_of_any_size_fits_a_graph_of_any_batch(
    tmp_path: Path, batch: int | str
) -> None:
    encoder = OnnxSquares(save(tmp_path / "e.onnx", [batch, 3, 16, 16]))
    assert (encoder.size_px, encoder.numbers) == (16, 12)
    for count in (0, 1, 5, 37):
        found = encoder.embed(squares(count))
        np.testing.assert_allclose(found, by_hand(squares(count)), atol=1e-5)


def test_defect_45_the_size_is_the_graphs_or_else_the_runs(tmp_path: Path) -> None:
    free = save(tmp_path / "e.onnx", ["n", 3, "h", "w"])
    assert OnnxSquares(free, size_px=16).size_px == 16
    assert OnnxSquares(free).size_px == 224
    fixed = save(tmp_path / "f.onnx", ["n", 3, 16, 16])
    assert OnnxSquares(fixed, size_px=224).size_px == 16


@pytest.mark.parametrize(
    ("shape", "kind"),
    [(["n", 1, 16, 16], "FLOAT"), (["n", 3, 16, 32], "FLOAT"), (["n", 3, 16, 16], "UINT8")],
)
def test_another_graph_is_refused(tmp_path: Path, shape: Shape, kind: str) -> None:
    with pytest.raises(BundleError, match="not a recognizer"):
        OnnxSquares(save(tmp_path / "e.onnx", shape, kind))


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e.onnx").write_text("no graph")
    with pytest.raises(BundleError, match="cannot open"):
        OnnxSquares(tmp_path / "e.onnx")


def test_scores_of_classes_become_probabilities(tmp_path: Path) -> None:
    encoder = OnnxSquares(save(tmp_path / "e.onnx", ["n", 3, 16, 16]), classifier=True)
    found = encoder.embed(squares(3))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert probabilities(np.array([[1000.0, 0.0]])).tolist() == [[1.0, 0.0]]


def test_defect_46_a_session_starts_no_threads_below_the_readers(tmp_path: Path) -> None:
    encoder = OnnxSquares(save(tmp_path / "e.onnx", ["n", 3, 16, 16]))
    options = encoder._session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert encoder._session.get_providers() == ["CPUExecutionProvider"]
