"""`effocr train detector` and what follows: from labelled pages to a run, to a model folder."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from effocr.cli.main import main
from effocr.detector.bundle import load_detector_bundle
from effocr.training.checkpoints import load_checkpoint, save_checkpoint

SETTINGS = [
    "loop.max_steps=2", "loop.validate_every=2", "loop.save_every=1", "loop.device=cpu",
    "loop.warmup=0", "loop.schedule=constant", "model.backbone=plain", "model.channels=[4,4,4,4]",
    "model.layers=[0,0,0,0]", "model.neck_channels=8", "crop.sizes=[64]", "batch_pixels=8192",
    "look.sized_by=page",
]  # fmt: skip
FAST = [part for setting in SETTINGS for part in ("--set", setting)]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    page = np.full((96, 160), 255, np.uint8)
    page[20:40, 10:150] = 0
    points = [[10, 20], [150, 20], [150, 40], [10, 40]]
    label = json.dumps([{"transcription": "a", "points": points}])
    rows = []
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), page)
        rows.append(f"{number}.png\t{label}")
    rows += ["gone.png\t[]", "no label"]
    (folder / "labels.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def run(pages: Path, tmp_path: Path) -> Path:
    run = tmp_path / "run"
    assert main(["train", "detector", "--data", str(pages), "--out", str(run), *FAST]) == 0
    return run


def test_a_run_goes_on_another_starts_from_it_and_it_is_exported(
    pages: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "detector", "--resume", str(run), "--set", "loop.max_steps=3"]) == 0
    told = capsys.readouterr().err
    assert "gone.png: the image is missing" in told
    assert "labels.txt:5: " in told
    assert load_checkpoint(run)["step"] == 3
    other = tmp_path / "other"
    start = ["--init-from", str(run), "--out", str(other), "--max-images", "2"]
    assert main(["train", "detector", "--data", str(pages), *start, *FAST]) == 0
    assert load_checkpoint(other)["settings"]["config"]["max_images"] == 2
    capsys.readouterr()
    model = tmp_path / "model"
    assert main(["export", str(run), "--out", str(model), "--name", "lines"]) == 0
    assert "regions changed" in capsys.readouterr().out
    assert load_detector_bundle(model).manifest.name == "lines"
    truth = pages / "labels.txt"
    assert main(["evaluate", "detection", str(truth), "--model", str(model), "--json"]) == 0
    printed = capsys.readouterr()
    row = json.loads(printed.out)["labels.txt"]["effocr"]
    assert (row["images"], row["regions"]) == (3, 3)  # the missing image is left out
    assert "gone.png: the image is missing" in printed.err


def test_found_regions_come_from_a_file_or_from_a_model_and_not_from_both(
    pages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = str(pages / "labels.txt")
    assert main(["evaluate", "detection", truth]) == 2
    assert main(["evaluate", "detection", truth, truth, "--model", str(pages)]) == 2
    assert capsys.readouterr().err.count("either PREDICTIONS or a --model") == 2
    assert main(["evaluate", "detection", truth, "--model", str(pages)]) == 2
    assert "detector.json" in capsys.readouterr().err


def test_wrong_paths_train_nothing(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere, out = tmp_path / "nowhere", tmp_path / "run"
    data = ["--data", str(pages), "--out", str(out), *FAST]
    assert main(["train", "detector", *data, "--init-from", str(nowhere)]) == 2
    assert main(["train", "detector", "--resume", str(nowhere)]) == 2
    assert main(["export", str(nowhere), "--out", str(tmp_path / "model")]) == 2
    save_checkpoint({"settings": {"kind": "localizer"}}, tmp_path / "other.pt")
    assert main(["train", "detector", *data, "--init-from", str(tmp_path / "other.pt")]) == 2
    told = capsys.readouterr().err
    assert "no checkpoint here" in told
    assert "no run to go on with" in told
    assert "a checkpoint of a localizer, not of a detector" in told
    assert not out.exists()
    assert main(["train", "detector", "--resume", str(out), "--init-from", str(out)]) == 2
    assert "leave out --init-from" in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_train_one_detector(pages: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [sys.executable, *launch, "-m", "effocr", "train", "detector"]
    for words, step in (
        (["--data", str(pages), "--out", str(run), *FAST], 2),
        (["--resume", str(run), "--set", "loop.max_steps=3"], 3),
    ):
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(f"step {step}") == 1  # the main one prints
        assert done.stderr.count("gone.png: the image is missing") == 1
        state = load_checkpoint(run)
        assert (state["step"], state["processes"]) == (step, 2)
