"""Two processes that `torchrun` starts learn as one with batches twice as large."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from effocr.training.checkpoints import load_checkpoint
from effocr.training.config import LoopConfig
from effocr.training.distributed import is_main, steps_an_epoch, wait_for_all
from effocr.training.log import RunLog, read_log
from effocr.training.loop import _Trainer

SCRIPT = Path(__file__).with_name("several_run.py")
PATIENCE_S = 900  # only for what hangs: on a busy machine two processes need minutes to start


def imported_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("several_run", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


several_run = imported_script()


def two_processes(run: Path, *words: str) -> "subprocess.Popen[bytes]":
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launch, str(SCRIPT), str(run), *words]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def ended(process: "subprocess.Popen[bytes]") -> int:
    """Its exit status; one that hangs is stopped, with what it started."""
    try:
        return process.wait(PATIENCE_S)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE_S)


def numbers_in(file: Path) -> list[int]:
    return [int(line) for line in file.read_text(encoding="utf-8").split()]


def tensors(path: Path) -> list[torch.Tensor]:
    state = load_checkpoint(path)
    moments = [tensor for each in state["optimizer"]["state"].values() for tensor in each.values()]
    return [*state["model"].values(), *state["ema"].values(), *moments]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("several") / "whole"
    assert ended(two_processes(run)) == 0
    return run


@pytest.mark.slow
def test_two_processes_equal_one_with_twice_the_batch(whole: Path, tmp_path: Path) -> None:
    outcome = several_run.train(tmp_path, several_run.Sums(tmp_path, size=2))
    assert outcome.step == several_run.STEPS
    for ours, theirs in zip(tensors(tmp_path), tensors(whole), strict=True):
        torch.testing.assert_close(theirs, ours, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_each_process_takes_its_own_batches_and_only_the_main_one_writes(whole: Path) -> None:
    made = [[n for n in numbers_in(whole / f"made.{rank}") if n < 10_000] for rank in (0, 1)]
    assert made == [list(range(rank, 2 * several_run.STEPS, 2)) for rank in (0, 1)]
    assert set(numbers_in(whole / "saved")) == {0}
    steps = [row["step"] for row in read_log(whole / "log.jsonl") if "loss" in row]
    assert steps == list(range(1, several_run.STEPS + 1))
    for rank in (0, 1):  # what the main one did after training was waited for
        assert (whole / f"saw.{rank}").read_text(encoding="utf-8") == "main\n"


@pytest.mark.slow
def test_processes_stop_together_and_resume_exactly_even_after_one_is_killed(
    whole: Path, tmp_path: Path
) -> None:
    process = two_processes(tmp_path, "slow")
    while len(read_log(tmp_path / "log.jsonl")) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)  # as a cluster does; torchrun tells both processes
    ended(process)
    stopped = load_checkpoint(tmp_path)["step"]
    assert 2 <= stopped < several_run.STEPS
    assert ended(two_processes(tmp_path, "resume", f"die={2 * several_run.STEPS - 3}")) != 0
    assert load_checkpoint(tmp_path)["step"] < several_run.STEPS
    assert ended(two_processes(tmp_path, "resume")) == 0
    for ours, theirs in zip(tensors(whole), tensors(tmp_path), strict=True):
        assert torch.equal(ours, theirs)


def test_a_process_that_is_not_the_main_one_leaves_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    assert is_main()
    monkeypatch.setenv("RANK", "1")
    assert not is_main()
    with RunLog(tmp_path, trackers=("tensorboard",)) as log:
        log.rewind(0)
        log({"step": 1, "loss": 0.5})
    assert list(tmp_path.iterdir()) == []


def test_a_process_alone_waits_for_nobody() -> None:
    wait_for_all()


def test_an_epoch_is_whole_steps_and_no_epoch_ends_within_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert [steps_an_epoch(batches) for batches in (0, 1, 6, 7)] == [1, 1, 3, 4]
    run = SimpleNamespace(
        config=LoopConfig(epochs=2),
        task=SimpleNamespace(batches=range(7)),
        machine=SimpleNamespace(processes=2),
    )
    assert _Trainer.steps(run) == 8  # so the last epoch ends where it is saved
