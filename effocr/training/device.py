"""Where a run computes, with which precision, and with which other processes."""

import atexit
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import DistributedDataParallelKwargs, InitProcessGroupKwargs, environment
from torch import Tensor, nn

from effocr.errors import TrainingError
from effocr.training.process import spare_cores

__all__ = ["Machine", "Precision", "check_device"]

PATIENCE = timedelta(hours=12)  # the main process may evaluate while the others wait for it
MOST_WORKERS = 8
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


@contextmanager
def _environment_left_alone() -> Iterator[None]:
    """Keep Accelerate from emptying the environment while it looks at its own defaults.

    Threads of other libraries may read a variable at that moment, which the C library does not
    allow (getenv beside unsetenv): the process then ends with a segmentation fault.
    """
    emptying = environment.clear_environment
    environment.clear_environment = nullcontext
    try:
        yield
    finally:
        environment.clear_environment = emptying


class Machine:
    """The device of this process and the processes beside it; Accelerate finds both."""

    def __init__(self, device: DeviceName) -> None:
        """Join the other processes, where `torchrun` started some.

        Args:
            device: auto: a GPU where there is one.

        Raises:
            TrainingError: cuda is wanted and there is none.
        """
        check_device(device)
        # A parameter without a gradient (a pooler that nobody reads) is no error.
        several = DistributedDataParallelKwargs(find_unused_parameters=True)
        # `cpu` chooses how processes talk to each other; Accelerate lets nobody change it later.
        cpu = device == "cpu" and int(os.environ.get("WORLD_SIZE", "1")) > 1
        with _environment_left_alone():
            self._accelerator = Accelerator(
                cpu=cpu,
                mixed_precision="no",
                device_placement=False,
                kwargs_handlers=[several, InitProcessGroupKwargs(timeout=PATIENCE)],
            )
        self.device: torch.device = self._accelerator.device
        if device == "cpu":
            self.device = torch.device("cpu")
        self.processes: int = self._accelerator.num_processes
        self.process: int = self._accelerator.process_index
        if self.processes > 1:
            atexit.register(_leave)

    @property
    def is_main(self) -> bool:
        """Whether this process writes files."""
        return self.process == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """Put a model on the device; with other processes its gradients are theirs too."""
        wrapped: nn.Module = self._accelerator.prepare_model(model.to(self.device))
        return wrapped

    def workers(self, wanted: int | None) -> int:
        """Processes that make batches: those that are wanted, or what suits the device."""
        if wanted is not None:
            return wanted
        return 0 if self.device.type == "cpu" else min(MOST_WORKERS, spare_cores())

    def agree(self, wish: bool) -> bool:
        """Whether any process has the wish: all stop at the same step, or they wait forever."""
        if self.processes == 1:
            return wish
        wishes: Tensor = self._accelerator.reduce(torch.tensor(float(wish), device=self.device))
        return bool(wishes.item())


def _leave() -> None:
    PartialState().destroy_process_group()


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
