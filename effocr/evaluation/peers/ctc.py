"""Our sequence reader, measured like any other engine: in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from effocr.ctc.bundle import load_ctc
from effocr.evaluation.peers.run import LinesRun, run_own_worker

__all__ = ["read_lines"]

_WORKER = "effocr.evaluation.peers.ctc_worker"


def read_lines(
    paths: Sequence[Path],
    *,
    folder: Path,
    turns: int = 1,
    threads: int | None = None,
    beam: int = 1,
) -> LinesRun:
    """Read line images with an exported sequence reader.

    Args:
        paths: line images.
        folder: of the reader, with ctc.onnx and ctc.json.
        turns: how often to read them all.
        threads: one per core if not given.
        beam: prefixes of the beam search; 1 reads greedily.

    Raises:
        EffOCRError: the reader cannot be opened.
    """
    load_ctc(folder)  # here, where the error is one line
    settings = {
        "threads": threads or os.cpu_count() or 1,
        "folder": str(folder.resolve()),
        "beam": beam,
    }
    return run_own_worker(_WORKER, paths, turns=turns, settings=settings)
