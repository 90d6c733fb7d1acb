"""Other programs run side by side, with their time and peak memory.

Every engine is measured in processes of its own, so that no memory or time of another, or of the
measuring program, is counted.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Command", "Finished", "run_side_by_side"]

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run.

    Attributes:
        arguments: the program and its arguments.
        environment: variables set on top of those of this process.
        stdin: text for its standard input.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that has ended.

    Attributes:
        status: its exit status.
        stderr: what it wrote to standard error (standard output goes there too).
        seconds: from its start to its end.
        rss_mb: its peak resident memory in MiB; None where the system does not tell (not Linux).
    """

    status: int
    stderr: str
    seconds: float
    rss_mb: float | None


def run_side_by_side(commands: Sequence[Command]) -> list[Finished]:
    """Run all commands at the same time and wait for all.

    Args:
        commands: at least one.

    Returns:
        One result per command, in order.

    Raises:
        OSError: a program cannot be started.
    """
    with ThreadPoolExecutor(max_workers=len(commands)) as pool:
        return list(pool.map(_run, commands))


def _run(command: Command) -> Finished:
    """Run one command to its end, looking at its memory now and then."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as stdin:
            stdin.write(command.stdin)
            stdin.seek(0)
            started = time.perf_counter()
            process = subprocess.Popen(
                command.arguments,
                stdin=stdin,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**os.environ, **command.environment},
            )
        peak_mb = _wait(process)
        seconds = time.perf_counter() - started
        said.seek(0)
        return Finished(process.returncode, said.read(), seconds, peak_mb)


def _wait(process: subprocess.Popen[bytes]) -> float | None:
    """Wait for the end; the greatest peak memory seen meanwhile, in MiB."""
    peak_mb: float | None = None
    try:
        while True:
            peak_mb = _peak_mb(process.pid) or peak_mb
            try:
                process.wait(timeout=_POLL_S)
            except subprocess.TimeoutExpired:
                continue
            return peak_mb
    except BaseException:  # Ctrl+C: do not leave it running
        process.kill()
        process.wait()
        raise


def _peak_mb(process_id: int) -> float | None:
    """Peak resident memory of a running process in MiB, from Linux's /proc.

    `resource.getrusage` is no use here: for a fresh child it still holds the peak of its parent.
    """
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return None
