"""The localizer in int8 against the same in float."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from effocr.errors import ParityError
from effocr.export.onnx import export_localizer
from effocr.export.quantize import quantise_localizer
from effocr.localizer.config import LocalizerConfig
from effocr.localizer.model import DeployedLocalizer, NativeLocalizer
from effocr.pipeline.onnx_engines import OnnxLocalizer


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    config = LocalizerConfig(stem_channels=8, middle_channels=8, deep_channels=8, column_channels=8)
    path = tmp_path_factory.mktemp("graph") / "localizer.onnx"
    export_localizer(DeployedLocalizer(NativeLocalizer(config).eval()), path, height=40)
    return path


def frames(count: int = 6) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    found = np.full((count, 40, 96), 255, np.uint8)
    for frame in found:
        for x in range(6, 90, 12):
            frame[12:28, x : x + int(rng.integers(2, 8))] = rng.integers(0, 60)
    found[:, 20, 20] = 0
    return list(found)


def test_maps_and_features_stay_near_those_in_float(graph: Path, tmp_path: Path) -> None:
    quantise_localizer(graph, tmp_path / "int8.onnx", frames())
    lines = np.stack(frames())
    exact = OnnxLocalizer(graph).maps(lines)
    found = OnnxLocalizer(tmp_path / "int8.onnx").maps(lines)
    assert found.shape == exact.shape
    spread = exact.std(axis=(0, 2), keepdims=True) + 1e-3
    assert np.abs((found - exact) / spread).mean() < 0.1


def test_pixels_enter_the_first_convolution_as_they_are(graph: Path, tmp_path: Path) -> None:
    quantise_localizer(graph, tmp_path / "int8.onnx", frames())
    model = onnx.load(tmp_path / "int8.onnx")
    kinds = [node.op_type for node in model.graph.node]
    before = kinds[: kinds.index("Conv")]
    assert not {"Cast", "Sub", "Div"} & set(before)
    pixels = next(node for node in model.graph.node if "lines" in node.input)
    assert pixels.op_type == "Unsqueeze"
    reader = next(node for node in model.graph.node if pixels.output[0] in node.input)
    assert reader.op_type == "DequantizeLinear"


def test_frames_without_ink_say_nothing_of_the_range(graph: Path, tmp_path: Path) -> None:
    blank = [np.full((40, 96), 200, np.uint8)] * 3
    with pytest.raises(ParityError, match="ink and paper"):
        quantise_localizer(graph, tmp_path / "int8.onnx", blank)
    assert not (tmp_path / "int8.onnx").exists()
