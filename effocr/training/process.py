"""What a run needs of its process: batches on the device, random numbers, Ctrl+C."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader


class Batches(Protocol):
    """Training batches by number. The same number must always give the same batch.

    A batch is any nest of tuples, lists and dicts with arrays or tensors in it. Numbers go on past
    `len`, which is the steps in an epoch.
    """

    def __getitem__(self, step: int) -> Any:
        """Make the batch of a step, from a generator seeded with it."""

    def __len__(self) -> int:
        """Steps in an epoch."""


def load(
    batches: Batches, numbers: Sequence[int], *, workers: int, device: torch.device
) -> Iterator[Any]:
    """Make batches in order, in worker processes where there are any, and move them."""
    loader: DataLoader[Any] = DataLoader(
        batches,  # type: ignore[arg-type]
        sampler=numbers,
        batch_size=None,
        num_workers=workers,
        worker_init_fn=start_worker,
        pin_memory=device.type == "cuda",
        generator=torch.Generator(),  # or the loader would draw from the model's generator
    )
    for batch in loader:
        yield to_device(batch, device)


def to_device(batch: Any, device: torch.device) -> Any:
    """Move every tensor of a nest."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {name: to_device(value, device) for name, value in batch.items()}
    if isinstance(batch, list | tuple):
        return [to_device(value, device) for value in batch]
    return batch


def start_worker(_: int) -> None:
    """Leave Ctrl+C to the loop, and threads too: there is one worker for each core."""
    import cv2

    cv2.setNumThreads(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # forked in a loop that finishes its step first


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A world where torch's generators start from the seed, and are put back afterwards."""
    used = torch.cuda.is_initialized()  # type: ignore[no-untyped-call, unused-ignore]
    own = [torch.cuda.current_device()] if used else []
    with torch.random.fork_rng(own):
        torch.manual_seed(seed)
        yield


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """An event that Ctrl+C sets, and a request to end (SIGTERM: `kill`, `torchrun`, a cluster).

    A second Ctrl+C ends at once. Only in the main thread.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    asked = threading.Event()

    def ask(number: int, _frame: Any) -> None:
        if number == signal.SIGINT and asked.is_set():
            raise KeyboardInterrupt
        if number == signal.SIGINT:
            asked.set()
        interrupted.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def seed_step(seed: int, step: int, process: int) -> None:
    """Seed torch's generators, which dropout and its like draw from, for one step of one process.

    So there is no random state to keep, and a step draws the same after a resume.
    """
    (mixed,) = np.random.SeedSequence((seed, step, process)).generate_state(1, np.uint64)
    torch.manual_seed(int(mixed) >> 1)
