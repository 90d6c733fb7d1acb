"""What an engine gives back from a set of lines, and the workers that speak for it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import effocr
from effocr.errors import EffOCRError, UsageError
from effocr.evaluation.process import Command, Finished, run_side_by_side

__all__ = ["LinesRun", "Missing", "run_job", "run_own_worker", "run_worker"]


@dataclass(frozen=True, slots=True)
class LinesRun:
    """A set of lines, read once or several times over by one engine.

    Attributes:
        texts: what was read in each image, in the order of the set; None where reading failed.
        turns: how often the whole set was read.
        seconds: model loaded, from the first file opened to the last result written.
        process_s: from the start of the engine's processes to their end.
        rss_mb: peak memory of the engine's processes together, MiB; None where it is not known.
        configuration: the engine's version and how it was run, for people.
        failures: reason per path of each image that could not be read.
    """

    texts: tuple[str | None, ...]
    turns: int
    seconds: float
    process_s: float
    rss_mb: float | None
    configuration: str
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines_per_s(self) -> float:
        """Lines read per second, all turns together."""
        return len(self.texts) * self.turns / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """An engine that cannot be run here.

    Attributes:
        reason: why, and how to mend it.
    """

    reason: str


def run_worker(
    arguments: Sequence[str],
    paths: Sequence[Path],
    *,
    turns: int,
    settings: Mapping[str, object],
    environment: Mapping[str, str] | None = None,
) -> LinesRun:
    """Have a worker program read lines in a process of its own.

    The worker finds a JSON job on its standard input: `paths`, `turns`, `out` and the settings. It
    writes JSON to the file `out`: `texts` (of the first turn), `seconds`, `configuration`,
    `failures` (path to reason), or `error`.

    Args:
        arguments: the worker and its arguments.
        paths: of the line images.
        turns: how often to read them all.
        settings: more entries of the job.
        environment: variables set for the worker.

    Raises:
        UsageError: the worker says in `error` why it cannot run.
        EffOCRError: the worker ended without a result.
    """
    job = {"paths": [str(path) for path in paths], "turns": turns, **settings}
    result, finished = run_job(arguments, job, environment)
    return LinesRun(
        texts=tuple(result["texts"]),
        turns=turns,
        seconds=float(result["seconds"]),
        process_s=finished.seconds,
        rss_mb=finished.rss_mb,
        configuration=str(result["configuration"]),
        failures=dict(result["failures"]),
    )


def run_job(
    arguments: Sequence[str],
    job: Mapping[str, object],
    environment: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], Finished]:
    """Hand a job to a worker program and take its result.

    Args:
        arguments: the worker and its arguments.
        job: JSON on its standard input; `out`, the file for its result, is added.
        environment: variables set for the worker.

    Returns:
        The JSON object that it wrote; how it ended.

    Raises:
        UsageError: the worker says in `error` why it cannot run.
        EffOCRError: the worker ended without a result.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        asked = json.dumps({**job, "out": str(out)})
        finished = run_side_by_side([Command(tuple(arguments), environment or {}, stdin=asked)])[0]
        if not out.is_file():
            last = (finished.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise EffOCRError(
                f"{' '.join(arguments)} ended with status {finished.status} and no result: {last}"
            )
        result: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    if "error" in result:
        raise UsageError(str(result["error"]))
    return result, finished


def run_own_worker(
    module: str, paths: Sequence[Path], *, turns: int, settings: Mapping[str, object]
) -> LinesRun:
    """As `run_worker`, for a worker that is a module of this package, and of this very one.

    Args:
        module: its name.
        paths: of the line images.
        turns: how often to read them all.
        settings: more entries of the job.
    """
    # -P: whatever folder the command was typed in.
    folders = [str(Path(effocr.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return run_worker(
        [sys.executable, "-P", "-m", module],
        paths,
        turns=turns,
        settings=settings,
        environment={"PYTHONPATH": os.pathsep.join(filter(None, folders))},
    )
