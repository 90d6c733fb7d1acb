"""Work in several processes: results in order, few ahead, a quiet end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from effocr.errors import EffOCRError
from effocr.processes import QUEUED, in_order

SLOW = """
import signal, sys, time
from effocr.processes import in_order

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run under nohup

def wait(number):
    print("at", number, flush=True)
    time.sleep(0.5)
    return number

if __name__ == "__main__":
    for number in in_order(wait, range(1000), processes=2):
        pass
"""
known: list[int] = []


def remember(number: int) -> None:
    known[:] = [number]


def add(number: int) -> tuple[int, int]:
    return number + known[0], os.getpid()


def die(number: int) -> int:
    os._exit(number)


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_tasks(processes: int) -> None:
    found = list(in_order(add, range(20), processes=processes, start=remember, start_with=(100,)))
    assert [number for number, _ in found] == list(range(100, 120))
    assert (os.getpid() in {process for _, process in found}) == (processes == 1)


def test_one_task_needs_no_process() -> None:
    remember(1)
    assert list(in_order(add, [5], processes=8)) == [(6, os.getpid())]
    assert list(in_order(add, [], processes=8)) == []


def test_few_tasks_are_ahead_of_the_result_that_is_used() -> None:
    taken: list[int] = []

    class Tasks(list[int]):
        def __iter__(self) -> Iterator[int]:
            for number in range(len(self)):
                taken.append(number)
                yield number

    results = in_order(abs, Tasks([0] * 50), processes=2)
    next(results)
    assert len(taken) <= 2 * QUEUED + 1
    results.close()


def test_a_process_that_dies_is_one_line() -> None:
    with pytest.raises(EffOCRError, match="a process died"):
        list(in_order(die, [3, 3, 3], processes=2))


def test_ctrl_c_is_quiet_in_the_processes(tmp_path: Path) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as run:  # fmt: skip
        assert run.stdout is not None
        assert run.stdout.readline().startswith("at")
        began = time.monotonic()
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: everybody gets it
        _, said = run.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert said.count("Traceback") == said.count("KeyboardInterrupt") == 1  # of this process only
    assert "Process Spawn" not in said
