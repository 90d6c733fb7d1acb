"""Checkpoints are whole or absent, and can't carry code."""

import os
import pickle
import resource
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from pydantic import BaseModel
from safetensors.torch import save_file
from torch import nn

from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import (
    apply_optimizer,
    apply_weights,
    kind_of,
    load_checkpoint,
    load_run,
    load_weights,
    save_checkpoint,
    save_weights,
)


class Malicious:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo this must never run",)


def test_a_pickle_with_code_is_refused(tmp_path: Path) -> None:
    torch.save({"format": 1, "model": Malicious()}, tmp_path / "a.pt")
    (tmp_path / "b.pt").write_bytes(pickle.dumps(Malicious(), protocol=2))
    for name in ("a.pt", "b.pt"):
        with pytest.raises(TrainingError, match=name) as refused:
            load_checkpoint(tmp_path / name)
        assert "weights_only" not in str(refused.value)  # nobody is told to switch that off


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_a_damaged_file_is_our_error(tmp_path: Path, keep: int) -> None:
    save_checkpoint({"model": {"w": torch.ones(100)}}, tmp_path / "last.pt")
    whole = (tmp_path / "last.pt").read_bytes()
    (tmp_path / "last.pt").write_bytes(whole[:keep])
    with pytest.raises(TrainingError, match="not a readable checkpoint"):
        load_checkpoint(tmp_path)


def test_a_failed_save_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint({"step": 1}, tmp_path / "last.pt")

    def full_disk(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(
        TrainingError, match=r"last\.pt: can't be written: no space left; .* is kept"
    ):
        save_checkpoint({"step": 2}, tmp_path / "last.pt")
    assert load_checkpoint(tmp_path)["step"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_disk_that_fills_up_while_saving_leaves_the_checkpoint_before(tmp_path: Path) -> None:
    save_checkpoint({"step": 1}, tmp_path / "last.pt")
    large = {"step": 2, "model": {"w": torch.ones(100_000)}}
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))  # as a full disk: in the middle
    try:
        with pytest.raises(TrainingError, match=r"last\.pt: can't be written: .*File too large"):
            save_checkpoint(large, tmp_path / "last.pt")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert load_checkpoint(tmp_path)["step"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_full_disk_is_named_and_the_run_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk))
    if (
        shutil.which("mount") is None
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("only root can mount a small disk")
    try:
        small = {"step": 1, "model": {"w": torch.ones(10_000)}}
        save_checkpoint(small, disk / "last.pt")
        large = {"step": 2, "model": {"w": torch.ones(100_000)}}
        with pytest.raises(TrainingError, match=r"disk/last\.pt: can't be written: .*No space"):
            save_checkpoint(large, disk / "last.pt")
        assert load_checkpoint(disk)["step"] == 1
        save_checkpoint({**small, "step": 3}, disk / "last.pt")
        assert load_checkpoint(disk)["step"] == 3
    finally:
        subprocess.run(("umount", str(disk)), check=True)


def test_a_truncated_last_checkpoint_points_to_the_best_one(tmp_path: Path) -> None:
    for name in ("last.pt", "best.pt"):
        save_checkpoint({"step": 1, "model": {"w": torch.ones(100)}}, tmp_path / name)
    whole = (tmp_path / "last.pt").read_bytes()
    (tmp_path / "last.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        TrainingError, match=r"last\.pt: not .*; .*best\.pt may be whole: go on from"
    ):
        load_checkpoint(tmp_path)
    assert load_checkpoint(tmp_path / "best.pt")["step"] == 1


def test_averaged_weights_are_preferred_and_safetensors_are_read(tmp_path: Path) -> None:
    plain, average = {"w": torch.zeros(2)}, {"w": torch.ones(2)}
    save_checkpoint({"model": plain, "ema": average}, tmp_path / "best.pt")
    save_checkpoint({"model": plain, "ema": None}, tmp_path / "plain.pt")
    save_file(average, tmp_path / "weights.safetensors")
    assert load_weights(tmp_path)["w"].tolist() == [1, 1]
    assert load_weights(tmp_path / "plain.pt")["w"].tolist() == [0, 0]
    assert load_weights(tmp_path / "weights.safetensors")["w"].tolist() == [1, 1]


def test_weights_of_another_model_are_named() -> None:
    with pytest.raises(TrainingError, match=r"bias is missing; wait is unknown; .*\[3, 2\]"):
        apply_weights(
            nn.Linear(2, 1),
            {"weight": torch.zeros(3, 2), "wait": torch.zeros(1)},
            source=Path("x.pt"),
        )


class Sizes(BaseModel, frozen=True, extra="forbid"):
    width: int


def test_weights_alone_are_read_as_the_run_they_are_of(tmp_path: Path) -> None:
    weights = {
        "matrix": torch.tensor([[1.0, 1e-3]]),
        "variance": torch.tensor([1e-9]),
        "count": torch.tensor(3),
    }
    settings = {"kind": "localizer", "config": {"width": 7}, "charset": ["\u017f"]}
    save_checkpoint({"model": {}, "ema": weights, "settings": settings}, tmp_path / "best.pt")
    file = tmp_path / "localizer.safetensors"
    save_weights(tmp_path, file)
    config, found = load_run(file, kind="localizer", config=Sizes)
    assert config.width == 7
    assert found["charset"] == ["\u017f"]
    read = load_weights(file)
    assert read["matrix"].dtype == torch.float16
    torch.testing.assert_close(read["matrix"].float(), weights["matrix"], rtol=1e-3, atol=0)
    assert read["variance"].item() == weights["variance"].item()  # too small for half precision
    assert read["count"].item() == 3
    with pytest.raises(TrainingError, match="not of a recognizer"):
        load_run(file, kind="recognizer", config=Sizes)


def test_damaged_weights_are_our_error(tmp_path: Path) -> None:
    file = tmp_path / "localizer.safetensors"
    file.write_bytes(b"no tensors")
    with pytest.raises(TrainingError, match="not a readable safetensors file"):
        load_run(file, kind="localizer", config=Sizes)


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    file = tmp_path / "localizer.safetensors"
    with pytest.raises(UsageError, match="no weights here"):
        load_run(file, kind="localizer", config=Sizes)
    with pytest.raises(UsageError, match="no weights here"):
        load_weights(file)


def test_the_state_of_an_optimizer_goes_on_at_the_rate_of_this_run() -> None:
    model = nn.Linear(2, 1)
    before, now = (torch.optim.Adam(model.parameters(), lr=rate) for rate in (0.1, 0.01))
    before.param_groups[0]["initial_lr"] = 0.1  # as the loop leaves it
    model(torch.ones(1, 2)).sum().backward()
    before.step()
    apply_optimizer(now, before.state_dict(), source=Path("other.pt"))
    assert now.state_dict()["state"][0]["step"] == 1
    assert now.param_groups[0].get("initial_lr", now.param_groups[0]["lr"]) == 0.01
    smaller = torch.optim.Adam(nn.Linear(2, 1, bias=False).parameters())
    with pytest.raises(TrainingError, match=r"other\.pt: the state of another optimizer"):
        apply_optimizer(smaller, before.state_dict(), source=Path("other.pt"))


def test_a_run_and_its_weights_say_what_they_are_of(tmp_path: Path) -> None:
    state = {"model": {"a": torch.ones(2)}, "ema": None, "settings": {"kind": "localizer"}}
    save_checkpoint(state, tmp_path / "best.pt")
    save_weights(tmp_path, tmp_path / "alone.safetensors")
    for path in (tmp_path, tmp_path / "best.pt", tmp_path / "alone.safetensors"):
        assert kind_of(path) == "localizer"
    save_checkpoint({"model": {}}, tmp_path / "silent.pt")
    assert kind_of(tmp_path / "silent.pt") is None
    with pytest.raises(UsageError, match="no checkpoint here"):
        kind_of(tmp_path / "gone.pt")
