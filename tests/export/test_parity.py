"""An export that decides as the trained model passes; one that was tampered with does not."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from effocr.errors import ParityError
from effocr.export.onnx import export_encoder, export_localizer
from effocr.export.parity import ParityReport, prove_parity
from effocr.frame import warp
from effocr.localizer import arrays
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer
from effocr.pipeline.torch_engines import TorchEncoder, TorchLocalizer
from effocr.recognizer.gallery import build_index

pytestmark = pytest.mark.slow  # both modules are trained, once for all tests of this folder


def add_to_bias(path: Path, name: str, change: float, *, place: int = 0) -> None:
    """Tamper with a graph: add to one number of a bias."""
    model = onnx.load(str(path))
    (tensor,) = [t for t in model.graph.initializer if t.name.endswith(name)]
    values = numpy_helper.to_array(tensor).copy()
    values[place] += change
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    onnx.save(model, str(path))


def report_of(runs, folder: Path) -> ParityReport:  # type: ignore[no-untyped-def]
    trained = TorchLocalizer(runs.localizer), TorchEncoder(runs.recognizer)
    exported = OnnxLocalizer(folder / "l.onnx"), OnnxEncoder(folder / "r.onnx")
    rng = np.random.default_rng(0)
    index = build_index(trained[1].embed, runs.source, rows_per_label=4, rng=rng)
    crops = runs.source.batch(rng, np.arange(len(runs.source.labels)))
    lines = [
        warp(line.prepared.grey, line.prepared.frame, 8 * (20 + i), 40)
        for i, line in enumerate(runs.lines)
    ]
    return prove_parity(
        trained,
        exported,
        index=index,
        lines=lines,
        crops=crops,
        peak_threshold=0.3,
        gap_threshold=0.5,
    )


@pytest.fixture
def exported(runs, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    export_localizer(TorchLocalizer(runs.localizer).module, tmp_path / "l.onnx", height=40)
    export_encoder(TorchEncoder(runs.recognizer).module, tmp_path / "r.onnx", height=40, width=32)
    return tmp_path


def test_the_export_decides_as_the_trained_model(runs, exported: Path) -> None:  # type: ignore[no-untyped-def]
    report = report_of(runs, exported)
    report.check()
    assert report.maps_difference < 1e-3
    assert report.embeddings_difference < 1e-5
    assert report.lines == len(runs.lines)
    assert "0" in report.as_text()


def test_graphs_take_any_batch_and_width_and_name_their_opset(exported: Path) -> None:
    localizer, encoder = OnnxLocalizer(exported / "l.onnx"), OnnxEncoder(exported / "r.onnx")
    for count, width in ((1, 8), (3, 40), (2, 1024)):
        assert localizer.maps(np.zeros((count, 40, width), np.uint8)).shape == (
            count,
            8 + 24,  # the maps, and the features behind them
            width // 2,
        )
        assert encoder.embed(np.zeros((count, 40, 32), np.uint8)).shape == (count, 16)
    for name in ("l.onnx", "r.onnx"):
        assert onnx.load(str(exported / name)).opset_import[0].version >= 17


def test_a_localizer_that_finds_more_glyphs_is_refused(runs, exported: Path) -> None:  # type: ignore[no-untyped-def]
    add_to_bias(
        exported / "l.onnx", "maps.bias", 4.0
    )  # eight maps, the first one says where glyphs are
    with pytest.raises(ParityError, match="localizer finds other boxes or gaps on"):
        report_of(runs, exported).check()


def test_an_encoder_that_sees_something_else_is_refused(runs, exported: Path) -> None:  # type: ignore[no-untyped-def]
    add_to_bias(exported / "r.onnx", "embedding.bias", 50.0)
    with pytest.raises(ParityError, match="recognizer names"):
        report_of(runs, exported).check()


def test_numbers_that_are_not_finite_are_refused(runs, exported: Path) -> None:  # type: ignore[no-untyped-def]
    add_to_bias(exported / "r.onnx", "embedding.bias", float("nan"))
    report = report_of(runs, exported)
    assert len(report.changed_crops) == report.crops
    with pytest.raises(ParityError):
        report.check()


def test_a_localizer_that_sees_other_word_gaps_is_refused(runs, exported: Path) -> None:  # type: ignore[no-untyped-def]
    add_to_bias(exported / "l.onnx", "maps.bias", 30.0, place=arrays.GAP)
    report = report_of(runs, exported)
    assert report.changed_lines
    with pytest.raises(ParityError, match="boxes or gaps"):
        report.check()
