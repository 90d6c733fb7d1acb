"""RapidOCR's recogniser, in a Python of its own.

`rapidocr-onnxruntime` brings the full OpenCV, which does not go together with the headless one, so
it lives in another virtual environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from effocr.evaluation.peers.run import LinesRun, Missing, run_worker

__all__ = ["find_python", "read_lines"]

_WORKER = Path(__file__).with_name("rapidocr_worker.py")
_CURE = (
    "python3 -m venv rapid && rapid/bin/pip install rapidocr-onnxruntime, "
    "then --against rapidocr=rapid/bin/python"
)


def read_lines(
    paths: Sequence[Path],
    *,
    turns: int = 1,
    threads: int | None = None,
    python: str | None = None,
) -> LinesRun | Missing:
    """Read line images with RapidOCR: recognition only, no detection, no turning.

    Args:
        paths: line images.
        turns: how often to read them all.
        threads: of its network; one per core if not given.
        python: interpreter that has rapidocr-onnxruntime; this one if not given.
    """
    interpreter = find_python(python)
    if isinstance(interpreter, Missing):
        return interpreter
    settings = {"threads": threads or os.cpu_count() or 1}
    return run_worker([interpreter, str(_WORKER)], paths, turns=turns, settings=settings)


def find_python(python: str | None) -> str | Missing:
    """The interpreter that has rapidocr-onnxruntime, or why there is none.

    Args:
        python: name or path; this one if not given.
    """
    interpreter = shutil.which(python or sys.executable)
    if interpreter is None:
        return Missing(f"{python} is not a Python interpreter: {_CURE}")
    probe = subprocess.run(
        [interpreter, "-c", "import importlib.util as u, sys; "
         "sys.exit(u.find_spec('rapidocr_onnxruntime') is None)"],
        capture_output=True,
        check=False,
    )  # fmt: skip
    if probe.returncode:
        return Missing(f"{interpreter} has no rapidocr-onnxruntime: {_CURE}")
    return interpreter
