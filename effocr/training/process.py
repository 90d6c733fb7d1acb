"""What a run needs of its process: batches on the device, random state, Ctrl+C."""

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

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


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A world where torch's generators start from the seed, and are put back afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """An event that Ctrl+C sets; a second Ctrl+C ends at once. Only in the main thread."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def ask(_signal: int, _frame: Any) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def random_state() -> dict[str, Any]:
    """Torch's generators, which dropout and its like draw from; data has its own by step."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def set_random_state(state: Mapping[str, Any]) -> None:
    """Put torch's generators back."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
