"""Reports as people and as programs read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from effocr.errors import UsageError
from effocr.evaluation.lines import LinesReport, LinesRow
from effocr.evaluation.peers.run import Missing

__all__ = ["check_metrics_name", "lines_json", "lines_table", "table", "write_metrics"]

_METRICS_SUFFIXES = (".json", ".yaml", ".yml")


def lines_json(report: LinesReport) -> dict[str, dict[str, dict[str, object]]]:
    """The report of `evaluate lines` and `bench lines` as plain values, set -> engine -> row."""
    return {
        name: {
            engine: {"missing": row.reason} if isinstance(row, Missing) else row.as_json()
            for engine, row in rows.items()
        }
        for name, rows in report.items()
    }


def lines_table(report: LinesReport, *, ignore_case: bool = False) -> str:
    """The report for people: a table, then how each engine was run."""
    rows = []
    notes: dict[str, None] = {}
    for name, engines in report.items():
        for engine, row in engines.items():
            if isinstance(row, Missing):
                rows.append([name, engine, *["-"] * 7])
                notes[f"{engine}: missing: {row.reason}"] = None
                continue
            rows.append([name, engine, *_cells(row, ignore_case)])
            notes[f"{engine}: {row.run.configuration}"] = None
    cer = "CER %, case ignored" if ignore_case else "CER %"
    head = ["set", "engine", "lines", cer, "WER %", "exact %", "lines/s", "process s", "MiB"]
    return "\n".join([table(head, rows), *notes])


def _cells(row: LinesRow, ignore_case: bool) -> list[str]:
    """One engine on one set, as cells of the table."""
    score, run = row.score, row.run
    return [
        str(score.lines) if run.turns == 1 else f"{score.lines} x {run.turns}",
        f"{100 * (score.cer_ci if ignore_case else score.cer):.2f}",
        f"{100 * score.wer:.2f}",
        f"{100 * score.exact:.1f}",
        f"{run.lines_per_s:.1f}",
        f"{run.process_s:.2f}",
        "-" if run.rss_mb is None else f"{run.rss_mb:.0f}",
    ]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of text: words to the left, numbers to the right.

    Args:
        head: one name per column.
        rows: as many cells as `head` in each.
    """
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    numeric = [
        all(cell[:1].isdigit() or cell == "-" for cell in column)
        for column in zip(*rows, strict=True)
    ] or [False] * len(head)
    lines = []
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def check_metrics_name(path: Path) -> None:
    """See that a file's name tells in which form figures are written to it.

    Raises:
        UsageError: it does not.
    """
    if path.suffix.lower() not in _METRICS_SUFFIXES:
        raise UsageError(f"{path}: --metrics-out needs a name that ends in .json or .yaml")


def write_metrics(values: Mapping[str, object], path: Path) -> None:
    """Write a report to a file: YAML if its name ends in .yaml or .yml, JSON if in .json.

    Raises:
        UsageError: another suffix, or the file cannot be written.
    """
    check_metrics_name(path)
    if path.suffix.lower() == ".json":
        text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    else:
        text = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # names of files that are no Unicode are escaped as JSON does it
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
