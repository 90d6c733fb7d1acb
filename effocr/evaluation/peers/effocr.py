"""Our own reader, measured like any other engine: in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from effocr.bundle import find_model
from effocr.evaluation.peers.run import LinesRun, run_own_worker

__all__ = ["read_lines"]

_WORKER = "effocr.evaluation.peers.effocr_worker"


def read_lines(
    paths: Sequence[Path],
    *,
    turns: int = 1,
    threads: int | None = None,
    model: str = "en",
    runtime: str = "onnxruntime",
) -> LinesRun:
    """Read line images with a model of ours.

    Args:
        paths: line images.
        turns: how often to read them all.
        threads: one per core if not given.
        model: name or folder.
        runtime: of the localizer's network.

    Raises:
        EffOCRError: the model cannot be loaded.
    """
    settings = {
        "threads": threads or os.cpu_count() or 1,
        "model": str(find_model(model)),
        "runtime": runtime,
    }
    return run_own_worker(_WORKER, paths, turns=turns, settings=settings)
