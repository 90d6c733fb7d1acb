"""Reads lines with our reader in a process of its own.

The job is JSON on standard input, the result JSON in the file that the job names; see
`effocr.evaluation.peers.run.run_worker`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from effocr.document import Document
from effocr.evaluation.peers.worker import Job, answer, read_in_turns
from effocr.pipeline.reader import Reader
from effocr.versions import model_label

__all__ = ["main"]


def main() -> int:
    """Read the job, read the lines, write the result."""
    return answer(_read)


def _read(job: Job) -> dict[str, Any]:
    """Load the model, read every line, say how long it took."""
    reader = Reader(job["model"], threads=job["threads"], runtime=job["runtime"])
    reader.read(_any_print())  # model loaded and warm

    def read_many(paths: Iterable[str]) -> Iterator[tuple[str | None, str]]:
        for read in reader.read_many(paths):
            yield (read.text, "") if isinstance(read, Document) else (None, read.reason)

    configuration = (
        f"effocr, model {model_label(Path(job['model']))}, {job['threads']} threads, "
        f"{job['runtime']}"
    )
    return {**read_in_turns(job, read_many), "configuration": configuration}


def _any_print() -> np.ndarray:
    """A line with something like print on it: [48, 320] uint8."""
    image = np.full((48, 320), 255, np.uint8)
    for left in range(20, 300, 20):
        image[12:36, left : left + 8] = 0
    return image


if __name__ == "__main__":
    sys.exit(main())
