"""Reads lines with our reader in a process of its own.

The job is JSON on standard input, the result JSON in the file that the job names; see
`effocr.evaluation.peers.run.run_worker`.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np

from effocr.document import Document
from effocr.errors import EffOCRError
from effocr.pipeline.reader import Reader
from effocr.versions import model_label

__all__ = ["main"]


def main() -> int:
    """Read the job, read the lines, write the result."""
    job = json.load(sys.stdin)
    try:
        result = _read(job)
    except EffOCRError as error:
        result = {"error": str(error)}
    Path(job["out"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


def _read(job: dict[str, Any]) -> dict[str, Any]:
    """Load the model, read every line, say how long it took."""
    reader = Reader(job["model"], threads=job["threads"], runtime=job["runtime"])
    reader.read(_any_print())  # model loaded and warm
    paths: list[str] = job["paths"]
    texts: list[str | None] = []
    failures: dict[str, str] = {}
    started = time.perf_counter()
    every = chain.from_iterable(repeat(paths, job["turns"]))
    for place, read in enumerate(reader.read_many(every)):
        text = read.text if isinstance(read, Document) else None
        if place < len(paths):
            texts.append(text)
        if not isinstance(read, Document):
            failures[paths[place % len(paths)]] = read.reason
    seconds = time.perf_counter() - started
    return {
        "texts": texts,
        "seconds": seconds,
        "configuration": f"effocr, model {model_label(Path(job['model']))}, "
        f"{job['threads']} threads, {job['runtime']}",
        "failures": failures,
    }


def _any_print() -> np.ndarray:
    """A line with something like print on it: [48, 320] uint8."""
    image = np.full((48, 320), 255, np.uint8)
    for left in range(20, 300, 20):
        image[12:36, left : left + 8] = 0
    return image


if __name__ == "__main__":
    sys.exit(main())
