"""train.py, eval.py, export.py and visualize.py of a text spotter, in a folder of its template."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from effocr.cli.main import main
from effocr.training.checkpoints import load_checkpoint
from effocr.training.loop import Outcome

NETWORK = """
model: {backbone: plain, channels: [4, 4, 4, 4], layers: [0, 0, 0, 0], neck_channels: 8}
look: {level: word, sized_by: page}
crop: {sizes: [64]}
loop: {device: cpu, warmup: 0, schedule: constant, ema_decay: null, workers: 0}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """COCO with text: three images, one of which is missing."""
    page = np.full((64, 96), 255, np.uint8)
    page[20:40, 10:80] = 0
    images, annotations = [], []
    for number in range(3):
        name = f"{number}.png"
        if number < 2:
            Image.fromarray(page).save(tmp_path / name)
        images.append({"id": number, "file_name": name, "width": 96, "height": 64})
        annotations.append(
            {
                "id": number, "image_id": number, "category_id": 1, "bbox": [10, 20, 70, 20],
                "segmentation": [[10, 20, 80, 20, 80, 40, 10, 40]], "iscrowd": 0,
                "attributes": {"transcription": "word", "legible": 1},
            }
        )  # fmt: skip
    content = {
        "images": images, "annotations": annotations, "categories": [{"id": 1, "name": "text"}],
    }  # fmt: skip
    path = tmp_path / "words.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a template with a network that trains in no time; we are in it."""
    folder = tmp_path / "work"
    assert main(["models", "instantiate", "text-spotting-words-lite", "--out", str(folder)]) == 0
    (folder / "detector.yaml").write_text(NETWORK, "utf-8")
    template = folder / "template.yaml"
    text = template.read_text("utf-8").replace("batch_size: 16", "batch_size: 2")
    text = text.replace("epochs: 120", "epochs: 1")
    template.write_text(text, "utf-8")
    monkeypatch.chdir(folder)
    return folder


def train(data: Path, out: Path, *more: str) -> int:
    sets = ["--train-ann-files", str(data), "--train-data-roots", str(data.parent)]
    kept = ["--val-ann-files", str(data), "--val-data-roots", str(data.parent)]
    return main(
        ["compat", "spotting-train", *sets, *kept, "--save-checkpoints-to", str(out), *more]
    )


def test_train_resume_export_eval_and_visualize(
    data: Path, work: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = work / "outputs"
    assert train(data, out) == 0
    latest = out / "latest.pth"
    config = load_checkpoint(latest)["settings"]["config"]
    # The template says batch and epochs, its file of settings the network.
    assert (config["batch_pixels"], config["loop"]["epochs"]) == (2 * 64 * 64, 1)
    assert config["model"]["neck_channels"] == 8
    assert {file.name for file in out.glob("*.pth")} == {"epoch_1.pth", "latest.pth"}
    assert "2.png" in capsys.readouterr().err  # the missing image is named
    assert train(data, out, "--resume-from", str(latest)) == 2
    assert "has its 1 epochs already" in capsys.readouterr().err
    assert train(data, out, "--resume-from", str(latest), "--epochs", "3") == 0
    assert load_checkpoint(latest)["step"] == 3
    assert {file.name for file in out.glob("epoch_*")} == {
        "epoch_1.pth", "epoch_2.pth", "epoch_3.pth",
    }  # fmt: skip
    assert train(data, work / "second", "--load-weights", str(latest), "--batch-size", "1") == 0
    second = load_checkpoint(work / "second" / "latest.pth")
    assert second["settings"]["config"]["batch_pixels"] == 64 * 64

    export = ["compat", "spotting-export", "--load-weights", str(latest), "--save-model-to"]
    assert main([*export, str(work / "export"), "--onnx"]) == 0
    assert {file.name for file in (work / "export").iterdir()} == {"model.onnx", "model.json"}
    weights = work / "export" / "model.onnx"

    metrics = work / "metrics.yaml"
    sets = ["--test-ann-files", str(data), "--test-data-roots", str(data.parent)]
    measure = ["compat", "spotting-eval", *sets, "--save-metrics-to", str(metrics)]
    measure += ["--reader", str(tiny_model)]
    assert main([*measure, "--load-weights", str(latest)]) == 0
    content = yaml.safe_load(metrics.read_text("utf-8"))
    keys = [one["key"] for one in content["metrics"]]
    assert keys == ["complexity", "size", "f1", "word_spotting", "e2e_recognition"]
    assert all(one["value"] >= 0 for one in content["metrics"])
    assert content["metrics"][0]["value"] > 0
    assert main([*measure, "--load-weights", str(weights), "--save-output-to", "drawn"]) == 0
    content = yaml.safe_load(metrics.read_text("utf-8"))
    assert [one["name"] for one in content["files"]] == ["latest.pth", "model.onnx"]
    assert {file.name for file in (work / "drawn").iterdir()} == {"0.png", "1.png", "labels.txt"}
    files = set(work.iterdir())
    assert main([*measure, "--load-weights", str(weights), "--save-output-to", ""]) == 0
    assert set(work.iterdir()) == files  # as in the original, no folder is no pictures

    show = ["compat", "spotting-visualize", "--load-weights", str(weights), "--reader"]
    show += [str(tiny_model), "--video", str(data.parent), "--out", "shown"]
    assert main([*show, "--max-frames", "2"]) == 0
    assert len(list((work / "shown").glob("frame-*.png"))) == 2
    assert "frames per second" in capsys.readouterr().out


def test_fine_tuning_on_fewer_images_goes_on_with_the_next_epoch(data: Path, work: Path) -> None:
    # two images one by one are two steps an epoch; together they are one
    assert train(data, work / "outputs", "--batch-size", "1", "--epochs", "3") == 0
    latest = work / "outputs" / "latest.pth"
    assert load_checkpoint(latest)["step"] == 6
    more = ["--resume-from", str(latest), "--batch-size", "2"]
    assert train(data, work / "tuned", *more, "--epochs", "3") == 2
    assert not (work / "tuned").exists()
    assert train(data, work / "tuned", *more, "--epochs", "4") == 0
    names = {file.name for file in (work / "tuned").glob("*.p*")}
    assert names == {"best.pt", "last.pt", "latest.pth", "epoch_4.pth"}
    assert load_checkpoint(work / "tuned" / "latest.pth")["step"] == 4


def test_a_stopped_training_names_the_flag_that_goes_on(
    data: Path, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = Outcome(step=1, interrupted=True)
    monkeypatch.setattr("effocr.detector.train.train_detector", lambda *a, **options: stopped)
    assert train(data, work / "outputs") == 130
    told = capsys.readouterr().out.splitlines()[-1]
    assert told == f"stopped; go on with --resume-from {work / 'outputs' / 'latest.pth'}"


def test_an_export_takes_away_what_an_earlier_one_left(
    data: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(data, work / "outputs") == 0
    (work / "export").mkdir()
    for name in ("model.xml", "model.bin"):
        (work / "export" / name).write_bytes(b"of other weights")
    latest = str(work / "outputs" / "latest.pth")
    export = ["compat", "spotting-export", "--load-weights", latest, "--save-model-to", "export"]
    assert main([*export, "--onnx", "--openvino-mo-args", "x"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == "export: model.json, model.onnx"
    assert "--openvino-mo-args is out of use" in told.err


def test_the_flags_of_instantiate_template_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ["compat", "instantiate-template", "text-spotting-words", str(tmp_path / "made")]
    assert main([*made, "--do-not-load-snapshot", "-v"]) == 0
    assert str(tmp_path / "made" / "train.py") in capsys.readouterr().out.splitlines()


def test_the_bin_of_openvino_is_evaluated(
    data: Path, work: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    assert train(data, work / "outputs") == 0
    latest = str(work / "outputs" / "latest.pth")
    sets = ["--test-ann-files", str(data), "--test-data-roots", str(data.parent)]
    export = ["compat", "spotting-export", "--load-weights", latest, "--save-model-to", "export"]
    assert main([*export, *sets]) == 0  # the template wants both forms
    names = {file.name for file in (work / "export").iterdir()}
    assert names == {"model.onnx", "model.json", "model.xml", "model.bin"}
    assert "openvino detector: 2 inputs" in capsys.readouterr().out
    measure = ["compat", "spotting-eval", *sets, "--save-metrics-to", "m.yaml", "--reader"]
    assert main([*measure, str(tiny_model), "--load-weights", "export/model.bin"]) == 0
    content = yaml.safe_load((work / "m.yaml").read_text("utf-8"))
    assert [one["name"] for one in content["files"]] == ["model.bin", "model.xml"]


def test_wrong_paths_and_flags_score_and_train_nothing(
    data: Path, work: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(work / "nowhere.pth")
    assert train(data, work / "o", "--resume-from", nowhere) == 2
    assert train(data, work / "o", "--load-weights", nowhere) == 2
    assert train(data, work / "o", "--load-weights", nowhere, "--resume-from", nowhere) == 2
    assert train(data, work / "o", "--gpu-num", "2") == 2
    assert train(data, work / "o", "--gpu-num", "-1") == 2
    assert train(data, work / "o", "--epochs", "0") == 2
    assert train(data, work / "o", "--batch-size", "0") == 2
    told = capsys.readouterr().err
    assert "loop.epochs: " in told
    assert "batch_pixels: " in told
    assert told.count("no such checkpoint") == 2
    assert "give one" in told
    assert "torchrun --nproc_per_node=2" in told
    assert "--gpu-num -1: 0 for the CPU, or more" in told
    sets = ["--test-ann-files", str(data), "--test-data-roots", str(data.parent)]
    measure = ["compat", "spotting-eval", *sets, "--save-metrics-to", "m.yaml", "--load-weights"]
    for name in ("nowhere.pth", "nowhere.bin", "nowhere.onnx"):
        assert main([*measure, name]) == 2
        assert name in capsys.readouterr().err
    two = ["--test-ann-files", f"{data},{data}", "--test-data-roots", str(data.parent)]
    (work / "w.pth").write_bytes(b"no checkpoint")
    assert main([*measure[:2], *two, *measure[6:], "w.pth"]) == 2
    assert "w.pth" in capsys.readouterr().err
    export = ["compat", "spotting-export", "--load-weights", nowhere, "--save-model-to", "export"]
    assert main(export) == 2
    assert not (work / "m.yaml").exists()
    assert not (work / "o").exists()
    assert not (work / "export").exists()


def test_a_folder_that_holds_another_run_is_refused(
    data: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(data, work / "outputs") == 0
    before = (work / "outputs" / "latest.pth").read_bytes()
    assert train(data, work / "outputs") == 2
    assert "holds another run" in capsys.readouterr().err
    assert (work / "outputs" / "latest.pth").read_bytes() == before


def test_train_needs_the_folder_of_a_template(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert train(data, tmp_path / "o") == 2
    assert "effocr models instantiate" in capsys.readouterr().err


def test_the_commands_of_the_folder_are_doors(work: Path) -> None:
    command = [sys.executable, "eval.py", "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=work).stdout
    assert "--save-metrics-to" in printed
