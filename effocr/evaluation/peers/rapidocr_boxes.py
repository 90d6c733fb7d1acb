"""What RapidOCR's detector finds on pages, in a Python of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from effocr.data.detection import Region
from effocr.evaluation.peers.boxes import BoxesRun
from effocr.evaluation.peers.rapidocr import find_python
from effocr.evaluation.peers.run import Missing, run_job

__all__ = ["find_boxes"]

_WORKER = Path(__file__).with_name("rapidocr_boxes_worker.py")


def find_boxes(
    paths: Sequence[Path], *, threads: int | None = None, python: str | None = None
) -> BoxesRun | Missing:
    """Find text with RapidOCR: detection only, with the settings that it comes with.

    Args:
        paths: page images.
        threads: of its network; one per core if not given.
        python: interpreter that has rapidocr-onnxruntime; this one if not given.
    """
    interpreter = find_python(python)
    if isinstance(interpreter, Missing):
        return interpreter
    job = {"paths": [str(path) for path in paths], "threads": threads or os.cpu_count() or 1}
    result, finished = run_job([interpreter, str(_WORKER)], job)
    return BoxesRun(
        regions=tuple(
            None
            if boxes is None
            else tuple(Region(np.array(corners, np.float32)) for corners in boxes)
            for boxes in result["boxes"]
        ),
        seconds=finished.seconds,
        rss_mb=finished.rss_mb,
        configuration=str(result["configuration"]),
        failures=dict(result["failures"]),
    )
