"""What a run needs of its process: batches on the device, random numbers, Ctrl+C."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar, cast

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

Item = TypeVar("Item")

AHEAD: Final = 2  # batches


class Batches(Protocol):
    """Training batches by number. The same number must always give the same batch.

    They are made in a thread or in processes beside the loop, so they keep off torch's generators.

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
    """Make batches in order while the ones before are learnt from, and move them.

    Args:
        batches: by number.
        numbers: of those that are wanted.
        workers: processes that make them; 0: one thread of this process does.
        device: where they go.
    """
    loader: DataLoader[Any] = DataLoader(
        batches,  # type: ignore[arg-type]
        sampler=numbers,
        batch_size=None,
        num_workers=workers,
        worker_init_fn=start_worker,
        pin_memory=device.type == "cuda",
        generator=torch.Generator(),  # or the loader would draw from the model's generator
    )
    for batch in loader if workers else ahead(loader):
        yield to_device(batch, device)


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each made by a thread while those before it are used."""
    coming, end = iter(items), object()
    maker = ThreadPoolExecutor(1, thread_name_prefix="batches")
    try:
        waiting = deque(maker.submit(next, coming, end) for _ in range(AHEAD))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(maker.submit(next, coming, end))
            yield cast(Item, item)
    finally:
        maker.shutdown(cancel_futures=True)


def spare_cores() -> int:
    """Cores for workers of this process, at least one: its share of the machine less its own."""
    allowed = hasattr(os, "sched_getaffinity")  # not on macOS
    cores = len(os.sched_getaffinity(0)) if allowed else os.cpu_count() or 1
    return max(1, cores // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) - 1)


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
