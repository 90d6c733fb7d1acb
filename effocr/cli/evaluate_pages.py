"""`effocr evaluate pages`: how well and how fast whole pages are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from effocr.cli.evaluate import AsJson, MetricsOut, Model, Raw, Threads, give, tell_skipped
from effocr.errors import UsageError

__all__ = ["pages"]

DISREGARDED: Final = ("white-space", "hyphens", "heads")  # in the order of `Leniency`


def pages(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Page images with NAME.gt.txt.")
    ],
    model: Model = "en",
    threads: Threads = None,
    disregard: Annotated[
        str,
        typer.Option(
            metavar="white-space,hyphens,heads",
            help="Compare without white space, without hyphens at line ends, without running heads "
            "(up to two lines at the top and at the bottom); one or more of these.",
        ),
    ] = "",
    lines_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|DIR",
            help="Read the lines that ALTO, PAGE-XML or hOCR files give, see `effocr read`.",
        ),
    ] = None,
    detector: Annotated[
        str | None,
        typer.Option(metavar="DIR|classical", help="Finds the lines of pages, see `effocr read`."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Read pages whose text is known: CER of the text in reading order, seconds a page.

    A page that cannot be read counts as empty text, is named on standard error, and makes the exit
    status 1.
    """
    from effocr.evaluation.pages import Leniency, evaluate_pages, read_page_set
    from effocr.evaluation.report import table
    from effocr.evaluation.sets import set_names
    from effocr.pipeline.given_lines import LinesFrom
    from effocr.pipeline.network_lines import open_detector
    from effocr.pipeline.pages import PageReader
    from effocr.pipeline.threads import thread_count

    wanted = _disregarded(disregard)
    leniency = Leniency(*(name in wanted for name in DISREGARDED))
    given = None if lines_from is None else LinesFrom(lines_from)
    callers = thread_count(threads)
    finds = None if detector is None else open_detector(detector, callers=callers).lines
    reader = PageReader(model, detector=finds, given=given, threads=threads)
    values: dict[str, Any] = {}
    rows, failed = [], False
    for name, folder in zip(set_names(folders), folders, strict=True):
        known, skipped = read_page_set(folder)
        tell_skipped(tuple(skipped))
        report = evaluate_pages(known, reader, leniency, raw=raw)
        each = {row.path.name: round(100 * row.cer, 3) for row in report.rows}
        values[name] = {**report.as_json(), "cer_of_page": each}
        rows.append([name, *(str(value) for value in report.as_json().values())])
        rows += [
            [f"  {row.path.name}", "1", str(row.lines), f"{100 * row.cer:.3f}", "-", "-"]
            for row in report.rows
        ]
        for row in report.rows:
            if row.problem is not None:
                failed = True
                typer.echo(f"{row.path}: {row.problem}", err=True)
    head = ["set", "pages", "lines", "CER %", "lines/s", "s/page"]
    give(values, table(head, rows), as_json, metrics_out)
    if failed:
        raise typer.Exit(1)


def _disregarded(text: str) -> list[str]:
    """What `--disregard` names.

    Raises:
        UsageError: one is not known.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if strange := [name for name in names if name not in DISREGARDED]:
        raise UsageError(
            f"--disregard {strange[0]!r} is not known: choose from {', '.join(DISREGARDED)}"
        )
    return names
