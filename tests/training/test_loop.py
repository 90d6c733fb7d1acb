"""The loop learns, stops, resumes exactly and says what is wrong."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import load_checkpoint, save_checkpoint
from effocr.training.log import RunLog, read_log

SCRIPT = Path(__file__).with_name("small_run.py")  # also run as a process of its own


def imported_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_run", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small_run = imported_script()


def start_script(*arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
    return subprocess.Popen([sys.executable, str(SCRIPT), *arguments], env=environment)


def weights_and_more(path: Path) -> list[torch.Tensor]:
    state = load_checkpoint(path)
    tensors = [*state["model"].values(), *state["ema"].values()]
    for parameter in state["optimizer"]["state"].values():
        tensors += list(parameter.values())
    return tensors


def assert_same_state(one: Path, other: Path) -> None:
    for a, b in zip(weights_and_more(one), weights_and_more(other), strict=True):
        assert torch.equal(a, b)
    first, second = load_checkpoint(one), load_checkpoint(other)
    for name in ("step", "best", "best_step"):
        assert first[name] == second[name]


def test_training_learns_and_keeps_best_and_last(tmp_path: Path) -> None:
    outcome = small_run.train(tmp_path, max_steps=120, learning_rate=0.02)
    rows = [row for row in read_log(tmp_path / "log.jsonl") if "loss" in row]
    assert rows[-1]["loss"] < rows[0]["loss"] / 4
    assert load_checkpoint(tmp_path)["step"] == 120
    assert load_checkpoint(tmp_path / "best.pt")["step"] == outcome.best_step
    measured = [row["val_error"] for row in read_log(tmp_path / "log.jsonl") if "val_error" in row]
    assert outcome.best == min(measured)


@pytest.mark.parametrize("stop", [7, 21, 35])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path, stop: int) -> None:
    small_run.train(tmp_path / "whole")
    halves = tmp_path / "halves"

    class StopHere(RunLog):
        """Raises in the middle of the run, as a bug would."""

        def __call__(self, row: object) -> None:
            super().__call__(row)  # type: ignore[arg-type]
            if dict(row)["step"] > stop:  # type: ignore[call-overload]
                raise RuntimeError("stop")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_run, "RunLog", StopHere)
        with pytest.raises(RuntimeError, match="stop"):
            small_run.train(halves)
    assert load_checkpoint(halves)["step"] == stop
    small_run.train(halves, resume=halves)
    assert_same_state(tmp_path / "whole" / "last.pt", halves / "last.pt")
    assert_same_state(tmp_path / "whole" / "best.pt", halves / "best.pt")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_killed_at_any_moment_resumes_exactly(tmp_path: Path, workers: int) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    moment = np.random.default_rng()
    process = start_script(str(killed), "60", "slow", f"workers={workers}")
    for rows in moment.integers(4, 12, 2):  # killed twice
        while len(read_log(killed / "log.jsonl")) < rows and process.poll() is None:
            time.sleep(0.01)
        time.sleep(moment.uniform(0, 0.1))
        process.kill()
        process.wait()
        assert 0 < load_checkpoint(killed)["step"] <= 60
        process = start_script(str(killed), "60", "slow", "resume", f"workers={workers}")
    assert process.wait() == 0
    assert start_script(str(whole), "60").wait() == 0
    assert_same_state(whole / "last.pt", killed / "last.pt")
    assert_same_state(whole / "best.pt", killed / "best.pt")
    figures = ("learning_rate", "step", "val_error")  # means since the last row differ by rounding
    logs = [
        [{name: row.get(name) for name in figures} for row in read_log(run / "log.jsonl")]
        for run in (whole, killed)
    ]
    assert logs[0] == logs[1]


def test_two_runs_with_one_seed_are_equal_and_with_another_are_not(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        torch.manual_seed(sum(map(ord, name)))  # what was drawn before does not matter
        small_run.train(tmp_path / name, max_steps=12, seed=seed)
    assert_same_state(tmp_path / "one" / "last.pt", tmp_path / "two" / "last.pt")
    weights = [load_checkpoint(tmp_path / name)["model"]["5.weight"] for name in ("one", "other")]
    assert not torch.equal(*weights)


def test_the_log_says_which_share_of_the_time_was_spent_waiting_for_data(tmp_path: Path) -> None:
    small_run.train(tmp_path / "fast", max_steps=10)
    small_run.train(tmp_path / "slow", max_steps=10, delay_s=0.05)
    rows = [read_log(tmp_path / name / "log.jsonl")[0] for name in ("fast", "slow")]
    assert 0 <= rows[0]["waiting"] < rows[1]["waiting"] < 1
    assert rows[1]["waiting"] > 0.5
    assert rows[1]["steps_per_s"] < 25


def test_ctrl_c_saves_the_last_step_and_returns(tmp_path: Path) -> None:
    # In a process of its own, as a user's: the signal must not reach the test runner.
    process = start_script(str(tmp_path), "4000", "slow")
    while not read_log(tmp_path / "log.jsonl") and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    step = load_checkpoint(tmp_path)["step"]
    assert 0 < step < 4000
    assert (tmp_path / "best.pt").is_file()
    again = small_run.train(tmp_path, max_steps=step + 5, resume=tmp_path)
    assert again.step == step + 5
    assert not again.interrupted


def test_a_loss_that_is_not_a_number_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        small_run, "loss", lambda model, batch: {"loss": model(batch["numbers"]).sum() * torch.nan}
    )
    with pytest.raises(TrainingError, match=r"step 1: the loss is nan; .*learning_rate"):
        small_run.train(tmp_path)


def test_resuming_from_nothing_is_an_error_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no checkpoint here"):
        small_run.train(tmp_path / "new", resume=tmp_path / "absent")


def test_worker_processes_change_nothing(tmp_path: Path) -> None:
    small_run.train(tmp_path / "alone", max_steps=12)
    small_run.train(tmp_path / "helped", max_steps=12, workers=2)
    assert_same_state(tmp_path / "alone" / "last.pt", tmp_path / "helped" / "last.pt")


def test_training_leaves_the_callers_random_state_alone(tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    small_run.train(tmp_path, max_steps=3)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    small_run.train(tmp_path, max_steps=3)
    torch.set_rng_state(state)
    assert torch.equal(torch.rand(3), expected)


def test_bf16_and_epochs(tmp_path: Path) -> None:
    outcome = small_run.train(tmp_path, epochs=2, bf16=True)
    assert outcome.step == 20
    assert np.isfinite(outcome.best)


def test_fp16_elsewhere_than_on_a_gpu_says_what_to_use(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"fp16 needs a CUDA GPU, .* cpu; use loop\.bf16"):
        small_run.train(tmp_path, fp16=True)


@pytest.mark.gpu
@pytest.mark.parametrize("precision", [{}, {"bf16": True}, {"fp16": True}])
def test_a_gpu_learns_and_goes_on_where_it_was(tmp_path: Path, precision: dict[str, bool]) -> None:
    settings = {"device": "cuda", "learning_rate": 0.02, **precision}
    small_run.train(tmp_path, max_steps=60, **settings)
    outcome = small_run.train(tmp_path, max_steps=120, resume=tmp_path, **settings)
    rows = [row for row in read_log(tmp_path / "log.jsonl") if "loss" in row]
    assert outcome.step == rows[-1]["step"] == 120
    assert rows[-1]["loss"] < rows[0]["loss"] / 4


def test_a_run_that_goes_on_with_another_number_of_processes_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    small_run.train(tmp_path, max_steps=10)
    small_run.train(tmp_path, max_steps=12, resume=tmp_path)
    assert "processes" not in caplog.text
    state = {**load_checkpoint(tmp_path), "processes": 2}
    del state["format"]
    save_checkpoint(state, tmp_path / "last.pt")
    small_run.train(tmp_path, max_steps=14, resume=tmp_path)
    assert "2 processes began this run, now there are 1" in caplog.text


def test_a_run_stops_when_validation_gets_no_better(tmp_path: Path) -> None:
    still = {"learning_rate": 1e-30, "ema_decay": None, "schedule": "constant", "warmup": 0.0}
    outcome = small_run.train(tmp_path, max_steps=400, patience=2, best_is="highest", **still)
    assert not outcome.interrupted
    assert outcome.step < 400
    assert outcome.step - outcome.best_step == 20  # two validations of ten steps
    assert load_checkpoint(tmp_path)["step"] == outcome.step


def test_a_checkpoint_that_does_not_fit_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_run.train(tmp_path, max_steps=2)
    with pytest.raises(TrainingError, match=r"ema_decay .* the value in the run's config\.yaml"):
        small_run.train(tmp_path, max_steps=3, ema_decay=None, resume=tmp_path)
    with pytest.raises(TrainingError, match=r"loop\.best is beauty, .* to one of val_error"):
        small_run.train(tmp_path / "other", max_steps=2, best="beauty")
    monkeypatch.setattr(small_run, "small_model", lambda: torch.nn.Linear(2, 1))
    with pytest.raises(TrainingError, match="weight is missing") as refused:
        small_run.train(tmp_path, max_steps=3, resume=tmp_path)
    assert "the settings that they were trained with" in str(refused.value)
    assert "\n" not in str(refused.value)
