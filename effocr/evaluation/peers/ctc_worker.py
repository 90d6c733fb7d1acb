"""Reads lines with our sequence reader in a process of its own.

The job is JSON on standard input, the result JSON in the file that the job names; see
`effocr.evaluation.peers.run.run_worker`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from effocr.errors import ImageError
from effocr.evaluation.peers.worker import Job, answer, read_in_turns
from effocr.pipeline.ctc_engine import CtcDecoding, CtcReader

__all__ = ["main"]


def main() -> int:
    """Read the job, read the lines, write the result."""
    return answer(_read)


def _read(job: Job) -> dict[str, Any]:
    """Open the reader, which runs its network once; read every line, say how long it took."""
    beam = int(job["beam"])
    reader = CtcReader(job["folder"], decoding=CtcDecoding(beam=beam))

    def read_many(paths: Iterable[str]) -> Iterator[tuple[str | None, str]]:
        for read in reader.read_many(paths, threads=job["threads"]):
            if isinstance(read, ImageError):
                yield None, str(read)
            else:
                yield read.text, ""

    found = read_in_turns(job, read_many)
    found["failures"] = {
        path: reason.removeprefix(f"{path}: ") for path, reason in found["failures"].items()
    }
    decoding = "greedy" if beam == 1 else f"beam of {beam}"
    configuration = (
        f"ctc, {reader.manifest.name}, {decoding}, {job['threads']} threads, onnxruntime"
    )
    return {**found, "configuration": configuration}


if __name__ == "__main__":
    sys.exit(main())
