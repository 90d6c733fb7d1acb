"""A recognizer of the original becomes an ONNX file, without a data set, on a CPU."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from effocr.cli.main import main
from effocr.workbench.onnx_squares import OnnxSquares


def export(*arguments: object) -> int:
    return main(["compat", "recognizer-onnx-export", *map(str, arguments)])


def test_defect_48_export_needs_neither_data_set_nor_gpu_and_reports_parity(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "enc.onnx"
    assert export("--torch-model", run / "enc_best.pth", "--onnx_path", out, "--lang", "jp") == 0
    said = capsys.readouterr().out
    assert "on 64 crops" in said
    assert "least cosine 1.00" in said
    graph = onnx.load(str(out)).graph
    assert [value.name for value in (*graph.input, *graph.output)] == ["imgs", "embs"]
    for value in (*graph.input, *graph.output):
        assert value.type.tensor_type.shape.dim[0].dim_param  # a free batch on both sides
    assert not list(out.parent.glob(".*"))


def test_defect_48_any_number_of_crops_is_enough(
    run: Path, glyph_set: Path, tmp_path: Path
) -> None:
    for count in (1, 3):
        out = tmp_path / f"{count}.onnx"
        assert export(
            "--torch-model", run, "--onnx_path", out, "--ref_dir_path", glyph_set,
            "--batch-size", count, "--quiet",
        ) == 0  # fmt: skip
        assert out.is_file()


def test_the_default_place_is_beside_the_weights_and_quiet_says_nothing(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("*.onnx"))
    assert export("--torch-model", tmp_path / "run" / "enc_best.pth", "--quiet") == 0
    assert (tmp_path / "run" / "enc_best.onnx").is_file()
    assert capsys.readouterr().out == ""


def test_the_exported_vectors_are_those_of_the_network_itself(run: Path, tmp_path: Path) -> None:
    import onnxruntime

    from effocr.recognizer.classic import build_classic
    from effocr.recognizer.squares import network_input

    out = tmp_path / "enc.onnx"
    assert export("--torch-model", run, "--onnx_path", out, "--quiet") == 0
    encoder = build_classic(timm="test_resnet", hf=None, size_px=32, weights=run).eval()
    squares = np.random.default_rng(0).integers(0, 256, (5, 32, 32)).astype(np.uint8)
    with torch.no_grad():
        expected = encoder.features(torch.from_numpy(squares)).numpy()  # not of unit length
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    (found,) = session.run(["embs"], {"imgs": network_input(squares)})
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("said", [3, 0])  # 0: trained with as many classes as there were
def test_a_classifier_is_exported_too(said: int, tmp_path: Path) -> None:
    from effocr.recognizer.classifier import build_classifier
    from effocr.workbench.files import write_class_map

    model = build_classifier(timm="test_resnet", hf=None, size_px=32, classes=3)
    weights = {f"net.{name}": value for name, value in model.net.state_dict().items()}
    torch.save(weights, tmp_path / "enc_best.pth")
    (tmp_path / "args_log.json").write_text(
        json.dumps({"auto_model_timm": "test_resnet", "imsize": 32, "N_classes": said})
    )
    if not said:
        write_class_map(tmp_path, ["a", "b", "c"])
    assert export("--torch-model", tmp_path, "--quiet") == 0
    found = OnnxSquares(tmp_path / "enc_best.onnx", classifier=True)
    assert found.numbers == 3


def test_weights_without_a_named_network_are_refused_in_one_line(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(run / "enc_best.pth", tmp_path)
    assert export("--torch-model", tmp_path / "enc_best.pth") == 2
    assert "--auto_model_timm" in capsys.readouterr().err
    wrong = ("--auto_model_timm", "test_vit", "--imsize", 160)
    assert export("--torch-model", tmp_path / "enc_best.pth", *wrong) == 2
    assert "another model" in capsys.readouterr().err
    assert not (tmp_path / "enc_best.onnx").exists()
    assert export("--torch-model", tmp_path / "none.pth") == 2
    assert "none.pth: no such file" in capsys.readouterr().err


def test_a_pickle_that_runs_code_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (Path(tmp_path / "ran"),))  # type: ignore[return-value]

    torch.save({"net.weight": Evil()}, tmp_path / "enc_best.pth")
    assert export("--torch-model", tmp_path, "--auto_model_timm", "test_resnet") == 2
    assert "not a readable checkpoint" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()
