"""infer_effocr.py opens the runs of our own trainings; their weights are random here."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from effocr.cli.main import main
from effocr.training.checkpoints import save_checkpoint
from effocr.training.config import save_config
from effocr.workbench.native_onnx import export_native
from tests.cli.compat.conftest import results

Infer = Callable[..., int]


@pytest.fixture
def infer(lines: dict[str, str], tmp_path: Path) -> Infer:
    def call(*arguments: object) -> int:
        given = [
            "--image_dir", tmp_path / "images", "--lang", "en", "--infer_over_img_dir",
            "--save_output", tmp_path / "out", *arguments,
        ]  # fmt: skip
        return main(["compat", "infer-effocr", *map(str, given)])

    return call


def save_run(folder: Path, model: torch.nn.Module, **settings: object) -> Path:
    """The checkpoint that a training leaves."""
    state = {"settings": settings, "model": model.state_dict(), "ema": None}
    save_checkpoint(state, folder / "best.pt")
    return folder


@pytest.fixture
def native_localizer(tmp_path: Path) -> Path:
    from effocr.localizer.config import LocalizerConfig, LocalizerTraining
    from effocr.localizer.model import NativeLocalizer
    from effocr.localizer.train import KIND

    model = LocalizerConfig(
        stem_channels=8, middle_channels=16, deep_channels=16, column_channels=24
    )
    config = LocalizerTraining(model=model).model_dump(mode="json")
    network = NativeLocalizer(model, characters=3)
    folder = tmp_path / "native"
    save_run(folder, network, kind=KIND, config=config, charset=list("Inu"))
    save_config(LocalizerTraining(model=model), folder / "config.yaml")
    return folder


@pytest.fixture
def native_recognizer(tmp_path: Path) -> Path:
    from effocr.recognizer.config import EncoderConfig, RecognizerTraining
    from effocr.recognizer.model import build_encoder
    from effocr.recognizer.train import KIND

    model = EncoderConfig(embedding_size=8, channels=(8,) * 6)
    config = RecognizerTraining(model=model).model_dump(mode="json")
    return save_run(tmp_path / "encoder", build_encoder(model), kind=KIND, config=config)


def test_a_native_localizer_reads_with_a_recognizer_of_the_original(
    infer: Infer, native_localizer: Path, run: Path, lines: dict[str, str], tmp_path: Path
) -> None:
    given = ("--localizer_dir", native_localizer, "--rcnn_score_thr", 0.0)
    assert infer("--recognizer_dir", run, *given) == 0
    assert list(results(tmp_path / "out")) == sorted(lines)
    assert set("".join(results(tmp_path / "out").values())) <= set("Inu ")
    assert any(results(tmp_path / "out").values())


def test_an_exported_native_localizer_reads_as_its_run_does(
    infer: Infer, native_localizer: Path, onnx_run: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = ["--recognizer_dir", onnx_run, "--localizer_dir", native_localizer]
    assert infer(*given, "--rcnn_score_thr", 0.0) == 0
    with_torch = results(tmp_path / "out")
    onnx = [
        "compat", "infer-effocr-onnx-multi", "--image_dir", tmp_path / "images", "--lang", "en",
        "--infer_over_img_dir", "--save_output", tmp_path / "out", *given, "--backend", "native",
        "--localizer_conf_thresh", 0.0,
    ]  # fmt: skip
    assert main(list(map(str, onnx))) == 2
    assert "best_bbox_mAP.onnx" in capsys.readouterr().err
    export_native(native_localizer)
    assert main(list(map(str, onnx))) == 0
    assert results(tmp_path / "out") == with_torch


def test_two_native_runs_read_with_an_index_of_glyph_folders(
    infer: Infer, native_localizer: Path, native_recognizer: Path, glyph_set: Path,
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = (
        "--localizer_dir", native_localizer, "--recognizer_dir", native_recognizer,
        "--rcnn_score_thr", 0.0,
    )  # fmt: skip
    assert infer(*given) == 2
    assert "--ad_hoc_index_root_dir" in capsys.readouterr().err
    assert infer(*given, "--ad_hoc_index_root_dir", glyph_set) == 0
    assert set("".join(results(tmp_path / "out").values())) <= set("Inu ")


def test_a_native_recognizer_refuses_another_localizer(
    infer: Infer, native_recognizer: Path, torchvision_run: Path, glyph_set: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = ("--localizer_dir", torchvision_run, "--recognizer_dir", native_recognizer)
    assert infer(*given, "--ad_hoc_index_root_dir", glyph_set) == 2
    assert "native localizer" in capsys.readouterr().err


@pytest.fixture
def torchvision_run(tmp_path: Path) -> Path:
    from effocr.localizer.backends.torchvision import KIND
    from effocr.localizer.backends.torchvision_config import TorchvisionTraining
    from effocr.localizer.backends.torchvision_model import TorchvisionConfig, build_detector

    small = TorchvisionConfig(
        backbone="mobilenet_v3_small", pyramid_channels=8, head_channels=16, proposals=30,
        judged=32, short_side_px=40,
    )  # fmt: skip
    config = TorchvisionTraining(model=small).model_dump(mode="json")
    network = build_detector(small, classes=2)
    return save_run(tmp_path / "faster", network, kind=KIND, config=config, classes=2)


def test_a_torchvision_run_reads_with_a_threshold_of_its_own_for_words(
    infer: Infer, torchvision_run: Path, run: Path, lines: dict[str, str], tmp_path: Path
) -> None:
    given = ("--recognizer_dir", run, "--localizer_dir", torchvision_run)
    thresholds = ("--rcnn_score_thr", 0.0, "--rcnn_score_thr_word", 0.9)
    assert infer(*given, *thresholds) == 0
    assert list(results(tmp_path / "out")) == sorted(lines)
    assert infer(*given, "--rcnn_score_thr", 2) == 2


def test_defect_30_detectron2s_line_without_word_boxes_is_a_line() -> None:
    from effocr.localizer.backends.boxes import LineBoxes
    from effocr.pipeline.box_locator import BoxLocator
    from effocr.workbench.models import WordThreshold

    class Found:
        def locate(self, lines: object) -> list[LineBoxes]:
            glyphs = np.array([[0, 0, 8, 20], [10, 0, 18, 20], [40, 0, 48, 20]], np.float32)
            words = np.array([[0, 0, 20, 20]], np.float32)
            scores = np.array([0.9, 0.5, 0.2], np.float32)
            return [LineBoxes(glyphs, scores, words, np.array([0.6], np.float32))]

    strict = WordThreshold(Found(), 0.3, 0.7)
    (boxes,) = strict.locate([np.zeros((20, 50), np.uint8)])
    assert (len(boxes.glyphs), len(boxes.words)) == (2, 0)
    (line,) = BoxLocator(strict).locate([np.zeros((20, 50), np.uint8)])
    assert line is not None
    assert len(line.boxes) == 2


def test_a_crash_in_the_middle_keeps_what_was_read(
    infer: Infer, run: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from effocr.pipeline.reader import Reader

    real = Reader.read_many

    def broken(self: Reader, images: object) -> object:
        for number, result in enumerate(real(self, images)):  # type: ignore[arg-type]
            if number == 2:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(Reader, "read_many", broken)
    assert infer("--recognizer_dir", run, "--localizer_dir", tiny_model) == 130
    assert len(results(tmp_path / "out")) == 2
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    assert len(coco["images"]) == 2
    assert "stopped; 2 of 4 lines were read" in capsys.readouterr().err


def test_images_of_any_kind_are_read(infer: Infer, run: Path, tiny_model: Path, tmp_path: Path,
    draw_line: Callable[..., np.ndarray],
) -> None:  # fmt: skip
    folder = tmp_path / "images"
    for path in folder.rglob("*.*"):
        path.unlink()
    line = Image.fromarray(draw_line("In uIn", scale=2))
    for name in ("a.PNG", "b.JPEG", "c.Tif", "d.bmp", "e.webp", "f.gif", ".hidden.png"):
        line.convert("RGB").save(folder / name)
    (folder / "notes.pdf").write_text("%PDF")
    assert infer("--recognizer_dir", run, "--localizer_dir", tiny_model) == 0
    names = [Path(path).name for path in results(tmp_path / "out")]
    assert names == ["a.PNG", "b.JPEG", "c.Tif", "d.bmp", "e.webp", "f.gif"]


def test_what_cannot_be_done_with_a_native_recognizer_is_said_with_what_can(
    native_recognizer: Path, coco: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compat", "viz-effocr-recognizer", "--run_name", str(native_recognizer)]) == 2
    assert f"`effocr mine {native_recognizer}`" in capsys.readouterr().err
    given = ["--image_dir", str(tmp_path / "images"), "--coco_json", str(coco), "--lang", "en"]
    onnx = ["compat", "infer-effocr-onnx-multi", "--recognizer_dir", str(native_recognizer)]
    assert main([*onnx, *given]) == 2
    assert "`effocr export`" in capsys.readouterr().err
    for source in (native_recognizer, native_recognizer / "best.pt"):
        assert main(["compat", "recognizer-onnx-export", "--torch-model", str(source)]) == 0
        assert f"{native_recognizer / 'recognizer.onnx'}: opset" in capsys.readouterr().out
