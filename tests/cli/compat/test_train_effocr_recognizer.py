"""`train_effocr_recognizer.py`, typed as in the original's README."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from effocr.cli.compat.train_effocr_recognizer import run
from effocr.cli.main import main
from effocr.data.hard_negatives import read_hard_negatives
from effocr.errors import EffOCRError, UsageError
from effocr.training.checkpoints import load_checkpoint
from effocr.training.log import read_log
from effocr.workbench.files import read_reference

DOOR = Path(__file__).parents[3] / "train_effocr_recognizer.py"


@pytest.fixture
def arguments(draw_glyph_set: Callable[..., Path]) -> list[str]:
    """Arguments for a small data set, without the name of the run."""
    root = draw_glyph_set()
    place = root.parent
    return [
        "--root_dir_path", str(root), "--train_ann_path", str(place / "train.json"),
        "--val_ann_path", str(place / "val.json"), "--test_ann_path", str(place / "test.json"),
        "--auto_model_timm", "glyphnet", "--imsize", "32", "--batch_size", "16", "--lr", "2e-3",
        "--num_epochs", "1", "--lang", "en", "--device", "cpu",
    ]  # fmt: skip


@pytest.mark.slow
def test_defect_15_two_passes_from_the_shell_leave_the_files_of_the_original(
    arguments: list[str], tmp_path: Path
) -> None:
    def train(name: str, *more: str) -> str:
        done = subprocess.run(
            [sys.executable, str(DOOR), *arguments, "--run_name", name, *more],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    out = train("first", "--infer_hardneg_k", "3", "--num_epochs", "2")
    assert "first: step 4, 6 sets of look-alikes in hns.txt" in out
    hard = tmp_path / "first" / "hns.txt"
    out = train("second", "--hns_txt_path", str(hard), "--test_at_end")
    assert "Accuracy on test set (Precision@1) = " in out
    for name in ("first", "second"):
        found = {path.name for path in (tmp_path / name).iterdir()}
        assert {"args_log.json", "enc_best.pth", "ref.index", "ref.txt", "hns.txt"} <= found
    assert len(read_hard_negatives(hard)) == 6
    # the batches of sets come on top of two ordinary ones
    steps = read_log(tmp_path / "second" / "log.jsonl")[-1]["step"]
    assert steps > 2
    log = json.loads((tmp_path / "second" / "args_log.json").read_text())
    assert log["imsize"] == 32
    assert log["hns_txt_path"] == str(hard)
    assert sorted(read_reference(tmp_path / "second")[1]) == sorted("aoItm.")


@pytest.mark.slow
def test_two_processes_train_stop_and_go_on_as_if_they_had_not_stopped(
    arguments: list[str], tmp_path: Path
) -> None:
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    (tmp_path / "sets.txt").write_text("aoж\nIt\n", "utf-8")
    given = [*arguments, "--hns_txt_path", "sets.txt", "--test_at_end", "--infer_hardneg_k", "3"]

    def train(name: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *launch, str(DOOR), *given, "--run_name", name, *more],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    whole = train("whole", "--num_epochs", "4")
    assert whole.returncode == 0, whole.stderr
    assert whole.stdout.count("whole: step 8, 6 sets of look-alikes in hns.txt") == 1
    assert whole.stdout.count("Accuracy on test set") == 1
    assert whole.stderr.count("training on 30 images") == 1
    assert whole.stderr.count("'ж': left out of 1 sets") == 1
    assert train("halves", "--num_epochs", "2").returncode == 0
    assert train("halves", "--num_epochs", "4", "--resume").returncode == 0
    one, two = (load_checkpoint(tmp_path / run)["model"] for run in ("whole", "halves"))
    assert all(torch.equal(one[weight], two[weight]) for weight in one)


def test_flags_may_be_written_with_dashes_and_old_ones_warn(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dashed = [word.replace("_", "-") if word.startswith("--") else word for word in arguments]
    more = ["--diff_sizes", "--infer-hardneg-k", "0", "--finetune"]
    folder = tmp_path / "run"
    command = ["compat", "train-effocr-recognizer", *dashed, "--run-name", str(folder), *more]
    assert main(command) == 0
    captured = capsys.readouterr()
    assert "--diff_sizes is out of use" in captured.err
    assert f"{folder}: step 2\n" in captured.out
    assert not (folder / "hns.txt").exists()


def test_a_run_goes_on_with_resume(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert run([*arguments, "--run_name", str(folder), "--seed", "5"]) == 0
    longer = [*arguments, "--run_name", str(folder), "--seed", "5", "--num_epochs", "2"]
    assert run([*longer, "--resume"]) == 0
    assert f"{folder}: step 4" in capsys.readouterr().out
    assert read_log(folder / "log.jsonl")[0]["step"] == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--finetune", "--pretrain"], "exclude each other"),
        (["--auto_model_hf", "some/model"], "one of the two"),
        (["--batch_size", "6"], "no room for two characters"),
        (["--infer_hardneg_k", "1"], "no neighbour"),
        (["--weights", "a.pth", "--checkpoint", "b.pth"], "give one"),
        (["--checkpoint", "none.pth"], "no such file of weights"),
        (["--lang", "xx"], "no language 'xx'"),
        (["--hns_txt_path", "none.txt"], "No such file"),
        (["--resume"], "no run to go on with"),
        (["--N_classes", "7"], "has 6"),
        (["--m", "1"], "train_effocr_recognizer.py: --m: Input should be greater than 1"),
        (["--lr", "-1", "--num_epochs", "0"], "--lr: Input should be greater than 0"),
    ],
)
def test_bad_arguments_are_one_line(
    more: list[str], message: str, arguments: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    command = ["compat", "train-effocr-recognizer", *arguments, "--run_name", str(tmp_path / "run")]
    assert main([*command, *more]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_a_refused_command_leaves_an_earlier_run_as_it_was(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}

    command = [*arguments, "--run_name", str(tmp_path / "run")]
    assert run(command) == 0
    earlier = files()
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setitem(sys.modules, "wandb", None)
    (tmp_path / "file").write_bytes(b"")
    for more in (
        ["--auto_model_timm", "resnt18"], ["--device", "cuda"], ["--wandb"],
        ["--epoch_viz_dir", str(tmp_path / "file")], ["--finetune", "--val_ann_path", "none"],
    ):  # fmt: skip
        with pytest.raises((EffOCRError, OSError)):
            run([*command, *more])
        assert files() == earlier
    before = (tmp_path / "run" / "args_log.json").read_bytes()
    assert run([*command, "--resume", "--num_epochs", "2"]) == 0
    assert (tmp_path / "run" / "args_log.json").read_bytes() == before


def test_what_is_left_out_is_told_once(
    draw_glyph_set: Callable[..., Path], arguments: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    draw_glyph_set("a", lines=("stray",))
    assert run([*arguments, "--run_name", str(tmp_path / "run")]) == 0
    assert capsys.readouterr().err.count("no split lists (stray)") == 1


def test_a_network_must_be_named(arguments: list[str], tmp_path: Path) -> None:
    without = arguments[:8] + arguments[10:]
    with pytest.raises(UsageError, match="name the network, with --auto_model_timm"):
        run([*without, "--run_name", str(tmp_path / "run")])
