"""What our own workers share: the job read, its lines read in turns, the result written."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from effocr.errors import EffOCRError

__all__ = ["Job", "answer", "read_in_turns"]

Job = dict[str, Any]
"""`paths`, `turns`, `out` and what the worker asks for besides."""


def answer(read: Callable[[Job], dict[str, Any]]) -> int:
    """Read the job from standard input, do it, write the result or our error."""
    job = json.load(sys.stdin)
    try:
        result = read(job)
    except EffOCRError as error:
        result = {"error": str(error)}
    Path(job["out"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


def read_in_turns(
    job: Job, read_many: Callable[[Iterable[str]], Iterable[tuple[str | None, str]]]
) -> dict[str, Any]:
    """Read every line of the job as often as it says, and take the time.

    Args:
        job: with `paths` and `turns`.
        read_many: paths -> for each the text, None where it could not be read, and then why.

    Returns:
        `texts` of the first turn, `seconds` of all, `failures` by path.
    """
    paths: list[str] = job["paths"]
    texts: list[str | None] = []
    failures: dict[str, str] = {}
    started = time.perf_counter()
    every = chain.from_iterable(repeat(paths, job["turns"]))
    for place, (text, reason) in enumerate(read_many(every)):
        if place < len(paths):
            texts.append(text)
        if text is None:
            failures[paths[place % len(paths)]] = reason
    return {"texts": texts, "seconds": time.perf_counter() - started, "failures": failures}
