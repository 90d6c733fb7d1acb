"""One thread budget: N readers of lines, everything below them with one thread each."""

from __future__ import annotations

import os

from effocr.errors import UsageError

__all__ = ["single_threaded", "thread_count"]


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
