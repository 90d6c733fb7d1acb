"""Work in several processes, its results in order."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from effocr.errors import EffOCRError

__all__ = ["in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")
QUEUED: Final = 3  # tasks a process has waiting; bounds what is held in memory


def in_order(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    processes: int,
    start: Callable[..., None] | None = None,
    start_with: tuple[Any, ...] = (),
) -> Generator[Result]:
    """Perform tasks in several processes and yield the results in order, few of them ahead.

    Ctrl+C is left to this process, which lets the others finish the tasks that they are at.

    Args:
        function: of a task; must be at the top of a module.
        tasks: may be sent to other processes.
        processes: 1 works in this one.
        start: called with `start_with` in every process before its first task.
        start_with: see `start`.

    Raises:
        EffOCRError: a process died.
    """
    processes = min(processes, len(tasks))
    if processes <= 1:
        if start is not None:
            start(*start_with)
        yield from map(function, tasks)
        return
    context = multiprocessing.get_context("spawn")  # forking a process with threads may hang
    pool = ProcessPoolExecutor(processes, context, start, start_with)
    waiting: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            with _uninterrupted():
                waiting.append(pool.submit(function, task))
            if len(waiting) > QUEUED * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise EffOCRError(
            "a process died, perhaps for want of memory; use fewer (--processes)"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that are started here never see Ctrl+C; this one sees it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
