"""`effocr compat openocr-train-det` and the three others: a DBNet by a configuration."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml

from effocr.cli.main import main
from effocr.onnx_session import open_session

CONFIG = {
    "Global": {
        "device": "cpu", "epoch_num": 1, "print_batch_step": 1, "output_dir": "./output/det",
        "save_epoch_step": [0, 2], "eval_batch_step": [0, 1], "checkpoints": None,
        "pretrained_model": None, "infer_img": None, "log_smooth_window": 20,
    },
    "Architecture": {
        "algorithm": "DB_mobile",
        "Backbone": {"name": "plain", "channels": [4, 4, 4, 4], "layers": [0, 0, 0, 0]},
        "Neck": {"name": "RSEFPN", "out_channels": 8, "shortcut": True},
        "Head": {"name": "DBHead", "k": 50},
    },
    "Loss": {"name": "DBLoss", "main_loss_type": "DiceLoss", "alpha": 5, "beta": 10},
    "Optimizer": {"name": "Adam", "lr": 0.001},
    "LRScheduler": {"name": "CosineAnnealingLR", "warmup_epoch": 0},
    "PostProcess": {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6},
    "Metric": {"name": "DetMetric", "main_indicator": "hmean"},
    "Train": {
        "dataset": {
            "name": "SimpleDataSet", "data_dir": "data", "label_file_list": ["data/train.txt"],
            "transforms": [{"EastRandomCropData": {"size": [64, 64]}}, {"CopyPaste": None}],
        },
        "loader": {"batch_size_per_card": 2, "num_workers": 0},
    },
    "Eval": {
        "dataset": {
            "name": "SimpleDataSet", "data_dir": "data", "label_file_list": ["data/test.txt"],
            "transforms": [{"DetResizeForTest": {"limit_side_len": 960, "limit_type": "max"}}],
        },
    },
}  # fmt: skip


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with det.yml and data in the form of ICDAR2015."""
    page = np.full((96, 160, 3), 255, np.uint8)
    page[20:40, 10:150] = (0, 0, 90)
    points = [[10, 20], [150, 20], [150, 40], [10, 40]]
    label = json.dumps([{"transcription": "a, b", "points": points}])
    (tmp_path / "data" / "imgs").mkdir(parents=True)
    for number in range(3):
        cv2.imwrite(str(tmp_path / "data" / "imgs" / f"{number}.png"), page)
    rows = [f"imgs/{number}.png\t{label}\n" for number in (0, 1)]
    (tmp_path / "data" / "train.txt").write_text("".join([*rows, "imgs/gone.png\t[]\n"]))
    # an empty list is a page without text; in OpenOCR the next page is counted twice for it
    (tmp_path / "data" / "test.txt").write_text(f"imgs/0.png\t{label}\nimgs/2.png\t[]\n")
    (tmp_path / "det.yml").write_text(yaml.safe_dump(CONFIG))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str, *changes: str) -> int:
    return main(["compat", f"openocr-{command}", "--c", "det.yml", "--o", *changes])


def test_the_commands_of_the_guide_one_after_another(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["compat", "openocr-train-det", "--eval", "--c", "det.yml", "--o"]
    assert main([*command, "Global.epoch_num=2"]) == 0
    printed = capsys.readouterr()
    assert "best metric, hmean: " in printed.out
    assert "gone.png: the image is missing" in printed.err
    assert "Train.dataset.transforms.CopyPaste=on: no effect: words are not pasted" in printed.err
    output = work / "output" / "det"
    names = {path.name for path in output.iterdir()}
    assert {"config.yml", "train.log", "latest.pth", "best.pth", "epoch_2.pth"} <= names
    assert "epoch_1.pth" not in names
    assert yaml.safe_load((output / "config.yml").read_text())["Global"]["epoch_num"] == 2
    assert "training the detector on 2 pages" in (output / "train.log").read_text()
    state = torch.load(output / "latest.pth", weights_only=True)
    keys = {"epoch", "global_step", "state_dict", "optimizer", "scheduler", "config", "metrics"}
    assert keys <= state.keys()
    assert (state["epoch"], state["global_step"]) == (2, 2)

    assert run("train-det") == 2  # a run is never written over
    assert "holds a run; go on with --o Global.checkpoints=" in capsys.readouterr().err
    on = "Global.checkpoints=./output/det/best"  # best.pth has an optimizer here
    assert run("train-det", on, "Global.epoch_num=3") == 0
    assert torch.load(output / "latest.pth", weights_only=True)["epoch"] == 3

    trained = "Global.pretrained_model=output/det/best.pth"
    capsys.readouterr()
    assert run("eval-det", trained) == 0
    lines = capsys.readouterr().out.splitlines()
    place = lines.index("metric eval ***************")
    assert [line.split(":")[0] for line in lines[place + 1 :]] == [
        "precision", "recall", "hmean", "fps",
    ]  # fmt: skip
    assert lines[lines.index("metric in ckpt ***************") + 1].startswith("hmean:")

    cut = "PostProcess.thresh=0.05", "PostProcess.box_thresh=0"  # something is found untrained
    (work / "data" / "imgs" / "broken.png").write_bytes(b"no image")
    images = "Global.infer_img=data/imgs"
    assert run("infer-det", trained, images, "Global.is_visualize=true", *cut) == 1
    assert "broken.png" in capsys.readouterr().err
    by_torch = (work / "det_results" / "det_results.txt").read_text().splitlines()
    assert [line.split("\t")[0] for line in by_torch] == [f"data/imgs/{n}.png" for n in (0, 1, 2)]
    entries = json.loads(by_torch[0].split("\t")[1])
    assert entries
    assert all(np.array(entry["points"]).shape == (4, 2) for entry in entries)
    assert cv2.imread("det_results/0.png").shape == (96, 160, 3)
    # a picture of an image that lies there does not take its place
    before = Path("det_results/0.png").read_bytes()
    assert (
        run("infer-det", trained, "Global.infer_img=det_results", "Global.is_visualize=true") == 0
    )
    assert Path("det_results/0.png").read_bytes() == before
    assert Path("det_results/0.png.png").is_file()
    (work / "det_results" / "det_results.txt").write_text("\n".join(by_torch) + "\n")

    assert run("toonnx", trained) == 0
    printed = capsys.readouterr().out
    assert "0 of " in printed
    exported = Path("output/det/export_det/det_model.onnx")
    assert str(exported) in printed
    session = open_session(exported)
    assert (session.get_inputs()[0].name, session.get_outputs()[0].name) == ("input", "output")
    onnx = "Global.backend=onnx", f"Global.onnx_model_path={exported}"
    (work / "data" / "imgs" / "broken.png").unlink()
    assert run("infer-det", *onnx, images, *cut) == 0
    assert (work / "det_results" / "det_results.txt").read_text().splitlines() == by_torch


@pytest.mark.parametrize("command", ["eval-det", "infer-det", "toonnx"])
def test_random_weights_are_never_measured_used_or_exported(
    work: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = "Global.infer_img=data/imgs"
    assert run(command, image) == 2
    assert "name the weights" in capsys.readouterr().err
    assert run(command, image, "Global.pretrained_model=absent.pth") == 2
    assert "Global.pretrained_model=absent.pth: no such file" in capsys.readouterr().err
    both = "Global.checkpoints=one.pth", "Global.pretrained_model=two.pth"
    assert run(command, image, *both) == 2
    told = capsys.readouterr().err
    assert "Global.checkpoints=one.pth: no such file; Global.pretrained_model=two.pth" in told
    assert "Global.pretrained_model=two.pth: no such file; no random weights" in told
    assert not (work / "output").exists()
    assert not (work / "det_results").exists()


def test_wrong_checkpoints_fall_back_to_pretrained_weights_and_wrong_ones_train_nothing(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train-det", "Global.pretrained_model=absent.pth") == 2
    assert "--o Global.pretrained_model= takes them" in capsys.readouterr().err
    assert run("train-det", "Global.checkpoints=absent.pth") == 2
    assert not (work / "output").exists()
    assert run("train-det") == 0
    capsys.readouterr()
    again = "Global.output_dir=again", "Global.pretrained_model=output/det"
    assert run("train-det", *again, "Global.checkpoints=absent.pth", "Global.epoch_num=2") == 0
    assert "Global.checkpoints=absent.pth: no such file" in capsys.readouterr().err
    assert torch.load("again/latest.pth", weights_only=True)["epoch"] == 2  # from the first one on
    other = "Architecture.Neck.out_channels=12", "Global.pretrained_model=again/best.pth"
    assert run("eval-det", *other) == 2
    assert "of another Architecture: neck_channels 8, not 12" in capsys.readouterr().err


def test_epochs_go_on_where_they_were_on_other_pages(work: Path) -> None:
    assert run("train-det", "Global.epoch_num=2", "Train.loader.batch_size_per_card=1") == 0
    step = torch.load("output/det/latest.pth", weights_only=True)["global_step"]
    assert step == 4  # two epochs of two pages
    on = "Global.checkpoints=output/det/latest.pth", "Global.output_dir=other"
    assert run("train-det", *on, "Global.epoch_num=3") == 0  # an epoch is one step now
    state = torch.load("other/latest.pth", weights_only=True)
    assert (state["epoch"], state["global_step"]) == (3, 3)
    assert Path("other/best.pth").is_file()


def test_every_image_is_measured_once_whether_it_has_labels_or_not(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # labels of three and four points; the second image has text and an empty list of labels
    rows = (work / "data" / "test.txt").read_text().splitlines()
    name, label = rows[0].split("\t")
    triangle = {"transcription": "###", "points": [[0, 50], [20, 50], [0, 90]]}
    rows[0] = f"{name}\t{json.dumps([*json.loads(label), triangle])}"
    (work / "data" / "test.txt").write_text("\n".join(rows) + "\n")

    def ink(page: np.ndarray) -> np.ndarray:
        return (page < 128).astype(np.float32)[None]

    monkeypatch.setattr(
        "effocr.cli.compat.openocr_networks.trained_network",
        lambda values, settings: (ink, Path("x.safetensors")),
    )
    # the whole word is dark, so it needs no growing
    assert run("eval-det", "PostProcess.unclip_ratio=0.01") == 0
    figures = dict(line.split(":") for line in capsys.readouterr().out.splitlines()[2:])
    assert float(figures["recall"]) == 1.0  # one word of one
    assert float(figures["precision"]) == 0.5  # two are found: each image counts once


def test_weights_of_openocr_itself_are_refused_with_a_reason(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"state_dict": {"backbone.x": torch.zeros(1)}, "epoch": 1}, "theirs.pth")
    for command in ("train-det", "eval-det"):
        assert run(command, "Global.pretrained_model=theirs.pth") == 2
    assert capsys.readouterr().err.count("weights of OpenOCR's own network") == 2


def test_a_graph_of_another_kind_is_refused(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onnx = "Global.backend=onnx", "Global.infer_img=data/imgs"
    assert run("infer-det", *onnx) == 2
    assert "Global.onnx_model_path=None: no such file" in capsys.readouterr().err
    Path("model.onnx").write_bytes(b"no graph")
    assert run("infer-det", *onnx, "Global.onnx_model_path=model.onnx") == 2
    assert "onnxruntime cannot open it" in capsys.readouterr().err
