"""Reads lines with our sequence reader in a process of its own.

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

from effocr.errors import EffOCRError, ImageError
from effocr.pipeline.ctc_engine import CtcDecoding, CtcReader

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
    """Open the reader, which runs its network once; read every line, say how long it took."""
    beam = int(job["beam"])
    reader = CtcReader(job["folder"], decoding=CtcDecoding(beam=beam))
    paths: list[str] = job["paths"]
    texts: list[str | None] = []
    failures: dict[str, str] = {}
    started = time.perf_counter()
    every = chain.from_iterable(repeat(paths, job["turns"]))
    for place, read in enumerate(reader.read_many(every, threads=job["threads"])):
        path = paths[place % len(paths)]
        if isinstance(read, ImageError):
            failures[path] = str(read).removeprefix(f"{path}: ")
        if place < len(paths):
            texts.append(None if isinstance(read, ImageError) else read.text)
    seconds = time.perf_counter() - started
    decoding = "greedy" if beam == 1 else f"beam of {beam}"
    return {
        "texts": texts,
        "seconds": seconds,
        "configuration": f"ctc, {reader.manifest.name}, {decoding}, {job['threads']} threads, "
        "onnxruntime",
        "failures": failures,
    }


if __name__ == "__main__":
    sys.exit(main())
