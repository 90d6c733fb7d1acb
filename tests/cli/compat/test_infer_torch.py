"""infer_effocr.py on models in the original's form, with the original's flags."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from effocr.cli.main import main
from tests.cli.compat.conftest import results

Grey = np.ndarray


@pytest.fixture
def torch_infer(run: Path, tmp_path: Path) -> Callable[..., int]:
    """Runs infer_effocr.py on them, with a localizer that the arguments name."""

    def call(*arguments: object, recognizer: Path = run) -> int:
        given = [
            "--image_dir", tmp_path / "images", "--recognizer_dir", recognizer,
            "--lang", "en", *arguments,
        ]  # fmt: skip
        return main(["compat", "infer-effocr", *map(str, given)])

    return call


def test_defect_29_torch_reads_without_detectron2_and_mmdet_on_a_cpu(
    torch_infer: Callable[..., int], tiny_model: Path, draw_line: Callable[..., Grey],
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn", scale=2)).save(tmp_path / "images" / "a.PNG")
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model, "--device", "cuda")
    assert torch_infer(*given, "--save_output", tmp_path / "out") == 0
    (text,) = results(tmp_path / "out").values()
    assert len(text) == 6
    assert text[2] == " "
    assert ("no CUDA GPU" in caplog.text) == (not torch.cuda.is_available())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--device", "meta"), "--device meta: torch cannot compute there"),
        (("--device", "gpu"), "--device gpu: torch knows no such device"),
        (("--rcnn_score_thr", 2), "threshold 2.0 is not between 0 and 1"),
        (("--vertical",), "trained on lines, not on columns"),
    ],
)
def test_what_torch_or_the_localizer_cannot_do_is_one_line(
    more: tuple[object, ...], message: str, torch_infer: Callable[..., int], tiny_model: Path,
    lines: dict[str, str], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model)
    assert torch_infer(*given, *more) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("classes", [("--N_classes", 4), ("--N_classes", 0), ()])
def test_a_classifier_reads_with_as_many_classes_as_it_has(
    classes: tuple[object, ...], torch_infer: Callable[..., int], tiny_model: Path,
    draw_line: Callable[..., Grey], tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from effocr.recognizer.classifier import build_classifier
    from effocr.workbench.files import write_class_map

    model = build_classifier(timm="test_resnet", hf=None, size_px=32, classes=4)
    folder = tmp_path / "classifier"
    write_class_map(folder, ["a", "b", "\u3000", "c"])
    weights = {f"net.{name}": value for name, value in model.net.state_dict().items()}
    torch.save(weights, folder / "enc_best.pth")
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    given = (
        "--infer_over_img_dir", "--localizer_dir", tiny_model, "--auto_model_timm", "test_resnet",
        "--imsize", 32, "--save_output", tmp_path / "out",
    )  # fmt: skip
    assert torch_infer(*given, *classes, recognizer=folder) == 0
    (text,) = results(tmp_path / "out").values()
    assert set(text) <= set("abc ")
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    glyph = coco["annotations"][0]
    assert sum(value for _, value in glyph["candidates"]) <= 1.001
    assert torch_infer(*given, "--N_classes", 7, recognizer=folder) == 2
    assert "4 classes" in capsys.readouterr().err
    assert torch_infer(*given, "--ad_hoc_index_root_dir", tmp_path, recognizer=folder) == 2
    assert "a classifier" in capsys.readouterr().err


def test_an_index_is_made_on_the_spot(
    torch_infer: Callable[..., int], run: Path, tiny_model: Path, glyph_set: Path,
    draw_line: Callable[..., Grey], tmp_path: Path,
) -> None:  # fmt: skip
    folder = tmp_path / "no index"
    folder.mkdir()
    for name in ("enc_best.pth", "args_log.json"):
        shutil.copy(run / name, folder)
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model)
    assert torch_infer(*given, recognizer=folder) == 2
    out = ("--save_output", tmp_path / "out", "--ad_hoc_index_root_dir", glyph_set)
    assert torch_infer(*given, *out, recognizer=folder) == 0
    (text,) = results(tmp_path / "out").values()
    assert set(text) <= set("Inu ")


def test_defect_16_checkpoints_with_and_without_net_and_module_are_opened(
    torch_infer: Callable[..., int], run: Path, tiny_model: Path, draw_line: Callable[..., Grey],
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    weights = torch.load(run / "enc_best.pth", weights_only=True)
    texts = set()
    for name, prefix in (("enc_best.pth", "net."), ("best.pt", ""), ("enc_best.pth", "module.")):
        folder = tmp_path / f"run {prefix}"
        shutil.copytree(run, folder, ignore=shutil.ignore_patterns("enc_best.*"))
        bare = {f"{prefix}{key.removeprefix('net.')}": value for key, value in weights.items()}
        torch.save(bare, folder / name)
        out = ("--save_output", folder / "out")
        given = ("--infer_over_img_dir", "--localizer_dir", tiny_model, *out)
        assert torch_infer(*given, recognizer=folder) == 0
        texts |= set(results(folder / "out").values())
    assert len(texts) == 1


def test_a_pickle_that_runs_code_is_refused(
    torch_infer: Callable[..., int], tiny_model: Path, lines: dict[str, str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return (Path.touch, (tmp_path / "ran",))  # type: ignore[return-value]

    assert lines
    folder = tmp_path / "evil"
    folder.mkdir()
    torch.save({"net.weight": Evil()}, folder / "enc_best.pth")
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model)
    named = ("--auto_model_timm", "test_resnet")
    assert torch_infer(*given, *named, recognizer=folder) == 2
    assert "not a readable checkpoint" in capsys.readouterr().err
    torch.save({"model": Evil()}, folder / "model_best.pth")
    assert not (tmp_path / "ran").exists()


def test_an_mmdetection_checkpoint_is_refused_with_the_way_out(
    torch_infer: Callable[..., int], lines: dict[str, str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert lines
    folder = tmp_path / "mmdet"
    folder.mkdir()
    (folder / "best_bbox_mAP.pth").touch()
    (folder / "config.py").touch()
    assert torch_infer("--infer_over_img_dir", "--localizer_dir", folder) == 2
    assert "infer_effocr_onnx_multi.py --backend mmdetection" in capsys.readouterr().err
    assert torch_infer("--infer_over_img_dir", "--localizer_dir", tmp_path) == 2
    assert "no localizer here" in capsys.readouterr().err
