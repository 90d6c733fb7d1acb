"""Engines on sets of lines, side by side: error rates, speed and memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from effocr.evaluation.peers.run import LinesRun, Missing
from effocr.evaluation.sets import NamedSet, turns_for
from effocr.metrics.text import Score, score_lines

__all__ = ["Engine", "LinesReport", "LinesRow", "compare", "measure"]

Engine: TypeAlias = Callable[[Sequence[Path], int], LinesRun | Missing]
"""Reads line images so many times over."""


@dataclass(frozen=True, slots=True)
class LinesRow:
    """One engine on one set.

    Attributes:
        score: edits and lengths.
        run: times, memory and failures.
    """

    score: Score
    run: LinesRun

    def as_json(self) -> dict[str, object]:
        """The row as `--json` gives it; rates in percent, memory in MiB."""
        run, score = self.run, self.score
        return {
            "lines": score.lines,
            "cer": round(100 * score.cer, 3),
            "cer_ci": round(100 * score.cer_ci, 3),
            "wer": round(100 * score.wer, 3),
            "exact": round(100 * score.exact, 3),
            "lines_s": round(run.lines_per_s, 1),
            "process_s": round(run.process_s, 3),
            "rss_mb": None if run.rss_mb is None else round(run.rss_mb, 1),
            "lines_read": score.lines * run.turns,
            "failed": len(run.failures),
            "configuration": run.configuration,
        }


LinesReport: TypeAlias = dict[str, dict[str, LinesRow | Missing]]
"""Set name -> engine name -> what came out."""


def measure(
    lines: NamedSet, run: LinesRun, *, raw: bool = False, ignore_case: bool = False
) -> LinesRow:
    """Score what an engine read; an image that it could not read counts as empty text.

    Args:
        lines: the set.
        run: of the same set.
        raw: compare texts as they are.
        ignore_case: compare words and whole lines without regard to case.
    """
    read = [text or "" for text in run.texts]
    pairs = zip(lines.texts, read, strict=True)
    return LinesRow(score_lines(pairs, raw=raw, ignore_case=ignore_case), run)


def compare(
    sets: Sequence[NamedSet],
    engines: Mapping[str, Engine],
    *,
    least_lines: int = 1,
    raw: bool = False,
    ignore_case: bool = False,
) -> LinesReport:
    """Let every engine read every set, one engine at a time.

    Args:
        sets: line images with their text.
        engines: by name.
        least_lines: a set is read over and over until so many lines were read.
        raw: compare texts as they are.
        ignore_case: compare words and whole lines without regard to case.
    """
    report: LinesReport = {}
    for lines in sets:
        rows: dict[str, LinesRow | Missing] = {}
        for name, engine in engines.items():
            run = engine(lines.paths, turns_for(len(lines.lines), least_lines))
            rows[name] = (
                run
                if isinstance(run, Missing)
                else measure(lines, run, raw=raw, ignore_case=ignore_case)
            )
        report[lines.name] = rows
    return report
