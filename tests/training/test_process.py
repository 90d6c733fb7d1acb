"""Batches in order, random state, Ctrl+C."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError
from effocr.training.process import (
    AHEAD,
    ahead,
    interrupts,
    load,
    seed_step,
    seeded,
    to_device,
)


class Squares:
    """Batches whose content is their number."""

    def __getitem__(self, step: int) -> dict[str, Any]:
        return {"square": np.array([step**2]), "nest": (torch.tensor(step), [np.float32(step)])}

    def __len__(self) -> int:
        return 5


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_come_in_the_order_that_was_asked_for(workers: int) -> None:
    numbers = [7, 3, 12, 0]  # beyond the epoch too
    found = list(load(Squares(), numbers, workers=workers, device=torch.device("cpu")))
    assert [int(batch["square"][0]) for batch in found] == [49, 9, 144, 0]
    assert all(isinstance(batch["square"], torch.Tensor) for batch in found)


def test_batches_are_made_ahead_by_one_thread_which_ends_with_the_loop() -> None:
    made: list[tuple[int, str]] = []

    def make() -> Iterator[int]:
        for number in range(100):
            made.append((number, threading.current_thread().name))
            yield number

    coming = ahead(make())
    assert [next(coming), next(coming)] == [0, 1]
    coming.close()
    names = {name for _, name in made}
    assert len(names) == 1
    assert names != {threading.current_thread().name}
    assert 2 <= len(made) <= 2 + AHEAD
    assert not names & {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_in_a_batch_reaches_the_loop(workers: int) -> None:
    class Broken(Squares):
        def __getitem__(self, step: int) -> dict[str, Any]:
            if step == 2:
                raise TrainingError("line 2 is empty")
            return super().__getitem__(step)

    batches = load(Broken(), range(5), workers=workers, device=torch.device("cpu"))
    assert [int(next(batches)["square"][0]) for _ in range(2)] == [0, 1]
    with pytest.raises(TrainingError, match="line 2 is empty"):
        next(batches)


def test_loading_draws_nothing_from_the_generator_of_the_model() -> None:
    with seeded(3):
        expected = torch.rand(4)
    with seeded(3):
        list(load(Squares(), range(4), workers=0, device=torch.device("cpu")))
        assert torch.equal(torch.rand(4), expected)


def test_every_tensor_of_a_nest_is_moved_and_other_values_stay() -> None:
    batch = {"a": torch.zeros(2), "b": [torch.ones(1), (torch.ones(1), "name")], "c": 3}
    moved = to_device(batch, torch.device("meta"))
    assert moved["a"].device.type == moved["b"][0].device.type == "meta"
    assert moved["b"][1][0].device.type == "meta"
    assert (moved["b"][1][1], moved["c"]) == ("name", 3)


def test_a_seeded_world_repeats_and_is_left_without_a_trace() -> None:
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    drawn = []
    for _ in range(2):
        with seeded(5):
            drawn.append(torch.rand(3))
    assert torch.equal(drawn[0], drawn[1])
    assert torch.equal(torch.rand(3), expected)


def test_random_numbers_depend_on_seed_step_and_process_and_nothing_else() -> None:
    drawn = {}
    with seeded(1):
        for where in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)):
            seed_step(*where)
            drawn[where] = float(torch.rand(()))
        torch.rand(9)
        seed_step(0, 1, 0)
        assert float(torch.rand(())) == drawn[0, 1, 0]
    assert len(set(drawn.values())) == 4


def test_the_first_ctrl_c_asks_and_the_second_ends() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts() as interrupted:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted.wait(5)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_request_to_end_is_heard_and_heard_again_without_harm() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interrupts() as interrupted:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            assert interrupted.wait(5)
        signal.raise_signal(signal.SIGINT)  # torchrun forwards both
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_leaves_signals_alone() -> None:
    seen: list[object] = []

    def train() -> None:
        with interrupts() as interrupted:
            seen.append((interrupted.is_set(), signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen == [(False, signal.getsignal(signal.SIGINT))]
