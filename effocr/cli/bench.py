"""`effocr bench lines`: speed, error rates and memory, side by side with other engines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.evaluate import (
    AsJson,
    Folders,
    IgnoreCase,
    MetricsOut,
    Model,
    Raw,
    Threads,
    give,
    tell_failures,
    tell_skipped,
)

if TYPE_CHECKING:
    from effocr.evaluation.lines import Engine
    from effocr.evaluation.peers.run import LinesRun, Missing

__all__ = ["app", "peer_engine"]

app = typer.Typer(no_args_is_help=True, help="Measure speed, accuracy and memory, side by side.")


@app.callback()
def _group() -> None:
    """Measure speed, accuracy and memory, side by side."""


@app.command()
def lines(
    folders: Folders,
    against: Annotated[
        str,
        typer.Option(
            metavar="ENGINE,...",
            help="tesseract, rapidocr[=PYTHON], PYTHON being an interpreter that has "
            "rapidocr-onnxruntime, openvino: the same model on another runtime, and ctc=DIR: an "
            "exported sequence reader.",
        ),
    ] = "",
    model: Model = "en",
    threads: Threads = None,
    least_lines: Annotated[
        int, typer.Option(min=1, help="Each set is read over and over up to so many lines.")
    ] = 3000,
    ignore_case: IgnoreCase = False,
    raw: Raw = False,
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Read lines with EffOCR and with other engines, each alone in processes of its own.

    lines/s: model loaded, from the first file opened to the last result written. process s: from
    the start of the engine's processes to their end. MiB: peak memory of its processes together.
    Every engine runs in its best configuration, named below the table; one that is not installed
    is reported as missing.
    """
    from effocr.evaluation.lines import compare
    from effocr.evaluation.peers import effocr as ours
    from effocr.evaluation.report import lines_json, lines_table
    from effocr.evaluation.sets import read_line_sets

    def effocr(paths: Sequence[Path], turns: int) -> LinesRun:
        return ours.read_lines(paths, turns=turns, threads=threads, model=model)

    engines: dict[str, Engine] = {"effocr": effocr}
    for peer in filter(None, (name.strip() for name in against.split(","))):
        engines[peer.partition("=")[0]] = peer_engine(peer, threads, model=model)
    sets = read_line_sets(folders)
    for one in sets:
        tell_skipped(one.problems)
    report = compare(sets, engines, least_lines=least_lines, raw=raw, ignore_case=ignore_case)
    give(lines_json(report), lines_table(report, ignore_case=ignore_case), as_json, metrics_out)
    if tell_failures(report):
        raise typer.Exit(1)


def peer_engine(peer: str, threads: int | None, *, model: str = "en") -> Engine:
    """An engine to compare with.

    Args:
        peer: `tesseract`, `rapidocr`, `rapidocr=PYTHON`, `openvino` or `ctc=DIR`.
        threads: cores it may use; all if not given.
        model: of ours, for `openvino`.

    Raises:
        UsageError: there is no such engine.
    """
    from importlib.util import find_spec

    from effocr.ctc.bundle import load_ctc
    from effocr.errors import UsageError
    from effocr.evaluation.peers import ctc, rapidocr, tesseract
    from effocr.evaluation.peers import effocr as ours
    from effocr.evaluation.peers.run import Missing

    def read_tesseract(paths: Sequence[Path], turns: int) -> LinesRun | Missing:
        return tesseract.read_lines(paths, turns=turns, processes=threads)

    def read_rapidocr(paths: Sequence[Path], turns: int) -> LinesRun | Missing:
        return rapidocr.read_lines(paths, turns=turns, threads=threads, python=value or None)

    def read_openvino(paths: Sequence[Path], turns: int) -> LinesRun | Missing:
        if find_spec("openvino") is None:
            return Missing("OpenVINO is not installed: pip install 'effocr[openvino]'")
        return ours.read_lines(paths, turns=turns, threads=threads, model=model, runtime="openvino")

    def read_ctc(paths: Sequence[Path], turns: int) -> LinesRun | Missing:
        return ctc.read_lines(paths, folder=Path(value), turns=turns, threads=threads)

    name, _, value = peer.partition("=")
    match name:
        case "tesseract" if not value:
            return read_tesseract
        case "rapidocr":
            return read_rapidocr
        case "openvino" if not value:
            return read_openvino
        case "ctc" if value:
            load_ctc(Path(value))  # at once, not when the others have been measured
            return read_ctc
    raise UsageError(
        f"--against {peer}: known are tesseract, rapidocr[=PYTHON], openvino and ctc=DIR"
    )
