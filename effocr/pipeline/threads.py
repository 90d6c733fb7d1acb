"""One thread budget: N readers of lines, everything below them with one thread each."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from effocr.errors import UsageError

__all__ = ["map_in_order", "single_threaded", "thread_count"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, threads: int, most: int
) -> Generator[Result]:
    """The results of a function for items, in their order, worked out on threads.

    Args:
        function: called by several threads at once; what it raises is raised here.
        items: drawn from as needed, so they may be endless.
        threads: how many work.
        most: results that are begun and wait to be taken; one more is begun first.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(
        threads, thread_name_prefix="effocr", initializer=single_threaded
    ) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                while waiting and (len(waiting) > most or waiting[0].done()):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def thread_count(threads: int | None) -> int:
    """How many threads read; None means all cores that this process may use.

    Raises:
        UsageError: less than one.
    """
    if threads is None:
        if hasattr(os, "sched_getaffinity"):
            return max(len(os.sched_getaffinity(0)), 1)
        return os.cpu_count() or 1
    if threads < 1:
        raise UsageError(f"threads {threads}: at least 1 thread is needed")
    return threads


def single_threaded() -> None:
    """Stop OpenCV and OpenMP (faiss) from starting threads below the calling one.

    OpenMP keeps its setting per calling thread, so every worker calls this; OpenCV's holds for the
    whole process.
    """
    import cv2
    import faiss

    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
