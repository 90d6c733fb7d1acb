"""OpenVINO's form of the networks decides as their ONNX files do, or is not written."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from effocr.bundle import EMBEDDED, load_bundle
from effocr.cli.main import main
from effocr.detector.bundle import (
    GRAPH,
    MANIFEST,
    DetectorManifest,
    load_detector_bundle,
    write_manifest,
)
from effocr.detector.config import Look
from effocr.errors import BundleError, MissingDependencyError, ParityError, UsageError
from effocr.export.openvino import IrParity, convert, export_detector_ir, export_model_ir
from effocr.pipeline.network_lines import open_detector
from effocr.pipeline.openvino_engines import OpenVinoMaps, openvino_core
from effocr.versions import file_sha256


@pytest.fixture
def detector(tmp_path: Path) -> Path:
    """A folder of a detector made by hand: its probability is the ink of cells of 2 x 2 pixels."""
    node = helper.make_node
    nodes = [
        node("Cast", ["pages"], ["float"], to=TensorProto.FLOAT),
        node("Mul", ["float", "scale"], ["light"]),
        node("Sub", ["one", "light"], ["ink"]),
        node("Unsqueeze", ["ink", "axis"], ["planes"]),
        node("MaxPool", ["planes"], ["maps"], kernel_shape=[2, 2], strides=[2, 2]),
    ]
    tensor = helper.make_tensor
    values = [
        tensor("scale", TensorProto.FLOAT, [], [1 / 255]),
        tensor("one", TensorProto.FLOAT, [], [1.0]),
        tensor("axis", TensorProto.INT64, [1], [1]),
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "detector",
        [info("pages", TensorProto.UINT8, ["n", "height", "width"])],
        [info("maps", TensorProto.FLOAT, ["n", 1, "rows", "columns"])], values,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder = tmp_path / "detector"
    folder.mkdir()
    onnx.save(model, folder / GRAPH)
    look = Look(level="word", sized_by="page")
    write_manifest(
        folder, DetectorManifest(name="ink", look=look, sha256=file_sha256(folder / GRAPH))
    )
    return folder


@pytest.fixture
def page() -> np.ndarray:
    page = np.full((64, 160), 255, np.uint8)
    page[20:36, 10:70] = 0
    page[20:36, 90:150] = 40
    return page


def test_localizer_and_recognizer_decide_alike(
    tiny_model: Path, draw_line: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    lines = [draw_line("Inu nI"), np.full((40, 90), 255, np.uint8), draw_line("uu")]
    found = export_model_ir(load_bundle(tiny_model), tmp_path / "ir", lines)
    assert [(one.network, one.inputs, one.agreement) for one in found] == [
        ("localizer", 2, 1.0), ("recognizer", 7, 1.0),
    ]  # fmt: skip
    report = json.loads((tmp_path / "ir" / "openvino.json").read_text("utf-8"))
    assert set(report["files"]) == {
        "localizer.bin", "localizer.xml", "recognizer.bin", "recognizer.xml",
    }  # fmt: skip
    assert all(file_sha256(tmp_path / "ir" / name) == sha for name, sha in report["files"].items())
    with pytest.raises(UsageError, match="no line with print"):
        export_model_ir(load_bundle(tiny_model), tmp_path / "no", lines[1:2])
    rule = np.full((40, 300), 255, np.uint8)
    rule[19:21, 10:290] = 0
    with pytest.raises(UsageError, match="no line with print"):
        export_model_ir(load_bundle(EMBEDDED / "en"), tmp_path / "no", [rule])
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("colours", ["GREY", "BGR", "RGB"])
def test_a_detector_finds_the_same_words_from_its_bin(
    detector: Path, page: np.ndarray, colours: str
) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    found = export_detector_ir(
        load_detector_bundle(detector),
        [page],
        colours=colours,  # type: ignore[arg-type]
    )
    assert found.agreement == 1.0
    assert found.difference < 1e-5
    expected, got = open_detector(detector), open_detector(detector / "detector.bin")
    assert got.level == "word"
    before, after = expected.regions.detect(page), got.regions.detect(page)
    assert len(before) == 2
    for one, other in zip(before, after, strict=True):
        assert np.abs(one.polygon - other.polygon).max() < 0.01
    (detector / "detector.bin").write_bytes(b"other weights")
    with pytest.raises(BundleError, match=r"detector\.bin was changed"):
        open_detector(detector / "detector.xml")


def test_the_order_of_the_planes_is_that_of_the_flag(detector: Path, tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    blue = {"BGR": 0, "RGB": 2}
    for colours, plane in blue.items():
        convert(detector / GRAPH, tmp_path / f"{colours}.xml", colours=colours)  # type: ignore[arg-type]
        image = np.zeros((1, 3, 32, 32), np.uint8)
        image[:, plane] = 255
        compiled = openvino_core().compile_model(str(tmp_path / f"{colours}.xml"), "CPU")
        ink = compiled([image])[0]
        assert ink.mean() == pytest.approx(1 - round(0.114 * 255) / 255, abs=0.01)


def test_another_decision_is_refused_and_int8_may_differ_a_little() -> None:
    IrParity("detector", 3, 0.001, 1.0).check()
    IrParity("localizer", 3, 0.5, 0.985, int8=True).check()
    with pytest.raises(ParityError, match="decides otherwise"):
        IrParity("localizer", 3, 0.5, 0.985).check()
    with pytest.raises(ParityError, match="98% are needed"):
        IrParity("localizer", 3, 0.5, 0.97, int8=True).check()
    with pytest.raises(ParityError):
        IrParity("recognizer", 3, float("inf"), 1.0).check()


def test_the_command_writes_the_form_of_exported_folders(
    tiny_model: Path,
    detector: Path,
    page: np.ndarray,
    draw_line: Callable[..., np.ndarray],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    for name, pixels in (("lines", draw_line("Inu")), ("pages", page)):
        (tmp_path / name).mkdir()
        Image.fromarray(pixels).save(tmp_path / name / "a.png")
        (tmp_path / name / "b.png").write_bytes(b"broken")
    command = ["export", str(tiny_model), "--openvino", "--out", str(tmp_path / "ir")]
    assert main(command) == 2
    assert "--lines PATH" in capsys.readouterr().err
    assert main([*command, "--lines", str(tmp_path / "lines")]) == 0
    printed = capsys.readouterr()
    assert "openvino recognizer: 3 inputs" in printed.out
    assert "b.png" in printed.err
    out = tmp_path / "other"
    command = ["export", str(detector), "--openvino", "--out", str(out)]
    assert main([*command, "--lines", str(tmp_path / "pages")]) == 0
    names = {file.name for file in out.iterdir()}
    assert names == {GRAPH, MANIFEST, "detector.xml", "detector.bin"}
    shutil.rmtree(detector)
    assert len(open_detector(out / "detector.xml").regions.detect(page)) == 2


def test_what_is_no_graph_is_refused(tmp_path: Path, tiny_model: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    (tmp_path / "x.onnx").write_bytes(b"no graph")
    with pytest.raises(BundleError, match="cannot convert"):
        convert(tmp_path / "x.onnx", tmp_path / "x.xml")
    with pytest.raises(BundleError, match="not pages or image to maps"):
        OpenVinoMaps(tiny_model / "localizer.onnx")


def test_without_openvino_the_cure_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingDependencyError, match=r"effocr\[openvino\]"):
        convert(tmp_path / "x.onnx", tmp_path / "x.xml")
    assert main(["export", str(tmp_path), "--openvino", "--out", str(tmp_path / "o")]) == 2
    assert "effocr[openvino]" in capsys.readouterr().err
