"""`effocr mine` and `effocr train recognizer --hard-negatives`."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from effocr.cli.main import main
from effocr.data.hard_negatives import read_hard_negatives
from effocr.training.checkpoints import load_checkpoint, save_checkpoint

FAST = [
    "--set", "loop.max_steps=4", "--set", "loop.device=cpu", "--set", "batch_size=16",
    "--set", "model.embedding_size=16",
]  # fmt: skip


@pytest.fixture
def run(draw_glyph_set: Callable[..., Path], tmp_path: Path) -> Path:
    """A run of two passes."""
    data = ["--data", str(draw_glyph_set())]
    command = ["train", "recognizer", *data, "--out", str(tmp_path / "run"), *FAST]
    assert main([*command, "--hard-negatives", "auto"]) == 0
    return tmp_path / "run"


def test_two_passes_are_one_command(run: Path) -> None:
    sets = read_hard_negatives(run / "hns.txt")
    assert [one[0] for one in sets] == sorted("aoItm.")
    config = yaml.safe_load((run / "config.yaml").read_text())
    assert config["hard_negatives"] == str(run / "hns.txt")
    assert load_checkpoint(run / "first-pass" / "best.pt")["settings"]["config"][
        "hard_negatives"
    ] is None  # fmt: skip
    assert load_checkpoint(run)["step"] == 4


def test_a_run_can_be_mined_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mine", str(run), "-k", "3", "--out", str(run / "three.txt")]) == 0
    assert f"{run / 'three.txt'}: 6 sets of look-alikes" in capsys.readouterr().out
    assert {len(one) for one in read_hard_negatives(run / "three.txt")} == {3}
    (run / "sources.yaml").unlink()
    assert main(["mine", str(run)]) == 2
    assert "name glyphs with --data" in capsys.readouterr().err


def test_a_file_of_sets_is_used_and_what_is_unknown_reported(
    draw_glyph_set: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sets.txt").write_text("aoж\nIt\n", "utf-8")
    data = ["--data", str(draw_glyph_set()), "--out", str(tmp_path / "run")]
    sets = ["--hard-negatives", str(tmp_path / "sets.txt")]
    assert main(["train", "recognizer", *data, *sets, *FAST]) == 0
    assert "'ж': left out of 1 sets" in caplog.text


def two_passes(data: Path, run: Path, *more: str) -> list[str]:
    command = ["train", "recognizer", "--data", str(data), "--out", str(run), *FAST, *more]
    return [*command, "--hard-negatives", "auto"]


@pytest.mark.parametrize("where", ["first-pass", "mining", "second pass"])
def test_a_run_of_two_passes_goes_on_wherever_it_was_stopped(
    where: str, draw_glyph_set: Callable[..., Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    data = draw_glyph_set()
    often = ("--set", "loop.save_every=1")
    assert main(two_passes(data, tmp_path / "whole", *often)) == 0

    def save_and_stop(state: Mapping[str, Any], path: Path) -> None:
        save_checkpoint(state, path)
        stopped = tmp_path / "run" / where if where == "first-pass" else tmp_path / "run"
        if path == stopped / "last.pt" and state["step"] == 2:
            os.kill(os.getpid(), signal.SIGINT)

    def mine(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("effocr.training.loop.save_checkpoint", save_and_stop)
        if where == "mining":
            patch.setattr("effocr.recognizer.mining.mine_run", mine)
        assert main(two_passes(data, tmp_path / "run", *often)) == 130
    if where != "mining":
        assert f"stopped; go on with --resume {tmp_path / 'run'}\n" in capsys.readouterr().out
    assert main(two_passes(data, tmp_path / "run")) == 2  # nothing is trained over
    assert "go on with --resume" in capsys.readouterr().err
    again = ["train", "recognizer", "--resume", str(tmp_path / "run")]
    assert main([*again, "--hard-negatives", "auto"]) == 2
    assert main(again) == 0
    for name in ("first-pass/last.pt", "last.pt"):
        whole, halves = (load_checkpoint(tmp_path / run / name) for run in ("whole", "run"))
        assert halves["step"] == whole["step"] == 4
        assert all(torch.equal(whole["model"][key], halves["model"][key]) for key in whole["model"])


def test_the_weights_that_both_passes_start_from_are_remembered(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "set"
    given = ("--init-from", str(run))
    assert main(two_passes(data, tmp_path / "whole", *given)) == 0

    def mine(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("effocr.recognizer.mining.mine_run", mine)
        assert main(two_passes(data, tmp_path / "half", *given)) == 130
    assert main(["train", "recognizer", "--resume", str(tmp_path / "half")]) == 0
    whole, half = (load_checkpoint(tmp_path / name)["model"] for name in ("whole", "half"))
    assert all(torch.equal(whole[name], half[name]) for name in whole)
    for path in run.glob("*.pt"):  # what it began with is in its own checkpoint
        path.unlink()
    more = ["--set", "loop.max_steps=5"]
    assert main(["train", "recognizer", "--resume", str(tmp_path / "half"), *more]) == 0


@pytest.mark.slow
def test_two_processes_train_two_passes_and_one_of_them_tells(
    draw_glyph_set: Callable[..., Path], tmp_path: Path
) -> None:
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    done = subprocess.run(
        [sys.executable, *launch, "-m", "effocr", *two_passes(draw_glyph_set(), tmp_path / "run")],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("6 sets of look-alikes") == 1
    assert done.stdout.count("run: step 4") == 1
    assert done.stderr.count("training on 39 glyphs") == 2  # once for each pass
