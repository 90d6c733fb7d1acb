"""Where a run computes, with which precision, and with which other processes."""

import atexit
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from effocr.errors import TrainingError
from effocr.training.process import spare_cores

__all__ = ["Machine", "Precision", "check_device"]

PATIENCE: Final = timedelta(hours=12)  # the main process may evaluate while the others wait for it
MOST_WORKERS: Final = 8
DeviceName = Literal["auto", "cpu", "cuda"]


def check_device(name: DeviceName) -> None:
    """Refuse a device that is not there.

    Raises:
        TrainingError: cuda is wanted and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise TrainingError(
            "loop.device is cuda, but torch finds no CUDA GPU here; use loop.device=auto"
        )


class Machine:
    """The device of this process, and the processes beside it that `torchrun` started."""

    def __init__(self, device: DeviceName) -> None:
        """Find the device; join the other processes, where there are some.

        Args:
            device: auto: a GPU where there is one.

        Raises:
            TrainingError: cuda is wanted and there is none, there are more processes than GPUs, or
                the processes can't find each other.
        """
        check_device(device)
        self.processes = int(os.environ.get("WORLD_SIZE", "1"))
        self.device = _device(device, alone=self.processes == 1)
        if self.processes > 1:
            _join(self.processes, self.device)
        self.process = distributed.get_rank() if self.processes > 1 else 0

    @property
    def is_main(self) -> bool:
        """Whether this process writes files."""
        return self.process == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """Put a model on the device; with other processes its gradients are theirs too."""
        model = model.to(self.device)
        if self.processes == 1:
            return model
        # A parameter without a gradient (a pooler that nobody reads) is no error.
        return DistributedDataParallel(model, find_unused_parameters=True)

    def workers(self, wanted: int | None) -> int:
        """Processes that make batches: those that are wanted, or what suits the device."""
        if wanted is not None:
            return wanted
        return 0 if self.device.type == "cpu" else min(MOST_WORKERS, spare_cores())

    def agree(self, wish: bool) -> bool:
        """Whether any process has the wish: all stop at the same step, or they wait forever."""
        if self.processes == 1:
            return wish
        wishes = torch.tensor(float(wish), device=self.device)
        distributed.all_reduce(wishes)
        return bool(wishes.item())


def _device(name: DeviceName, *, alone: bool) -> torch.device:
    """The device of this process: with others on the machine a GPU for each of them."""
    if name == "cpu":
        return torch.device("cpu")
    if not torch.cuda.is_available():
        return torch.device("mps" if alone and torch.backends.mps.is_available() else "cpu")
    if alone:
        return torch.device("cuda")
    number, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if number >= gpus:
        raise TrainingError(
            f"more processes than GPUs on this machine, which has {gpus}: give torchrun "
            f"--nproc_per_node={gpus}, or set loop.device=cpu"
        )
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


def _join(processes: int, device: torch.device) -> None:
    """Join the other processes, once; what lies on the CPU goes by Gloo, on GPUs by NCCL.

    Raises:
        TrainingError: they can't be found.
    """
    if distributed.is_initialized():
        return
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    try:
        distributed.init_process_group(backend, timeout=PATIENCE)
    except (ValueError, RuntimeError) as error:  # DistError is a RuntimeError
        first = str(error).strip().splitlines()[0]
        raise TrainingError(
            f"WORLD_SIZE is {processes}, but the other processes can't be joined: {first}; start "
            "them with torchrun"
        ) from error
    atexit.register(distributed.destroy_process_group)


@dataclass(frozen=True)
class Precision:
    """Mixed precision: bfloat16 as it is, float16 with a loss scaled against vanishing gradients.

    Attributes:
        device: of the run.
        dtype: of what is safe to compute in it; None is float32 throughout.
        scaler: of the loss; does nothing but for float16.
    """

    device: torch.device
    dtype: torch.dtype | None
    scaler: torch.amp.GradScaler

    @classmethod
    def on(cls, device: torch.device, *, bf16: bool, fp16: bool) -> "Precision":
        """The precision of a configuration.

        Raises:
            TrainingError: float16 elsewhere than on a CUDA GPU.
        """
        if fp16 and device.type != "cuda":
            raise TrainingError(
                f"loop.fp16 needs a CUDA GPU, this run is on {device.type}; use loop.bf16"
            )
        dtype = torch.float16 if fp16 else torch.bfloat16 if bf16 else None
        return cls(device, dtype, torch.amp.GradScaler(device.type, enabled=fp16))

    def autocast(self) -> AbstractContextManager[object]:
        """Where the model and its loss run."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None)
