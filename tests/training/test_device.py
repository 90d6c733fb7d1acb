"""Which device, which precision, how many workers: decided without a GPU at hand."""

import pytest
import torch

from effocr.errors import TrainingError, UsageError
from effocr.training.config import LoopConfig, load_config
from effocr.training.device import MOST_WORKERS, DeviceName, Machine, Precision
from effocr.training.process import load, spare_cores

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def test_auto_is_the_cpu_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    machine = Machine("auto")
    assert (machine.device.type, machine.processes, machine.is_main) == ("cpu", 1, True)
    assert machine.workers(None) == 0
    assert machine.workers(3) == 3


@pytest.mark.parametrize(("wanted", "found"), [("auto", CUDA), ("cuda", CUDA), ("cpu", CPU)])
def test_a_gpu_is_used_unless_the_cpu_is_wanted(
    monkeypatch: pytest.MonkeyPatch, wanted: DeviceName, found: torch.device
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    machine = Machine(wanted)
    assert machine.device == found
    assert (machine.workers(None) > 0) == (found == CUDA)
    assert machine.workers(None) <= MOST_WORKERS


def test_each_process_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = list[int]()
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.cuda.set_device", chosen.append)
    joined = list[str]()
    monkeypatch.setattr(
        "torch.distributed.init_process_group", lambda backend, **_: joined.append(backend)
    )
    monkeypatch.setattr("atexit.register", lambda _: None)
    monkeypatch.setattr("torch.distributed.get_rank", lambda: 5)  # the second of a third machine
    monkeypatch.setenv("WORLD_SIZE", "6")
    monkeypatch.setenv("LOCAL_RANK", "1")
    machine = Machine("auto")
    assert (machine.device, machine.process, machine.is_main) == (torch.device("cuda:1"), 5, False)
    assert (chosen, joined) == ([1], ["cpu:gloo,cuda:nccl"])
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(TrainingError, match=r"which has 2: give torchrun --nproc_per_node=2, or"):
        Machine("cuda")


def test_processes_that_cannot_find_each_other_are_told_how_to_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(TrainingError, match=r"WORLD_SIZE is 2, but .*; start them with torchrun"):
        Machine("cpu")


def test_a_gpu_that_is_not_there_is_not_replaced_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(TrainingError, match=r"torch finds no CUDA GPU here; use loop\.device=auto"):
        Machine("cuda")


def test_precision_follows_the_settings() -> None:
    plain = Precision.on(CPU, bf16=False, fp16=False)
    assert plain.dtype is None
    weights = torch.ones(2, 2)
    with plain.autocast():
        assert (weights @ weights).dtype == torch.float32
    with Precision.on(CPU, bf16=True, fp16=False).autocast():
        assert (weights @ weights).dtype == torch.bfloat16
    assert not plain.scaler.is_enabled()
    with pytest.raises(TrainingError, match="this run is on mps"):
        Precision.on(torch.device("mps"), bf16=False, fp16=True)
    with pytest.raises(UsageError, match="bf16 and fp16 exclude each other"):
        load_config(LoopConfig, bf16=True, fp16=True)


def test_workers_share_the_cores_with_the_processes_of_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert spare_cores() == 15
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert spare_cores() == 3
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "32")
    assert spare_cores() == 1


@pytest.mark.parametrize(("device", "pinned"), [(CPU, False), (CUDA, True)])
@pytest.mark.parametrize("workers", [0, 2])
def test_memory_is_pinned_for_a_gpu_only(
    monkeypatch: pytest.MonkeyPatch, device: torch.device, pinned: bool, workers: int
) -> None:
    asked = {}

    def loader(batches: list[torch.Tensor], **options: object) -> list[torch.Tensor]:
        asked.update(options)
        return batches

    monkeypatch.setattr("effocr.training.process.DataLoader", loader)
    monkeypatch.setattr("effocr.training.process.to_device", lambda batch, _: batch)
    found = list(load([torch.ones(1)], [0], workers=workers, device=device))  # type: ignore[arg-type]
    assert found == [torch.ones(1)]
    assert (asked["pin_memory"], asked["num_workers"]) == (pinned, workers)
